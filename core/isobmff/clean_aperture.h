// The part of a picture that is meant to be shown, where that is not all of it.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"

namespace livephoto::isobmff {

// What is not meant to be shown, in pixels of the picture before it is turned.
struct Margins {
  std::uint32_t left = 0;
  std::uint32_t right = 0;
  std::uint32_t top = 0;
  std::uint32_t bottom = 0;

  bool operator==(const Margins&) const = default;
};

// What is outside of the clean aperture of a picture of `width` x `height` pixels,
// rounded to whole ones. `clap` is the body of the box (ISO/IEC 14496-12, 12.1.4).
// Nothing where all of the picture is inside, and for an aperture that is not inside
// of the picture.
std::optional<Margins> margins_of(ByteSpan clap, std::uint32_t width, std::uint32_t height);

}  // namespace livephoto::isobmff
