// Measures the frames of a video, one after the other.
#pragma once

#include <memory>

#include "frame_measures.h"

namespace livephoto::select {

// Works on a plane made smaller, and keeps its buffers: after the first frame of a size nothing is
// allocated. One thread at a time.
class FrameMeter {
 public:
  FrameMeter();
  ~FrameMeter();
  FrameMeter(FrameMeter&&) noexcept;
  FrameMeter& operator=(FrameMeter&&) noexcept;

  // Times ascend. A frame of another size, or no later than the one before, does not follow.
  FrameMeasures measure(const LumaView& luma, nanoseconds time);

  // The next frame does not follow the last one: it is of another place of the video.
  void restart();

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace livephoto::select
