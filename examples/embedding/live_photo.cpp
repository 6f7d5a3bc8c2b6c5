// Makes a Live Photo inside an application: a pipeline around livephotosink, and a bus watch.
//
//   live-photo VIDEO NAME [START]     writes NAME.HEIC and NAME.MOV, from START seconds on
//
// Ctrl-C ends it at once; then neither file is there.
#include <glib-unix.h>
#include <gst/gst.h>

#include <cstdlib>
#include <iostream>

namespace {

struct Application {
  GMainLoop* loop = nullptr;
  GstElement* sink = nullptr;
  int status = EXIT_FAILURE;
};

// parsebin has found a stream. Picture and sound go to the sink; every other one is drained, because a
// demuxer goes on as long as one of its streams is taken.
void take_stream(GstElement* source, GstPad* pad, gpointer data) {
  auto* sink = static_cast<Application*>(data)->sink;
  GstCaps* caps = gst_pad_query_caps(pad, nullptr);
  const gchar* type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  const gchar* name = g_str_has_prefix(type, "video/")   ? "video"
                      : g_str_has_prefix(type, "audio/") ? "audio"
                                                         : nullptr;
  GstPad* into = name ? gst_element_get_static_pad(sink, name) : nullptr;
  if (!into || gst_pad_is_linked(into) || GST_PAD_LINK_FAILED(gst_pad_link(pad, into))) {
    GstElement* drain = gst_element_factory_make("fakesink", nullptr);
    g_object_set(drain, "async", FALSE, nullptr);
    gst_bin_add(GST_BIN(GST_OBJECT_PARENT(source)), drain);
    gst_element_link_pads(source, GST_PAD_NAME(pad), drain, "sink");
    gst_element_sync_state_with_parent(drain);
  }
  gst_clear_object(&into);
  gst_caps_unref(caps);
}

gboolean hear(GstBus*, GstMessage* message, gpointer data) {
  auto* application = static_cast<Application*>(data);
  switch (GST_MESSAGE_TYPE(message)) {
    case GST_MESSAGE_ELEMENT: {
      const GstStructure* said = gst_message_get_structure(message);
      if (!gst_structure_has_name(said, "live-photo-written")) break;
      std::cout << gst_structure_get_string(said, "still-location") << '\n'
                << gst_structure_get_string(said, "movie-location") << '\n';
      application->status = EXIT_SUCCESS;
      break;
    }
    case GST_MESSAGE_ERROR: {
      GError* error = nullptr;
      gst_message_parse_error(message, &error, nullptr);
      std::cerr << error->message << '\n';  // one sentence: what is wrong, and what to do
      g_error_free(error);
      application->status = EXIT_FAILURE;
      g_main_loop_quit(application->loop);
      break;
    }
    case GST_MESSAGE_EOS:
      g_main_loop_quit(application->loop);
      break;
    default:
      break;
  }
  return G_SOURCE_CONTINUE;
}

gboolean cancel(gpointer data) {
  g_main_loop_quit(static_cast<Application*>(data)->loop);
  return G_SOURCE_REMOVE;
}

}  // namespace

int main(int argc, char** argv) {
  gst_init(&argc, &argv);
  if (argc < 3) {
    std::cerr << "Usage: live-photo VIDEO NAME [START]\n";
    return 2;
  }
  GstElement* pipeline = gst_pipeline_new(nullptr);
  GstElement* file = gst_element_factory_make("filesrc", nullptr);
  GstElement* parse = gst_element_factory_make("parsebin", nullptr);
  GstElement* sink = gst_element_factory_make("livephotosink", nullptr);
  if (!sink) {
    std::cerr << "There is no livephotosink; set GST_PLUGIN_PATH to the folder of libgstlivephoto.so.\n";
    return EXIT_FAILURE;
  }
  g_object_set(file, "location", argv[1], nullptr);
  g_object_set(sink, "location", argv[2], nullptr);
  if (argc > 3) {
    const auto start = static_cast<guint64>(g_ascii_strtod(argv[3], nullptr) * GST_SECOND);
    g_object_set(sink, "start-time", start, nullptr);
  }
  gst_bin_add_many(GST_BIN(pipeline), file, parse, sink, nullptr);
  gst_element_link(file, parse);

  Application application{.loop = g_main_loop_new(nullptr, FALSE), .sink = sink};
  g_signal_connect(parse, "pad-added", G_CALLBACK(take_stream), &application);
  GstBus* bus = gst_element_get_bus(pipeline);
  gst_bus_add_watch(bus, hear, &application);
  g_unix_signal_add(SIGINT, cancel, &application);

  gst_element_set_state(pipeline, GST_STATE_PLAYING);  // what fails is said on the bus
  g_main_loop_run(application.loop);
  gst_element_set_state(pipeline, GST_STATE_NULL);

  gst_bus_remove_watch(bus);
  gst_object_unref(bus);
  gst_object_unref(pipeline);
  g_main_loop_unref(application.loop);
  return application.status;
}
