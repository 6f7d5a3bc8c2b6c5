// Made-up pictures for the tests of stills, with measures of how alike two planes are.
#pragma once

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <limits>
#include <vector>

#include "core/still/picture.h"

namespace livephoto::sample {

constexpr std::size_t bytes_per_sample(int bit_depth) { return bit_depth > 8 ? 2 : 1; }

// `value(component, x, y)` in 0..1 for each sample; x and y count the plane's own samples.
template <class Value>
OwnedPicture picture_of(
    std::uint32_t width, std::uint32_t height, Chroma chroma, int bit_depth, Value value) {
  OwnedPicture made;
  made.picture.width = width;
  made.picture.height = height;
  made.picture.chroma = chroma;
  made.picture.bit_depth = bit_depth;
  const double largest = (1 << bit_depth) - 1;
  for (std::size_t i = 0; i < plane_count(chroma); ++i) {
    const auto layout = plane_layout(made.picture, i);
    auto& bytes = made.storage[i];
    const std::size_t interleaved = chroma == Chroma::Rgb ? 3 : 1;
    for (std::uint32_t y = 0; y < layout.height; ++y)
      for (std::uint32_t x = 0; x < layout.width; ++x)
        for (std::size_t c = 0; c < interleaved; ++c) {
          const auto sample = static_cast<unsigned>(std::lround(value(i + c, x, y) * largest));
          bytes.push_back(static_cast<std::uint8_t>(sample & 0xff));
          if (bit_depth > 8) bytes.push_back(static_cast<std::uint8_t>(sample >> 8));
        }
    made.picture.planes[i] = Plane{bytes, layout.row_bytes};
  }
  return made;
}

// A repeatable number in 0..1 that looks random.
inline double noise(std::uint32_t x, std::uint32_t y, std::size_t component) {
  std::uint32_t n = x * 374761393u + y * 668265263u + static_cast<std::uint32_t>(component) * 97u;
  n = (n ^ n >> 13) * 1274126177u;
  return static_cast<double>((n ^ n >> 16) & 0xffff) / 65535;
}

// Like a photograph: slow gradients, edges, waves of several lengths and grain,
// different in each component and nowhere symmetric.
inline double scene(std::size_t component, std::uint32_t x, std::uint32_t y) {
  const double shift = static_cast<double>(component) * 1.7;
  double value = 0.45 + 0.18 * std::sin(0.011 * x + shift) + 0.12 * std::cos(0.017 * y - shift);
  value += 0.06 * std::sin(0.23 * x + 0.11 * y + shift);
  if ((x / 48 + y / 40) % 3 == component % 3) value += 0.08;
  value += component == 0 ? 0.04 * (noise(x, y, component) - 0.5) : 0.0;
  return std::clamp(value, 0.07, 0.90);
}

inline OwnedPicture photograph(
    std::uint32_t width, std::uint32_t height, Chroma chroma, int bit_depth) {
  return picture_of(width, height, chroma, bit_depth, scene);
}

// One plane's samples, whatever its stride and depth.
struct Samples {
  std::uint32_t width = 0;
  std::uint32_t height = 0;
  double largest = 255;
  std::vector<double> values{};

  double at(std::size_t x, std::size_t y) const { return values[y * width + x]; }
};

inline Samples samples_of(
    const std::uint8_t* bytes,
    std::size_t stride,
    std::uint32_t width,
    std::uint32_t height,
    int bit_depth) {
  Samples samples{width, height, static_cast<double>((1 << bit_depth) - 1)};
  const bool wide = bit_depth > 8;
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x) {
      const auto* at = bytes + y * stride + x * (wide ? 2 : 1);
      samples.values.push_back(wide ? at[0] + at[1] * 256 : at[0]);
    }
  return samples;
}

// Interleaved components count as a wider plane.
inline Samples samples_of(const Picture& picture, std::size_t index) {
  const auto layout = plane_layout(picture, index);
  const auto& plane = picture.planes[index];
  const auto across = layout.row_bytes / bytes_per_sample(picture.bit_depth);
  return samples_of(
      plane.bytes.data(),
      plane.stride,
      static_cast<std::uint32_t>(across),
      layout.height,
      picture.bit_depth);
}

inline double psnr(const Samples& a, const Samples& b) {
  if (a.width != b.width || a.height != b.height || a.largest != b.largest) return 0;
  double sum = 0;
  for (std::size_t i = 0; i < a.values.size(); ++i)
    sum += (a.values[i] - b.values[i]) * (a.values[i] - b.values[i]);
  if (sum == 0) return std::numeric_limits<double>::infinity();
  return 10 * std::log10(a.largest * a.largest * static_cast<double>(a.values.size()) / sum);
}

// Wang et al. 2004, over windows of 8x8 that overlap by half.
inline double ssim(const Samples& a, const Samples& b) {
  constexpr std::size_t kWindow = 8;
  const double c1 = std::pow(0.01 * a.largest, 2);
  const double c2 = std::pow(0.03 * a.largest, 2);
  double total = 0;
  std::size_t windows = 0;
  for (std::size_t top = 0; top + kWindow <= a.height; top += kWindow / 2)
    for (std::size_t left = 0; left + kWindow <= a.width; left += kWindow / 2, ++windows) {
      double sa = 0, sb = 0, saa = 0, sbb = 0, sab = 0;
      for (std::size_t y = top; y < top + kWindow; ++y)
        for (std::size_t x = left; x < left + kWindow; ++x) {
          const double va = a.at(x, y), vb = b.at(x, y);
          sa += va, sb += vb, saa += va * va, sbb += vb * vb, sab += va * vb;
        }
      constexpr double n = kWindow * kWindow;
      const double ma = sa / n, mb = sb / n;
      const double variance_a = saa / n - ma * ma, variance_b = sbb / n - mb * mb;
      const double covariance = sab / n - ma * mb;
      total += (2 * ma * mb + c1) * (2 * covariance + c2) /
               ((ma * ma + mb * mb + c1) * (variance_a + variance_b + c2));
    }
  return total / static_cast<double>(windows);
}

}  // namespace livephoto::sample
