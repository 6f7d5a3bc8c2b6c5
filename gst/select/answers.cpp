#include "gst/select/answers.h"

#include <gst/video/video.h>

#include <mutex>

#include "gst/select/ending.h"
#include "gst/select/impl.h"
#include "gst/select/pad_caps.h"
#include "gst/select/stream.h"
#include "gst/support/allocation.h"
#include "gst/support/handshake.h"

namespace livephoto::select {

using gst::Confirmation;
using gst::confirms;

namespace {

// A live source's picture waits here until the next one comes.
gboolean answer_latency(Impl& impl, GstPad* sink, GstQuery* query) {
  if (!gst_pad_peer_query(sink, query)) return FALSE;
  gboolean live = FALSE;
  GstClockTime least = 0;
  GstClockTime most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  std::unique_lock lock(impl.mutex);
  GstVideoInfo info;
  const GstCaps* caps = impl.run.video.caps.get();
  if (!live || !caps || !gst_video_info_from_caps(&info, caps) || info.fps_n <= 0) return TRUE;
  const GstClockTime held = gst_util_uint64_scale_int(GST_SECOND, info.fps_d, info.fps_n);
  gst_query_set_latency(
      query,
      live,
      least + held,
      GST_CLOCK_TIME_IS_VALID(most) ? most + held : most);
  return TRUE;
}

// One picture is held until the next one comes, and one is the still. Once the
// still has been sent its branch needs no more pictures and is not asked: the
// query is serialized, and a sink in preroll holds its stream lock until PLAYING.
bool answer_allocation(Impl& impl, GstQuery* query) {
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (!caps || !is_raw(caps)) return false;  // packets need no pool of ours
  bool still_sent = false;
  {
    std::unique_lock lock(impl.mutex);
    still_sent = impl.run.announcement != nullptr;
  }
  if (still_sent) return gst::answer_allocation(query, {impl.video_src}, 1);
  return gst::answer_allocation(query, {impl.video_src, impl.still_src}, 2);
}

}  // namespace

gboolean sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  const bool video = is_video(impl, pad);
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      const auto caps = video ? sink_caps(pad, {impl.video_src}, {impl.still_src}, filter)
                              : sink_caps(pad, {impl.audio_src}, {}, filter);
      gst_query_set_caps_result(query, caps.get());
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS: {
      GstCaps* caps = nullptr;
      gst_query_parse_accept_caps(query, &caps);
      const auto offered = adopt(gst_pad_query_caps(pad, nullptr));
      if (!video || !is_left_over(caps, offered.get()))
        return gst_pad_query_default(pad, parent, query);
      gst_query_set_accept_caps_result(query, TRUE);
      return TRUE;
    }
    case GST_QUERY_ALLOCATION:
      return video && answer_allocation(impl, query);
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  GstPad* sink = pad == impl.audio_src ? impl.audio_sink : impl.video_sink;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      auto caps = adopt(gst_pad_get_pad_template_caps(pad));
      if (filter)
        caps = adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result(query, caps.get());
      return TRUE;
    }
    case GST_QUERY_LATENCY:
      return answer_latency(impl, sink, query);
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

gboolean src_event(GstPad* pad, GstObject* parent, GstEvent* given) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  const auto event = adopt(given);
  if (pad == impl.still_src && confirms(given, Confirmation::StillPrepared)) {
    impl.still_task->confirm();
    return TRUE;
  }
  if (confirms(given, Confirmation::MovieWritten)) {
    if (pad == impl.video_src) end_still(impl);
    return TRUE;
  }
  switch (GST_EVENT_TYPE(given)) {
    case GST_EVENT_QOS:
    case GST_EVENT_SEEK:
    case GST_EVENT_STEP:
      // Their times are the clip's; upstream they would mean another instant.
      return GST_EVENT_TYPE(given) == GST_EVENT_QOS;
    default:
      return gst_pad_push_event(
          pad == impl.audio_src ? impl.audio_sink : impl.video_sink,
          gst_event_ref(given));
  }
}

GstIterator* iterate_links(GstPad* pad, GstObject* parent) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  GstPad* other = nullptr;
  if (pad == impl.video_sink) other = impl.video_src;
  if (pad == impl.audio_sink) other = impl.audio_src;
  if (pad == impl.video_src || pad == impl.still_src) other = impl.video_sink;
  if (pad == impl.audio_src) other = impl.audio_sink;
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_PAD);
  g_value_set_object(&value, other);
  GstIterator* iterator = gst_iterator_new_single(GST_TYPE_PAD, &value);
  g_value_unset(&value);
  return iterator;
}

}  // namespace livephoto::select
