#include "gst/tool/frames.h"

#include <gst/app/gstappsink.h>
#include <gst/gst.h>

#include <array>
#include <cstdio>
#include <string>
#include <utility>

#include "core/file.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/pair_arguments.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using gst::adopt;
using gst::Owned;
using std::chrono::nanoseconds;

// Markers and frames of others are rounded differently.
constexpr nanoseconds kTolerance{500'000};

constexpr const gchar* kLine =
    "filesrc name=file ! decodebin ! videoconvert ! "
    "videoflip video-direction=auto ! videoconvert ! video/x-raw,format=RGB ! pngenc ! "
    "appsink name=frames sync=false max-buffers=4";

struct Frame {
  Bytes png;
  nanoseconds time{0};
};

class Decoder {
 public:
  ~Decoder() {
    if (pipeline_) gst_element_set_state(pipeline_.get(), GST_STATE_NULL);
  }

  Result<void> open(const fs::path& movie) {
    GError* problem = nullptr;
    if (!gst_init_check(nullptr, nullptr, &problem)) return failed(adopt(problem).get());
    pipeline_ = adopt(gst_parse_launch(kLine, &problem));
    const auto owned = adopt(problem);
    if (!pipeline_ || owned) return failed(owned.get());
    const auto file = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "file"));
    g_object_set(file.get(), "location", movie.c_str(), nullptr);
    frames_ = adopt(gst_bin_get_by_name(GST_BIN(pipeline_.get()), "frames"));
    gst_element_set_state(pipeline_.get(), GST_STATE_PLAYING);
    return {};
  }

  // The next frame that is shown; nothing at the end.
  Result<std::optional<Frame>> next() {
    constexpr GstClockTime kPause = 200 * GST_MSECOND;
    constexpr int kMostPauses = 150;
    GstAppSink* const sink = GST_APP_SINK(frames_.get());
    for (int i = 0; i < kMostPauses; ++i) {
      const auto sample = adopt(gst_app_sink_try_pull_sample(sink, kPause));
      if (sample) {
        i = 0;
        if (auto frame = shown(sample.get())) return frame;
        continue;
      }
      if (gst_app_sink_is_eos(sink)) return std::optional<Frame>();
      if (const auto problem = error_on_bus()) return failed(problem.get());
    }
    return failed(nullptr);
  }

 private:
  static Error failed(const GError* problem) {
    return Error{
        ErrorCode::Unsupported,
        "GStreamer cannot decode the movie; install its plugins for that (libav, png).",
        problem ? problem->message : ""};
  }

  // An error that reaches no sink: it comes neither with a frame nor with the end.
  Owned<GError> error_on_bus() const {
    const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline_.get())));
    GstMessage* message = gst_bus_pop_filtered(GST_BUS(bus.get()), GST_MESSAGE_ERROR);
    if (!message) return nullptr;
    const auto owned = adopt(GST_MINI_OBJECT(message));
    GError* problem = nullptr;
    gst_message_parse_error(message, &problem, nullptr);
    return adopt(problem);
  }

  // Frames that an edit list hides are decoded, too.
  static std::optional<Frame> shown(GstSample* sample) {
    GstBuffer* buffer = gst_sample_get_buffer(sample);
    const GstSegment* segment = gst_sample_get_segment(sample);
    if (!buffer || !segment || !GST_BUFFER_PTS_IS_VALID(buffer)) return std::nullopt;
    const GstClockTime begin = GST_BUFFER_PTS(buffer);
    if (begin < segment->start || (segment->stop != GST_CLOCK_TIME_NONE && begin >= segment->stop))
      return std::nullopt;
    const guint64 time = gst_segment_to_stream_time(segment, GST_FORMAT_TIME, begin);
    const gst::ReadMap map(buffer);
    if (!map || time == GST_CLOCK_TIME_NONE) return std::nullopt;
    return Frame{
        Bytes(map.bytes().begin(), map.bytes().end()),
        nanoseconds(static_cast<std::int64_t>(time))};
  }

  Owned<GstElement> pipeline_;
  Owned<GstElement> frames_;
};

fs::path numbered_path(const FramePlan& plan, std::size_t number) {
  std::array<char, 32> text{};
  std::snprintf(text.data(), text.size(), "-%04zu.png", number);
  fs::path path = plan.base;
  path += text.data();
  return path;
}

Result<std::vector<FrameFile>> write_all(Decoder& decoder, const FramePlan& plan) {
  std::vector<FrameFile> files;
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) return frame.error();
    if (!*frame) return files;
    const fs::path path = numbered_path(plan, files.size() + 1);
    if (const auto ready = prepare({path}, plan.may_replace); !ready) return ready.error();
    if (const auto done = write_file(path, (*frame)->png); !done) return done.error();
    files.push_back({path, (*frame)->time});
  }
}

Result<std::vector<FrameFile>> write_one(Decoder& decoder, const FramePlan& plan) {
  std::optional<Frame> found;
  for (;;) {
    auto frame = decoder.next();
    if (!frame) return frame.error();
    if (!*frame || (found && (*frame)->time > *plan.only + kTolerance)) break;
    found = std::move(**frame);
  }
  if (!found) return invalid_input("The movie shows no frame at " + seconds_text(*plan.only) + ".");
  fs::path path = plan.base;
  path += "-frame.png";
  if (const auto done = write_file(path, found->png); !done) return done.error();
  return std::vector{FrameFile{path, found->time}};
}

}  // namespace

Result<std::vector<FrameFile>> write_frames(const fs::path& movie, const FramePlan& plan) {
  Decoder decoder;
  if (const auto opened = decoder.open(movie); !opened) return opened.error();
  return plan.only ? write_one(decoder, plan) : write_all(decoder, plan);
}

}  // namespace livephoto::tool
