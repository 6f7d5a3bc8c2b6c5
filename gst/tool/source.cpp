#include "gst/tool/source.h"

#include <gst/pbutils/pbutils.h>

#include <utility>

#include "core/text.h"
#include "gst/support/counted.h"

namespace livephoto::tool {
namespace {

using gst::adopt;
using gst::Owned;

Owned<GstElement> new_pipeline() {
  return adopt(GST_ELEMENT(gst_object_ref_sink(gst_pipeline_new(nullptr))));
}

// On loan from the pipeline.
GstElement* add(GstElement* pipeline, const gchar* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (element) gst_bin_add(GST_BIN(pipeline), element);
  return element;
}

std::optional<Stream> kind_of(const GstCaps* caps) {
  if (gst_caps_is_empty(caps) || gst_caps_is_any(caps)) return std::nullopt;
  const gchar* name = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  if (g_str_has_prefix(name, "video/") || g_str_has_prefix(name, "image/")) return Stream::Picture;
  if (g_str_has_prefix(name, "audio/")) return Stream::Sound;
  return std::nullopt;
}

Error error_in(GstMessage* message) {
  GError* raw = nullptr;
  gchar* raw_detail = nullptr;
  gst_message_parse_error(message, &raw, &raw_detail);
  const auto error = adopt(raw);
  const auto detail = adopt(raw_detail);
  ErrorCode code = ErrorCode::InvalidInput;
  if (error->domain == GST_RESOURCE_ERROR) code = ErrorCode::Io;
  if (g_error_matches(error.get(), GST_RESOURCE_ERROR, GST_RESOURCE_ERROR_NO_SPACE_LEFT))
    code = ErrorCode::NoSpace;
  return {code, error->message, detail ? detail.get() : ""};
}

}  // namespace

Source::Source(const std::filesystem::path& video, Form form, Take take)
    : pipeline_(new_pipeline()), take_(std::move(take)) {
  GstElement* file = add(pipeline(), "filesrc");
  GstElement* streams = add(pipeline(), form == Form::Packets ? "parsebin" : "decodebin");
  if (!file || !streams) {
    error_ = Error{
        ErrorCode::Unsupported,
        "GStreamer has no filesrc, parsebin or decodebin; install gstreamer1.0-plugins-base.",
        {}};
    return;
  }
  g_object_set(file, "location", video.c_str(), nullptr);
  gst_element_link(file, streams);
  gst::count_data(adopt(gst_element_get_static_pad(file, "src")).get(), reads_);
  g_signal_connect(
      streams,
      "pad-added",
      G_CALLBACK(+[](GstElement*, GstPad* pad, gpointer self) {
        static_cast<Source*>(self)->add_stream(pad);
      }),
      this);
}

Source::~Source() { gst_element_set_state(pipeline(), GST_STATE_NULL); }

void Source::add_stream(GstPad* pad) {
  auto caps = adopt(gst_pad_get_current_caps(pad));
  if (!caps) caps = adopt(gst_pad_query_caps(pad, nullptr));
  const auto kind = kind_of(caps.get());
  bool is_first = false;
  if (kind) {
    const std::lock_guard lock(mutex_);
    is_first = !std::exchange(*kind == Stream::Picture ? has_picture_ : has_sound_, true);
  }
  const auto into = is_first ? take_(*kind, pad, caps.get()) : nullptr;
  if (!into || GST_PAD_LINK_FAILED(gst_pad_link(pad, into.get()))) drain(pad);
}

// A stream that is left open fills its queue, and all others wait.
void Source::drain(GstPad* pad) {
  GstElement* sink = add(pipeline(), "fakesink");
  if (!sink) return;
  g_object_set(sink, "async", FALSE, "sync", FALSE, nullptr);
  const auto into = adopt(gst_element_get_static_pad(sink, "sink"));
  gst_pad_link(pad, into.get());
  gst_element_sync_state_with_parent(sink);
}

bool Source::hear(GstMessage* message) {
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ERROR:
      error_ = error_in(message);
      return true;
    case GST_MESSAGE_EOS:
      hear_(message);
      return true;
    case GST_MESSAGE_ELEMENT:
      if (gst_is_missing_plugin_message(message))
        missing_ = adopt(gst_missing_plugin_message_get_description(message)).get();
      break;
    default:
      break;
  }
  return hear_(message);
}

Result<void> Source::run(GstState state, const Hear& hear) {
  if (error_) return *error_;
  hear_ = hear;
  loop_ = g_main_loop_new(nullptr, FALSE);
  const auto bus = adopt(GST_OBJECT(gst_element_get_bus(pipeline())));
  gst_bus_add_watch(
      GST_BUS(bus.get()),
      [](GstBus*, GstMessage* message, gpointer data) -> gboolean {
        auto* self = static_cast<Source*>(data);
        if (!self->hear(message)) return G_SOURCE_CONTINUE;
        g_main_loop_quit(self->loop_);
        return G_SOURCE_CONTINUE;
      },
      this);
  gst_element_set_state(pipeline(), state);  // what fails is said on the bus
  g_main_loop_run(loop_);
  gst_bus_remove_watch(GST_BUS(bus.get()));
  g_main_loop_unref(std::exchange(loop_, nullptr));
  if (!missing_.empty() && (error_ || !has_picture_)) {
    return Error{
        ErrorCode::Unsupported,
        "There is no " + missing_ + "; install the GStreamer plugins that have one.",
        error_ ? error_->message : ""};
  }
  if (error_) return *error_;
  return {};
}

}  // namespace livephoto::tool
