// A plugin whose demuxer does to its process what bad decoders do: it crashes, or it never returns.
//
// A file that begins with "FAULTY crash" or "FAULTY hang" does so at once; with "later" behind, in
// the middle of a clip of raw pictures, and only the second time that the process opens it: the
// tool looks at a video first, then makes its pair. With "last", the third time: it surveys a
// video, looks through it, then shows its moments on a sheet. One that begins with "FAULTY slow" is
// read for seconds, piece by piece, before its first picture comes.
#include <gst/gst.h>
#include <unistd.h>

#include <atomic>
#include <csignal>
#include <string>
#include <string_view>

#include "tests/tool/faulty_source.h"

struct FaultyDemux {
  GstElement parent;
  int number;
  int slow_pieces;  // that came so far, of a file that is slow
};
struct FaultyDemuxClass {
  GstElementClass parent;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's macros are C
G_DEFINE_TYPE(FaultyDemux, faulty_demux, GST_TYPE_ELEMENT)
#pragma GCC diagnostic pop

namespace {

constexpr std::string_view kMagic = "FAULTY ";
constexpr int kWidth = 64;
constexpr int kHeight = 48;
constexpr int kRate = 30;
constexpr int kPicturesBefore = 45;
constexpr int kSlowPieces = 70;
constexpr useconds_t kSlowPiece = 100'000;  // microseconds

std::atomic<int> made_so_far = 0;

GstStaticPadTemplate kSink = GST_STATIC_PAD_TEMPLATE(
    "sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-faulty"));
GstStaticPadTemplate kSource = GST_STATIC_PAD_TEMPLATE(
    "src", GST_PAD_SRC, GST_PAD_SOMETIMES, GST_STATIC_CAPS("video/x-raw, format = (string) I420"));

[[noreturn]] void fail(bool crashes) {
  if (crashes) {
    std::signal(SIGSEGV, SIG_DFL);
    raise(SIGSEGV);
  }
  for (;;) pause();
}

GstFlowReturn push_pictures(FaultyDemux* self) {
  GstPad* pad = gst_pad_new_from_static_template(&kSource, "src");
  gst_pad_set_active(pad, TRUE);
  gst_pad_push_event(pad, gst_event_new_stream_start("faulty"));
  GstCaps* caps = gst_caps_new_simple(
      "video/x-raw",
      "format",
      G_TYPE_STRING,
      "I420",
      "width",
      G_TYPE_INT,
      kWidth,
      "height",
      G_TYPE_INT,
      kHeight,
      "framerate",
      GST_TYPE_FRACTION,
      kRate,
      1,
      nullptr);
  gst_pad_push_event(pad, gst_event_new_caps(caps));
  gst_caps_unref(caps);
  GstSegment segment;
  gst_segment_init(&segment, GST_FORMAT_TIME);
  gst_pad_push_event(pad, gst_event_new_segment(&segment));
  gst_element_add_pad(&self->parent, pad);
  gst_element_no_more_pads(&self->parent);
  GstFlowReturn flow = GST_FLOW_OK;
  for (int i = 0; i < kPicturesBefore && flow == GST_FLOW_OK; ++i) {
    GstBuffer* picture = gst_buffer_new_allocate(nullptr, kWidth * kHeight * 3 / 2, nullptr);
    gst_buffer_memset(picture, 0, 128, kWidth * kHeight * 3 / 2);
    GST_BUFFER_PTS(picture) = gst_util_uint64_scale(static_cast<guint64>(i), GST_SECOND, kRate);
    GST_BUFFER_DURATION(picture) = GST_SECOND / kRate;
    flow = gst_pad_push(pad, picture);
  }
  return flow;
}

GstFlowReturn chain(GstPad*, GstObject* parent, GstBuffer* buffer) {
  auto* self = reinterpret_cast<FaultyDemux*>(parent);
  std::string text(gst_buffer_get_size(buffer), ' ');
  gst_buffer_extract(buffer, 0, text.data(), text.size());
  gst_buffer_unref(buffer);
  if (text.starts_with("FAULTY slow") || self->slow_pieces > 0) {
    usleep(kSlowPiece);
    if (++self->slow_pieces < kSlowPieces) return GST_FLOW_OK;
    push_pictures(self);
    return GST_FLOW_EOS;
  }
  const bool crashes = text.starts_with("FAULTY crash");
  const bool is_last = text.find("last") != std::string::npos;
  if (is_last || text.find("later") != std::string::npos) {
    const GstFlowReturn flow = push_pictures(self);
    if (flow != GST_FLOW_OK || self->number < (is_last ? 3 : 2)) return GST_FLOW_EOS;
  }
  fail(crashes);
}

void find_type(GstTypeFind* find, gpointer) {
  const guint8* begin = gst_type_find_peek(find, 0, kMagic.size());
  if (begin && kMagic == std::string_view(reinterpret_cast<const char*>(begin), kMagic.size()))
    gst_type_find_suggest_empty_simple(find, GST_TYPE_FIND_MAXIMUM, "video/x-faulty");
}

gboolean register_elements(GstPlugin* plugin) {
  GstCaps* caps = gst_caps_new_empty_simple("video/x-faulty");
  const gboolean done =
      register_faulty_source(plugin) &&
      gst_element_register(plugin, "faultydemux", GST_RANK_PRIMARY, faulty_demux_get_type()) &&
      gst_type_find_register(
          plugin,
          "video/x-faulty",
          GST_RANK_PRIMARY,
          find_type,
          "faulty",
          caps,
          nullptr,
          nullptr);
  gst_caps_unref(caps);
  return done;
}

}  // namespace

static void faulty_demux_init(FaultyDemux* self) {
  self->number = ++made_so_far;
  GstPad* pad = gst_pad_new_from_static_template(&kSink, "sink");
  gst_pad_set_chain_function(pad, chain);
  gst_element_add_pad(&self->parent, pad);
}

static void faulty_demux_class_init(FaultyDemuxClass* klass) {
  gst_element_class_add_static_pad_template(&klass->parent, &kSink);
  gst_element_class_add_static_pad_template(&klass->parent, &kSource);
  gst_element_class_set_static_metadata(
      &klass->parent,
      "Faulty demuxer",
      "Codec/Demuxer",
      "Crashes or hangs",
      "The tests");
}

GST_PLUGIN_DEFINE(
    GST_VERSION_MAJOR,
    GST_VERSION_MINOR,
    livephotofaults,
    "Elements that fail, for tests",
    register_elements,
    "0",
    "LGPL",
    "tests",
    "tests")
