// Pictures whose motion is known exactly: a scene without end, seen by a camera.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

#include "core/select/frame_meter.h"

namespace livephoto::select::synthetic {

struct Picture {
  int width = 0;
  int height = 0;
  std::ptrdiff_t stride = 0;
  std::vector<std::uint8_t> pixels;

  LumaView view() const { return {pixels.data(), width, height, stride, true}; }
  std::uint8_t& at(int x, int y) { return pixels[static_cast<std::size_t>(y * stride + x)]; }
};

// A point of the scene is seen at zoom * R(roll) * point + (x, y), from the picture's centre.
struct Camera {
  double x = 0;
  double y = 0;
  double zoom = 1;
  double roll = 0;

  Camera moved(double dx, double dy, double by_zoom = 1, double by_roll = 0) const;
};

// Blobs with crisp edges over soft ones, the same for the same seed.
class Scene {
 public:
  explicit Scene(unsigned seed, double coarseness = 1);
  double at(double x, double y) const;  // 0 to 255

 private:
  static constexpr int kSide = 512;
  double coarseness_;
  std::vector<float> values_;
};

Picture render(const Scene& scene, int width, int height, const Camera& camera = {});
// As it stands, cut out of its scene, over `picture` from (left, top) on.
void put(Picture& picture, const Scene& scene, int left, int top, int width, int height);

void blur(Picture& picture, double sigma);
void blur_across(Picture& picture, int pixels);  // as a camera does that moves sideways
void add_noise(Picture& picture, double sigma, unsigned seed);
void light(Picture& picture, double gain, double offset);

std::vector<FrameMeasures> measure(std::span<const Picture> pictures, double frames_per_second);

}  // namespace livephoto::select::synthetic
