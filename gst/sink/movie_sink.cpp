#include "gst/sink/movie_sink.h"

#include <gst/base/gstbasesink.h>

#include <utility>
#include <vector>

#include "gst/support/error.h"

using livephoto::ByteSpan;
using livephoto::sink::MovieReceiver;

struct GstLivePhotoMovieSink {
  GstBaseSink parent;
  MovieReceiver* receiver;
};
struct GstLivePhotoMovieSinkClass {
  GstBaseSinkClass parent_class;
};

G_DEFINE_TYPE(GstLivePhotoMovieSink, gst_live_photo_movie_sink, GST_TYPE_BASE_SINK)

static GstLivePhotoMovieSink* self_of(gpointer object) {
  return static_cast<GstLivePhotoMovieSink*>(object);
}

static GstFlowReturn gst_live_photo_movie_sink_write(
    GstBaseSink* sink, std::span<GstBuffer* const> buffers) {
  std::vector<GstMapInfo> maps;
  std::vector<ByteSpan> pieces;
  maps.reserve(buffers.size());
  bool is_readable = true;
  for (GstBuffer* buffer : buffers) {
    auto& map = maps.emplace_back();
    is_readable = gst_buffer_map(buffer, &map, GST_MAP_READ);
    if (!is_readable) {
      maps.pop_back();
      break;
    }
    pieces.emplace_back(map.data, map.size);
  }
  livephoto::Result<void> written;
  if (is_readable)
    written = self_of(sink)->receiver->write(pieces);
  else
    written = livephoto::Error{livephoto::ErrorCode::Io, "The movie's memory cannot be read.", {}};
  for (std::size_t i = 0; i < maps.size(); ++i) gst_buffer_unmap(buffers[i], &maps[i]);
  if (written) return GST_FLOW_OK;
  livephoto::gst::post_error(sink, written.error());
  return GST_FLOW_ERROR;
}

static GstFlowReturn gst_live_photo_movie_sink_render(GstBaseSink* sink, GstBuffer* buffer) {
  return gst_live_photo_movie_sink_write(sink, {&buffer, 1});
}

static GstFlowReturn gst_live_photo_movie_sink_render_list(GstBaseSink* sink, GstBufferList* list) {
  std::vector<GstBuffer*> buffers(gst_buffer_list_length(list));
  for (guint i = 0; i < buffers.size(); ++i) buffers[i] = gst_buffer_list_get(list, i);
  return gst_live_photo_movie_sink_write(sink, buffers);
}

static gboolean gst_live_photo_movie_sink_event(GstBaseSink* sink, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) self_of(sink)->receiver->forget();
  return GST_BASE_SINK_CLASS(gst_live_photo_movie_sink_parent_class)->event(sink, event);
}

static void gst_live_photo_movie_sink_finalize(GObject* object) {
  delete self_of(object)->receiver;
  G_OBJECT_CLASS(gst_live_photo_movie_sink_parent_class)->finalize(object);
}

static void gst_live_photo_movie_sink_init(GstLivePhotoMovieSink* self) {
  self->receiver = nullptr;
  auto* sink = GST_BASE_SINK(self);
  gst_base_sink_set_async_enabled(sink, FALSE);
  gst_base_sink_set_sync(sink, FALSE);
  gst_base_sink_set_last_sample_enabled(sink, FALSE);
}

static void gst_live_photo_movie_sink_class_init(GstLivePhotoMovieSinkClass* klass) {
  auto* sink_class = GST_BASE_SINK_CLASS(klass);
  G_OBJECT_CLASS(klass)->finalize = gst_live_photo_movie_sink_finalize;
  sink_class->render = GST_DEBUG_FUNCPTR(gst_live_photo_movie_sink_render);
  sink_class->render_list = GST_DEBUG_FUNCPTR(gst_live_photo_movie_sink_render_list);
  sink_class->event = GST_DEBUG_FUNCPTR(gst_live_photo_movie_sink_event);

  static GstStaticPadTemplate sink_template =
      GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS_ANY);
  gst_element_class_add_static_pad_template(GST_ELEMENT_CLASS(klass), &sink_template);
  gst_element_class_set_static_metadata(
      GST_ELEMENT_CLASS(klass),
      "Live Photo movie sink",
      "Sink/File",
      "Writes the movie of a pair",
      "The gst-livephoto developers");
}

namespace livephoto::sink {

gst::Owned<GstElement> new_movie_sink(MovieReceiver receiver) {
  auto* element = static_cast<GstElement*>(
      g_object_new(gst_live_photo_movie_sink_get_type(), "name", "movie", nullptr));
  gst_object_ref_sink(element);
  self_of(element)->receiver = new MovieReceiver(std::move(receiver));
  return gst::adopt(element);
}

}  // namespace livephoto::sink
