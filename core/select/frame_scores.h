// What each frame contributes to the score of a window, and is worth as a cover; internal.
#pragma once

#include <span>
#include <vector>

#include "core/select/frame_measures.h"

namespace livephoto::select {

struct FrameScore {
  double seconds = 0;  // for which it is shown
  double calm = 0;     // each 0 to 1
  double alive = 0;
  double exposed = 0;
  double sharp = 0;
  double moving = 0;    // the share of its time in which the picture is not frozen
  double activity = 0;  // local motion
  double cover = 0;     // 1 is like the sharpest of the shot; it may be more
};

// The middle one of the times between frames that follow each other; 0 of fewer than two frames.
nanoseconds usual_interval(std::span<const FrameMeasures> frames);

std::vector<FrameScore> score_frames(std::span<const FrameMeasures> frames);

// The cut is at this frame or at the next one.
bool is_at_cut(std::span<const FrameMeasures> frames, std::size_t index);

}  // namespace livephoto::select
