#include "gst/support/pad_task.h"

namespace livephoto::gst {
namespace {

gsize buffer_bytes(GstMiniObject* item) {
  return GST_IS_BUFFER(item) ? gst_buffer_get_size(GST_BUFFER_CAST(item)) : 0;
}

}  // namespace

bool PadTask::activate(bool active) {
  if (active) {
    {
      std::unique_lock lock(mutex_);
      flushing_ = false;
      confirmed_ = false;
      flow_ = GST_FLOW_OK;
    }
    return gst_pad_start_task(pad_, run, this, nullptr);
  }
  {
    std::unique_lock lock(mutex_);
    stop_and_clear(lock);
  }
  return gst_pad_stop_task(pad_);
}

void PadTask::stop_and_clear(std::unique_lock<std::mutex>& lock) {
  flushing_ = true;
  std::deque<Owned<GstMiniObject>> dropped;
  dropped.swap(queue_);
  queued_bytes_ = 0;
  changed_.notify_all();
  lock.unlock();  // the last reference to a buffer may run code of its owner's
  dropped.clear();
}

void PadTask::push(Owned<GstMiniObject> item) {
  std::unique_lock lock(mutex_);
  if (flushing_ || flow_ < GST_FLOW_EOS) return;
  queued_bytes_ += buffer_bytes(item.get());
  queue_.push_back(std::move(item));
  changed_.notify_all();
}

void PadTask::flush_start() {
  {
    std::unique_lock lock(mutex_);
    stop_and_clear(lock);
  }
  gst_pad_push_event(pad_, gst_event_new_flush_start());
  gst_pad_pause_task(pad_);
}

void PadTask::flush_stop(bool reset_time) {
  gst_pad_push_event(pad_, gst_event_new_flush_stop(reset_time));
  {
    std::unique_lock lock(mutex_);
    flushing_ = false;
    confirmed_ = false;
    flow_ = GST_FLOW_OK;
  }
  gst_pad_start_task(pad_, run, this, nullptr);
}

GstFlowReturn PadTask::flow() const {
  std::unique_lock lock(mutex_);
  return flow_;
}

void PadTask::wait_until_below(gsize bytes) {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] { return queued_bytes_ <= bytes || flushing_ || flow_ < GST_FLOW_EOS; });
}

GstFlowReturn PadTask::wait_until_pushed_or_confirmed() {
  std::unique_lock lock(mutex_);
  changed_.wait(lock, [&] {
    return (queue_.empty() && !pushing_) || confirmed_ || flushing_ || flow_ < GST_FLOW_EOS;
  });
  if (flushing_) return GST_FLOW_FLUSHING;
  return confirmed_ ? GST_FLOW_OK : flow_;
}

void PadTask::confirm() {
  std::unique_lock lock(mutex_);
  confirmed_ = true;
  changed_.notify_all();
}

bool PadTask::is_confirmed() const {
  std::unique_lock lock(mutex_);
  return confirmed_;
}

void PadTask::run_once() {
  Owned<GstMiniObject> item;
  {
    std::unique_lock lock(mutex_);
    changed_.wait(lock, [&] { return !queue_.empty() || flushing_; });
    if (flushing_) {
      gst_pad_pause_task(pad_);
      return;
    }
    item = std::move(queue_.front());
    queue_.pop_front();
    queued_bytes_ -= buffer_bytes(item.get());
    pushing_ = true;
  }

  const bool is_buffer = GST_IS_BUFFER(item.get());
  GstFlowReturn flow = GST_FLOW_OK;
  if (is_buffer)
    flow = gst_pad_push(pad_, GST_BUFFER_CAST(item.release()));
  else
    gst_pad_push_event(pad_, GST_EVENT_CAST(item.release()));

  const bool failed = is_buffer && flow < GST_FLOW_EOS;
  // Told before anybody who waits for the push wakes up.
  if (failed) on_failure_(flow);

  std::unique_lock lock(mutex_);
  pushing_ = false;
  if (is_buffer && !flushing_) flow_ = flow == GST_FLOW_NOT_LINKED ? GST_FLOW_OK : flow;
  if (failed) {
    // Nothing may follow what failed, least of all an EOS that would look like success.
    queue_.clear();
    queued_bytes_ = 0;
  }
  changed_.notify_all();
}

}  // namespace livephoto::gst
