#include "gst/sink/live_sink.h"

#include <gst/video/video.h>

#include <utility>

#include "gst/mux/sink_caps.h"
#include "gst/support/priming.h"

using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::sink::Live;
using livephoto::sink::LiveKind;

struct GstLivePhotoLiveSink {
  GstElement parent;
  GstPad* video;
  GstPad* audio;
  std::shared_ptr<Live>* live;
};
struct GstLivePhotoLiveSinkClass {
  GstElementClass parent_class;
};

G_DEFINE_TYPE(GstLivePhotoLiveSink, gst_live_photo_live_sink, GST_TYPE_ELEMENT)

namespace {

// What is raw never comes: but a source asks whether it is taken before the bin has put an encoder
// in front.
GstStaticPadTemplate kVideo = GST_STATIC_PAD_TEMPLATE(
    "video",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/x-h264; video/x-h265; video/x-raw(ANY)"));
GstStaticPadTemplate kAudio = GST_STATIC_PAD_TEMPLATE(
    "audio",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS("audio/mpeg; audio/x-alac; audio/x-raw"));

GstLivePhotoLiveSink* self_of(gpointer object) {
  return static_cast<GstLivePhotoLiveSink*>(object);
}

LiveKind kind_of(const GstLivePhotoLiveSink* self, const GstPad* pad) {
  return pad == self->video ? LiveKind::Picture : LiveKind::Sound;
}

GstFlowReturn take_packet(GstPad* pad, GstObject* parent, GstBuffer* packet) {
  auto* self = self_of(parent);
  if ((*self->live)->packet(kind_of(self, pad), adopt(packet)))
    gst_pad_push_event(
        pad,
        gst_video_event_new_upstream_force_key_unit(GST_CLOCK_TIME_NONE, TRUE, 0));
  return GST_FLOW_OK;
}

void take_caps(GstLivePhotoLiveSink* self, GstPad* pad, GstEvent* event) {
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const LiveKind kind = kind_of(self, pad);
  (*self->live)
      ->caps(
          kind,
          caps,
          kind == LiveKind::Sound ? livephoto::gst::encoder_before(pad) : std::nullopt);
}

gboolean take_segment(GstLivePhotoLiveSink* self, GstPad* pad, GstEvent* event) {
  const GstSegment* segment = nullptr;
  gst_event_parse_segment(event, &segment);
  if ((*self->live)->segment(kind_of(self, pad), *segment)) return TRUE;
  GST_ELEMENT_ERROR(
      self,
      STREAM,
      FORMAT,
      ("The source is played backwards, or does not tell the time; a capture needs forward "
       "playback behind a demuxer or parser."),
      (nullptr));
  return FALSE;
}

gboolean take_event(GstPad* pad, GstObject* parent, GstEvent* given) {
  auto* self = self_of(parent);
  const auto event = adopt(given);
  Live& live = **self->live;
  const LiveKind kind = kind_of(self, pad);
  switch (GST_EVENT_TYPE(given)) {
    case GST_EVENT_STREAM_START:
      live.begin(kind);
      if (kind == LiveKind::Picture) {
        auto* message = gst_message_new_stream_start(GST_OBJECT(self));
        guint group = 0;
        if (gst_event_parse_group_id(given, &group)) gst_message_set_group_id(message, group);
        gst_element_post_message(GST_ELEMENT(self), message);
      }
      return TRUE;
    case GST_EVENT_CAPS:
      take_caps(self, pad, given);
      return TRUE;
    case GST_EVENT_SEGMENT:
      return take_segment(self, pad, given);
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(given, &tags);
      live.tags(kind, tags);
      return TRUE;
    }
    case GST_EVENT_EOS:
      live.end(kind, gst_event_get_seqnum(given));
      return TRUE;
    case GST_EVENT_FLUSH_START:
      live.flush_start();
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      live.flush_stop(kind);
      return TRUE;
    default:
      return TRUE;
  }
}

gboolean answer_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_CAPS) return gst_pad_query_default(pad, parent, query);
  using namespace livephoto::mux;
  const bool is_picture = kind_of(self_of(parent), pad) == LiveKind::Picture;
  const auto muxed = sink_caps(is_picture ? TrackKind::Video : TrackKind::Audio, Profiles::Apple);
  const auto all = adopt(gst_caps_intersect_full(
      muxed.get(),
      adopt(gst_pad_get_pad_template_caps(pad)).get(),
      GST_CAPS_INTERSECT_FIRST));
  GstCaps* filter = nullptr;
  gst_query_parse_caps(query, &filter);
  const auto taken =
      filter ? adopt(gst_caps_intersect_full(filter, all.get(), GST_CAPS_INTERSECT_FIRST))
             : livephoto::gst::retain(all.get());
  gst_query_set_caps_result(query, taken.get());
  return TRUE;
}

GstPad* add_pad(GstLivePhotoLiveSink* self, GstStaticPadTemplate* pad_template) {
  GstPad* pad = gst_pad_new_from_static_template(pad_template, pad_template->name_template);
  gst_pad_set_chain_function(pad, take_packet);
  gst_pad_set_event_function(pad, take_event);
  gst_pad_set_query_function(pad, answer_query);
  GST_PAD_SET_ACCEPT_TEMPLATE(pad);
  gst_element_add_pad(GST_ELEMENT(self), pad);
  return pad;
}

}  // namespace

// It does not wait for a clock: so answers GstBaseSink with sync=false too.
static gboolean gst_live_photo_live_sink_query(GstElement* element, GstQuery* query) {
  if (GST_QUERY_TYPE(query) != GST_QUERY_LATENCY)
    return GST_ELEMENT_CLASS(gst_live_photo_live_sink_parent_class)->query(element, query);
  gst_query_set_latency(query, FALSE, 0, GST_CLOCK_TIME_NONE);
  return TRUE;
}

// What goes upstream, such as a seek of the application's, goes by the picture's pad, as that of
// GstBaseSink by its only one; where nobody there takes it, by the sound's.
static gboolean gst_live_photo_live_sink_send_event(GstElement* element, GstEvent* given) {
  auto* self = self_of(element);
  if (!GST_EVENT_IS_UPSTREAM(given))
    return GST_ELEMENT_CLASS(gst_live_photo_live_sink_parent_class)->send_event(element, given);
  const auto event = adopt(given);
  if (GST_EVENT_TYPE(given) == GST_EVENT_LATENCY) {
    GstClockTime latency = 0;
    gst_event_parse_latency(given, &latency);
    if (GST_CLOCK_TIME_IS_VALID(latency))
      (*self->live)->set_latency(std::chrono::nanoseconds(latency));
    gst_pad_push_event(self->audio, gst_event_ref(given));
    gst_pad_push_event(self->video, gst_event_ref(given));
    return TRUE;
  }
  return gst_pad_push_event(self->video, gst_event_ref(given)) ||
         gst_pad_push_event(self->audio, gst_event_ref(given));
}

static void gst_live_photo_live_sink_finalize(GObject* object) {
  delete self_of(object)->live;
  G_OBJECT_CLASS(gst_live_photo_live_sink_parent_class)->finalize(object);
}

static void gst_live_photo_live_sink_init(GstLivePhotoLiveSink* self) {
  self->live = nullptr;
  self->video = add_pad(self, &kVideo);
  self->audio = add_pad(self, &kAudio);
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

static void gst_live_photo_live_sink_class_init(GstLivePhotoLiveSinkClass* klass) {
  auto* element_class = GST_ELEMENT_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = gst_live_photo_live_sink_finalize;
  element_class->query = GST_DEBUG_FUNCPTR(gst_live_photo_live_sink_query);
  element_class->send_event = GST_DEBUG_FUNCPTR(gst_live_photo_live_sink_send_event);
  gst_element_class_add_static_pad_template(element_class, &kVideo);
  gst_element_class_add_static_pad_template(element_class, &kAudio);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo live sink",
      "Sink",
      "Keeps the last seconds for captures",
      "The gst-livephoto developers");
}

namespace livephoto::sink {

Owned<GstElement> new_live_sink(std::shared_ptr<Live> live) {
  auto* element = static_cast<GstElement*>(
      g_object_new(gst_live_photo_live_sink_get_type(), "name", "live", nullptr));
  gst_object_ref_sink(element);
  self_of(element)->live = new std::shared_ptr<Live>(std::move(live));
  return adopt(element);
}

void post_end(GstElement* live_sink, guint32 sequence_number) {
  auto* message = gst_message_new_eos(GST_OBJECT(live_sink));
  gst_message_set_seqnum(message, sequence_number);
  gst_element_post_message(live_sink, message);
}

}  // namespace livephoto::sink
