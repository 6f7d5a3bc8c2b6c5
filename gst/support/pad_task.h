// A source pad with a streaming thread and a queue of its own.
#pragma once

#include <gst/gst.h>

#include <condition_variable>
#include <deque>
#include <functional>
#include <mutex>
#include <utility>

#include "gst/support/ptr.h"

namespace livephoto::gst {

// Everything that leaves by the pad goes through the queue, in order, and is
// pushed by the pad's own task: whoever fills the queue never waits for what
// is behind the pad. Thread-safe. The pad must outlive this.
class PadTask {
 public:
  // `on_failure` is told, from the task's thread, what a push failed with.
  PadTask(GstPad* pad, std::function<void(GstFlowReturn)> on_failure)
      : pad_(pad), on_failure_(std::move(on_failure)) {}
  PadTask(const PadTask&) = delete;
  PadTask& operator=(const PadTask&) = delete;

  // For the pad's activatemode function, push mode.
  bool activate(bool active);

  // Appends a buffer or a serialized event; dropped while flushing.
  void push(GstBuffer* buffer) { push(adopt(GST_MINI_OBJECT_CAST(buffer))); }
  void push(GstEvent* event) { push(adopt(GST_MINI_OBJECT_CAST(event))); }

  // Empties the queue and forwards the flush downstream.
  void flush_start();
  void flush_stop(bool reset_time);

  // What the last push of a buffer returned; GST_FLOW_OK before the first. A
  // pad without a peer counts as OK: what goes there is dropped.
  GstFlowReturn flow() const;

  // Waits while more than `bytes` of buffers are queued. Returns at once when
  // the pad is flushing or has failed.
  void wait_until_below(gsize bytes);

  // Waits until all that is queued has been pushed, or until confirm(). What it
  // returns is GST_FLOW_FLUSHING if the pad flushes instead, or the picture was
  // given up behind it, and the error if a push failed.
  GstFlowReturn wait_until_pushed_or_confirmed();
  void confirm();
  bool is_confirmed() const;

 private:
  void push(Owned<GstMiniObject> item);
  void stop_and_clear(std::unique_lock<std::mutex>& lock);
  void run_once();
  static void run(gpointer self) { static_cast<PadTask*>(self)->run_once(); }

  GstPad* pad_;
  std::function<void(GstFlowReturn)> on_failure_;
  mutable std::mutex mutex_;
  std::condition_variable changed_;
  std::deque<Owned<GstMiniObject>> queue_;
  gsize queued_bytes_ = 0;
  bool pushing_ = false;
  bool confirmed_ = false;
  bool flushing_ = true;
  GstFlowReturn flow_ = GST_FLOW_OK;
};

}  // namespace livephoto::gst
