#include "gst/support/upstream.h"

namespace livephoto::gst {
namespace {

// The element that owns `pad`, through ghost pads and the pads inside of them.
Owned<GstPad> real_source(Owned<GstPad> pad) {
  while (pad && GST_IS_GHOST_PAD(pad.get()))
    pad = adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(pad.get())));
  // The inside of a bin's sink pad goes on with what feeds the bin.
  if (pad && GST_IS_PROXY_PAD(pad.get())) {
    const auto outside = adopt(GST_PAD_CAST(gst_proxy_pad_get_internal(GST_PROXY_PAD(pad.get()))));
    if (outside && GST_PAD_IS_SINK(outside.get()))
      return real_source(adopt(gst_pad_get_peer(outside.get())));
  }
  return pad;
}

gboolean is_settling(GstElement* element) {
  return !GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK) &&
         gst_element_get_state(element, nullptr, nullptr, 0) == GST_STATE_CHANGE_ASYNC;
}

}  // namespace

bool is_fed(GstPad* sink) {
  const auto source = real_source(adopt(gst_pad_get_peer(sink)));
  if (!source) return false;
  const auto element = adopt(gst_pad_get_parent_element(source.get()));
  if (!element) return true;  // a pad of the application's own
  bool has_sinks = false;
  bool fed = false;
  const auto pads = adopt(gst_element_iterate_sink_pads(element.get()));
  GValue item = G_VALUE_INIT;
  while (gst_iterator_next(pads.get(), &item) == GST_ITERATOR_OK) {
    has_sinks = true;
    fed = fed || is_fed(GST_PAD_CAST(g_value_get_object(&item)));
    g_value_reset(&item);
  }
  g_value_unset(&item);
  return fed || !has_sinks;
}

Owned<GstObject> pipeline_of(GstElement* element) {
  Owned<GstObject> top = adopt(GST_OBJECT_CAST(gst_object_ref(element)));
  while (auto* parent = gst_object_get_parent(top.get())) top = adopt(parent);
  return GST_IS_BIN(top.get()) ? std::move(top) : nullptr;
}

bool may_grow(GstElement* element) {
  const auto top = pipeline_of(element);
  if (!top) return false;
  bool settling = false;
  const auto elements = adopt(gst_bin_iterate_elements(GST_BIN(top.get())));
  GValue item = G_VALUE_INIT;
  while (!settling && gst_iterator_next(elements.get(), &item) == GST_ITERATOR_OK) {
    settling = is_settling(GST_ELEMENT(g_value_get_object(&item)));
    g_value_reset(&item);
  }
  g_value_unset(&item);
  return settling;
}

}  // namespace livephoto::gst
