// Which parts of a video a sheet shows for its moments.
#pragma once

#include <span>
#include <vector>

#include "gst/tool/sheet/film.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

// The moment with some seconds before and after it, on the times of pictures that were looked at
// one after the other.
Stretch around(const VideoSuggestions& video, const select::Moment& moment);

// Stretches that overlap or touch become one; by time.
std::vector<Stretch> joined(std::vector<Stretch> stretches);

// Those of the video that are shown in it.
std::span<const select::FrameMeasures> frames_in(
    const VideoSuggestions& video, const Stretch& stretch);

// The middles of `count` parts of the same length.
std::vector<nanoseconds> middles(const Stretch& stretch, int count);

}  // namespace livephoto::tool
