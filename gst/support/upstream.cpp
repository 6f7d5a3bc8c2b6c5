#include "gst/support/upstream.h"

#include <algorithm>

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

// Also where its turn has not come yet: a bin takes one element after the other to
// its state, and the first may run by then.
bool is_settling(GstElement* element, GstState target) {
  if (GST_OBJECT_FLAG_IS_SET(element, GST_ELEMENT_FLAG_SINK) ||
      gst_element_is_locked_state(element))
    return false;
  return GST_STATE(element) < std::min(target, GST_STATE_PAUSED) ||
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
  for_each(adopt(gst_element_iterate_sink_pads(element.get())), [&](gpointer pad) {
    has_sinks = true;
    fed = fed || is_fed(GST_PAD_CAST(pad));
  });
  return fed || !has_sinks;
}

std::optional<std::string> file_before(GstPad* sink) {
  const auto query = adopt(gst_query_new_uri());
  if (!gst_pad_peer_query(sink, query.get())) return std::nullopt;
  gchar* raw = nullptr;
  gst_query_parse_uri(query.get(), &raw);
  const auto uri = adopt(raw);
  const auto path = adopt(uri ? g_filename_from_uri(uri.get(), nullptr, nullptr) : nullptr);
  const bool is_regular = path && g_file_test(path.get(), G_FILE_TEST_IS_REGULAR);
  return is_regular ? std::optional<std::string>(path.get()) : std::nullopt;
}

namespace {

// False once `use` has said so.
bool visit_before(GstPad* sink, const std::function<bool(GstPad*)>& use) {
  const auto source = real_source(adopt(gst_pad_get_peer(sink)));
  if (!source) return true;
  if (!use(source.get())) return false;
  const auto element = adopt(gst_pad_get_parent_element(source.get()));
  if (!element) return true;
  bool goes_on = true;
  for_each(adopt(gst_element_iterate_sink_pads(element.get())), [&](gpointer pad) {
    goes_on = goes_on && visit_before(GST_PAD_CAST(pad), use);
  });
  return goes_on;
}

}  // namespace

void for_each_pad_before(GstPad* sink, const std::function<bool(GstPad*)>& use) {
  visit_before(sink, use);
}

namespace {

// True where the factory of an element before `sink` is one that is looked for.
bool has_before(GstPad* sink, const std::function<bool(GstElementFactory*)>& is_one) {
  bool found = false;
  for_each_pad_before(sink, [&](GstPad* source) {
    const auto element = adopt(gst_pad_get_parent_element(source));
    GstElementFactory* made_by = element ? gst_element_get_factory(element.get()) : nullptr;
    found = made_by && is_one(made_by);
    return !found;
  });
  return found;
}

}  // namespace

bool is_behind(GstPad* sink, const gchar* factory) {
  return has_before(sink, [factory](GstElementFactory* made_by) {
    return g_str_equal(GST_OBJECT_NAME(made_by), factory);
  });
}

bool is_decoded(GstPad* sink) {
  return has_before(sink, [](GstElementFactory* made_by) {
    return gst_element_factory_list_is_type(made_by, GST_ELEMENT_FACTORY_TYPE_DECODER);
  });
}

bool is_open(GstPad* source) {
  const auto peer = adopt(gst_pad_get_peer(source));
  if (!peer) return false;
  const auto element = adopt(gst_pad_get_parent_element(peer.get()));
  if (!element) return false;
  bool has_sources = false;
  bool open = false;
  for_each(adopt(gst_element_iterate_src_pads(element.get())), [&](gpointer pad) {
    has_sources = true;
    open = open || is_open(GST_PAD_CAST(pad));
  });
  return has_sources ? open : adds_pads_by_itself(element.get());
}

bool adds_pads_by_itself(GstElement* element) {
  const GList* templates = gst_element_get_pad_template_list(element);
  for (; templates; templates = templates->next) {
    auto* pad_template = static_cast<GstPadTemplate*>(templates->data);
    if (GST_PAD_TEMPLATE_DIRECTION(pad_template) == GST_PAD_SRC &&
        GST_PAD_TEMPLATE_PRESENCE(pad_template) == GST_PAD_SOMETIMES)
      return true;
  }
  return false;
}

namespace {

Owned<GstCaps> unlinked_of(GstElement* element, const gchar* type) {
  Owned<GstCaps> found;
  for_each(adopt(gst_element_iterate_src_pads(element)), [&](gpointer pad) {
    if (found || gst_pad_is_linked(GST_PAD_CAST(pad))) return;
    auto caps = adopt(gst_pad_get_current_caps(GST_PAD_CAST(pad)));
    const bool fits =
        caps &&
        g_str_has_prefix(gst_structure_get_name(gst_caps_get_structure(caps.get(), 0)), type);
    if (fits) found = std::move(caps);
  });
  return found;
}

}  // namespace

Owned<GstCaps> unlinked_stream(GstPad* sink, const gchar* type) {
  const auto own = adopt(gst_pad_get_parent_element(sink));
  Owned<GstCaps> found;
  for_each_pad_before(sink, [&](GstPad* source) {
    // A bin such as decodebin has the pads of what is in it.
    auto element = adopt(gst_object_get_parent(GST_OBJECT_CAST(source)));
    while (!found && element && GST_IS_ELEMENT(element.get()) &&
           !(own && gst_object_has_as_ancestor(GST_OBJECT_CAST(own.get()), element.get()))) {
      if (adds_pads_by_itself(GST_ELEMENT_CAST(element.get())))
        found = unlinked_of(GST_ELEMENT_CAST(element.get()), type);
      element = adopt(gst_object_get_parent(element.get()));
    }
    return !found;
  });
  return found;
}

Owned<GstObject> pipeline_of(GstElement* element) {
  Owned<GstObject> top = adopt(GST_OBJECT_CAST(gst_object_ref(element)));
  while (auto* parent = gst_object_get_parent(top.get())) top = adopt(parent);
  return GST_IS_BIN(top.get()) ? std::move(top) : nullptr;
}

bool may_grow(GstElement* element) {
  const auto top = pipeline_of(element);
  if (!top) return false;
  const GstState target = GST_STATE_TARGET(top.get());
  bool settling = false;
  for_each(adopt(gst_bin_iterate_elements(GST_BIN(top.get()))), [&](gpointer child) {
    settling = settling || is_settling(GST_ELEMENT_CAST(child), target);
  });
  return settling;
}

}  // namespace livephoto::gst
