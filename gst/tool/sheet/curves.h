// The curves that both sheets draw.
#pragma once

#include <algorithm>
#include <array>
#include <cstdint>
#include <span>

#include "core/select/frame_measures.h"
#include "core/select/weights.h"

namespace livephoto::tool {

struct Curve {
  const char* name;  // of the measure, on the page
  const char* label;
  double select::FrameMeasures::*measure;
  double most;        // what reaches the top, unless there is more
  double limit;       // from which on there is advice; 0: none
  std::uint32_t rgb;  // on light paper
};

inline constexpr std::array kCurves{
    Curve{"sharpness", "Sharpness", &select::FrameMeasures::sharpness, 0.5, 0, 0x2f6fb5},
    Curve{
        "localMotion",
        "Motion in the picture",
        &select::FrameMeasures::local_motion,
        4 * select::kAliveHalf,
        0,
        0x2c8a5b},
    Curve{
        "shake",
        "Shake of the camera",
        &select::FrameMeasures::shake,
        2 * select::kShakyAbove,
        select::kShakyAbove,
        0xb3552f}};

// What reaches the top of the curve of these frames.
inline double top_of(const Curve& curve, std::span<const select::FrameMeasures> frames) {
  double most = curve.most;
  for (const auto& frame : frames) most = std::max(most, frame.*curve.measure);
  return most;
}

}  // namespace livephoto::tool
