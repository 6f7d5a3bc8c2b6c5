#include "gst/sink/kept_still.h"

#include <utility>

using livephoto::gst::adopt;
using livephoto::gst::Owned;
using livephoto::sink::KeptPicture;

struct GstLivePhotoKeptStill {
  GstElement parent;
  GstPad* source;
  KeptPicture* picture;
};
struct GstLivePhotoKeptStillClass {
  GstElementClass parent_class;
};

G_DEFINE_TYPE(GstLivePhotoKeptStill, gst_live_photo_kept_still, GST_TYPE_ELEMENT)

namespace {

GstStaticPadTemplate kSink = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-h264; video/x-h265"));
GstStaticPadTemplate kSource =
    GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));

GstLivePhotoKeptStill* self_of(gpointer object) {
  return static_cast<GstLivePhotoKeptStill*>(object);
}

// Once.
void push_picture(GstLivePhotoKeptStill* self) {
  auto picture = std::move(self->picture->buffer);
  if (!picture) return;
  picture = adopt(gst_buffer_make_writable(picture.release()));
  const auto segment = adopt(gst_pad_get_sticky_event(self->source, GST_EVENT_SEGMENT, 0));
  const GstSegment* shown = nullptr;
  if (segment) gst_event_parse_segment(segment.get(), &shown);
  GST_BUFFER_PTS(picture.get()) = shown ? shown->start : 0;
  GST_BUFFER_DTS(picture.get()) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(picture.get()) = GST_CLOCK_TIME_NONE;
  gst_pad_push(self->source, picture.release());
}

// All that is said of the still, such as its identifier, comes before the last packet.
GstFlowReturn swallow(GstPad*, GstObject*, GstBuffer* packet) {
  gst_buffer_unref(packet);
  return GST_FLOW_OK;
}

gboolean pass_on(GstPad* pad, GstObject* parent, GstEvent* event) {
  auto* self = self_of(parent);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_CAPS:
      gst_event_unref(event);
      return gst_pad_push_event(self->source, gst_event_new_caps(self->picture->caps.get()));
    case GST_EVENT_SEGMENT_DONE:
    case GST_EVENT_EOS:
      push_picture(self);
      break;
    default:
      break;
  }
  return gst_pad_event_default(pad, parent, event);
}

}  // namespace

static void gst_live_photo_kept_still_finalize(GObject* object) {
  delete self_of(object)->picture;
  G_OBJECT_CLASS(gst_live_photo_kept_still_parent_class)->finalize(object);
}

static void gst_live_photo_kept_still_init(GstLivePhotoKeptStill* self) {
  self->picture = nullptr;
  GstPad* sink = gst_pad_new_from_static_template(&kSink, "sink");
  gst_pad_set_chain_function(sink, swallow);
  gst_pad_set_event_function(sink, pass_on);
  gst_element_add_pad(GST_ELEMENT(self), sink);
  self->source = gst_pad_new_from_static_template(&kSource, "src");
  gst_element_add_pad(GST_ELEMENT(self), self->source);
}

static void gst_live_photo_kept_still_class_init(GstLivePhotoKeptStillClass* klass) {
  G_OBJECT_CLASS(klass)->finalize = gst_live_photo_kept_still_finalize;
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &kSink);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &kSource);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass),
      "Live Photo kept still",
      "Filter",
      "Puts a picture in place of its packets",
      "The gst-livephoto developers");
}

namespace livephoto::sink {

Owned<GstElement> new_kept_still(KeptPicture picture) {
  auto* element =
      static_cast<GstElement*>(g_object_new(gst_live_photo_kept_still_get_type(), nullptr));
  gst_object_ref_sink(element);
  self_of(element)->picture = new KeptPicture(std::move(picture));
  return adopt(element);
}

}  // namespace livephoto::sink
