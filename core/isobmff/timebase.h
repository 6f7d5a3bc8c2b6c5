// From nanoseconds to ticks: the timescale of a clip and the tick of each frame.
#pragma once

#include <chrono>
#include <cstdint>
#include <span>
#include <vector>

namespace livephoto::isobmff {

// Frames a second as a fraction; numerator 0 means unknown or variable.
struct FrameRate {
  std::uint32_t numerator = 0;
  std::uint32_t denominator = 1;

  bool operator==(const FrameRate&) const = default;
};

struct Timebase {
  std::uint32_t timescale = 600;     // ticks a second
  std::vector<std::uint64_t> ticks;  // one for each frame, in the order given
};

// The timescale in which every frame of a clip has an exact tick (within 2 ns),
// and those ticks. `times` are presentation times from the clip's first frame,
// ascending, none negative. `rate` is what the stream says of itself: where all
// times lie within 1 ms of its grid, the frames are put onto the grid.
// Tried in this order: 600; the rate's numerator, once to four times; the usual
// numbers from 1000 to 120000; the smallest from 600 to 240000 that fits; and
// for live clocks, which fit nothing, 90000. Two frames never share a tick.
Timebase timebase_of(std::span<const std::chrono::nanoseconds> times, FrameRate rate);

// The tick nearest to `time`, which is not negative.
std::uint64_t to_ticks(std::chrono::nanoseconds time, std::uint32_t timescale);

}  // namespace livephoto::isobmff
