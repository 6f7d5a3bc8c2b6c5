// One line at the bottom of a terminal: how far a run is.
#pragma once

#include <chrono>
#include <cstddef>
#include <string>

namespace livephoto::tool {

// Nothing where the standard error is no terminal.
class ProgressBar {
 public:
  explicit ProgressBar(std::size_t jobs);
  ~ProgressBar() { clear(); }
  ProgressBar(const ProgressBar&) = delete;
  ProgressBar& operator=(const ProgressBar&) = delete;

  // One more is done; what was skipped says nothing of the time that others take.
  void ended(bool was_skipped);
  // `under_way`: the sum of how far those are that are being made, each from 0 to 1.
  void draw(double under_way);
  // Before something else is written there.
  void clear();

 private:
  std::size_t jobs_;
  std::size_t ended_ = 0;
  std::size_t skipped_ = 0;
  bool is_shown_;
  bool is_drawn_ = false;
  std::chrono::steady_clock::time_point begun_ = std::chrono::steady_clock::now();
};

// "[####......]  4 of 12, about 1:20 left" of at most `width` characters. `done` of `jobs` are
// done, counting parts; `ended` wholly. Without a time where none is known yet.
std::string bar_text(
    double done, std::size_t ended, std::size_t jobs, std::chrono::seconds left, std::size_t width);

}  // namespace livephoto::tool
