#include "gst/tool/decoder.h"

#include <gst/app/gstappsink.h>

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

}  // namespace

Decoder::~Decoder() {
  if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
}

Result<void> Decoder::open(
    const std::filesystem::path& path, const std::string& direction, const std::string& tail) {
  GError* problem = nullptr;
  if (!gst_init_check(nullptr, nullptr, &problem)) return failed(adopt(problem).get());
  const std::string line =
      "filesrc name=file ! decodebin ! videoconvert ! videoflip video-direction=" + direction +
      " ! videoconvert ! " + tail + " ! appsink name=frames sync=false max-buffers=4";
  pipeline_ = adopt(gst_parse_launch(line.c_str(), &problem));
  const auto owned = adopt(problem);
  if (!pipeline_ || owned) return failed(owned.get());
  const auto file = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "file"));
  g_object_set(file.get(), "location", path.c_str(), nullptr);
  frames_ = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "frames"));
  gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
  return {};
}

Result<std::optional<DecodedFrame>> Decoder::next() {
  constexpr GstClockTime kPause = 200 * GST_MSECOND;
  constexpr int kMostPauses = 150;
  GstAppSink* const sink = GST_APP_SINK(frames_.get());
  for (int i = 0; i < kMostPauses; ++i) {
    auto sample = adopt(gst_app_sink_try_pull_sample(sink, kPause));
    if (sample) {
      i = 0;
      if (const auto time = shown_time(sample.get()))
        return std::optional(DecodedFrame{std::move(sample), *time});
      continue;
    }
    if (gst_app_sink_is_eos(sink)) {
      // A decoder that gave up ends its stream, too.
      if (const auto problem = error_on_bus()) return failed(problem.get());
      return std::optional<DecodedFrame>();
    }
    if (const auto problem = error_on_bus()) return failed(problem.get());
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
