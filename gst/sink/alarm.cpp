#include "gst/sink/alarm.h"

#include <utility>

#include "gst/support/ptr.h"

namespace livephoto::sink {
namespace {

struct Call {
  gst::Owned<GstElement> element;
  std::function<void()> call;
};

gboolean ring(GstClock*, GstClockTime, GstClockID, gpointer data) {
  static_cast<Call*>(data)->call();
  return TRUE;
}

void forget(gpointer data) { delete static_cast<Call*>(data); }

}  // namespace

void Alarm::set(GstElement* element, std::chrono::nanoseconds wait, std::function<void()> call) {
  cancel();
  GstClock* clock = gst_element_get_clock(element);
  if (!clock) return;
  const GstClockTime then = gst_clock_get_time(clock) + static_cast<GstClockTime>(wait.count());
  id_ = gst_clock_new_single_shot_id(clock, then);
  gst_object_unref(clock);
  auto* kept = new Call{gst::adopt(GST_ELEMENT(gst_object_ref(element))), std::move(call)};
  gst_clock_id_wait_async(id_, ring, kept, forget);
}

void Alarm::cancel() {
  if (!id_) return;
  gst_clock_id_unschedule(id_);
  gst_clock_id_unref(std::exchange(id_, nullptr));
}

}  // namespace livephoto::sink
