#include "gst/support/running_time.h"

#include <algorithm>

#include "gst/support/ptr.h"

namespace livephoto::gst {

using std::chrono::nanoseconds;

std::optional<nanoseconds> running_time(const GstSegment& segment, GstClockTime time) {
  if (segment.format != GST_FORMAT_TIME) return std::nullopt;
  guint64 magnitude = 0;
  const gint sign = gst_segment_to_running_time_full(&segment, GST_FORMAT_TIME, time, &magnitude);
  // Past it a time is not one, and sums of a few would overflow: 73 years.
  if (sign == 0 || magnitude > G_MAXINT64 / 4) return std::nullopt;
  return nanoseconds(sign * static_cast<gint64>(magnitude));
}

std::optional<nanoseconds> running_time_now(GstElement* element) {
  GstClock* clock = gst_element_get_clock(element);
  if (!clock) return std::nullopt;
  const auto now = gst_clock_get_time(clock);
  gst_object_unref(clock);
  return nanoseconds(
      std::max<GstClockTimeDiff>(0, GST_CLOCK_DIFF(gst_element_get_base_time(element), now)));
}

}  // namespace livephoto::gst
