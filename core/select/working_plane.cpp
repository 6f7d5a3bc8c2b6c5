// Makes the working plane in one pass over the full one, of which each row is touched while it is
// in the cache.
#include "core/select/working_plane.h"

#include <algorithm>
#include <cmath>
#include <cstring>

#include "core/select/vectors.h"

namespace livephoto::select {
namespace {

constexpr int kSmallestTile = 12;      // pixels of the working plane
constexpr int kSmallestLevel = 48;     // a longer side up to this is not halved
constexpr int kFineFor = 1920;         // longer side for which fine detail is that of neighbours
constexpr double kCoarseOverFine = 6;  // of the lags
// Rows of squares from one in which fine detail is looked for to the next; more, where there are
// many pixels.
constexpr int kRowsFromSample = 1, kRowsFromSampleLarge = 3;
constexpr int kLargeFrom = 3;  // factor

// Adds rows up, column by column.
LIVEPHOTO_WIDE_TOO void add_rows(
    const std::uint8_t* row, std::ptrdiff_t stride, int rows, int width, std::uint16_t* sums) {
  std::copy_n(row, width, sums);
  for (int y = 1; y < rows; ++y) {
    const auto* next = row + y * stride;
    for (int x = 0; x < width; ++x) sums[x] = static_cast<std::uint16_t>(sums[x] + next[x]);
  }
}

// Likewise, two columns to one: 16 bits have both of them as they are loaded.
template <int kRows>
inline void add_strip(
    const std::uint8_t* row, std::ptrdiff_t stride, int any_rows, std::uint16_t* sums) {
  const int rows = kRows > 0 ? kRows : any_rows;
  const auto low = all(0xff);
  UnsignedLanes sum{};
  for (int y = 0; y < rows; ++y) {
    const auto both = load<UnsignedLanes>(row + y * stride);
    sum += (both & low) + (both >> 8);
  }
  std::memcpy(sums, &sum, sizeof sum);
}

LIVEPHOTO_WIDE_TOO void add_rows_in_pairs(
    const std::uint8_t* row, std::ptrdiff_t stride, int rows, int pairs, std::uint16_t* sums) {
  int x = 0;
  if (rows == 4)
    for (; x + 8 <= pairs; x += 8) add_strip<4>(row + 2 * x, stride, rows, sums + x);
  else if (rows == 8)
    for (; x + 8 <= pairs; x += 8) add_strip<8>(row + 2 * x, stride, rows, sums + x);
  else
    for (; x + 8 <= pairs; x += 8) add_strip<0>(row + 2 * x, stride, rows, sums + x);
  for (; x < pairs; ++x) {
    int sum = 0;
    for (int y = 0; y < rows; ++y) sum += row[2 * x + y * stride] + row[2 * x + 1 + y * stride];
    sums[x] = static_cast<std::uint16_t>(sum);
  }
}

// `step` sums to one value; each is of so many pixels that `area` are one.
template <int kStep>
inline void average(
    const std::uint16_t* sums, int any_step, int area, int width, std::int16_t* out) {
  const int step = kStep > 0 ? kStep : any_step;
  const auto pixels = static_cast<std::uint32_t>(area);  // 255 times that is the greatest sum
  const std::uint32_t scale = (std::uint32_t{kUnit} << 16) / pixels;
  for (int x = 0; x < width; ++x) {
    std::uint32_t sum = 0;
    for (int i = 0; i < step; ++i) sum += sums[x * step + i];
    out[x] = static_cast<std::int16_t>((sum * scale + (1U << 15)) >> 16);
  }
}

// Four rows in pairs, two of which make a value: 1080 and 2160 rows are reduced so, the latter by
// eight.
template <int kStep, int kArea>
inline void average_by_shift(const std::uint16_t* sums, int width, std::int16_t* out) {
  constexpr int kDivisor = kArea / kUnit;
  for (int x = 0; x < width; ++x) {
    unsigned sum = kDivisor / 2;
    for (int i = 0; i < kStep; ++i) sum += sums[x * kStep + i];
    out[x] = static_cast<std::int16_t>(sum / kDivisor);
  }
}

LIVEPHOTO_WIDE_TOO void average_columns(
    const std::uint16_t* sums, int step, int area, int width, std::int16_t* out) {
  if (step == 2 && area == 16) return average_by_shift<2, 16>(sums, width, out);
  if (step == 4 && area == 64) return average_by_shift<4, 64>(sums, width, out);
  switch (step) {
    case 1:
      return average<1>(sums, step, area, width, out);
    case 3:
      return average<3>(sums, step, area, width, out);
    default:
      return average<0>(sums, step, area, width, out);
  }
}

void reduce_rows(
    const std::uint8_t* row,
    std::ptrdiff_t stride,
    int factor,
    int width,
    std::uint16_t* sums,
    std::int16_t* out) {
  if (factor % 2 == 0) {
    add_rows_in_pairs(row, stride, factor, width * factor / 2, sums);
    average_columns(sums, factor / 2, factor * factor, width, out);
  } else {
    add_rows(row, stride, factor, width * factor, sums);
    average_columns(sums, factor, factor * factor, width, out);
  }
}

LIVEPHOTO_WIDE_TOO std::int64_t squared_differences(
    const std::uint8_t* a, const std::uint8_t* b, int count) {
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

void add_fine_row(
    const std::uint8_t* row, std::ptrdiff_t stride, const Geometry& geometry, FineSums& sums) {
  const auto lag = geometry.fine_lag;
  for (int tile = 0; tile < geometry.tiles_x; ++tile) {
    const int begin = geometry.tile_x(tile) * geometry.factor;
    const int end = std::min(geometry.tile_x(tile + 1) * geometry.factor, geometry.width - 4 * lag);
    const auto index = static_cast<std::size_t>(tile);
    sums.across[index] += squared_differences(row + begin, row + begin + lag, end - begin);
    sums.across_twice[index] +=
        squared_differences(row + begin, row + begin + 2 * lag, end - begin);
    sums.across_four[index] += squared_differences(row + begin, row + begin + 4 * lag, end - begin);
    sums.down[index] += squared_differences(row + begin, row + begin + lag * stride, end - begin);
  }
  ++sums.rows;
}

void store_fine(const FineSums& sums, const Geometry& geometry, int tile_y, FineDetail& fine) {
  for (int tile = 0; tile < geometry.tiles_x; ++tile) {
    const int begin = geometry.tile_x(tile) * geometry.factor;
    const int end = std::min(
        geometry.tile_x(tile + 1) * geometry.factor,
        geometry.width - 4 * geometry.fine_lag);
    const auto pixels = static_cast<float>(std::max((end - begin) * sums.rows, 1));
    const auto x = static_cast<std::size_t>(tile), y = static_cast<std::size_t>(tile_y);
    fine.across[y][x] = static_cast<float>(sums.across[x]) / pixels;
    fine.across_twice[y][x] = static_cast<float>(sums.across_twice[x]) / pixels;
    fine.across_four[y][x] = static_cast<float>(sums.across_four[x]) / pixels;
    fine.down[y][x] = static_cast<float>(sums.down[x]) / pixels;
  }
}

LIVEPHOTO_WIDE_TOO void halve(const Plane16& from, Plane16& to) {
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
  for (int side = longer / factor; side > 2 * kSmallestLevel && levels < kMaxLevels; side /= 2)
    ++levels;
  while (levels > 1 && (shorter / factor) >> (levels - 1) < 1) --levels;
}

double Geometry::diagonal() const { return std::hypot(width, height); }

void WorkingPlane::fill(
    const LumaView& luma, const Geometry& geometry, std::vector<std::uint16_t>& columns) {
  const int factor = geometry.factor;
  auto& base = levels[0];
  resize(base, luma.width / factor, luma.height / factor);
  columns.resize(static_cast<std::size_t>(luma.width));
  const int sample_every = factor < kLargeFrom ? kRowsFromSample : kRowsFromSampleLarge;
  FineSums sums;
  int tile_y = 0;
  for (int y = 0; y < base.height; ++y) {
    const auto* row = luma.pixels + static_cast<std::ptrdiff_t>(y) * factor * luma.stride;
    reduce_rows(row, luma.stride, factor, base.width, columns.data(), base.row(y));
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
