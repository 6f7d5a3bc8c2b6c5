// Makes the working plane in one pass over the full one, of which each row is touched while it is in the cache.
#include "core/select/working_plane.h"

#include <algorithm>
#include <cmath>

namespace livephoto::select {
namespace {

constexpr int kSmallestTile = 12;        // pixels of the working plane
constexpr int kSmallestLevel = 48;       // a longer side up to this is not halved
constexpr int kFineFor = 1920;           // longer side for which fine detail is that of neighbours
constexpr double kCoarseOverFine = 6;    // of the lags
constexpr int kAllRowsUpTo = 2;          // factor: fine detail is looked for in the first row of each square,
                                         // in larger pictures of every other one

void add_rows(const std::uint8_t* row, std::ptrdiff_t stride, int rows, int width, std::uint16_t* columns) {
  int y = 0;
  if (rows >= 4) {
    const auto *a = row, *b = a + stride, *c = b + stride, *d = c + stride;
    for (int x = 0; x < width; ++x)
      columns[x] = static_cast<std::uint16_t>(a[x] + b[x] + c[x] + d[x]);
    y = 4;
  } else {
    std::copy_n(row, width, columns);
    y = 1;
  }
  for (; y < rows; ++y) {
    const auto* next = row + y * stride;
    for (int x = 0; x < width; ++x) columns[x] = static_cast<std::uint16_t>(columns[x] + next[x]);
  }
}

template <int kFactor>
void average_columns(const std::uint16_t* columns, int factor, int width, std::int16_t* out) {
  const int step = kFactor > 0 ? kFactor : factor;
  const auto area = static_cast<std::uint32_t>(step * step);
  const std::uint32_t scale = (std::uint32_t{kUnit} << 16) / area;  // a sum is at most 255 * area
  for (int x = 0; x < width; ++x) {
    std::uint32_t sum = 0;
    for (int i = 0; i < step; ++i) sum += columns[x * step + i];
    out[x] = static_cast<std::int16_t>((sum * scale + (1U << 15)) >> 16);
  }
}

void average_columns(const std::uint16_t* columns, int factor, int width, std::int16_t* out) {
  switch (factor) {
    case 1: return average_columns<1>(columns, factor, width, out);
    case 2: return average_columns<2>(columns, factor, width, out);
    case 3: return average_columns<3>(columns, factor, width, out);
    case 4: return average_columns<4>(columns, factor, width, out);
    case 8: return average_columns<8>(columns, factor, width, out);
    default: return average_columns<0>(columns, factor, width, out);
  }
}

std::int64_t squared_differences(const std::uint8_t* a, const std::uint8_t* b, int count) {
  std::int32_t sum = 0;  // a row of a tile: at most 2^15 pixels
  for (int i = 0; i < count; ++i) {
    const auto difference = static_cast<std::int16_t>(a[i] - b[i]);
    sum += static_cast<std::int32_t>(difference) * static_cast<std::int32_t>(difference);
  }
  return sum;
}

struct FineSums {
  std::array<std::int64_t, kMaxTiles> across{};
  std::array<std::int64_t, kMaxTiles> across_twice{};
  std::array<std::int64_t, kMaxTiles> across_four{};
  std::array<std::int64_t, kMaxTiles> down{};
  int rows = 0;
};

void add_fine_row(const std::uint8_t* row, std::ptrdiff_t stride, const Geometry& geometry, FineSums& sums) {
  const auto lag = geometry.fine_lag;
  for (int tile = 0; tile < geometry.tiles_x; ++tile) {
    const int begin = geometry.tile_x(tile) * geometry.factor;
    const int end = std::min(geometry.tile_x(tile + 1) * geometry.factor, geometry.width - 4 * lag);
    const auto index = static_cast<std::size_t>(tile);
    sums.across[index] += squared_differences(row + begin, row + begin + lag, end - begin);
    sums.across_twice[index] += squared_differences(row + begin, row + begin + 2 * lag, end - begin);
    sums.across_four[index] += squared_differences(row + begin, row + begin + 4 * lag, end - begin);
    sums.down[index] += squared_differences(row + begin, row + begin + lag * stride, end - begin);
  }
  ++sums.rows;
}

void store_fine(const FineSums& sums, const Geometry& geometry, int tile_y, FineDetail& fine) {
  for (int tile = 0; tile < geometry.tiles_x; ++tile) {
    const int begin = geometry.tile_x(tile) * geometry.factor;
    const int end = std::min(geometry.tile_x(tile + 1) * geometry.factor, geometry.width - 4 * geometry.fine_lag);
    const auto pixels = static_cast<float>(std::max((end - begin) * sums.rows, 1));
    const auto x = static_cast<std::size_t>(tile), y = static_cast<std::size_t>(tile_y);
    fine.across[y][x] = static_cast<float>(sums.across[x]) / pixels;
    fine.across_twice[y][x] = static_cast<float>(sums.across_twice[x]) / pixels;
    fine.across_four[y][x] = static_cast<float>(sums.across_four[x]) / pixels;
    fine.down[y][x] = static_cast<float>(sums.down[x]) / pixels;
  }
}

void halve(const Plane16& from, Plane16& to) {
  for (int y = 0; y < to.height; ++y) {
    const auto *upper = from.row(2 * y), *lower = from.row(2 * y + 1);
    auto* out = to.row(y);
    for (int x = 0; x < to.width; ++x)
      out[x] = static_cast<std::int16_t>(
          (upper[2 * x] + upper[2 * x + 1] + lower[2 * x] + lower[2 * x + 1] + 2) >> 2);
  }
}

void resize(Plane16& plane, int width, int height) {
  plane.width = width;
  plane.height = height;
  plane.values.resize(static_cast<std::size_t>(width) * static_cast<std::size_t>(height));
}

}  // namespace

Geometry::Geometry(int full_width, int full_height) : width(full_width), height(full_height) {
  const int longer = std::max(width, height), shorter = std::min(width, height);
  factor = std::clamp((longer + kLongestSide - 1) / kLongestSide, 1, shorter);
  fine_lag = std::max(1, (longer + kFineFor / 2) / kFineFor);
  coarse_lag = std::max(1, static_cast<int>(std::lround(kCoarseOverFine * fine_lag / factor)));
  tiles_x = std::clamp(width / factor / kSmallestTile, 1, kMaxTiles);
  tiles_y = std::clamp(height / factor / kSmallestTile, 1, kMaxTiles);
  for (int side = longer / factor; side > 2 * kSmallestLevel && levels < kMaxLevels; side /= 2) ++levels;
  while (levels > 1 && (shorter / factor) >> (levels - 1) < 1) --levels;
}

double Geometry::diagonal() const { return std::hypot(width, height); }

void WorkingPlane::fill(const LumaView& luma, const Geometry& geometry, std::vector<std::uint16_t>& columns) {
  const int factor = geometry.factor;
  auto& base = levels[0];
  resize(base, luma.width / factor, luma.height / factor);
  columns.resize(static_cast<std::size_t>(luma.width));
  const int sample_every = factor <= kAllRowsUpTo ? 1 : 2;
  FineSums sums;
  int tile_y = 0;
  for (int y = 0; y < base.height; ++y) {
    const auto* row = luma.pixels + static_cast<std::ptrdiff_t>(y) * factor * luma.stride;
    add_rows(row, luma.stride, factor, base.width * factor, columns.data());
    average_columns(columns.data(), factor, base.width, base.row(y));
    const bool has_row_below = y * factor + geometry.fine_lag < luma.height;
    if (y % sample_every == 0 && has_row_below) add_fine_row(row, luma.stride, geometry, sums);
    if (y + 1 == geometry.tile_y(tile_y + 1)) {
      store_fine(sums, geometry, tile_y++, fine);
      sums = {};
    }
  }
  for (int level = 1; level < geometry.levels; ++level) {
    const auto& larger = levels[static_cast<std::size_t>(level - 1)];
    auto& smaller = levels[static_cast<std::size_t>(level)];
    resize(smaller, larger.width / 2, larger.height / 2);
    halve(larger, smaller);
  }
}

}  // namespace livephoto::select
