#include "gst/sink/settings.h"

namespace livephoto::sink {
namespace {

constexpr GEnumValue kStillFormats[] = {
    {STILL_FORMAT_AUTO, "By the extension of the location, HEIC without one", "auto"},
    {STILL_FORMAT_HEIC, "HEIC", "heic"},
    {STILL_FORMAT_JPEG, "JPEG", "jpeg"},
    {0, nullptr, nullptr}};

constexpr GEnumValue kBundles[] = {
    {static_cast<gint>(Bundle::Pair), "Two files side by side", "pair"},
    {static_cast<gint>(Bundle::Pvt), "A folder NAME.pvt with both files", "pvt"},
    {static_cast<gint>(Bundle::PvtZip), "That folder in one file, NAME.pvt.zip", "pvt-zip"},
    {0, nullptr, nullptr}};

enum {
  PROP_LOCATION = 1,
  PROP_STILL_FORMAT,
  PROP_BUNDLE,
  PROP_VIDEO_ENCODER,
  PROP_AUDIO_ENCODER,
  PROP_ENCODING_PROFILE,
  PROP_MAX_WIDTH,
  PROP_MAX_HEIGHT,
  PROP_CROP,
  PROP_UPRIGHT,
  PROP_MAX_CAPTURES,
  PROP_FRAME_RATE,
  PROP_END,
};
static_assert(PROP_END == kPropertiesEnd);

std::string text_of(const GValue* value) {
  const gchar* text = g_value_get_string(value);
  return text ? text : "";
}

}  // namespace

StillFormat still_format(const Settings& settings, const std::string& location) {
  if (settings.still_format == STILL_FORMAT_AUTO) return named_still_format(location);
  return settings.still_format == STILL_FORMAT_JPEG ? StillFormat::Jpeg : StillFormat::Heic;
}

GType still_format_type() {
  static const GType type = g_enum_register_static("GstLivePhotoSinkStillFormat", kStillFormats);
  return type;
}

GType bundle_type() {
  static const GType type = g_enum_register_static("GstLivePhotoSinkBundle", kBundles);
  return type;
}

void install_properties(GObjectClass* klass) {
  constexpr auto kFlags = static_cast<GParamFlags>(
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto install = [klass](guint id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  /**
   * GstLivePhotoSink:location:
   *
   * The name of the pair, in a folder that exists: IMG_0001, IMG_0001.MOV or
   * IMG_0001.HEIC gives IMG_0001.HEIC and IMG_0001.MOV. "%d" (or "%05d", "%i", "%u")
   * becomes the number of the clip, from 0 on, where there are several (after a flush);
   * beside it "%%" is a per cent sign.
   */
  install(
      PROP_LOCATION,
      g_param_spec_string(
          "location",
          "Location",
          "Name of the pair, in a folder that exists: IMG_0001 gives IMG_0001.HEIC and "
          "IMG_0001.MOV; %d becomes the clip's number",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:still-format:
   *
   * Auto: JPEG if the location ends in .jpg or .jpeg, else HEIC.
   */
  install(
      PROP_STILL_FORMAT,
      g_param_spec_enum(
          "still-format",
          "Still format",
          "The format of the still",
          still_format_type(),
          STILL_FORMAT_AUTO,
          kFlags));
  /**
   * GstLivePhotoSink:bundle:
   *
   * What the two files are put into. A .pvt folder is what Photos on a Mac exports
   * and AirDrop sends.
   */
  install(
      PROP_BUNDLE,
      g_param_spec_enum(
          "bundle",
          "Bundle",
          "What the two files are put into",
          bundle_type(),
          static_cast<gint>(Bundle::Pair),
          kFlags));
  /**
   * GstLivePhotoSink:video-encoder:
   *
   * The element that encodes the picture, where it is encoded; properties may
   * follow its name as in gst-launch-1.0. Without one: the best that is there, at
   * constant quality.
   */
  install(
      PROP_VIDEO_ENCODER,
      g_param_spec_string(
          "video-encoder",
          "Video encoder",
          "Element that encodes raw pictures, with properties if need be (\"x264enc "
          "quantizer=18\"); empty: the best that is installed",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:audio-encoder:
   *
   * The same for sound.
   */
  install(
      PROP_AUDIO_ENCODER,
      g_param_spec_string(
          "audio-encoder",
          "Audio encoder",
          "Element that encodes raw sound, with properties if need be; empty: the best that is "
          "installed",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:encoding-profile:
   *
   * What to encode to, where it is encoded: a profile of picture or sound, or a
   * container's with both, of which only the streams count. The encoder of highest
   * rank that makes its format is taken, or the one that it names, with its preset and
   * properties. video-encoder and audio-encoder win over it.
   */
  install(
      PROP_ENCODING_PROFILE,
      g_param_spec_object(
          "encoding-profile",
          "Encoding profile",
          "What to encode pictures and sound to (none: what video-encoder and audio-encoder say)",
          GST_TYPE_ENCODING_PROFILE,
          kFlags));
  /**
   * GstLivePhotoSink:max-width:
   *
   * The picture is made smaller to fit, never larger, and upright. It is encoded
   * then.
   */
  install(
      PROP_MAX_WIDTH,
      g_param_spec_uint(
          "max-width",
          "Maximum width",
          "Widest picture in pixels, upright; a wider one is scaled down and encoded (0: any)",
          0,
          G_MAXINT,
          0,
          kFlags));
  /**
   * GstLivePhotoSink:max-height:
   *
   * See #GstLivePhotoSink:max-width.
   */
  install(
      PROP_MAX_HEIGHT,
      g_param_spec_uint(
          "max-height",
          "Maximum height",
          "Highest picture in pixels, upright; a higher one is scaled down and encoded (0: any)",
          0,
          G_MAXINT,
          0,
          kFlags));
  /**
   * GstLivePhotoSink:crop:
   *
   * Cuts off at the edges what does not have the shape of max-width by max-height,
   * instead of leaving the picture smaller in one direction.
   */
  install(
      PROP_CROP,
      g_param_spec_boolean(
          "crop",
          "Crop",
          "Whether to cut the picture to the shape of max-width by max-height",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoSink:upright:
   *
   * Turns the pixels themselves, for readers that ignore how a movie or a still is
   * to be turned. The picture is encoded then.
   */
  install(
      PROP_UPRIGHT,
      g_param_spec_boolean(
          "upright",
          "Upright",
          "Whether to turn the pixels themselves upright, which needs encoding, instead of "
          "saying how the picture is to be turned",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoSink:max-captures:
   *
   * How many captures may be under way at once with mode=trigger: those whose clip is not
   * complete yet, and those that are being written.
   */
  install(
      PROP_MAX_CAPTURES,
      g_param_spec_uint(
          "max-captures",
          "Maximum captures",
          "Most captures that are under way at once (mode=trigger)",
          1,
          64,
          Settings{}.max_captures,
          kFlags));
  /**
   * GstLivePhotoSink:frame-rate:
   *
   * With purpose=wallpaper pictures are repeated or left out until there are so many a
   * second, evenly spaced. Cameras of iPhones have 30; two projects that report success, 60.
   */
  install(
      PROP_FRAME_RATE,
      g_param_spec_uint(
          "frame-rate",
          "Frame rate",
          "Pictures a second with purpose=wallpaper (0: 30 or 60, whichever is nearer to the "
          "source's)",
          0,
          60,
          0,
          kFlags));
}

bool set_property(Settings& settings, guint id, const GValue* value) {
  switch (id) {
    case PROP_LOCATION:
      settings.location = text_of(value);
      break;
    case PROP_STILL_FORMAT:
      settings.still_format = g_value_get_enum(value);
      break;
    case PROP_BUNDLE:
      settings.bundle = static_cast<Bundle>(g_value_get_enum(value));
      break;
    case PROP_VIDEO_ENCODER:
      settings.video_encoder = text_of(value);
      break;
    case PROP_AUDIO_ENCODER:
      settings.audio_encoder = text_of(value);
      break;
    case PROP_ENCODING_PROFILE:
      settings.profile.reset(
          static_cast<GstEncodingProfile*>(g_value_dup_object(value)),
          [](GstEncodingProfile* profile) { g_clear_object(&profile); });
      break;
    case PROP_MAX_WIDTH:
      settings.size.width = g_value_get_uint(value);
      break;
    case PROP_MAX_HEIGHT:
      settings.size.height = g_value_get_uint(value);
      break;
    case PROP_CROP:
      settings.size.crop = g_value_get_boolean(value);
      break;
    case PROP_UPRIGHT:
      settings.upright = g_value_get_boolean(value);
      break;
    case PROP_MAX_CAPTURES:
      settings.max_captures = g_value_get_uint(value);
      break;
    case PROP_FRAME_RATE:
      settings.frame_rate = g_value_get_uint(value);
      break;
    default:
      return false;
  }
  return true;
}

bool get_property(const Settings& settings, guint id, GValue* value) {
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string(value, settings.location.c_str());
      break;
    case PROP_STILL_FORMAT:
      g_value_set_enum(value, settings.still_format);
      break;
    case PROP_BUNDLE:
      g_value_set_enum(value, static_cast<gint>(settings.bundle));
      break;
    case PROP_VIDEO_ENCODER:
      g_value_set_string(value, settings.video_encoder.c_str());
      break;
    case PROP_AUDIO_ENCODER:
      g_value_set_string(value, settings.audio_encoder.c_str());
      break;
    case PROP_ENCODING_PROFILE:
      g_value_set_object(value, settings.profile.get());
      break;
    case PROP_MAX_WIDTH:
      g_value_set_uint(value, settings.size.width);
      break;
    case PROP_MAX_HEIGHT:
      g_value_set_uint(value, settings.size.height);
      break;
    case PROP_CROP:
      g_value_set_boolean(value, settings.size.crop);
      break;
    case PROP_UPRIGHT:
      g_value_set_boolean(value, settings.upright);
      break;
    case PROP_MAX_CAPTURES:
      g_value_set_uint(value, settings.max_captures);
      break;
    case PROP_FRAME_RATE:
      g_value_set_uint(value, settings.frame_rate);
      break;
    default:
      return false;
  }
  return true;
}

}  // namespace livephoto::sink
