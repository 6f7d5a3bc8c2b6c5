// The choice that everyone tries first: where the variance of the Laplacian is highest.
#pragma once

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <numeric>
#include <span>
#include <vector>

namespace livephoto::bench {

// Of the 4-neighbour Laplacian, borders left out (Pech-Pacheco et al., "Diatom autofocusing in
// brightfield microscopy", ICPR 2000).
inline double laplacian_variance(std::span<const std::uint8_t> pixels, int width, int height) {
  std::int64_t sum = 0;
  std::int64_t squares = 0;
  for (int y = 1; y + 1 < height; ++y) {
    const std::uint8_t* row = pixels.data() + static_cast<std::ptrdiff_t>(y) * width;
    for (int x = 1; x + 1 < width; ++x) {
      const int value = row[x - 1] + row[x + 1] + row[x - width] + row[x + width] - 4 * row[x];
      sum += value;
      squares += static_cast<std::int64_t>(value) * value;
    }
  }
  const double count = static_cast<double>(width - 2) * (height - 2);
  const double mean = static_cast<double>(sum) / count;
  return static_cast<double>(squares) / count - mean * mean;
}

struct PlainChoice {
  std::size_t first = 0;
  std::size_t still = 0;
};

// The window of `count` frames with the highest mean, and its highest frame.
inline PlainChoice plain_choice(std::span<const double> sharpness, std::size_t count) {
  count = std::clamp<std::size_t>(count, 1, sharpness.size());
  PlainChoice best;
  double best_sum = -1;
  for (std::size_t first = 0; first + count <= sharpness.size(); ++first) {
    const auto window = sharpness.subspan(first, count);
    const double sum = std::accumulate(window.begin(), window.end(), 0.0);
    if (sum <= best_sum) continue;
    best_sum = sum;
    const auto highest = std::max_element(window.begin(), window.end());
    best = {first, first + static_cast<std::size_t>(highest - window.begin())};
  }
  return best;
}

}  // namespace livephoto::bench
