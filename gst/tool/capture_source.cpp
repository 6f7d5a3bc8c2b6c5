#include "gst/tool/capture_source.h"

#include <filesystem>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using gst::adopt;
using gst::Owned;

// Packets pass as they are where livephotosink takes them; all else is decoded.
constexpr const char* kStreams =
    "video/x-h264, parsed=(boolean)true; video/x-h265, parsed=(boolean)true; "
    "audio/mpeg, mpegversion=(int)4, framed=(boolean)true; audio/x-alac; "
    "video/x-raw(ANY); audio/x-raw(ANY)";

// A picture that moves, with a tick each second.
constexpr const char* kTest =
    "videotestsrc is-live=true pattern=ball ! video/x-raw, format=I420, colorimetry=bt709, "
    "width=1280, height=720, framerate=30/1 ! queue name=picture audiotestsrc is-live=true "
    "wave=ticks ! audio/x-raw, rate=48000, channels=1 "
    "! queue name=sound livephotosink name=sink mode=trigger picture. ! sink.video "
    "sound. ! sink.audio";
constexpr const char* kCamera =
    "livephotosink name=sink mode=trigger v4l2src name=source ! queue name=picture ! sink.video";
// Its asynchronous changes stay with uridecodebin: where it is live and its first stream appears
// between PAUSED and PLAYING, the pipeline hears of a begin without an end, and never plays (1.22).
constexpr const char* kStreamed =
    "uridecodebin name=source async-handling=true livephotosink name=sink mode=trigger";

Result<CapturePipeline> parse(const std::string& line) {
  GError* failed = nullptr;
  CapturePipeline made;
  made.pipeline =
      adopt(gst_parse_launch_full(line.c_str(), nullptr, GST_PARSE_FLAG_FATAL_ERRORS, &failed));
  const auto error = adopt(failed);
  if (!made.pipeline || error) {
    return Error{
        ErrorCode::Unsupported,
        "GStreamer lacks an element for this source; install gstreamer1.0-plugins-base and "
        "gstreamer1.0-plugins-good.",
        error ? error->message : ""};
  }
  gst_object_ref_sink(made.pipeline.get());
  made.sink = gst_bin_get_by_name(GST_BIN(made.pipeline.get()), "sink");
  gst_object_unref(made.sink);  // the pipeline has it
  return made;
}

Owned<GstElement> element_named(const CapturePipeline& made, const gchar* name) {
  return adopt(gst_bin_get_by_name(GST_BIN(made.pipeline.get()), name));
}

// ---- Streams that come by themselves -------------------------------------------

GstElement* add(GstElement* pipeline, const gchar* factory, const gchar* name = nullptr) {
  GstElement* element = gst_element_factory_make(factory, name);
  if (element) gst_bin_add(GST_BIN(pipeline), element);
  return element;
}

// From `pad` on, each with the next, to `into`; null ends with the last element. Data come by `pad`
// as soon as it is linked: everything behind it has its state by then.
void chain_up(GstPad* pad, std::initializer_list<GstElement*> elements, GstPad* into) {
  Owned<GstPad> first;
  Owned<GstPad> from;
  for (GstElement* element : elements) {
    if (!element) continue;
    auto sink = adopt(gst_element_get_static_pad(element, "sink"));
    if (from)
      gst_pad_link(from.get(), sink.get());
    else
      first = std::move(sink);
    from = adopt(gst_element_get_static_pad(element, "src"));
  }
  if (into) gst_pad_link(from.get(), into);
  for (GstElement* element : elements)
    if (element) gst_element_sync_state_with_parent(element);
  gst_pad_link(pad, first.get());
}

bool is_live(GstElement* source) {
  const auto query = adopt(gst_query_new_latency());
  gboolean live = FALSE;
  if (gst_element_query(source, query.get()))
    gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
  return live;
}

// The first picture and the first sound are captured, all else is drained. A file is played in
// its own time.
void take_stream(GstElement* source, GstPad* pad, gpointer data) {
  auto* pipeline = GST_ELEMENT(data);
  const auto sink = adopt(gst_bin_get_by_name(GST_BIN(pipeline), "sink"));
  auto caps = adopt(gst_pad_get_current_caps(pad));
  if (!caps) caps = adopt(gst_pad_query_caps(pad, nullptr));
  const std::string_view type = gst_caps_get_size(caps.get()) > 0
                                    ? gst_structure_get_name(gst_caps_get_structure(caps.get(), 0))
                                    : "";
  const bool is_picture = type.starts_with("video/") || type.starts_with("image/");
  const auto into = adopt(gst_element_get_static_pad(sink.get(), is_picture ? "video" : "audio"));
  if ((!is_picture && !type.starts_with("audio/")) || gst_pad_is_linked(into.get())) {
    GstElement* drain = add(pipeline, "fakesink");
    g_object_set(drain, "async", FALSE, "sync", FALSE, nullptr);
    // The end of the pipeline does not wait for it.
    GST_OBJECT_FLAG_UNSET(drain, GST_ELEMENT_FLAG_SINK);
    chain_up(pad, {drain}, nullptr);
    return;
  }
  GstElement* parser = nullptr;
  if (type == "video/x-h264") parser = add(pipeline, "h264parse");
  if (type == "video/x-h265") parser = add(pipeline, "h265parse");
  GstElement* pace = is_live(source) ? nullptr : add(pipeline, "identity");
  if (pace) g_object_set(pace, "sync", TRUE, nullptr);
  GstElement* queue = add(pipeline, "queue", is_picture ? "picture" : "sound");
  chain_up(pad, {queue, parser, pace}, into.get());
}

void refuse_without_picture(GstElement* source, gpointer data) {
  const auto sink = adopt(gst_bin_get_by_name(GST_BIN(data), "sink"));
  const auto video = adopt(gst_element_get_static_pad(sink.get(), "video"));
  if (gst_pad_is_linked(video.get())) return;
  GST_ELEMENT_ERROR(
      source,
      STREAM,
      WRONG_TYPE,
      ("The source has no picture that can be captured; name a camera or a video."),
      (nullptr));
}

Result<CapturePipeline> streamed(const std::string& uri) {
  auto made = parse(kStreamed);
  if (!made) return made;
  const auto source = element_named(*made, "source");
  const auto caps = adopt(gst_caps_from_string(kStreams));
  g_object_set(source.get(), "uri", uri.c_str(), "caps", caps.get(), nullptr);
  g_signal_connect(source.get(), "pad-added", G_CALLBACK(take_stream), made->pipeline.get());
  g_signal_connect(
      source.get(),
      "no-more-pads",
      G_CALLBACK(refuse_without_picture),
      made->pipeline.get());
  return made;
}

Result<CapturePipeline> camera(const std::string& device) {
  auto made = parse(kCamera);
  if (made) g_object_set(element_named(*made, "source").get(), "device", device.c_str(), nullptr);
  return made;
}

Result<CapturePipeline> file(const std::string& name) {
  GError* failed = nullptr;
  const auto uri = adopt(gst_filename_to_uri(fs::absolute(name).c_str(), &failed));
  const auto error = adopt(failed);
  if (!uri) return invalid_input(shown(name) + " cannot be opened; check its name.");
  return streamed(uri.get());
}

}  // namespace

Result<CapturePipeline> new_capture_pipeline(const std::string& source) {
  if (source == "test") return parse(kTest);
  if (gst_uri_is_valid(source.c_str())) return streamed(source);
  std::error_code ignored;
  const auto status = fs::status(source, ignored);
  if (fs::is_character_file(status)) return camera(source);
  if (fs::is_regular_file(status)) return file(source);
  return Error{
      ErrorCode::Io,
      "There is no " + shown(source) +
          " to capture; name a camera such as /dev/video0, a URI, a video, or \"test\".",
      {}};
}

}  // namespace livephoto::tool
