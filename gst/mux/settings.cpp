#include "gst/mux/settings.h"

namespace livephoto::mux {
namespace {

enum {
  PROP_CONTENT_IDENTIFIER = 1,
  PROP_MARKER_TIME,
  PROP_MAX_SIZE_BYTES,
  PROP_FASTSTART,
  PROP_STRICT,
  PROP_FINGERPRINT,
  PROP_PURPOSE,
  PROP_MOTION,
  PROP_HYPOTHESES,
};

}  // namespace

bool set_property(Settings& settings, guint id, const GValue* value) {
  switch (id) {
    case PROP_CONTENT_IDENTIFIER: {
      const gchar* identifier = g_value_get_string(value);
      settings.content_identifier = identifier ? identifier : "";
      break;
    }
    case PROP_MARKER_TIME:
      settings.marker_time = g_value_get_uint64(value);
      break;
    case PROP_MAX_SIZE_BYTES:
      settings.max_size_bytes = g_value_get_uint64(value);
      break;
    case PROP_FASTSTART:
      settings.faststart = g_value_get_boolean(value);
      break;
    case PROP_STRICT:
      settings.strict = g_value_get_boolean(value);
      break;
    case PROP_FINGERPRINT: {
      const gchar* fingerprint = g_value_get_string(value);
      settings.fingerprint = fingerprint ? fingerprint : "";
      break;
    }
    case PROP_PURPOSE:
      settings.purpose = static_cast<Purpose>(g_value_get_enum(value));
      break;
    case PROP_MOTION:
      settings.wallpaper.motion = static_cast<MotionChoice>(g_value_get_enum(value));
      break;
    case PROP_HYPOTHESES:
      settings.wallpaper.hypotheses = g_value_get_flags(value);
      break;
    default:
      return false;
  }
  return true;
}

bool get_property(const Settings& settings, guint id, GValue* value) {
  switch (id) {
    case PROP_CONTENT_IDENTIFIER:
      if (!settings.content_identifier.empty())
        g_value_set_string(value, settings.content_identifier.c_str());
      break;
    case PROP_MARKER_TIME:
      g_value_set_uint64(value, settings.marker_time);
      break;
    case PROP_MAX_SIZE_BYTES:
      g_value_set_uint64(value, settings.max_size_bytes);
      break;
    case PROP_FASTSTART:
      g_value_set_boolean(value, settings.faststart);
      break;
    case PROP_STRICT:
      g_value_set_boolean(value, settings.strict);
      break;
    case PROP_FINGERPRINT:
      if (!settings.fingerprint.empty()) g_value_set_string(value, settings.fingerprint.c_str());
      break;
    case PROP_PURPOSE:
      g_value_set_enum(value, static_cast<gint>(settings.purpose));
      break;
    case PROP_MOTION:
      g_value_set_enum(value, static_cast<gint>(settings.wallpaper.motion));
      break;
    case PROP_HYPOTHESES:
      g_value_set_flags(value, settings.wallpaper.hypotheses);
      break;
    default:
      return false;
  }
  return true;
}

void install_properties(GObjectClass* klass) {
  constexpr auto kFlags = static_cast<GParamFlags>(
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  /**
   * GstLivePhotoMux:content-identifier:
   *
   * The UUID that joins the movie with its still. Without it, the tag that
   * livephotoselect sends is taken.
   */
  g_object_class_install_property(
      klass,
      PROP_CONTENT_IDENTIFIER,
      g_param_spec_string(
          "content-identifier",
          "Content identifier",
          "UUID that joins the movie with its still (default: from livephotoselect, by tag)",
          nullptr,
          kFlags));
  /**
   * GstLivePhotoMux:marker-time:
   *
   * When the still's frame is shown, in nanoseconds from the movie's first
   * frame; the marker goes to the frame on screen then. Without it, the tag that
   * livephotoselect sends is taken.
   */
  g_object_class_install_property(
      klass,
      PROP_MARKER_TIME,
      g_param_spec_uint64(
          "marker-time",
          "Marker time",
          "Time of the still in the movie, in nanoseconds (default: from livephotoselect, by tag)",
          0,
          G_MAXUINT64,
          GST_CLOCK_TIME_NONE,
          kFlags));
  /**
   * GstLivePhotoMux:max-size-bytes:
   *
   * The most that the clip's packets may take in memory; more is an error.
   */
  g_object_class_install_property(
      klass,
      PROP_MAX_SIZE_BYTES,
      g_param_spec_uint64(
          "max-size-bytes",
          "Maximum size",
          "Most bytes of memory that the packets of the clip may take; more is an error",
          1,
          G_MAXUINT64,
          gst::kDefaultMaxSizeBytes,
          kFlags));
  /**
   * GstLivePhotoMux:faststart:
   *
   * Puts the movie's index before the data, so that it can be played while it is
   * downloaded. Cameras put it behind.
   */
  g_object_class_install_property(
      klass,
      PROP_FASTSTART,
      g_param_spec_boolean(
          "faststart",
          "Fast start",
          "Put the index before the data, for playing while downloading (cameras put it behind)",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoMux:strict:
   *
   * Takes only the profiles that Apple's decoders play: 8-bit 4:2:0 H.264
   * (constrained-baseline to high), H.265 Main and Main 10. Encoders choose one
   * of these by negotiation.
   */
  g_object_class_install_property(
      klass,
      PROP_STRICT,
      g_param_spec_boolean(
          "strict",
          "Strict",
          "Take only video that Apple's decoders play: H.264 up to High, H.265 Main and Main 10",
          TRUE,
          kFlags));
  /**
   * GstLivePhotoMux:fingerprint:
   *
   * Written in the movie's metadata under a key of ours, so that a program knows
   * again what it has made, and from what.
   */
  g_object_class_install_property(
      klass,
      PROP_FINGERPRINT,
      g_param_spec_string(
          "fingerprint",
          "Fingerprint",
          "Text to know the movie by, in its metadata (default: none)",
          nullptr,
          kFlags));
  /**
   * GstLivePhotoMux:purpose:
   *
   * With `wallpaper` the movie has all that a moving lock screen (iOS 17 and later) is
   * known to look at: tracks video-orientation and live-photo-info beside the marker, and
   * a vitality score. It was not tried on a device: docs/lock-screen.md says what each
   * part rests on. The clip needs a second and fourteen frames before the still,
   * unless hypotheses does without.
   */
  g_object_class_install_property(
      klass,
      PROP_PURPOSE,
      g_param_spec_enum(
          "purpose",
          "Purpose",
          "What the pair is for; a wallpaper has what is known of moving lock screens, unproven "
          "on a device",
          purpose_type(),
          static_cast<gint>(Purpose::Usual),
          kFlags));
  /**
   * GstLivePhotoMux:motion:
   *
   * Which motion the records of live-photo-info tell. Measured needs livephotosink before
   * the encoder. Which of the two a lock screen likes better nobody has shown.
   */
  g_object_class_install_property(
      klass,
      PROP_MOTION,
      g_param_spec_enum(
          "motion",
          "Motion",
          "The camera's motion in the records of each frame (purpose=wallpaper)",
          motion_type(),
          static_cast<gint>(MotionChoice::Measured),
          kFlags));
  /**
   * GstLivePhotoMux:hypotheses:
   *
   * What is kept to of what rests on a hypothesis alone: parts that are written, and clips that
   * are refused; to be left away one by one, on a device.
   */
  g_object_class_install_property(
      klass,
      PROP_HYPOTHESES,
      g_param_spec_flags(
          "hypotheses",
          "Hypotheses",
          "What nobody has shown to be needed, to be kept to (purpose=wallpaper)",
          hypotheses_type(),
          kAllHypotheses,
          kFlags));
}

}  // namespace livephoto::mux
