#include "gst/select/stream.h"

#include <algorithm>
#include <cstdint>
#include <utility>

#include "gst/select/source_tags.h"

namespace livephoto::select {

using gst::adopt;

nanoseconds from_clock_time(GstClockTime time) {
  return nanoseconds(static_cast<std::int64_t>(
      std::min<GstClockTime>(time, static_cast<GstClockTime>(nanoseconds::max().count()))));
}

GstClockTime to_clock_time(nanoseconds time) { return static_cast<GstClockTime>(time.count()); }

std::optional<nanoseconds> stream_time(const GstSegment& segment, GstClockTime time) {
  guint64 magnitude = 0;
  const gint sign = gst_segment_to_stream_time_full(&segment, GST_FORMAT_TIME, time, &magnitude);
  // Past it a time is not one, and sums of a few would overflow: 73 years.
  if (sign == 0 || magnitude > G_MAXINT64 / 4) return std::nullopt;
  return sign > 0 ? from_clock_time(magnitude) : -from_clock_time(magnitude);
}

bool Input::has_date() const {
  return select::has_date(global_tags.get()) || select::has_date(stream_tags.get());
}

std::optional<nanoseconds> correction(const GstSegment& before, const GstSegment& after) {
  const bool is_same_running_time = before.format == GST_FORMAT_TIME && before.rate == after.rate &&
                                    before.base == after.base && before.offset == after.offset;
  if (!is_same_running_time || after.start >= before.start) return std::nullopt;
  const auto told = stream_time(before, before.start);
  const auto meant = stream_time(after, before.start);
  if (!told || !meant || *meant <= *told) return std::nullopt;
  return *meant - *told;
}

std::optional<GstClockTime> end_of(GstClockTime begin, GstClockTime duration) {
  if (!GST_CLOCK_TIME_IS_VALID(duration) || duration >= GST_CLOCK_TIME_NONE - begin)
    return std::nullopt;
  return begin + duration;
}

bool is_raw(const GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  return gst_structure_has_name(fields, "video/x-raw") ||
         gst_structure_has_name(fields, "audio/x-raw");
}

namespace {

Owned<GstEvent> stream_start_for(GstPad* pad, const Input& input) {
  guint group = 0;
  const gchar* upstream = nullptr;
  const bool has_group =
      input.stream_start && gst_event_parse_group_id(input.stream_start.get(), &group);
  if (input.stream_start) gst_event_parse_stream_start(input.stream_start.get(), &upstream);
  // gst_pad_create_stream_id() takes an element with one sink pad only.
  const auto id = adopt(
      upstream ? g_strdup_printf("%s/%s", upstream, GST_PAD_NAME(pad))
               : g_strdup_printf("%08x%08x/%s", g_random_int(), g_random_int(), GST_PAD_NAME(pad)));
  auto event = adopt(gst_event_new_stream_start(id.get()));
  if (has_group) gst_event_set_group_id(event.get(), group);
  return event;
}

}  // namespace

Owned<GstMiniObject> as_item(GstEvent* event) { return adopt(GST_MINI_OBJECT_CAST(event)); }
Owned<GstMiniObject> as_item(Owned<GstEvent> event) { return as_item(event.release()); }
Owned<GstMiniObject> as_item(Owned<GstBuffer> buffer) {
  return adopt(GST_MINI_OBJECT_CAST(buffer.release()));
}

Outgoing opening(
    GstPad* pad,
    const Input& input,
    GstCaps* caps,
    nanoseconds later,
    const GstSegment* given_segment) {
  Outgoing out;
  out.push_back(as_item(stream_start_for(pad, input)));
  if (caps) out.push_back(as_item(gst_event_new_caps(caps)));
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  out.push_back(as_item(gst_event_new_segment(given_segment ? given_segment : &segment)));
  for (const auto* tags : {&input.global_tags, &input.stream_tags})
    if (*tags) out.push_back(as_item(gst_event_new_tag(moved_on(tags->get(), later).release())));
  return out;
}

void queue_all(gst::PadTask& task, Outgoing items) {
  for (auto& item : items) {
    if (GST_IS_BUFFER(item.get()))
      task.push(GST_BUFFER_CAST(item.release()));
    else
      task.push(GST_EVENT_CAST(item.release()));
  }
}

Owned<GstBuffer> restamped(GstBuffer* buffer, nanoseconds time, nanoseconds duration) {
  auto copy = adopt(gst_buffer_copy(buffer));
  GST_BUFFER_PTS(copy.get()) = to_clock_time(time);
  GST_BUFFER_DTS(copy.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(copy.get()) = to_clock_time(duration);
  GST_BUFFER_OFFSET(copy.get()) = GST_BUFFER_OFFSET_NONE;
  GST_BUFFER_OFFSET_END(copy.get()) = GST_BUFFER_OFFSET_NONE;
  return copy;
}

GstFlowReturn push_all(GstPad* pad, Outgoing items) {
  for (auto& item : items) {
    if (!GST_IS_BUFFER(item.get())) {
      gst_pad_push_event(pad, GST_EVENT_CAST(item.release()));
      continue;
    }
    const GstFlowReturn flow = gst_pad_push(pad, GST_BUFFER_CAST(item.release()));
    if (flow == GST_FLOW_FLUSHING || flow < GST_FLOW_EOS) return flow;
  }
  return GST_FLOW_OK;
}

}  // namespace livephoto::select
