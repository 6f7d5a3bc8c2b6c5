// What takes Live Photos while capture runs: lines, signals and the clock.
#pragma once

#include <glib.h>

#include <chrono>
#include <functional>
#include <utility>
#include <vector>

namespace livephoto::tool {

// All is called in the thread of the main loop.
class CaptureCalls {
 public:
  // `interrupt` is for SIGINT, SIGTERM and, unless it is ignored, SIGHUP.
  CaptureCalls(std::function<void()> take, std::function<void()> interrupt)
      : take_(std::move(take)), interrupt_(std::move(interrupt)) {}
  ~CaptureCalls() { leave(); }
  CaptureCalls(const CaptureCalls&) = delete;
  CaptureCalls& operator=(const CaptureCalls&) = delete;

  void listen();
  // Nothing is called any more; those signals end the process.
  void leave();
  void start_clock(std::chrono::milliseconds every);

 private:
  static gboolean on_lines(gint fd, GIOCondition condition, gpointer self);
  gboolean read_lines();
  void watch_lines();
  void set_clock();

  const std::function<void()> take_;
  const std::function<void()> interrupt_;
  std::vector<guint> signals_;
  guint lines_ = 0;  // the source that waits for lines, or looks whether it may
  bool has_half_a_line_ = false;
  guint clock_ = 0;
  std::chrono::milliseconds every_{0};
  std::chrono::steady_clock::time_point clock_begin_;
};

// From the begin of the process on: signals that come before somebody listens take nothing, and
// end nothing.
void keep_calls_harmless();

}  // namespace livephoto::tool
