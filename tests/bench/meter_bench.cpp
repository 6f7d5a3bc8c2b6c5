// Processor time that select::FrameMeter takes for a frame of textured video, at several sizes.
#include <chrono>
#include <cstdint>
#include <cstdio>
#include <cstdlib>
#include <ctime>
#include <vector>

#include "core/select/frame_meter.h"

using livephoto::select::FrameMeter;
using livephoto::select::LumaView;

namespace {

constexpr int kFrames = 200;

std::vector<std::uint8_t> texture(int width, int height) {
  std::vector<std::uint8_t> pixels(
      static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
  std::uint32_t state = 1;
  for (int y = 0; y < height; ++y)
    for (int x = 0; x < width; ++x) {
      state = state * 1664525 + 1013904223;
      const int structure = ((x / 24) * 37 + (y / 20) * 91) % 160;
      pixels
          [static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
           static_cast<std::size_t>(x)] =
              static_cast<std::uint8_t>(40 + structure + static_cast<int>(state >> 29));
    }
  return pixels;
}

double processor_seconds() { return static_cast<double>(std::clock()) / CLOCKS_PER_SEC; }

void measure(int width, int height) {
  constexpr int kMargin = 64;  // the picture moves in a larger one
  const auto pixels = texture(width + kMargin, height);
  FrameMeter meter;
  double begun = 0, speed = 0;
  for (int i = 0; i < kFrames; ++i) {
    if (i == 2) begun = processor_seconds();
    const LumaView view{pixels.data() + i % kMargin, width, height, width + kMargin};
    speed += meter.measure(view, std::chrono::milliseconds(33 * i)).speed;
  }
  const double each = (processor_seconds() - begun) / (kFrames - 2);
  std::printf(
      "%dx%d: %.0f ns a frame (mean speed %.3f)\n",
      width,
      height,
      each * 1e9,
      speed / kFrames);
}

}  // namespace

int main() {
  measure(640, 360);
  measure(1280, 720);
  measure(1920, 1080);
  measure(3840, 2160);
}
