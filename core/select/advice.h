// What may be a pity about a moment, as its pictures show it.
#pragma once

#include <optional>
#include <span>
#include <vector>

#include "frame_measures.h"

namespace livephoto::select {

enum class Pity {
  NothingMoves,
  CutInside,
  TooFast,
  Shaky,
  NoTimeBefore,  // the still
  NoTimeAfter,
  CoverBlurred,
  CoverDark,
  CoverOnCut,
};

struct PictureAdvice {
  Pity pity{};
  std::optional<nanoseconds> better_still{};  // for the cover's, where there is one
};

// Of the clip [start, start + duration) with this still. Frames as find_moments() has them, at
// least those of the clip.
std::vector<PictureAdvice> advise(
    std::span<const FrameMeasures> frames,
    nanoseconds start,
    nanoseconds duration,
    nanoseconds still);

}  // namespace livephoto::select
