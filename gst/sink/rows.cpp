#include "gst/sink/rows.h"

#include <mutex>
#include <string>
#include <utility>

#include "gst/sink/coders.h"

namespace livephoto::sink {
namespace {

Error cannot_link(GstPad* from, GstPad* to) {
  const auto path = [](GstPad* pad) {
    return std::string(adopt(gst_object_get_path_string(GST_OBJECT(pad))).get());
  };
  return {
      ErrorCode::Unsupported,
      "The source's stream cannot be handed on inside livephotosink; convert it before "
      "(videoconvert, audioconvert).",
      path(from) + " to " + path(to)};
}

}  // namespace

Owned<GstPad> pad_of(GstElement* element, const gchar* name) {
  return adopt(gst_element_get_static_pad(element, name));
}

void unlink(GstPad* pad) {
  const auto peer = adopt(gst_pad_get_peer(pad));
  if (!peer) return;
  if (GST_PAD_IS_SRC(pad))
    gst_pad_unlink(pad, peer.get());
  else
    gst_pad_unlink(peer.get(), pad);
}

bool link(GstPad* from, GstPad* to) {
  unlink(to);
  const bool is_ours = GST_IS_GHOST_PAD(from) && GST_PAD_IS_SINK(from);
  if (is_ours) return gst_ghost_pad_set_target(GST_GHOST_PAD(from), to);
  unlink(from);
  return GST_PAD_LINK_SUCCESSFUL(gst_pad_link(from, to));
}

Result<void> join(const Owned<GstPad>& from, const Owned<GstPad>& to) {
  if (link(from.get(), to.get())) return {};
  return cannot_link(from.get(), to.get());
}

void RowMaker::add(Result<Owned<GstElement>> element) {
  if (error_) return;
  if (element)
    row_.push_back(*std::move(element));
  else
    error_ = element.error();
}

void RowMaker::add(Owned<GstElement> element) {
  if (!error_ && element) row_.push_back(std::move(element));
}

void RowMaker::add(const gchar* factory) { add(make_element(factory)); }

Result<void> RowMaker::insert(GstLivePhotoSink* self, GstPad* from, GstPad* to) {
  if (error_) return *error_;
  std::vector<GstElement*> elements;
  for (const auto& element : row_) {
    gst_bin_add(GST_BIN(self), element.get());
    elements.push_back(element.get());
  }
  {
    const std::lock_guard lock(self->impl->run.mutex);
    auto& added = self->impl->run.added;
    added.insert(added.end(), elements.begin(), elements.end());
  }
  row_.clear();
  // From the end: what is linked may be asked for its caps at once.
  Owned<GstPad> next = retain(to);
  for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
    const auto source = pad_of(*element, "src");
    if (next && !link(source.get(), next.get())) return cannot_link(source.get(), next.get());
    gst_element_sync_state_with_parent(*element);
    next = pad_of(*element, "sink");
  }
  if (!link(from, next.get())) return cannot_link(from, next.get());
  return {};
}

void set(GstElement* element, const gchar* property, const gchar* value) {
  if (element) gst_util_set_object_arg(G_OBJECT(element), property, value);
}

void add_encoder(RowMaker& row, Result<Owned<GstElement>> encoder, Owned<GstCaps> format) {
  Owned<GstElement> parser;
  if (encoder) {
    const auto source = pad_of(encoder->get(), "src");
    parser = parser_for(adopt(gst_pad_get_pad_template_caps(source.get())).get());
  }
  row.add(std::move(encoder));
  if (format) {
    row.add("capsfilter");
    if (row.last()) g_object_set(row.last(), "caps", format.get(), nullptr);
  }
  row.add(std::move(parser));
}

}  // namespace livephoto::sink
