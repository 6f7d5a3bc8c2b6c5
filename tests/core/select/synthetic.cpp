// Draws them by cubic interpolation of a random texture, with no library function whose result
// varies.
#include "synthetic.h"

#include <algorithm>
#include <cmath>

namespace livephoto::select::synthetic {
namespace {

class Random {
 public:
  explicit Random(unsigned seed) : state_(seed * 2654435761U + 1) {}
  double operator()() {  // 0 to 1
    state_ ^= state_ << 13;
    state_ ^= state_ >> 17;
    state_ ^= state_ << 5;
    return static_cast<double>(state_ & 0xffffff) / 0x1000000;
  }

 private:
  std::uint32_t state_;
};

double smooth(double from, double to, double value) {
  const double t = std::clamp((value - from) / (to - from), 0.0, 1.0);
  return t * t * (3 - 2 * t);
}

// Random values on a grid of `cells` by `cells`, smoothly between; it repeats after kSide.
std::vector<float> soft_noise(int side, int cells, Random& random) {
  std::vector<double> grid(static_cast<std::size_t>(cells * cells));
  for (auto& value : grid) value = random();
  std::vector<float> values(static_cast<std::size_t>(side * side));
  const double scale = static_cast<double>(cells) / side;
  for (int y = 0; y < side; ++y)
    for (int x = 0; x < side; ++x) {
      const double gx = x * scale, gy = y * scale;
      const int ix = static_cast<int>(gx), iy = static_cast<int>(gy);
      const double fx = smooth(0, 1, gx - ix), fy = smooth(0, 1, gy - iy);
      const auto cell = [&](int cx, int cy) {
        return grid[static_cast<std::size_t>((cy % cells) * cells + cx % cells)];
      };
      const double upper = cell(ix, iy) + fx * (cell(ix + 1, iy) - cell(ix, iy));
      const double lower = cell(ix, iy + 1) + fx * (cell(ix + 1, iy + 1) - cell(ix, iy + 1));
      values[static_cast<std::size_t>(y * side + x)] =
          static_cast<float>(upper + fy * (lower - upper));
    }
  return values;
}

struct Cubic {
  double weights[4];

  explicit Cubic(double t)  // Catmull and Rom's
      : weights{
            t * (-0.5 + t * (1 - 0.5 * t)),
            1 + t * t * (-2.5 + 1.5 * t),
            t * (0.5 + t * (2 - 1.5 * t)),
            t * t * (-0.5 + 0.5 * t)} {}
};

std::uint8_t to_byte(double value) {
  return static_cast<std::uint8_t>(std::lround(std::clamp(value, 0.0, 255.0)));
}

template <typename Sample>
void filter(Picture& picture, std::span<const double> kernel, Sample sample) {
  const auto from = picture;
  const int half = static_cast<int>(kernel.size() / 2);
  for (int y = 0; y < picture.height; ++y)
    for (int x = 0; x < picture.width; ++x) {
      double sum = 0;
      for (int i = -half; i <= half; ++i)
        sum += kernel[static_cast<std::size_t>(i + half)] * sample(from, x, y, i);
      picture.at(x, y) = to_byte(sum);
    }
}

double across(const Picture& from, int x, int y, int i) {
  return from
      .pixels[static_cast<std::size_t>(y * from.stride + std::clamp(x + i, 0, from.width - 1))];
}

double down(const Picture& from, int x, int y, int i) {
  return from
      .pixels[static_cast<std::size_t>(std::clamp(y + i, 0, from.height - 1) * from.stride + x)];
}

}  // namespace

Camera Camera::moved(double dx, double dy, double by_zoom, double by_roll) const {
  const double c = std::cos(by_roll), s = std::sin(by_roll);
  return {
      by_zoom * (c * x - s * y) + dx,
      by_zoom * (s * x + c * y) + dy,
      zoom * by_zoom,
      roll + by_roll};
}

Scene::Scene(unsigned seed, double coarseness) : coarseness_(coarseness) {
  Random random(seed);
  values_.resize(static_cast<std::size_t>(kSide) * kSide, 0.0F);
  const auto large = soft_noise(kSide, 16, random), middle = soft_noise(kSide, 64, random),
             small = soft_noise(kSide, 128, random);
  for (std::size_t i = 0; i < values_.size(); ++i) {
    const double edges = smooth(0.47, 0.53, middle[i]), details = smooth(0.4, 0.6, small[i]);
    values_[i] = static_cast<float>(40 + 70 * large[i] + 80 * edges + 35 * details);
  }
}

double Scene::at(double x, double y) const {
  x /= coarseness_;
  y /= coarseness_;
  const double floor_x = std::floor(x), floor_y = std::floor(y);
  const Cubic wx(x - floor_x), wy(y - floor_y);
  const int ix = static_cast<int>(floor_x), iy = static_cast<int>(floor_y);
  double sum = 0;
  for (int j = 0; j < 4; ++j) {
    double row = 0;
    const auto line = static_cast<std::size_t>((iy + j - 1) & (kSide - 1)) * kSide;
    for (int i = 0; i < 4; ++i)
      row +=
          wx.weights[i] *
          static_cast<double>(values_[line + static_cast<std::size_t>((ix + i - 1) & (kSide - 1))]);
    sum += wy.weights[j] * row;
  }
  return sum;
}

Picture render(const Scene& scene, int width, int height, const Camera& camera) {
  Picture picture{width, height, width, {}};
  picture.pixels.resize(static_cast<std::size_t>(width * height));
  const double c = std::cos(camera.roll) / camera.zoom, s = std::sin(camera.roll) / camera.zoom;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      const double px = x + 0.5 - width / 2.0 - camera.x, py = y + 0.5 - height / 2.0 - camera.y;
      picture.at(x, y) = to_byte(scene.at(c * px + s * py, -s * px + c * py));
    }
  return picture;
}

void put(Picture& picture, const Scene& scene, int left, int top, int width, int height) {
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x)
      if (left + x >= 0 && left + x < picture.width && top + y >= 0 && top + y < picture.height)
        picture.at(left + x, top + y) = to_byte(scene.at(x, y));
}

void blur(Picture& picture, double sigma) {
  const int half = static_cast<int>(std::ceil(3 * sigma));
  std::vector<double> kernel;
  double sum = 0;
  for (int i = -half; i <= half; ++i)
    sum += kernel.emplace_back(std::exp(-i * i / (2 * sigma * sigma)));
  for (auto& weight : kernel) weight /= sum;
  filter(picture, kernel, across);
  filter(picture, kernel, down);
}

void blur_across(Picture& picture, int pixels) {
  const std::vector<double> kernel(static_cast<std::size_t>(pixels | 1), 1.0 / (pixels | 1));
  filter(picture, kernel, across);
}

void add_noise(Picture& picture, double sigma, unsigned seed) {
  Random random(seed);
  for (auto& pixel : picture.pixels) {
    double sum = 0;
    for (int i = 0; i < 12; ++i) sum += random();
    pixel = to_byte(pixel + sigma * (sum - 6));
  }
}

void light(Picture& picture, double gain, double offset) {
  for (auto& pixel : picture.pixels) pixel = to_byte(gain * pixel + offset);
}

std::vector<FrameMeasures> measure(std::span<const Picture> pictures, double frames_per_second) {
  FrameMeter meter;
  std::vector<FrameMeasures> frames;
  for (const auto& picture : pictures) {
    const auto time = std::llround(static_cast<double>(frames.size()) / frames_per_second * 1e9);
    frames.push_back(meter.measure(picture.view(), nanoseconds{time}));
  }
  return frames;
}

}  // namespace livephoto::select::synthetic
