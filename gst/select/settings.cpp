#include "gst/select/settings.h"

namespace livephoto::select {
namespace {

enum {
  PROP_MODE = 1,
  PROP_START_TIME,
  PROP_DURATION,
  PROP_STILL_TIME,
  PROP_CONTENT_IDENTIFIER,
  PROP_CONTROLS_SOURCE,
  PROP_MAX_SIZE_BYTES,
  PROP_STRIP,
  PROP_STRIP_GEO_LOCATION,
  PROP_PRE_CAPTURE,
  PROP_POST_CAPTURE,
};

// Of what is kept before a moment, and follows it.
constexpr GstClockTime kLongestSide = 60 * GST_SECOND;

GType mode_type() {
  static const GType type = [] {
    static const GEnumValue values[] = {
        {static_cast<gint>(Mode::Window), "The clip that start-time and duration name", "window"},
        {static_cast<gint>(Mode::Auto),
         "The best moment of the source, as far as it is not named",
         "auto"},
        {static_cast<gint>(Mode::Trigger), "The clip around the call of capture", "trigger"},
        {0, nullptr, nullptr},
    };
    return g_enum_register_static("GstLivePhotoSelectMode", values);
  }();
  return type;
}

}  // namespace

bool set_property(Settings& settings, guint id, const GValue* value) {
  switch (id) {
    case PROP_MODE:
      settings.mode = static_cast<Mode>(g_value_get_enum(value));
      break;
    case PROP_START_TIME:
      settings.start = g_value_get_uint64(value);
      break;
    case PROP_DURATION:
      settings.duration = g_value_get_uint64(value);
      break;
    case PROP_STILL_TIME:
      settings.still = g_value_get_uint64(value);
      break;
    case PROP_CONTENT_IDENTIFIER: {
      const gchar* text = g_value_get_string(value);
      settings.content_identifier = text ? text : "";
      break;
    }
    case PROP_CONTROLS_SOURCE:
      settings.controls_source = g_value_get_boolean(value);
      break;
    case PROP_MAX_SIZE_BYTES:
      settings.max_size_bytes = g_value_get_uint64(value);
      break;
    case PROP_STRIP:
      settings.strip = g_value_get_boolean(value);
      break;
    case PROP_STRIP_GEO_LOCATION:
      settings.strip_geo_location = g_value_get_boolean(value);
      break;
    case PROP_PRE_CAPTURE:
      settings.pre_capture = g_value_get_uint64(value);
      break;
    case PROP_POST_CAPTURE:
      settings.post_capture = g_value_get_uint64(value);
      break;
    default:
      return false;
  }
  return true;
}

bool get_property(const Settings& settings, guint id, GValue* value) {
  switch (id) {
    case PROP_MODE:
      g_value_set_enum(value, static_cast<gint>(settings.mode));
      break;
    case PROP_START_TIME:
      g_value_set_uint64(value, settings.start);
      break;
    case PROP_DURATION:
      g_value_set_uint64(value, settings.duration);
      break;
    case PROP_STILL_TIME:
      g_value_set_uint64(value, settings.still);
      break;
    case PROP_CONTENT_IDENTIFIER:
      g_value_set_string(
          value,
          settings.content_identifier.empty() ? nullptr : settings.content_identifier.c_str());
      break;
    case PROP_CONTROLS_SOURCE:
      g_value_set_boolean(value, settings.controls_source);
      break;
    case PROP_MAX_SIZE_BYTES:
      g_value_set_uint64(value, settings.max_size_bytes);
      break;
    case PROP_STRIP:
      g_value_set_boolean(value, settings.strip);
      break;
    case PROP_STRIP_GEO_LOCATION:
      g_value_set_boolean(value, settings.strip_geo_location);
      break;
    case PROP_PRE_CAPTURE:
      g_value_set_uint64(value, settings.pre_capture);
      break;
    case PROP_POST_CAPTURE:
      g_value_set_uint64(value, settings.post_capture);
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
   * GstLivePhotoSelect:mode:
   *
   * How the moment is chosen. "auto" looks through the source first, which must be one that can
   * be opened again, and keeps those of start-time, duration and still-time that are given.
   */
  g_object_class_install_property(
      klass,
      PROP_MODE,
      g_param_spec_enum(
          "mode",
          "Mode",
          "How the moment is chosen",
          mode_type(),
          static_cast<gint>(Mode::Window),
          kFlags));
  /**
   * GstLivePhotoSelect:start-time:
   *
   * When the clip begins, in nanoseconds of the source's stream time. The clip
   * begins with the frame that is on screen then. Not given: 0.
   */
  g_object_class_install_property(
      klass,
      PROP_START_TIME,
      g_param_spec_uint64(
          "start-time",
          "Start time",
          "When the clip begins, in nanoseconds of the source's stream time (none = 0)",
          0,
          G_MAXUINT64,
          GST_CLOCK_TIME_NONE,
          kFlags));
  /**
   * GstLivePhotoSelect:duration:
   *
   * How long the clip lasts, in nanoseconds: to the first frame at or after
   * that, or to the end of the source. Not given: 3 seconds.
   */
  g_object_class_install_property(
      klass,
      PROP_DURATION,
      g_param_spec_uint64(
          "duration",
          "Duration",
          "How long the clip lasts, in nanoseconds, at most an hour (none = 3 seconds)",
          0,
          G_MAXUINT64,
          GST_CLOCK_TIME_NONE,
          kFlags));
  /**
   * GstLivePhotoSelect:still-time:
   *
   * When the still is taken, in nanoseconds of the source's stream time: it is
   * the frame that is on screen then. Not given: a Live Photo's own still, where
   * the source is one, else the middle of the clip.
   */
  g_object_class_install_property(
      klass,
      PROP_STILL_TIME,
      g_param_spec_uint64(
          "still-time",
          "Still time",
          "When the still is taken, in nanoseconds of the source's stream time "
          "(none = the source's own, or the middle of the clip)",
          0,
          G_MAXUINT64,
          GST_CLOCK_TIME_NONE,
          kFlags));
  /**
   * GstLivePhotoSelect:content-identifier:
   *
   * The identifier that still and movie share: a UUID. Not given: a new random
   * one for each clip.
   */
  g_object_class_install_property(
      klass,
      PROP_CONTENT_IDENTIFIER,
      g_param_spec_string(
          "content-identifier",
          "Content identifier",
          "The UUID that still and movie share (none = a new one for each clip)",
          nullptr,
          kFlags));
  /**
   * GstLivePhotoSelect:controls-source:
   *
   * Whether the source is there for this clip alone, and may be ended as soon
   * as the clip is complete. False for a branch of a tee.
   */
  g_object_class_install_property(
      klass,
      PROP_CONTROLS_SOURCE,
      g_param_spec_boolean(
          "controls-source",
          "Controls source",
          "Whether to end the source as soon as the clip is complete; false beside other branches",
          TRUE,
          kFlags));
  /**
   * GstLivePhotoSelect:max-size-bytes:
   *
   * How many bytes of an encoded picture are kept until the clip is complete:
   * its packets, and those before it from a sync frame on. More is an error.
   */
  g_object_class_install_property(
      klass,
      PROP_MAX_SIZE_BYTES,
      g_param_spec_uint64(
          "max-size-bytes",
          "Maximum size",
          "Most bytes of an encoded picture that are kept until the clip is complete",
          1,
          G_MAXUINT64,
          Settings{}.max_size_bytes,
          kFlags));
  /**
   * GstLivePhotoSelect:strip:
   *
   * Leaves out all that the source says of its recording: date, place, device,
   * texts. How the picture is to be turned stays.
   */
  g_object_class_install_property(
      klass,
      PROP_STRIP,
      g_param_spec_boolean(
          "strip",
          "Strip",
          "Whether to leave out date, place, device and texts of the source",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoSelect:strip-geo-location:
   *
   * Leaves out where the source was recorded.
   */
  g_object_class_install_property(
      klass,
      PROP_STRIP_GEO_LOCATION,
      g_param_spec_boolean(
          "strip-geo-location",
          "Strip geo location",
          "Whether to leave out where the source was recorded",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoSelect:pre-capture:
   *
   * How much of the clip is before the frame that `capture` takes, in nanoseconds, with
   * mode=trigger. So much of the stream is kept all the time.
   */
  g_object_class_install_property(
      klass,
      PROP_PRE_CAPTURE,
      g_param_spec_uint64(
          "pre-capture",
          "Pre-capture",
          "How much of the clip is before the still, in nanoseconds (mode=trigger)",
          0,
          kLongestSide,
          Settings{}.pre_capture,
          kFlags));
  /**
   * GstLivePhotoSelect:post-capture:
   *
   * How much of the clip is after the frame that `capture` takes, in nanoseconds, with
   * mode=trigger.
   */
  g_object_class_install_property(
      klass,
      PROP_POST_CAPTURE,
      g_param_spec_uint64(
          "post-capture",
          "Post-capture",
          "How much of the clip is after the still, in nanoseconds (mode=trigger)",
          0,
          kLongestSide,
          Settings{}.post_capture,
          kFlags));
  gst_type_mark_as_plugin_api(mode_type(), static_cast<GstPluginAPIFlags>(0));
}

}  // namespace livephoto::select
