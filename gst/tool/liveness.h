// Whether a job gets on, for those who would give up one that does not.
#pragma once

#include <chrono>
#include <ctime>
#include <utility>

namespace livephoto::tool {

using std::chrono::nanoseconds;

// Of this process, all threads.
inline nanoseconds processor_time() {
  timespec time{};
  clock_gettime(CLOCK_PROCESS_CPUTIME_ID, &time);
  return std::chrono::seconds(time.tv_sec) + nanoseconds(time.tv_nsec);
}

// What counts is data that comes from the video: a decoder that hangs may well be busy. Once all of
// it has come, only encoders and files are left, which show nothing while they work (a still of 4K
// takes seconds): then the work itself counts.
class Liveness {
 public:
  // Since the last call. `seen`: data so far; `has_all`: no more is needed; `processor_time`: of
  // the process so far.
  bool has_moved(unsigned seen, bool has_all, nanoseconds processor_time) {
    const bool is_new = std::exchange(seen_, seen) != seen;
    const bool works = processor_time - worked_ >= kWork;
    if (is_new || works) worked_ = processor_time;
    return is_new || (has_all && works);
  }

 private:
  // More than a main loop with nothing to do takes in minutes.
  static constexpr nanoseconds kWork{50'000'000};

  unsigned seen_ = 0;
  nanoseconds worked_{0};
};

}  // namespace livephoto::tool
