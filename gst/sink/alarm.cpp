#include "gst/sink/alarm.h"

#include <utility>

#include "gst/support/ptr.h"

namespace livephoto::sink {
namespace {

// It goes with the clock's entry, perhaps under a lock of the clock's: so it is not what the
// element lives by.
struct Call {
  Call(GstElement* its_element, std::function<void()> what) : call(std::move(what)) {
    g_weak_ref_init(&element, its_element);
  }
  ~Call() { g_weak_ref_clear(&element); }
  Call(const Call&) = delete;
  Call& operator=(const Call&) = delete;

  GWeakRef element;
  std::function<void()> call;
};

gboolean ring(GstClock*, GstClockTime, GstClockID, gpointer data) {
  auto* kept = static_cast<Call*>(data);
  const auto element = gst::adopt(static_cast<GstElement*>(g_weak_ref_get(&kept->element)));
  if (element) kept->call();
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
  auto* kept = new Call(element, std::move(call));
  const auto answer = gst_clock_id_wait_async(id_, ring, kept, forget);
  // A clock that waits for nobody does not take it; one that tried to has it already.
  if (answer != GST_CLOCK_OK && !GST_CLOCK_ENTRY(id_)->destroy_data) forget(kept);
}

void Alarm::cancel() {
  if (!id_) return;
  gst_clock_id_unschedule(id_);
  gst_clock_id_unref(std::exchange(id_, nullptr));
}

}  // namespace livephoto::sink
