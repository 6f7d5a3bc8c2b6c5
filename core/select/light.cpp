// Sums over the working plane: light, its spread, what is clipped, and what changed.
#include "core/select/light.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/select/vectors.h"

namespace livephoto::select {
namespace {

constexpr int kRowStep = 2;        // from a row that is compared to the next
constexpr double kClipped = 0.02;  // of the scale, from either end

struct Scale {
  double black = 0;  // in the plane's units
  double white = 0;

  explicit Scale(bool is_full_range)
      : black((is_full_range ? 0 : 16) * kUnit), white((is_full_range ? 255 : 235) * kUnit) {}
  double range() const { return white - black; }
};

struct RowSums {
  std::int32_t values = 0;
  std::int32_t squares = 0;
  std::int32_t dark = 0;
  std::int32_t bright = 0;
};

LIVEPHOTO_WIDE_TOO RowSums
sum_row(const std::int16_t* row, int width, std::int16_t dark, std::int16_t bright) {
  RowSums sums;
  for (int x = 0; x < width; ++x) {
    sums.values += row[x];
    sums.squares += static_cast<std::int32_t>(row[x]) * static_cast<std::int32_t>(row[x]);
  }
  for (int x = 0; x < width; ++x) {
    sums.dark += row[x] <= dark;
    sums.bright += row[x] >= bright;
  }
  return sums;
}

LIVEPHOTO_WIDE_TOO std::int32_t absolute_differences(
    const std::int16_t* a, const std::int16_t* b, int count) {
  std::int32_t sum = 0;
  for (int x = 0; x < count; ++x) {
    const auto difference = static_cast<std::int16_t>(a[x] - b[x]);
    sum += std::max(difference, static_cast<std::int16_t>(-difference));
  }
  return sum;
}

}  // namespace

Light measure_light(const Plane16& plane, bool is_full_range) {
  const Scale scale(is_full_range);
  const auto dark = static_cast<std::int16_t>(scale.black + kClipped * scale.range());
  const auto bright = static_cast<std::int16_t>(scale.white - kClipped * scale.range());
  std::int64_t values = 0, squares = 0, darks = 0, brights = 0;
  for (int y = 0; y < plane.height; ++y) {
    const auto sums = sum_row(plane.row(y), plane.width, dark, bright);
    values += sums.values;
    squares += sums.squares;
    darks += sums.dark;
    brights += sums.bright;
  }
  const double pixels = std::max(plane.width * plane.height, 1);
  const double mean = static_cast<double>(values) / pixels;
  const double variance = std::max(static_cast<double>(squares) / pixels - mean * mean, 0.0);
  return {
      std::clamp((mean - scale.black) / scale.range(), 0.0, 1.0),
      std::min(2 * std::sqrt(variance) / scale.range(), 1.0),
      static_cast<double>(darks) / pixels,
      static_cast<double>(brights) / pixels};
}

Change measure_change(
    const Plane16& before, const Plane16& now, const Geometry& geometry, bool is_full_range) {
  const double range = Scale(is_full_range).range();
  double all = 0, most = 0;
  for (int tile_y = 0; tile_y < geometry.tiles_y; ++tile_y) {
    const int top = geometry.tile_y(tile_y), bottom = geometry.tile_y(tile_y + 1);
    std::array<std::int64_t, kMaxTiles> sums{};
    for (int y = top; y < bottom; y += kRowStep)
      for (int tile = 0; tile < geometry.tiles_x; ++tile) {
        const int left = geometry.tile_x(tile);
        sums[static_cast<std::size_t>(tile)] += absolute_differences(
            before.row(y) + left,
            now.row(y) + left,
            geometry.tile_x(tile + 1) - left);
      }
    const int rows = (bottom - top + kRowStep - 1) / kRowStep;
    for (int tile = 0; tile < geometry.tiles_x; ++tile) {
      const int width = geometry.tile_x(tile + 1) - geometry.tile_x(tile);
      const auto sum = static_cast<double>(sums[static_cast<std::size_t>(tile)]);
      const double mean = sum / std::max(width * rows, 1);
      all += mean * width * (bottom - top);
      most = std::max(most, mean);
    }
  }
  const double pixels = std::max(now.width * now.height, 1);
  return {std::min(all / pixels / range, 1.0), std::min(most / range, 1.0)};
}

}  // namespace livephoto::select
