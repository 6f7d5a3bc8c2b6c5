// The motion of the picture's centre that a record of live-photo-info names; internal.
#pragma once

#include <optional>

#include "core/homography.h"

namespace livephoto::isobmff {

// What it is more than that of the record before, in pixels: minus what the homographies of the
// two, which come from one plane, move the centre by. So an iPhone 6s of iOS 14 has it, to a few
// thousandths. Nothing where the first has no inverse.
inline std::optional<PlanePoint> centre_motion(
    const Homography& before, const Homography& now, const PlanePoint& centre) {
  const auto back = inverse(before);
  if (!back) return std::nullopt;
  const PlanePoint there = mapped(combined(*back, now), centre);
  return PlanePoint{centre.x - there.x, centre.y - there.y};
}

}  // namespace livephoto::isobmff
