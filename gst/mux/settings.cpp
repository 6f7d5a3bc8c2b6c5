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
}

}  // namespace livephoto::mux
