// Which windows of a video make good Live Photos, and which of their frames the still.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "frame_measures.h"

namespace livephoto::select {

// What is given is kept; the rest is found.
struct Wanted {
  nanoseconds duration{3'000'000'000};
  std::optional<nanoseconds> start{};
  std::optional<nanoseconds> still{};
};

// Each 0 to 1, 1 is best.
struct Scores {
  double calm = 0;   // the camera
  double alive = 0;  // something moves in the picture
  double whole = 0;  // one shot
  double exposed = 0;
  double complete = 0;  // what happens begins and settles in it
  double cover = 0;     // the still is sharp, well exposed, and not at the edge
  double sharp = 0;     // the pictures, beside the sharpest of the shot
};

struct Moment {
  nanoseconds start{0};
  nanoseconds duration{0};
  nanoseconds still{0};
  double score = 0;
  Scores scores{};
};

// The best first, each apart from the others; at most one where `start` is given or the video is no
// longer than the clip, which then is the whole of it. None of no frames, or where nothing has what
// is wanted inside. Times ascend; a frame that does not follow begins another stretch, and a window
// spans two only where none has room for it. The same frames give the same moments.
std::vector<Moment> find_moments(
    std::span<const FrameMeasures> frames, const Wanted& wanted, std::size_t count);

// What speaks for it, in words: "calm camera, something moves, sharp cover".
std::string reason(const Moment& moment);

}  // namespace livephoto::select
