#include "gst/support/priming.h"

#include <array>

#include "gst/support/ptr.h"

namespace livephoto::gst {
namespace {

// A line of elements longer than this has a loop in it.
constexpr int kMaxSteps = 256;

struct Encoder {
  std::string_view factory;
  std::uint32_t samples;
};

// Measured with GStreamer 1.22: a click at a known sample, through the encoder
// and the muxer, is at the same sample of what ffmpeg and qtdemux decode
// (test_a_click_stays_where_it_was). Other encoders are not here because nobody
// has measured them; libfdk-aac has no fixed number (aacenc_lib.cpp adds what
// its metadata encoder delays).
constexpr std::array<Encoder, 3> kEncoders = {{
    {"avenc_aac", 1024},  // libavcodec's initial_padding, one packet
    {"voaacenc", 1600},   // one packet, and 576 samples to choose the block size by
    {"avenc_alac", 0},
}};

Owned<GstPad> first_linked_in(GstPad* source) {
  const auto links = adopt(gst_pad_iterate_internal_links(source));
  if (!links) return nullptr;
  Owned<GstPad> found;
  GValue item = G_VALUE_INIT;
  for (bool more = true; more && !found;) {
    switch (gst_iterator_next(links.get(), &item)) {
      case GST_ITERATOR_OK: {
        auto* pad = GST_PAD(g_value_get_object(&item));
        if (gst_pad_is_linked(pad)) found = adopt(GST_PAD(gst_object_ref(pad)));
        g_value_reset(&item);
        break;
      }
      case GST_ITERATOR_RESYNC:
        gst_iterator_resync(links.get());
        break;
      default:
        more = false;
    }
  }
  g_value_unset(&item);
  return found;
}

// What a source pad stands for: a bin's pad is its target, and the inner side of
// a bin's sink pad is whatever feeds the bin.
Owned<GstPad> behind_bins(Owned<GstPad> source) {
  for (int i = 0; i < kMaxSteps && source && GST_IS_PROXY_PAD(source.get()); ++i) {
    if (GST_IS_GHOST_PAD(source.get())) {
      source = adopt(gst_ghost_pad_get_target(GST_GHOST_PAD(source.get())));
      continue;
    }
    const auto outer = adopt(GST_PAD_CAST(gst_proxy_pad_get_internal(GST_PROXY_PAD(source.get()))));
    source = outer ? adopt(gst_pad_get_peer(outer.get())) : nullptr;
  }
  return source;
}

}  // namespace

std::optional<std::string> encoder_before(GstPad* sink) {
  auto source = adopt(gst_pad_get_peer(sink));
  for (int i = 0; i < kMaxSteps && source; ++i) {
    source = behind_bins(std::move(source));
    if (!source) break;
    const auto element = adopt(gst_pad_get_parent_element(source.get()));
    if (!element) break;
    if (GstElementFactory* factory = gst_element_get_factory(element.get())) {
      const std::string_view name = GST_OBJECT_NAME(factory);
      if (name == "livephotoselect") break;
      if (gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_AUDIO_ENCODER))
        return std::string(name);
    }
    const auto input = first_linked_in(source.get());
    source = input ? adopt(gst_pad_get_peer(input.get())) : nullptr;
  }
  return std::nullopt;
}

std::optional<std::uint32_t> priming_of(std::string_view encoder) {
  for (const Encoder& known : kEncoders)
    if (known.factory == encoder) return known.samples;
  return std::nullopt;
}

}  // namespace livephoto::gst
