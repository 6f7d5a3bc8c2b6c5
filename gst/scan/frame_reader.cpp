#include "gst/scan/frame_reader.h"

#include <gst/app/gstappsink.h>
#include <gst/pbutils/pbutils.h>

#include <algorithm>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "gst/support/counted.h"
#include "gst/support/luma_view.h"

namespace livephoto::gst {
namespace {

using select::Pass;
using std::chrono::nanoseconds;

// Their first plane is the luma, one byte a pixel. All others are converted.
constexpr const char* kLumaFirst =
    "video/x-raw, format = { I420, YV12, NV12, NV21, Y42B, NV16, NV61, Y444, NV24, Y41B, YUV9, "
    "GRAY8, "
    "A420 }";
constexpr GstClockTime kPause = 50 * GST_MSECOND;
constexpr std::chrono::milliseconds kPauseLength(50);
// How long frames may still come after an error, of a demuxer that is far ahead.
constexpr int kPausesAfterError = 40;
Error given_up() { return {ErrorCode::InvalidInput, "It was given up.", {}}; }

Error error_of(GstMessage* message) {
  GError* raw = nullptr;
  gchar* raw_detail = nullptr;
  gst_message_parse_error(message, &raw, &raw_detail);
  const auto error = adopt(raw);
  const auto detail = adopt(raw_detail);
  const auto code = error->domain == GST_RESOURCE_ERROR ? ErrorCode::Io : ErrorCode::InvalidInput;
  return {code, error->message, detail ? detail.get() : ""};
}

struct Shown {
  GstBuffer* buffer;
  nanoseconds time;
};

// Nothing for what is only decoded for others, or has no time.
std::optional<Shown> shown_in(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  if (!buffer || !segment || segment->format != GST_FORMAT_TIME) return std::nullopt;
  if (GST_BUFFER_FLAG_IS_SET(buffer, GST_BUFFER_FLAG_DECODE_ONLY)) return std::nullopt;
  const GstClockTime begin = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(begin)) return std::nullopt;
  const GstClockTime duration = GST_BUFFER_DURATION(buffer);
  const GstClockTime end = GST_CLOCK_TIME_IS_VALID(duration) ? begin + duration : begin + 1;
  guint64 clipped = 0;
  if (!gst_segment_clip(segment, GST_FORMAT_TIME, begin, end, &clipped, nullptr))
    return std::nullopt;
  const guint64 time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, clipped);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  return Shown{buffer, nanoseconds(static_cast<std::int64_t>(time))};
}

bool is_live(GstElement* pipeline) {
  const auto query = adopt(gst_query_new_latency());
  gboolean live = FALSE;
  if (gst_element_query(pipeline, query.get()))
    gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
  return live;
}

}  // namespace

FrameReader::~FrameReader() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

// Nothing else is decoded.
gboolean FrameReader::is_picture(GstElement*, GstPad*, GstCaps* caps, gpointer) {
  const std::string_view name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return !name.starts_with("audio/") && !name.starts_with("text/") &&
         !name.starts_with("subpicture/") && !name.starts_with("closedcaption/");
}

// The first picture that is decoded. All else is drained: what is left open would fill its queue.
void FrameReader::take_stream(GstElement*, GstPad* pad, gpointer data) {
  auto* self = static_cast<FrameReader*>(data);
  const auto caps = adopt(gst_pad_get_current_caps(pad));
  const bool is_raw =
      caps && gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "video/x-raw");
  if (is_raw && !self->has_picture_.exchange(true)) {
    const auto into = adopt(gst_element_get_static_pad(self->head_, "sink"));
    gst_pad_link(pad, into.get());
    return;
  }
  GstElement* drain = gst_element_factory_make("fakesink", nullptr);
  if (!drain) return;
  g_object_set(drain, "async", FALSE, "sync", FALSE, nullptr);
  gst_bin_add(GST_BIN(self->pipeline_.get()), drain);
  const auto into = adopt(gst_element_get_static_pad(drain, "sink"));
  gst_pad_link(pad, into.get());
  gst_element_sync_state_with_parent(drain);
}

// Where much is skipped on a slow network, no frame comes for long.
void FrameReader::note_source(GstElement*, GstElement* source, gpointer data) {
  const auto pad = adopt(gst_element_get_static_pad(source, "src"));
  if (pad) count_data(pad.get(), static_cast<FrameReader*>(data)->reads_);
}

void FrameReader::note_element(GstBin*, GstBin*, GstElement* element, gpointer data) {
  auto* self = static_cast<FrameReader*>(data);
  GstElementFactory* factory = gst_element_get_factory(element);
  if (!factory) return;
  const std::string_view name = GST_OBJECT_NAME(factory);
  const std::lock_guard lock(self->mutex_);
  // GStreamer 1.22: the decoders of AV1 fail at the end after a seek, and of H.265 in a transport
  // stream pictures are taken for sync frames that are none.
  self->is_transport_stream_ = self->is_transport_stream_ || name == "tsdemux";
  if (name.find("av1") != name.npos || (self->is_transport_stream_ && name == "h265parse"))
    self->is_sought_safely_ = false;
  if (!GST_IS_VIDEO_DECODER(element)) return;
  const auto sink = adopt(gst_element_get_static_pad(element, "sink"));
  gst_pad_add_probe(sink.get(), GST_PAD_PROBE_TYPE_BUFFER, see_packet, self, nullptr);
}

bool FrameReader::is_patient(int pauses) const {
  return patience_.count() == 0 || pauses * kPauseLength < patience_;
}

Result<void> FrameReader::build(const std::string& uri) {
  pipeline_ = adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
  const auto add = [this](const gchar* factory) {
    GstElement* element = gst_element_factory_make(factory, nullptr);
    if (element) gst_bin_add(GST_BIN(pipeline_.get()), element);
    return element;
  };
  GstElement* streams = add("uridecodebin");
  head_ = add("videoconvert");
  GstElement* sink = add("appsink");
  if (!streams || !head_ || !sink)
    return Error{
        ErrorCode::Unsupported,
        "GStreamer has no uridecodebin, videoconvert or appsink; install "
        "gstreamer1.0-plugins-base.",
        {}};
  sink_ = adopt(GST_ELEMENT(gst_object_ref(sink)));
  const auto luma = adopt(gst_caps_from_string(kLumaFirst));
  g_object_set(sink, "sync", FALSE, "max-buffers", 3, "caps", luma.get(), nullptr);
  gst_element_link(head_, sink);
  g_object_set(streams, "uri", uri.c_str(), nullptr);
  g_signal_connect(streams, "source-setup", G_CALLBACK(note_source), this);
  g_signal_connect(streams, "autoplug-continue", G_CALLBACK(is_picture), nullptr);
  g_signal_connect(streams, "pad-added", G_CALLBACK(take_stream), this);
  g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(note_element), this);
  return {};
}

Result<select::SearchedVideo> FrameReader::open(const std::string& uri, const Wait& wait) {
  if (const auto built = build(uri); !built) return built.error();
  // Not PAUSED first, which a GAP before the first frame would end. What fails is said on the bus.
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  auto first = pull(wait);
  if (!first) return first.error();
  if (!*first && error_) return *error_;
  if (!*first) return invalid_input("It has no picture that can be decoded.");
  if (is_live(pipeline_.get()))
    return invalid_input("It is live: what has not happened yet cannot be looked through.");
  select::SearchedVideo video;
  if (const auto shown = shown_in(first->get())) video.begin = shown->time;
  first_ = *std::move(first);
  gint64 duration = 0;
  if (gst_element_query_duration(pipeline_.get(), GST_FORMAT_TIME, &duration) && duration > 0)
    video.end = nanoseconds(duration);
  video.can_seek = can_seek();
  return video;
}

bool FrameReader::can_seek() {
  const auto query = adopt(gst_query_new_seeking(GST_FORMAT_TIME));
  gboolean seekable = FALSE;
  if (gst_element_query(pipeline_.get(), query.get()))
    gst_query_parse_seeking(query.get(), nullptr, &seekable, nullptr, nullptr);
  const std::lock_guard lock(mutex_);
  return seekable && is_sought_safely_;
}

// What no other picture needs does not come to the decoder. (Its property skip-frame does nothing
// in GStreamer 1.22.)
GstPadProbeReturn FrameReader::see_packet(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = static_cast<FrameReader*>(data);
  const auto caps = adopt(gst_pad_get_current_caps(pad));
  const bool is_coded =
      caps && (gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "video/x-h264") ||
               gst_structure_has_name(gst_caps_get_structure(caps.get(), 0), "video/x-h265"));
  if (!is_coded) return GST_PAD_PROBE_OK;
  // Of all packets: one of them may have parameter sets.
  const bool is_needed =
      self->access_units_.is_reference(GST_PAD_PROBE_INFO_BUFFER(info), caps.get());
  return is_needed || !self->leaves_out_frames_ ? GST_PAD_PROBE_OK : GST_PAD_PROBE_DROP;
}

Result<void> FrameReader::seek(const Pass& pass) {
  leaves_out_frames_ = pass.frames == Pass::Frames::Useful;
  // The first pass may begin where it stands.
  const bool is_at_begin = std::exchange(is_at_begin_, false);
  if (is_at_begin && pass.frames != Pass::Frames::Sync && (!pass.end || !can_seek())) return {};
  int flags = GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE;
  if (pass.frames == Pass::Frames::Sync)
    flags |= GST_SEEK_FLAG_TRICKMODE | GST_SEEK_FLAG_TRICKMODE_KEY_UNITS |
             GST_SEEK_FLAG_TRICKMODE_NO_AUDIO;
  const gboolean done = gst_element_seek(
      pipeline_.get(),
      1.0,
      GST_FORMAT_TIME,
      static_cast<GstSeekFlags>(flags),
      GST_SEEK_TYPE_SET,
      std::max<gint64>(pass.begin.count(), 0),
      pass.end ? GST_SEEK_TYPE_SET : GST_SEEK_TYPE_NONE,
      pass.end ? pass.end->count() : -1);
  if (done) {
    first_.reset();
    return {};
  }
  if (const auto good = check_bus(); !good) return good.error();
  return invalid_input("GStreamer refuses to seek in it.");
}

Result<void> FrameReader::go_on(const Pass& pass) {
  leaves_out_frames_ = pass.frames == Pass::Frames::Useful;
  return {};
}

Result<void> FrameReader::check_bus() {
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())));
  for (;;) {
    GstMessage* message = gst_bus_pop(GST_BUS(bus.get()));
    if (!message) return {};
    const auto owned = adopt(GST_MINI_OBJECT(message));
    if (gst_is_missing_plugin_message(message))
      missing_ = adopt(gst_missing_plugin_message_get_description(message)).get();
    if (GST_MESSAGE_TYPE(message) != GST_MESSAGE_ERROR) continue;
    const Error error = error_of(message);
    if (missing_.empty()) return error;
    return Error{
        ErrorCode::Unsupported,
        "There is no " + missing_ + "; install the GStreamer plugins that have one.",
        error.message};
  }
}

// Null at the end.
Result<Owned<GstSample>> FrameReader::pull(const Wait& wait) {
  if (first_) return std::move(first_);
  auto* sink = GST_APP_SINK(sink_.get());
  unsigned reads = reads_;
  for (int i = 0, idle = 0; is_patient(idle); ++i, ++idle) {
    auto sample = adopt(gst_app_sink_try_pull_sample(sink, kPause));
    if (sample) return sample;
    if (const auto good = check_bus(); !good && !error_) error_ = good.error();
    // What comes before a broken end may do.
    if (gst_app_sink_is_eos(sink)) return Owned<GstSample>();
    if (error_ && i >= kPausesAfterError) return *error_;
    if (std::exchange(reads, reads_) != reads_) idle = 0;
    if (!wait()) return given_up();
  }
  return invalid_input("Nothing comes from its decoder any more; it may be damaged.");
}

Result<bool> FrameReader::next(const Wait& wait, const Use& use) {
  for (;;) {
    const auto pulled = pull(wait);
    if (!pulled) return pulled.error();
    GstSample* sample = pulled->get();
    if (!sample) return false;
    const auto shown = shown_in(sample);
    if (!shown) continue;
    GstCaps* caps = gst_sample_get_caps(sample);
    if (caps != caps_.get()) {
      if (!caps || !gst_video_info_from_caps(&info_, caps)) continue;
      caps_ = retain(caps);
    }
    GstVideoFrame frame;
    if (!gst_video_frame_map(&frame, &info_, shown->buffer, GST_MAP_READ)) continue;
    use(luma_view(frame), shown->time);
    gst_video_frame_unmap(&frame);
    return true;
  }
}

}  // namespace livephoto::gst
