// Makes a picture smaller by averaging. libheif 1.15 can scale too, but takes the nearest pixel,
// which turns fine texture into noise.
#include "core/still/shrink.h"

#include <algorithm>
#include <cstddef>
#include <vector>

namespace livephoto {
namespace {

// Samples of one byte, or of two in little-endian order.
template <std::size_t kBytes>
std::uint32_t load(const std::uint8_t* at) {
  if constexpr (kBytes == 1) return at[0];
  return static_cast<std::uint32_t>(at[0] | at[1] << 8);
}

template <std::size_t kBytes>
void store(std::uint8_t* at, std::uint64_t value) {
  at[0] = static_cast<std::uint8_t>(value & 0xff);
  if constexpr (kBytes == 2) at[1] = static_cast<std::uint8_t>(value >> 8);
}

// First old pixel that the new pixel `index` covers; that of index + 1 ends it.
std::size_t edge(std::size_t index, std::size_t old_size, std::size_t new_size) {
  return index * old_size / new_size;
}

struct Grid {
  PlaneLayout from;
  PlaneLayout to;
  std::size_t components;  // samples of one pixel, interleaved
};

// Adds the rows that one new row covers, column by column, into `sums`.
template <std::size_t kBytes>
void add_row(const std::uint8_t* row, const Grid& grid, std::vector<std::uint64_t>& sums) {
  const auto components = grid.components;
  for (std::size_t x = 0; x < grid.to.width; ++x) {
    const auto end = edge(x + 1, grid.from.width, grid.to.width);
    for (auto old_x = edge(x, grid.from.width, grid.to.width); old_x < end; ++old_x)
      for (std::size_t c = 0; c < components; ++c)
        sums[x * components + c] += load<kBytes>(row + (old_x * components + c) * kBytes);
  }
}

template <std::size_t kBytes>
void store_means(
    const std::vector<std::uint64_t>& sums, const Grid& grid, std::size_t rows, std::uint8_t* out) {
  for (std::size_t x = 0; x < grid.to.width; ++x) {
    const auto columns =
        edge(x + 1, grid.from.width, grid.to.width) - edge(x, grid.from.width, grid.to.width);
    const auto pixels = std::max(columns * rows, std::size_t{1});  // it never grows, so never 0
    for (auto i = x * grid.components; i < (x + 1) * grid.components; ++i)
      store<kBytes>(out + i * kBytes, (sums[i] + pixels / 2) / pixels);
  }
}

template <std::size_t kBytes>
Bytes shrunk(const Plane& plane, const Grid& grid) {
  Bytes out(grid.to.row_bytes * grid.to.height);
  std::vector<std::uint64_t> sums;
  for (std::size_t y = 0; y < grid.to.height; ++y) {
    sums.assign(grid.to.width * grid.components, 0);
    const auto begin = edge(y, grid.from.height, grid.to.height);
    const auto end = edge(y + 1, grid.from.height, grid.to.height);
    for (auto old_y = begin; old_y < end; ++old_y)
      add_row<kBytes>(plane.bytes.data() + old_y * plane.stride, grid, sums);
    store_means<kBytes>(sums, grid, end - begin, out.data() + y * grid.to.row_bytes);
  }
  return out;
}

}  // namespace

OwnedPicture shrink(const Picture& picture, std::uint32_t width, std::uint32_t height) {
  OwnedPicture small{picture, {}};
  small.picture.width = width;
  small.picture.height = height;
  for (std::size_t i = 0; i < plane_count(picture.chroma); ++i) {
    const Grid grid{
        plane_layout(picture, i),
        plane_layout(small.picture, i),
        picture.chroma == Chroma::Rgb ? std::size_t{3} : std::size_t{1}};
    small.storage[i] = picture.bit_depth > 8 ? shrunk<2>(picture.planes[i], grid)
                                             : shrunk<1>(picture.planes[i], grid);
    small.picture.planes[i] = Plane{small.storage[i], grid.to.row_bytes};
  }
  return small;
}

}  // namespace livephoto
