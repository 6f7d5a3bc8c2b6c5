#include "core/select/registration.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>

namespace livephoto::select {
namespace {

constexpr int kLongest = 480;
constexpr int kStride = 2;  // of the pixels that are compared
constexpr int kMostSteps = 12;
constexpr double kSmallStep = 0.002;    // pixels
constexpr double kLeastOverlap = 0.25;  // of the picture
constexpr double kFarthest = 3;         // pixels from the guess: a better place is another one
constexpr std::size_t kUnknowns = 5;

using Vector = std::array<double, kUnknowns>;
using Matrix = std::array<Vector, kUnknowns>;

// A point p from the centre is seen at (1 + a, b) * p + (x, y), and brighter by `light`.
struct Place {
  double a = 0, b = 0, x = 0, y = 0, light = 0;
};

struct Size {
  int width;
  int height;
};

// By Gauss's elimination; false where there is not texture enough.
bool solve(Matrix m, Vector right, Vector& solution) {
  for (std::size_t i = 0; i < kUnknowns; ++i) {
    std::size_t best = i;
    for (std::size_t row = i + 1; row < kUnknowns; ++row)
      if (std::abs(m[row][i]) > std::abs(m[best][i])) best = row;
    if (std::abs(m[best][i]) < 1e-6) return false;
    std::swap(m[i], m[best]);
    std::swap(right[i], right[best]);
    for (std::size_t row = i + 1; row < kUnknowns; ++row) {
      const double share = m[row][i] / m[i][i];
      for (std::size_t k = i; k < kUnknowns; ++k) m[row][k] -= share * m[i][k];
      right[row] -= share * right[i];
    }
  }
  for (std::size_t i = kUnknowns; i-- > 0;) {
    double sum = right[i];
    for (std::size_t k = i + 1; k < kUnknowns; ++k) sum -= m[i][k] * solution[k];
    solution[i] = sum / m[i][i];
  }
  return true;
}

// Between the frames' pixels from the corner and small ones from the centre.
Place place_of(const Homography& map, const Size& size, int factor) {
  const PlanePoint centre{size.width * factor / 2.0, size.height * factor / 2.0};
  const PlanePoint moved = mapped(map, centre);
  return {
      .a = map[0] / map[8] - 1,
      .b = map[3] / map[8],
      .x = (moved.x - centre.x) / factor,
      .y = (moved.y - centre.y) / factor};
}

Homography map_of(const Place& place, const Size& size, int factor) {
  const double x = size.width * factor / 2.0, y = size.height * factor / 2.0;
  const double a = 1 + place.a, b = place.b;
  return {
      a,
      -b,
      x + place.x * factor - a * x + b * y,
      b,
      a,
      y + place.y * factor - b * x - a * y,
      0,
      0,
      1};
}

// How far two places put a corner apart, in small pixels.
double apart(const Place& one, const Place& other, const Size& size) {
  const double reach = std::hypot(size.width, size.height) / 2;
  return std::hypot(one.x - other.x, one.y - other.y) +
         reach * std::hypot(one.a - other.a, one.b - other.b);
}

// One step of the method, and what it found.
struct Step {
  Matrix matrix{};
  Vector right{};
  double difference = 0;  // mean, absolute
  std::size_t pixels = 0;
};

// With neighbours 1, 2, 1 in both directions: what lies between two pixels is then known well
// enough.
std::vector<float> softened(const KeptPlane& plane) {
  const auto at = [&plane](int x, int y) {
    x = std::clamp(x, 0, plane.width - 1);
    y = std::clamp(y, 0, plane.height - 1);
    return static_cast<float>(plane.values[static_cast<std::size_t>(y * plane.width + x)]);
  };
  std::vector<float> soft;
  soft.reserve(plane.values.size());
  for (int y = 0; y < plane.height; ++y)
    for (int x = 0; x < plane.width; ++x) {
      const auto row = [&](int dy) {
        return at(x - 1, y + dy) + 2 * at(x, y + dy) + at(x + 1, y + dy);
      };
      soft.push_back((row(-1) + 2 * row(0) + row(1)) / 16);
    }
  return soft;
}

}  // namespace

KeptPlane kept_plane(const LumaView& luma) {
  KeptPlane plane;
  plane.factor = std::max(1, (std::max(luma.width, luma.height) + kLongest - 1) / kLongest);
  plane.width = std::max(1, luma.width / plane.factor);
  plane.height = std::max(1, luma.height / plane.factor);
  const int factor = std::min({plane.factor, luma.width, luma.height});
  plane.values.reserve(
      static_cast<std::size_t>(plane.width) * static_cast<std::size_t>(plane.height));
  for (int y = 0; y < plane.height; ++y)
    for (int x = 0; x < plane.width; ++x) {
      unsigned sum = 0;
      for (int row = 0; row < factor; ++row) {
        const auto* from = luma.pixels + (y * factor + row) * luma.stride + x * factor;
        for (int column = 0; column < factor; ++column) sum += from[column];
      }
      const auto count = static_cast<unsigned>(factor * factor);
      plane.values.push_back(static_cast<std::uint8_t>((sum + count / 2) / count));
    }
  return plane;
}

Registration::Registration(const KeptPlane& still)
    : width_(still.width), height_(still.height), factor_(still.factor) {
  const auto soft = softened(still);
  const auto at = [&](int x, int y) {
    x = std::clamp(x, 0, width_ - 1);
    y = std::clamp(y, 0, height_ - 1);
    return soft[static_cast<std::size_t>(y * width_ + x)];
  };
  pixels_.reserve(soft.size());
  for (int y = 0; y < height_; ++y)
    for (int x = 0; x < width_; ++x)
      pixels_.push_back(
          {at(x, y), (at(x + 1, y) - at(x - 1, y)) / 2, (at(x, y + 1) - at(x, y - 1)) / 2});
}

Homography Registration::align(const KeptPlane& frame, const Homography& guess) const {
  const Size size{width_, height_};
  if (frame.width != width_ || frame.height != height_ || frame.factor != factor_) return guess;
  const auto soft = softened(frame);
  const double reach = std::hypot(width_, height_) / 2;

  // What is off by more than `usual` counts little.
  const auto compare = [&](const Place& place, double usual) {
    Step step;
    for (int y = 1; y < height_ - 1; y += kStride)
      for (int x = 1; x < width_ - 1; x += kStride) {
        const double px = x + 0.5 - width_ / 2.0, py = y + 0.5 - height_ / 2.0;
        const double u = (1 + place.a) * px - place.b * py + place.x + width_ / 2.0 - 0.5;
        const double v = place.b * px + (1 + place.a) * py + place.y + height_ / 2.0 - 0.5;
        if (!(u >= 1 && v >= 1 && u < width_ - 2 && v < height_ - 2)) continue;
        const int left = static_cast<int>(u), top = static_cast<int>(v);
        const double fx = u - left, fy = v - top;
        const Pixel* upper = &pixels_[static_cast<std::size_t>(top * width_ + left)];
        const Pixel* lower = upper + width_;
        const auto between = [&](float Pixel::*part) {
          return (1 - fy) * ((1 - fx) * upper[0].*part + fx * upper[1].*part) +
                 fy * ((1 - fx) * lower[0].*part + fx * lower[1].*part);
        };
        const double across = between(&Pixel::across), down = between(&Pixel::down);
        const double off =
            soft[static_cast<std::size_t>(y * width_ + x)] + place.light - between(&Pixel::value);
        const double share = off / usual;
        const double weight = 1 / ((1 + share * share) * (1 + share * share));
        const Vector change{
            (px * across + py * down) / reach,
            (px * down - py * across) / reach,
            across,
            down,
            -1};
        for (std::size_t i = 0; i < kUnknowns; ++i) {
          for (std::size_t k = 0; k < kUnknowns; ++k)
            step.matrix[i][k] += weight * change[i] * change[k];
          step.right[i] += weight * change[i] * off;
        }
        step.difference += std::abs(off);
        ++step.pixels;
      }
    step.difference /= static_cast<double>(std::max<std::size_t>(step.pixels, 1));
    return step;
  };

  const Place first = place_of(guess, size, factor_);
  Place place = first;
  Step step = compare(place, 1e6);
  const double before = step.difference;
  const double all = (width_ / kStride) * (height_ / kStride);
  for (int i = 0; i < kMostSteps; ++i) {
    Vector change{};
    if (static_cast<double>(step.pixels) < kLeastOverlap * all) return guess;
    if (!solve(step.matrix, step.right, change)) return guess;
    const Place last = place;
    place = {
        place.a + change[0] / reach,
        place.b + change[1] / reach,
        place.x + change[2],
        place.y + change[3],
        place.light + change[4]};
    if (!(apart(place, first, size) < kFarthest)) return guess;
    if (apart(place, last, size) < kSmallStep) break;
    step = compare(place, 2 * step.difference + 1);
  }
  if (compare(place, 1e6).difference > before + 0.5) return guess;
  return map_of(place, size, factor_);
}

}  // namespace livephoto::select
