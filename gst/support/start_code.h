// NAL units as GStreamer's parsers want them.
#pragma once

#include <algorithm>

#include "core/bytes.h"

namespace livephoto::gst {

// With a start code (0, 0, 0, 1) in front.
inline Bytes with_start_code(ByteSpan nal) {
  constexpr std::size_t kStartCode = 4;
  Bytes unit(kStartCode + nal.size());
  unit[kStartCode - 1] = 1;
  std::ranges::copy(nal, unit.begin() + kStartCode);
  return unit;
}

}  // namespace livephoto::gst
