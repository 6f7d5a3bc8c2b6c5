// One decoded picture in memory, lent by whoever decoded it.
#pragma once

#include <array>
#include <cstddef>
#include <cstdint>

#include "../bytes.h"
#include "../capture.h"
#include "../result.h"

namespace livephoto {

enum class Chroma {
  Yuv420,  // three planes, the second and third halved (rounded up) both ways
  Yuv422,  // three planes, the second and third halved (rounded up) in width
  Yuv444,  // three planes of one size
  Rgb,     // one plane, R G B interleaved; always full range
};

// Rows from top to bottom. Samples of 8 bits are bytes; samples of 9 to 16 bits
// are 16-bit words in little-endian order, value in the low bits.
struct Plane {
  ByteSpan bytes{};
  std::size_t stride = 0;  // bytes from one row to the next
};

struct Picture {
  std::uint32_t width = 0;  // in pixels, of the first plane
  std::uint32_t height = 0;
  Chroma chroma = Chroma::Yuv420;
  int bit_depth = 8;
  Colour colour{};
  std::array<Plane, 3> planes{};
};

// A picture with the planes it lends: made by us. Moved, not copied, because a
// copy would lend the planes of the original.
struct OwnedPicture {
  Picture picture;
  std::array<Bytes, 3> storage;
};

struct PlaneLayout {
  std::uint32_t width = 0;  // in pixels of this plane
  std::uint32_t height = 0;
  std::size_t row_bytes = 0;  // what of a row is picture; the stride is at least this
};

constexpr std::size_t plane_count(Chroma chroma) { return chroma == Chroma::Rgb ? 1 : 3; }

// How large plane `index` of such a picture is.
PlaneLayout plane_layout(const Picture& picture, std::size_t index);

// InvalidInput unless the picture is 1x1 to 16384x16384 of 8 to 12 bits, with
// planes that hold what their strides promise (the last row needs no padding).
Result<void> check_picture(const Picture& picture);

}  // namespace livephoto
