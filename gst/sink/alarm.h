// Calls when the pipeline's clock has gone on for a while.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <functional>

namespace livephoto::sink {

// Not thread-safe.
class Alarm {
 public:
  Alarm() = default;
  ~Alarm() { cancel(); }
  Alarm(const Alarm&) = delete;
  Alarm& operator=(const Alarm&) = delete;

  // Calls once, `wait` from now on by the clock that `element` has, if it has one; in a thread of
  // that clock's. What was set before does not come any more, unless it is coming just now. During
  // the call the element lives; there is none once it does not.
  void set(GstElement* element, std::chrono::nanoseconds wait, std::function<void()> call);
  void cancel();

 private:
  GstClockID id_ = nullptr;
};

}  // namespace livephoto::sink
