#include "tests/tool/faulty_source.h"

#include <atomic>
#include <string>

struct FaultySource {
  GstBin parent;
  std::atomic<int> pictures_left;
  bool stalls;
};
struct FaultySourceClass {
  GstBinClass parent;
};

namespace {

// Ten seconds: also where all is slow, something is captured meanwhile.
constexpr int kPictures = 300;

FaultySource* self_of(gpointer object) { return static_cast<FaultySource*>(object); }

GstPadProbeReturn count(GstPad*, GstPadProbeInfo*, gpointer data) {
  auto* self = self_of(data);
  if (--self->pictures_left >= 0) return GST_PAD_PROBE_OK;
  if (self->stalls) return GST_PAD_PROBE_DROP;
  if (self->pictures_left == -1)
    GST_ELEMENT_ERROR(self, RESOURCE, READ, ("The camera was unplugged."), (nullptr));
  return GST_PAD_PROBE_DROP;
}

void build(FaultySource* self) {
  GstElement* camera = gst_parse_bin_from_description(
      "videotestsrc is-live=true pattern=ball ! capsfilter caps=video/x-raw,format=I420,"
      "colorimetry=bt709,width=320,height=240,framerate=30/1",
      TRUE,
      nullptr);
  gst_bin_add(GST_BIN(self), camera);
  GstPad* inner = gst_element_get_static_pad(camera, "src");
  gst_pad_add_probe(inner, GST_PAD_PROBE_TYPE_BUFFER, count, self, nullptr);
  gst_element_add_pad(GST_ELEMENT(self), gst_ghost_pad_new("src", inner));
  gst_object_unref(inner);
}

GstURIType uri_type(GType) { return GST_URI_SRC; }

const gchar* const* protocols(GType) {
  static const gchar* const kProtocols[] = {"faulty", nullptr};
  return kProtocols;
}

gchar* uri(GstURIHandler* handler) {
  return g_strdup(self_of(handler)->stalls ? "faulty://stalls" : "faulty://breaks");
}

gboolean set_uri(GstURIHandler* handler, const gchar* text, GError**) {
  self_of(handler)->stalls = std::string(text).ends_with("stalls");
  return TRUE;
}

void init_handler(gpointer interface, gpointer) {
  auto* handler = static_cast<GstURIHandlerInterface*>(interface);
  handler->get_type = uri_type;
  handler->get_protocols = protocols;
  handler->get_uri = uri;
  handler->set_uri = set_uri;
}

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's macros are C
G_DEFINE_TYPE_WITH_CODE(
    FaultySource,
    faulty_source,
    GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE(GST_TYPE_URI_HANDLER, init_handler))
#pragma GCC diagnostic pop

static void faulty_source_init(FaultySource* self) {
  self->pictures_left = kPictures;
  self->stalls = false;
  build(self);
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SOURCE);
}

static void faulty_source_class_init(FaultySourceClass* klass) {
  static GstStaticPadTemplate source =
      GST_STATIC_PAD_TEMPLATE("src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS("video/x-raw"));
  auto* element_class = GST_ELEMENT_CLASS(klass);
  gst_element_class_add_static_pad_template(element_class, &source);
  gst_element_class_set_static_metadata(
      element_class,
      "Faulty source",
      "Source",
      "Fails while it plays",
      "The tests");
}

gboolean register_faulty_source(GstPlugin* plugin) {
  return gst_element_register(plugin, "faultysource", GST_RANK_PRIMARY, faulty_source_get_type());
}
