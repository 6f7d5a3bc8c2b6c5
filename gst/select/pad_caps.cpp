#include "gst/select/pad_caps.h"

#include <algorithm>

#include "gst/select/stream.h"
#include "gst/support/interlacing.h"

namespace livephoto::select {
namespace {

using gst::adopt;
using gst::Owned;
using gst::retain;

std::string type_of(const GstCaps* caps) {
  return gst_structure_get_name(gst_caps_get_structure(caps, 0));
}

Owned<GstCaps> intersection(GstCaps* first, GstCaps* second) {
  return adopt(gst_caps_intersect_full(first, second, GST_CAPS_INTERSECT_FIRST));
}

bool has_type(const GstCaps* caps, const gchar* type) {
  for (guint i = 0; i < gst_caps_get_size(caps); ++i)
    if (gst_structure_has_name(gst_caps_get_structure(caps, i), type)) return true;
  return false;
}

// Those structures of `caps` that are raw, or those that are not.
Owned<GstCaps> part_of(GstCaps* caps, bool raw) {
  auto part = adopt(gst_caps_new_empty());
  for (guint i = 0; i < gst_caps_get_size(caps); ++i) {
    const auto one = adopt(gst_caps_copy_nth(caps, i));
    if (is_raw(one.get()) == raw) gst_caps_append(part.get(), gst_caps_ref(one.get()));
  }
  return part;
}

// Of H.264 and H.265 that have start codes, and a profile.
std::optional<std::string> profile_of_byte_stream(const GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  const bool is_coded = gst_structure_has_name(fields, "video/x-h264") ||
                        gst_structure_has_name(fields, "video/x-h265");
  const gchar* layout = gst_structure_get_string(fields, "stream-format");
  const gchar* profile = gst_structure_get_string(fields, "profile");
  if (!is_coded || !profile || g_strcmp0(layout, "byte-stream") != 0) return std::nullopt;
  return profile;
}

Owned<GstCaps> taken_by(std::initializer_list<GstPad*> sources, Owned<GstCaps> caps) {
  for (GstPad* source : sources) {
    if (!gst_pad_is_linked(source)) continue;
    const auto taken = adopt(gst_pad_peer_query_caps(source, nullptr));
    caps = intersection(taken.get(), caps.get());
  }
  return caps;
}

// What of `all` is of types that `caps` do not name.
Owned<GstCaps> other_types(const GstCaps* caps, GstCaps* all) {
  auto others = adopt(gst_caps_new_empty());
  for (guint i = 0; i < gst_caps_get_size(all); ++i) {
    auto one = adopt(gst_caps_copy_nth(all, i));
    const gchar* type = gst_structure_get_name(gst_caps_get_structure(one.get(), 0));
    if (!has_type(caps, type)) gst_caps_append(others.get(), one.release());
  }
  return others;
}

Owned<GstCaps> joined(Owned<GstCaps> first, Owned<GstCaps> second) {
  first = adopt(gst_caps_make_writable(first.release()));
  gst_caps_append(first.get(), second.release());
  return first;
}

}  // namespace

Owned<GstCaps> sink_caps(
    GstPad* sink,
    std::initializer_list<GstPad*> sources,
    std::initializer_list<GstPad*> of_raw,
    GstCaps* filter) {
  const auto all = adopt(gst_pad_get_pad_template_caps(sink));
  const auto filtered = [filter](Owned<GstCaps> caps) {
    return filter ? intersection(filter, caps.get()) : std::move(caps);
  };
  if (!gst_pad_is_linked(sink)) return filtered(retain(all.get()));
  auto offered = joined(
      taken_by(of_raw, taken_by(sources, part_of(all.get(), true))),
      taken_by(sources, part_of(all.get(), false)));
  // Apart: the filter's order must not put the others first.
  auto others = filtered(other_types(offered.get(), all.get()));
  return joined(filtered(std::move(offered)), std::move(others));
}

Error refusal_of_interlaced() {
  return {
      ErrorCode::Unsupported,
      "The source's video is interlaced, which a Live Photo is not; decode and deinterlace it "
      "(decodebin in place of parsebin, d. ! deinterlace ! s.video_sink) and encode the clip "
      "before the muxer (x264enc ! h264parse).",
      {}};
}

bool is_left_over(const GstCaps* caps, const GstCaps* offered) {
  const auto profile = profile_of_byte_stream(caps);
  if (!profile) return false;
  const auto asked = adopt(gst_caps_new_simple(
      type_of(caps).c_str(),
      "profile",
      G_TYPE_STRING,
      profile->c_str(),
      nullptr));
  return !gst_caps_can_intersect(offered, asked.get());
}

std::optional<Error> refusal_of_picture(const GstCaps* caps) {
  const std::string type = type_of(caps);
  if (is_raw(caps)) return std::nullopt;
  if (const auto profile = profile_of_byte_stream(caps)) {
    return Error{
        ErrorCode::Unsupported,
        "What is linked to video_src does not take the source's packets (" + type + " of profile " +
            *profile +
            "), because Apple's decoders do not play them; decode and encode the clip (decodebin "
            "in place of parsebin), or set strict=false on livephotomux.",
        {}};
  }
  if (type == "video/x-h264") return std::nullopt;
  if (type == "video/x-h265")
    return gst::may_be_interlaced(caps) ? std::optional(refusal_of_interlaced()) : std::nullopt;
  return Error{
      ErrorCode::Unsupported,
      "The source's video (" + type +
          ") cannot pass unchanged, as H.264 and H.265 can; decode it (decodebin in place of "
          "parsebin) and encode the clip before the muxer (x264enc ! h264parse).",
      {}};
}

Error refusal_of_sound(const GstCaps* caps) {
  const std::string type = type_of(caps);
  static GstStaticCaps passing = GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS);
  const bool passes =
      is_raw(caps) || gst_caps_can_intersect(caps, adopt(gst_static_caps_get(&passing)).get());
  return {
      ErrorCode::Unsupported,
      "The source has sound (" + type +
          ") that does not reach livephotoselect, so the clip would " + "have none; " +
          (is_raw(caps) ? "link it to audio_sink (d. ! audioconvert ! audioresample ! s.audio_sink)"
           : passes
               ? "link it to audio_sink"
               : "decode it (d. ! " + type +
                     " ! decodebin ! audioconvert ! audioresample ! s.audio_sink) and encode it "
                     "before the muxer (avenc_aac ! aacparse)") +
          ", or leave audio_src unlinked for a clip without sound.",
      {}};
}

std::string not_taken(GstPad* source, const GstCaps* sent) {
  const std::string name = GST_PAD_NAME(source);
  const bool is_sound = g_str_has_prefix(name.c_str(), "audio");
  const auto taken = adopt(gst_pad_peer_query_caps(source, nullptr));
  if (sent && !is_raw(sent)) {
    const std::string packets = "the source's packets (" + type_of(sent) + ")";
    if (name == "still_src") {
      return "What is linked to still_src does not take " + packets +
             "; put a decoder (decodebin) before heifstillsink.";
    }
    if (has_type(taken.get(), type_of(sent).c_str())) {
      return "What is linked to " + name + " does not take " + packets +
             ", though it takes others of that codec; decode and encode the clip (decodebin in "
             "place of parsebin), or set strict=false on livephotomux.";
    }
    return "What is linked to " + name + " does not take " + packets +
           " as they are; link livephotomux to it, or decode the source (decodebin in place of "
           "parsebin).";
  }
  const bool takes_raw = gst_caps_is_any(taken.get()) ||
                         has_type(taken.get(), is_sound ? "audio/x-raw" : "video/x-raw");
  if (sent && !takes_raw) {
    return "What is linked to " + name + " takes no raw " + (is_sound ? "sound" : "pictures") +
           "; put an encoder before it (" +
           (is_sound ? "avenc_aac ! aacparse" : "x264enc ! h264parse") + ").";
  }
  return "What is linked to " + name +
         " does not take the source's format; put a converter (videoconvert, audioconvert) before "
         "livephotoselect.";
}

}  // namespace livephoto::select
