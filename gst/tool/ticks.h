// When the clock of a capture run strikes.
#pragma once

#include <chrono>

namespace livephoto::tool {

using std::chrono::milliseconds;

// From `elapsed` after the begin to the next multiple of `every` (> 0). Always from the begin on,
// so that no delay adds up; what was missed, by a process that was stopped, is not made up for.
constexpr milliseconds until_next_tick(milliseconds elapsed, milliseconds every) {
  return every - elapsed % every;
}

}  // namespace livephoto::tool
