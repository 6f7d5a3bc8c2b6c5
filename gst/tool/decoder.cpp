#include "gst/tool/decoder.h"

#include <gst/app/gstappsink.h>
#include <unistd.h>

#include <fstream>
#include <string_view>

#include "core/text.h"

namespace livephoto::tool {
namespace {

using gst::adopt;
using gst::Owned;
using std::chrono::nanoseconds;

Error failed(const GError* problem) {
  return Error{
      ErrorCode::Unsupported,
      "GStreamer cannot decode it; install its plugins for that (good, libav).",
      problem ? problem->message : ""};
}

// When the frame is shown; nothing for one that is not.
std::optional<nanoseconds> shown_time(GstSample* sample) {
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  const GstSegment* segment = gst_sample_get_segment(sample);
  if (!buffer || !segment) return std::nullopt;
  const GstClockTime begin = GST_BUFFER_PTS(buffer);
  if (!GST_CLOCK_TIME_IS_VALID(begin) || segment->format != GST_FORMAT_TIME) return std::nullopt;
  if (begin < segment->start || (segment->stop != GST_CLOCK_TIME_NONE && begin >= segment->stop))
    return std::nullopt;
  const guint64 time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, begin);
  if (time == GST_CLOCK_TIME_NONE) return std::nullopt;
  return nanoseconds(static_cast<std::int64_t>(time));
}

std::uint64_t resident_bytes() {
  std::ifstream file("/proc/self/statm");
  std::uint64_t all = 0;
  std::uint64_t resident = 0;
  file >> all >> resident;
  return resident * static_cast<std::uint64_t>(::sysconf(_SC_PAGESIZE));
}

// Parsers repeat the size that the file names, if it names one; what is decoded has the stream's
// own.
GstPadProbeReturn forget_size(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* const event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* named = nullptr;
  gst_event_parse_caps(event, &named);
  const auto caps = adopt(gst_caps_copy(named));
  gst_structure_remove_fields(gst_caps_get_structure(caps.get(), 0), "width", "height", nullptr);
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_caps(caps.get());
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

}  // namespace

Decoder::~Decoder() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

Result<void> Decoder::open(
    const std::filesystem::path& path, const std::string& direction, const std::string& tail) {
  GError* problem = nullptr;
  if (!gst_init_check(nullptr, nullptr, &problem)) return failed(adopt(problem).get());
  const std::string line =
      "filesrc name=file ! decodebin name=decoders ! videoconvert ! videoflip video-direction=" +
      direction + " ! videoconvert ! " + tail + " ! appsink name=frames sync=false max-buffers=1";
  pipeline_ = adopt(gst_parse_launch(line.c_str(), &problem));
  const auto owned = adopt(problem);
  if (!pipeline_ || owned) return failed(owned.get());
  const auto file = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "file"));
  g_object_set(file.get(), "location", path.c_str(), nullptr);
  frames_ = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "frames"));
  const auto decoders = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "decoders"));
  g_signal_connect(decoders.get(), "autoplug-continue", G_CALLBACK(is_small_enough), this);
  if (limits_.pixels != UINT64_MAX)
    g_signal_connect(pipeline_.get(), "deep-element-added", G_CALLBACK(limit), this);
  begin_ = std::clock();
  memory_before_ = resident_bytes();
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  return {};
}

// Asked of each stream, by what its file and then its own headers say, before there is a decoder.
gboolean Decoder::is_small_enough(GstElement*, GstPad*, GstCaps* caps, gpointer decoder) {
  auto& self = *static_cast<Decoder*>(decoder);
  const GstStructure* const stream = gst_caps_get_structure(caps, 0);
  int width = 0;
  int height = 0;
  if (!gst_structure_get_int(stream, "width", &width) ||
      !gst_structure_get_int(stream, "height", &height) || width < 0 || height < 0)
    return TRUE;
  if (static_cast<std::uint64_t>(width) * static_cast<std::uint64_t>(height) <= self.limits_.pixels)
    return TRUE;
  self.refusal_ = "Its pictures have more pixels than are decoded only to be looked at.";
  return FALSE;
}

// Asked before each frame is decoded: how many of them a decoder keeps only the stream says.
GstPadProbeReturn Decoder::watch_memory(GstPad*, GstPadProbeInfo* info, gpointer decoder) {
  auto& self = *static_cast<Decoder*>(decoder);
  // Without the end of the stream the decoder does not hand out what it keeps.
  if (self.refusal_) return GST_PAD_PROBE_DROP;
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM) return GST_PAD_PROBE_OK;
  if (resident_bytes() <= self.memory_before_ + self.limits_.memory) return GST_PAD_PROBE_OK;
  self.refusal_ = "It takes more memory to decode than is spent only to look at it.";
  return GST_PAD_PROBE_DROP;
}

void Decoder::limit(GstBin*, GstBin*, GstElement* element, gpointer decoder) {
  // libav keeps pictures for each of its threads, by default one for each processor.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), "max-threads"))
    g_object_set(element, "max-threads", 1, nullptr);
  GstElementFactory* const factory = gst_element_get_factory(element);
  const std::string_view name = factory ? GST_OBJECT_NAME(factory) : "";
  if (name != "h264parse" && name != "h265parse") return;
  const auto sink = adopt(gst_element_get_static_pad(element, "sink"));
  gst_pad_add_probe(sink.get(), GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM, forget_size, nullptr, nullptr);
  const auto source = adopt(gst_element_get_static_pad(element, "src"));
  gst_pad_add_probe(
      source.get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM),
      watch_memory,
      decoder,
      nullptr);
}

Result<void> Decoder::check_limits() const {
  if (const char* const refusal = refusal_) return invalid_input(refusal);
  if (limits_.time && (std::clock() - begin_) / CLOCKS_PER_SEC >= limits_.time->count())
    return invalid_input(
        "It takes more than " + std::to_string(limits_.time->count()) + " s to decode.");
  return {};
}

Result<std::optional<DecodedFrame>> Decoder::next() {
  constexpr GstClockTime kPause = 200 * GST_MSECOND;
  constexpr int kMostPauses = 150;
  GstAppSink* const sink = GST_APP_SINK(frames_.get());
  for (int i = 0; i < kMostPauses; ++i) {
    if (const auto within = check_limits(); !within) return within.error();
    auto sample = adopt(gst_app_sink_try_pull_sample(sink, kPause));
    if (sample) {
      i = 0;
      if (const auto time = shown_time(sample.get()))
        return std::optional(DecodedFrame{std::move(sample), *time});
      continue;
    }
    if (gst_app_sink_is_eos(sink)) {
      // A decoder that gave up ends its stream, too.
      if (const auto within = check_limits(); !within) return within.error();
      if (const auto problem = error_on_bus()) return failed(problem.get());
      return std::optional<DecodedFrame>();
    }
    if (const auto problem = error_on_bus()) {
      const auto within = check_limits();
      return within ? failed(problem.get()) : within.error();
    }
  }
  return failed(nullptr);
}

// An error that reaches no sink: it comes neither with a frame nor with the end.
Owned<GError> Decoder::error_on_bus() const {
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())));
  GstMessage* message = gst_bus_pop_filtered(GST_BUS(bus.get()), GST_MESSAGE_ERROR);
  if (!message) return nullptr;
  const auto owned = adopt(GST_MINI_OBJECT(message));
  GError* problem = nullptr;
  gst_message_parse_error(message, &problem, nullptr);
  return adopt(problem);
}

}  // namespace livephoto::tool
