#include "gst/mux/track_format.h"

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <string>
#include <string_view>
#include <utility>

#include "core/text.h"
#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"

namespace livephoto::mux {
namespace {

using gst::aac_config_of;
using gst::alac_config_of;
using gst::avcc_for_avc1;
using gst::codec_data_of;
using gst::h264_profile_of;
using gst::h265_profile_of;
using gst::hvcc_for_hvc1;

std::string_view text_of(const GstStructure* fields, const gchar* name) {
  const gchar* text = gst_structure_get_string(fields, name);
  return text ? text : "";
}

std::uint32_t number_of(const GstStructure* fields, const gchar* name) {
  gint number = 0;
  gst_structure_get_int(fields, name, &number);
  return static_cast<std::uint32_t>(MAX(number, 0));
}

std::pair<std::uint32_t, std::uint32_t> fraction_of(
    const GstStructure* fields,
    const gchar* name,
    std::pair<std::uint32_t, std::uint32_t> otherwise) {
  gint numerator = 0;
  gint denominator = 0;
  if (!gst_structure_get_fraction(fields, name, &numerator, &denominator) || numerator <= 0 ||
      denominator <= 0)
    return otherwise;
  return {static_cast<std::uint32_t>(numerator), static_cast<std::uint32_t>(denominator)};
}

// ---- Video -------------------------------------------------------------------

std::optional<Colour> colour_of(const GstStructure* fields) {
  const gchar* text = gst_structure_get_string(fields, "colorimetry");
  GstVideoColorimetry colorimetry{};
  if (text == nullptr || !gst_video_colorimetry_from_string(&colorimetry, text))
    return std::nullopt;
  return gst::colour_of(colorimetry);
}

std::optional<MasteringDisplay> mastering_display_of(const GstStructure* fields) {
  const gchar* text = gst_structure_get_string(fields, "mastering-display-info");
  GstVideoMasteringDisplayInfo info;
  if (text == nullptr || !gst_video_mastering_display_info_from_string(&info, text))
    return std::nullopt;
  // Theirs are red, green, blue.
  const auto primary = [&](int i) {
    return MasteringDisplay::Chromaticity{info.display_primaries[i].x, info.display_primaries[i].y};
  };
  return MasteringDisplay{
      .primaries = {primary(1), primary(2), primary(0)},
      .white = {info.white_point.x, info.white_point.y},
      .max_luminance = info.max_display_mastering_luminance,
      .min_luminance = info.min_display_mastering_luminance,
  };
}

std::optional<ContentLight> content_light_of(const GstStructure* fields) {
  const gchar* text = gst_structure_get_string(fields, "content-light-level");
  GstVideoContentLightLevel level;
  if (text == nullptr || !gst_video_content_light_level_from_string(&level, text))
    return std::nullopt;
  return ContentLight{level.max_content_light_level, level.max_frame_average_light_level};
}

Error needs_parser(const std::string& codec, const std::string& caps) {
  return {
      ErrorCode::Unsupported,
      "The " + codec + " stream is not laid out as a movie needs it; put '" + caps +
          "' before the muxer.",
      {}};
}

Result<void> check_profile(const GstStructure* fields, const char* configured) {
  const gchar* type = gst_structure_get_name(fields);
  const gchar* named = gst_structure_get_string(fields, "profile");
  const bool played = named ? apple_plays(type, named) : configured != nullptr;
  if (played) return {};
  const std::string codec = std::string_view(type) == "video/x-h264" ? "H.264" : "H.265";
  return Error{
      ErrorCode::Unsupported,
      "Apple's decoders do not play " + codec +
          (named ? " of profile " + std::string(named) : std::string(" of this profile")) +
          "; encode it as H.264 High or H.265 Main, 8 bit 4:2:0 (or Main 10), or set "
          "strict=false.",
      {}};
}

}  // namespace

Result<VideoFormat> video_format_of(const GstCaps* caps, Profiles profiles) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  const std::string_view type = gst_structure_get_name(fields);
  const bool h264 = type == "video/x-h264";
  if (!h264 && type != "video/x-h265") {
    return Error{
        ErrorCode::Unsupported,
        "The movie cannot hold " + std::string(type) + "; encode the video as H.264 or H.265.",
        {}};
  }
  const std::string_view layout = text_of(fields, "stream-format");
  const bool in_records =
      h264 ? layout == "avc" || layout == "avc3" : layout == "hvc1" || layout == "hev1";
  const std::string_view alignment = text_of(fields, "alignment");
  const Bytes codec_data = codec_data_of(fields);
  if (!in_records || (!alignment.empty() && alignment != "au") || codec_data.empty()) {
    return h264 ? needs_parser("H.264", "h264parse ! video/x-h264,stream-format=avc,alignment=au")
                : needs_parser("H.265", "h265parse ! video/x-h265,stream-format=hvc1,alignment=au");
  }
  if (profiles == Profiles::Apple) {
    const auto checked =
        check_profile(fields, h264 ? h264_profile_of(codec_data) : h265_profile_of(codec_data));
    if (!checked) return checked.error();
  }
  auto configuration = h264 ? avcc_for_avc1(codec_data) : hvcc_for_hvc1(codec_data);
  if (!configuration) return configuration.error();

  VideoFormat format;
  format.codec = h264 ? VideoFormat::Codec::H264 : VideoFormat::Codec::H265;
  format.configuration = std::move(*configuration);
  format.width = number_of(fields, "width");
  format.height = number_of(fields, "height");
  if (format.width == 0 || format.height == 0) {
    return invalid_input(
        "The video's caps have no size; put h264parse or h265parse before the muxer.");
  }
  std::tie(format.pixel_aspect_numerator, format.pixel_aspect_denominator) =
      fraction_of(fields, "pixel-aspect-ratio", {1, 1});
  std::tie(format.frame_rate_numerator, format.frame_rate_denominator) =
      fraction_of(fields, "framerate", {0, 1});
  format.colour = colour_of(fields);
  format.mastering_display = mastering_display_of(fields);
  format.content_light = content_light_of(fields);
  format.dolby_vision = gst::bytes_of(fields, gst::kDolbyVisionField);
  return format;
}

// ---- Audio -------------------------------------------------------------------

namespace {

Result<SoundFormat> aac_of(const GstStructure* fields) {
  gboolean framed = TRUE;
  gst_structure_get_boolean(fields, "framed", &framed);
  const Bytes codec_data = codec_data_of(fields);
  if (text_of(fields, "stream-format") != "raw" || number_of(fields, "mpegversion") == 1 ||
      !framed || codec_data.empty()) {
    return Error{
        ErrorCode::Unsupported,
        "The sound is not raw AAC, one packet a buffer; put 'aacparse ! "
        "audio/mpeg,mpegversion=4,stream-format=raw' before the muxer, or encode it as AAC.",
        {}};
  }
  const auto aac = aac_config_of(codec_data);
  if (!aac) return aac.error();
  SoundFormat sound;
  sound.format.codec = AudioFormat::Codec::Aac;
  sound.format.configuration = codec_data;
  sound.format.sample_rate = aac->sample_rate;
  sound.format.channels = number_of(fields, "channels");
  sound.samples_per_packet = aac->samples_per_packet;
  return sound;
}

Result<SoundFormat> alac_of(const GstStructure* fields) {
  auto alac = alac_config_of(codec_data_of(fields));
  if (!alac) return alac.error();
  SoundFormat sound;
  sound.format.codec = AudioFormat::Codec::Alac;
  sound.format.configuration = std::move(alac->record);
  sound.format.sample_rate = alac->sample_rate;
  sound.format.channels = alac->channels;
  sound.format.bits = alac->bits;
  sound.samples_per_packet = alac->samples_per_packet;
  return sound;
}

Result<SoundFormat> lpcm_of(const GstCaps* caps) {
  GstAudioInfo info;
  const auto taken = sink_caps(TrackKind::Audio, Profiles::Any);
  if (!gst_audio_info_from_caps(&info, caps) || !gst_caps_can_intersect(caps, taken.get())) {
    return Error{
        ErrorCode::Unsupported,
        "The movie cannot hold this PCM sound; put audioconvert before the muxer (16, 24 or 32 "
        "bits, interleaved, one or two channels).",
        {}};
  }
  SoundFormat sound;
  sound.format.codec = AudioFormat::Codec::Lpcm;
  sound.format.sample_rate = static_cast<std::uint32_t>(GST_AUDIO_INFO_RATE(&info));
  sound.format.channels = static_cast<std::uint32_t>(GST_AUDIO_INFO_CHANNELS(&info));
  sound.format.bits = static_cast<std::uint32_t>(GST_AUDIO_INFO_WIDTH(&info));
  sound.format.is_float = GST_AUDIO_FORMAT_INFO_IS_FLOAT(info.finfo);
  sound.format.is_big_endian = GST_AUDIO_INFO_ENDIANNESS(&info) == G_BIG_ENDIAN;
  return sound;
}

}  // namespace

Result<SoundFormat> sound_format_of(const GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  const std::string_view type = gst_structure_get_name(fields);
  if (type == "audio/mpeg") return aac_of(fields);
  if (type == "audio/x-alac") return alac_of(fields);
  if (type == "audio/x-raw") return lpcm_of(caps);
  return Error{
      ErrorCode::Unsupported,
      "The movie cannot hold " + std::string(type) +
          "; encode the sound as AAC or ALAC, or decode it to PCM.",
      {}};
}

}  // namespace livephoto::mux
