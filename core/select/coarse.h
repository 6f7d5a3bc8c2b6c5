// Which windows are worth a closer look, judged by a video's sync frames alone.
#pragma once

#include <cstddef>
#include <span>
#include <vector>

#include "core/select/moments.h"

namespace livephoto::select {

// Whether the frames, seconds apart, show enough of each window: most are no further apart than
// the clip is long.
bool are_dense_enough(std::span<const FrameMeasures> sync_frames, nanoseconds duration);

// Windows of that length, the best first, not overlapping; at most `count`. Motion
// between frames so far apart says nothing and is not looked at.
std::vector<Moment> coarse_candidates(
    std::span<const FrameMeasures> sync_frames, nanoseconds duration, std::size_t count);

}  // namespace livephoto::select
