#include "gst/sink/coders.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <memory>
#include <optional>
#include <span>
#include <string_view>
#include <vector>

namespace livephoto::sink {
namespace {

using gst::adopt;
using gst::Owned;

// Constant quality, of about what phones write: no visible loss, and files of a
// few megabytes. An encoder that is not here keeps its defaults.
struct Tuning {
  std::string_view factory;
  const gchar* properties;
};

constexpr std::array kTunings{
    // It keeps to a rate of 2 Mbit/s in this mode, too, by its VBV buffer.
    Tuning{"x264enc", "pass=qual quantizer=20 vbv-buf-capacity=0 speed-preset=veryfast"},
    Tuning{"x265enc", "option-string=crf=22 speed-preset=veryfast"},
    Tuning{"openh264enc", "rate-control=quality qp-max=26 bitrate=20000000 complexity=high"},
    Tuning{"vah264enc", "rate-control=cqp qpi=20 qpp=22 qpb=24"},
    Tuning{"vah265enc", "rate-control=cqp qpi=22 qpp=24 qpb=26"},
    Tuning{"vaapih264enc", "rate-control=cqp init-qp=21"},
    Tuning{"vaapih265enc", "rate-control=cqp init-qp=23"},
    Tuning{"nvh264enc", "rc-mode=constqp qp-const=21"},
    Tuning{"nvh265enc", "rc-mode=constqp qp-const=23"},
    Tuning{"qsvh264enc", "rate-control=cqp qp-i=20 qp-p=22 qp-b=24"},
    Tuning{"qsvh265enc", "rate-control=cqp qp-i=22 qp-p=24 qp-b=26"},
    Tuning{"avenc_aac", "bitrate=128000"},
    Tuning{"fdkaacenc", "bitrate=128000"},
    Tuning{"voaacenc", "bitrate=128000"},
    Tuning{"faac", "bitrate=128000"},
};

// Beside it, where the encoder runs all the time: no picture waits for later ones. Key frames are
// asked for when they are due.
constexpr std::array kLiveTunings{
    Tuning{"x264enc", "bframes=0 rc-lookahead=0 sync-lookahead=0 mb-tree=false"},
    Tuning{"x265enc", "option-string=crf=22:bframes=0:rc-lookahead=0:scenecut=0:frame-threads=1"},
    Tuning{"vah264enc", "b-frames=0"},
    Tuning{"vah265enc", "b-frames=0"},
    Tuning{"vaapih264enc", "max-bframes=0"},
    Tuning{"vaapih265enc", "max-bframes=0"},
    Tuning{"nvh264enc", "bframes=0 zerolatency=true"},
    Tuning{"nvh265enc", "bframes=0 zerolatency=true"},
    Tuning{"qsvh264enc", "b-frames=0 low-latency=true"},
    Tuning{"qsvh265enc", "b-frames=0 low-latency=true"},
};

// The first of these that is there, before any other encoder of AAC.
constexpr std::array<std::string_view, 4> kAudioEncoders{
    "avenc_aac", "fdkaacenc", "faac", "voaacenc"};

struct FreeList {
  void operator()(GList* list) const { gst_plugin_feature_list_free(list); }
};
using Features = std::unique_ptr<GList, FreeList>;

std::string name_of(GstElementFactory* factory) { return GST_OBJECT_NAME(factory); }

bool is_hardware(GstElementFactory* factory) {
  return gst_element_factory_list_is_type(factory, GST_ELEMENT_FACTORY_TYPE_HARDWARE);
}

void set_property(GstElement* element, const std::string& name, const std::string& value) {
  // Another version of the encoder may not have it.
  if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), name.c_str()))
    gst_util_set_object_arg(G_OBJECT(element), name.c_str(), value.c_str());
}

void tune(GstElement* element, std::span<const Tuning> tunings) {
  const std::string name = name_of(gst_element_get_factory(element));
  const auto found = std::ranges::find(tunings, name, &Tuning::factory);
  if (found == tunings.end()) return;
  gchar** properties = g_strsplit(found->properties, " ", -1);
  for (gchar** property = properties; *property; ++property) {
    const std::string_view text = *property;
    const auto equals = text.find('=');
    set_property(
        element,
        std::string(text.substr(0, equals)),
        std::string(text.substr(equals + 1)));
  }
  g_strfreev(properties);
}

void tune(GstElement* element, Use use) {
  tune(element, kTunings);
  if (use == Use::Live) tune(element, kLiveTunings);
}

// An element that opens what it needs, such as a device; null if it does not.
Owned<GstElement> working(GstElementFactory* factory) {
  auto element = adopt(gst_element_factory_create(factory, nullptr));
  if (!element) return nullptr;
  gst_object_ref_sink(element.get());
  const bool works =
      gst_element_set_state(element.get(), GST_STATE_READY) != GST_STATE_CHANGE_FAILURE;
  gst_element_set_state(element.get(), GST_STATE_NULL);
  return works ? std::move(element) : nullptr;
}

// Factories of a type that can be linked to `caps`, best rank first.
std::vector<GstElementFactory*> candidates(
    const Features& all, const GstCaps* caps, GstPadDirection direction) {
  std::vector<GstElementFactory*> found;
  for (GList* item = all.get(); item; item = item->next) {
    auto* factory = static_cast<GstElementFactory*>(item->data);
    const bool fits = direction == GST_PAD_SRC
                          ? gst_element_factory_can_src_any_caps(factory, caps)
                          : gst_element_factory_can_sink_any_caps(factory, caps);
    if (fits) found.push_back(factory);
  }
  std::ranges::stable_sort(found, std::ranges::greater{}, [](GstElementFactory* factory) {
    return gst_plugin_feature_get_rank(GST_PLUGIN_FEATURE(factory));
  });
  return found;
}

Error not_installed(const std::string& what, const std::string& package) {
  return {
      ErrorCode::Unsupported,
      "There is no " + what + " in this GStreamer; install " + package + ".",
      {}};
}

// What the user named, with the properties that go with it.
Result<Owned<GstElement>> named_encoder(const std::string& wanted, const gchar* property, Use use) {
  GError* failed = nullptr;
  auto element = adopt(gst_parse_launch_full(
      wanted.c_str(),
      nullptr,
      static_cast<GstParseFlags>(
          GST_PARSE_FLAG_FATAL_ERRORS | GST_PARSE_FLAG_NO_SINGLE_ELEMENT_BINS),
      &failed));
  const auto error = adopt(failed);
  if (element) gst_object_ref_sink(element.get());
  if (error || !element || !gst_element_get_factory(element.get()) ||
      !gst_element_factory_list_is_type(
          gst_element_get_factory(element.get()),
          GST_ELEMENT_FACTORY_TYPE_ENCODER)) {
    return Error{
        ErrorCode::InvalidInput,
        "\"" + wanted + "\" is no encoder; name one that gst-inspect-1.0 lists in the property " +
            property + ", or leave it empty for the best there is.",
        error ? error->message : ""};
  }
  // Only a bare name is tuned: who set properties means those.
  if (wanted == name_of(gst_element_get_factory(element.get()))) tune(element.get(), use);
  return element;
}

// The profile of the stream of a kind; null if there is none.
GstEncodingProfile* stream_profile(GstEncodingProfile* profile, GType kind) {
  if (!profile || G_TYPE_CHECK_INSTANCE_TYPE(profile, kind)) return profile;
  if (!GST_IS_ENCODING_CONTAINER_PROFILE(profile)) return nullptr;
  const GList* streams =
      gst_encoding_container_profile_get_profiles(GST_ENCODING_CONTAINER_PROFILE(profile));
  for (; streams; streams = streams->next) {
    auto* stream = static_cast<GstEncodingProfile*>(streams->data);
    if (G_TYPE_CHECK_INSTANCE_TYPE(stream, kind)) return stream;
  }
  return nullptr;
}

gboolean set_from_field(GQuark name, const GValue* value, gpointer element) {
  const gchar* property = g_quark_to_string(name);
  if (G_VALUE_HOLDS_STRING(value))
    set_property(static_cast<GstElement*>(element), property, g_value_get_string(value));
  else if (g_object_class_find_property(G_OBJECT_GET_CLASS(element), property))
    g_object_set_property(G_OBJECT(element), property, value);
  return TRUE;
}

// Its preset and its properties.
Result<void> apply(GstEncodingProfile* profile, GstElement* encoder) {
  if (const gchar* preset = gst_encoding_profile_get_preset(profile);
      preset && !(GST_IS_PRESET(encoder) && gst_preset_load_preset(GST_PRESET(encoder), preset))) {
    return Error{
        ErrorCode::InvalidInput,
        "The encoding profile asks for the preset \"" + std::string(preset) + "\", which " +
            name_of(gst_element_get_factory(encoder)) + " does not have.",
        {}};
  }
  if (const auto properties = adopt(gst_encoding_profile_get_element_properties(profile)))
    gst_structure_foreach(properties.get(), set_from_field, encoder);
  return {};
}

// The encoder of highest rank that makes the profile's format, or the one that it names.
Result<Owned<GstElement>> profile_encoder(GstEncodingProfile* profile, Use use) {
  const auto caps = adopt(gst_encoding_profile_get_format(profile));
  const Features all(
      gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_ENCODER, GST_RANK_NONE));
  const gchar* named = gst_encoding_profile_get_preset_name(profile);
  for (GstElementFactory* factory : candidates(all, caps.get(), GST_PAD_SRC)) {
    if (named && name_of(factory) != named) continue;
    auto encoder = working(factory);
    if (!encoder) continue;
    if (gst_encoding_profile_get_preset(profile) == nullptr) tune(encoder.get(), use);
    if (const auto applied = apply(profile, encoder.get()); !applied) return applied.error();
    return encoder;
  }
  return Error{
      ErrorCode::Unsupported,
      "No encoder here makes what the encoding profile asks for (" +
          std::string(adopt(gst_caps_to_string(caps.get())).get()) +
          "); install one, or ask for another.",
      {}};
}

// What the user has said; nothing if the best is to be found.
std::optional<Result<Owned<GstElement>>> wished_encoder(
    const EncoderWish& wish, const gchar* property, GType kind) {
  if (!wish.name.empty()) return named_encoder(wish.name, property, wish.use);
  if (auto* profile = stream_profile(wish.profile, kind)) return profile_encoder(profile, wish.use);
  return std::nullopt;
}

const gchar* media_type_of(Depth depth) {
  return depth == Depth::High ? "video/x-h265" : "video/x-h264";
}

bool is_better_video(GstElementFactory* a, GstElementFactory* b) {
  return is_hardware(a) && !is_hardware(b);
}

}  // namespace

Depth depth_of(const GstCaps* raw) {
  GstVideoInfo info;
  if (!gst_video_info_from_caps(&info, raw)) return Depth::Usual;
  const bool is_hdr = info.colorimetry.transfer == GST_VIDEO_TRANSFER_SMPTE2084 ||
                      info.colorimetry.transfer == GST_VIDEO_TRANSFER_ARIB_STD_B67;
  return is_hdr || GST_VIDEO_INFO_COMP_DEPTH(&info, 0) > 8 ? Depth::High : Depth::Usual;
}

Result<Owned<GstElement>> video_encoder(const EncoderWish& wish, Depth depth) {
  if (auto wished = wished_encoder(wish, "video-encoder", GST_TYPE_ENCODING_VIDEO_PROFILE))
    return *std::move(wished);
  const auto caps = adopt(gst_caps_new_empty_simple(media_type_of(depth)));
  const Features all(
      gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_VIDEO_ENCODER, GST_RANK_NONE));
  auto found = candidates(all, caps.get(), GST_PAD_SRC);
  // x265enc has the rank of a stranger; one that is not known here could have any defaults.
  std::erase_if(found, [](GstElementFactory* factory) {
    return std::ranges::find(kTunings, name_of(factory), &Tuning::factory) == kTunings.end();
  });
  std::ranges::stable_sort(found, is_better_video);
  for (GstElementFactory* factory : found) {
    if (auto encoder = working(factory)) {
      tune(encoder.get(), wish.use);
      return encoder;
    }
  }
  return depth == Depth::High
             ? not_installed("encoder of H.265", "gstreamer1.0-plugins-bad (x265enc)")
             : not_installed("encoder of H.264", "gstreamer1.0-plugins-ugly (x264enc)");
}

Result<Owned<GstElement>> audio_encoder(const EncoderWish& wish) {
  if (auto wished = wished_encoder(wish, "audio-encoder", GST_TYPE_ENCODING_AUDIO_PROFILE))
    return *std::move(wished);
  for (const std::string_view name : kAudioEncoders) {
    const auto factory = adopt(gst_element_factory_find(std::string(name).c_str()));
    if (!factory) continue;
    if (auto encoder = working(factory.get())) {
      tune(encoder.get(), wish.use);
      return encoder;
    }
  }
  return not_installed("encoder of AAC", "gstreamer1.0-libav (avenc_aac)");
}

Owned<GstCaps> wished_format(const EncoderWish& wish, Kind kind) {
  if (!wish.name.empty()) return nullptr;
  auto* profile = stream_profile(
      wish.profile,
      kind == Kind::Picture ? GST_TYPE_ENCODING_VIDEO_PROFILE : GST_TYPE_ENCODING_AUDIO_PROFILE);
  return adopt(profile ? gst_encoding_profile_get_format(profile) : nullptr);
}

Owned<GstElement> parser_for(const GstCaps* caps) {
  const gchar* type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  const gchar* parser = nullptr;
  if (g_str_equal(type, "video/x-h264")) parser = "h264parse";
  if (g_str_equal(type, "video/x-h265")) parser = "h265parse";
  if (g_str_equal(type, "audio/mpeg")) parser = "aacparse";
  GstElement* element = parser ? gst_element_factory_make(parser, nullptr) : nullptr;
  return adopt(element ? GST_ELEMENT(gst_object_ref_sink(element)) : nullptr);
}

Result<Owned<GstElement>> decoder_for(const GstCaps* caps) {
  const Features all(
      gst_element_factory_list_get_elements(GST_ELEMENT_FACTORY_TYPE_DECODER, GST_RANK_MARGINAL));
  for (GstElementFactory* factory : candidates(all, caps, GST_PAD_SINK)) {
    if (is_hardware(factory)) continue;
    if (auto decoder = working(factory)) return decoder;
  }
  const std::string type = gst_structure_get_name(gst_caps_get_structure(caps, 0));
  return not_installed("decoder of " + type, "gstreamer1.0-libav");
}

Result<Owned<GstElement>> make_element(const gchar* factory) {
  GstElement* element = gst_element_factory_make(factory, nullptr);
  if (!element)
    return not_installed(
        std::string("element ") + factory,
        "gstreamer1.0-plugins-base and gstreamer1.0-plugins-good");
  return adopt(GST_ELEMENT(gst_object_ref_sink(element)));
}

}  // namespace livephoto::sink
