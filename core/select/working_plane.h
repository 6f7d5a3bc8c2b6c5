// The reduced plane that is measured, with smaller ones over it, and what only the full plane
// shows; internal.
#pragma once

#include <array>
#include <cstdint>
#include <vector>

#include "core/select/frame_measures.h"

namespace livephoto::select {

inline constexpr int kLongestSide = 480;  // of the working plane
inline constexpr int kUnit = 4;           // a plane's values are those of 8 bits times this
inline constexpr int kMaxTiles = 16;      // in each direction
inline constexpr int kMaxLevels = 5;

struct Plane16 {
  int width = 0;
  int height = 0;
  std::vector<std::int16_t> values;  // row by row, without gaps

  const std::int16_t* row(int y) const {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
  std::int16_t* row(int y) {
    return values.data() + static_cast<std::size_t>(y) * static_cast<std::size_t>(width);
  }
};

// What depends on the size alone.
struct Geometry {
  int width = 0;  // of the full plane
  int height = 0;
  int factor = 1;      // pixels of the full plane, in each direction, to one of the working plane
  int fine_lag = 1;    // of fine detail, in pixels of the full plane
  int coarse_lag = 1;  // of coarse detail, in pixels of the working plane
  int tiles_x = 1;
  int tiles_y = 1;
  int levels = 1;

  explicit Geometry(int full_width = 1, int full_height = 1);
  // First column or row of a tile in the working plane.
  int tile_x(int tile) const { return tile * (width / factor) / tiles_x; }
  int tile_y(int tile) const { return tile * (height / factor) / tiles_y; }
  double diagonal() const;
};

// Mean squared differences between pixels that are fine_lag apart, of each tile; across
// also between those at two and four times the distance.
struct FineDetail {
  std::array<std::array<float, kMaxTiles>, kMaxTiles> across{};
  std::array<std::array<float, kMaxTiles>, kMaxTiles> across_twice{};
  std::array<std::array<float, kMaxTiles>, kMaxTiles> across_four{};
  std::array<std::array<float, kMaxTiles>, kMaxTiles> down{};
};

struct WorkingPlane {
  std::array<Plane16, kMaxLevels> levels;  // each half as wide and high as the one before
  FineDetail fine;

  // The mean of each square of pixels; columns and rows that fill no square are left out.
  void fill(const LumaView& luma, const Geometry& geometry, std::vector<std::uint16_t>& columns);
};

}  // namespace livephoto::select
