/**
 * SECTION:element-heifstillsink
 * @title: heifstillsink
 * @see_also: livephotoselect, livephotomux
 *
 * Writes the first picture it receives as a Live Photo's still: HEIC or JPEG,
 * with the content identifier that joins it to the movie.
 *
 * The identifier comes from #GstHeifStillSink:content-identifier or from the tag
 * `live-photo-content-identifier`, which livephotoselect sends; without one it is
 * an error. Date, place, make, model, texts, keywords and orientation come from tags
 * and #GstTagSetter. Tags count if they come before the picture.
 *
 * The picture is encoded as soon as it is there, in PAUSED too. The file takes
 * its name at EOS, in PLAYING: livephotoselect ends the still's stream only when
 * livephotomux has written the movie, so that one that fails leaves no still. Until
 * then nothing is under that name, or what was there before. Then comes an element
 * message `live-photo-still-written` with the fields `location` (string),
 * `content-identifier` (string) and `size` (guint64, bytes); without
 * #GstHeifStillSink:location, `buffer` (#GstBuffer, the file's bytes) takes the
 * place of `location`. The message comes before that of the EOS. EOS without any
 * picture is an error. A second picture is answered with %GST_FLOW_EOS.
 *
 * async, sync and enable-last-sample are FALSE by default: the element never
 * keeps a pipeline from PLAYING. Where it is the only sink, async=true is better:
 * behind decodebin, GStreamer 1.22 loses the EOS message of one pipeline in five
 * whose sinks are all async=false.
 *
 * ## Example
 * |[
 * gst-launch-1.0 filesrc location=IN.mp4 ! decodebin ! videoconvert ! heifstillsink async=true
 * location=OUT.HEIC content-identifier=5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F
 * ]| The first picture of a video.
 */
#include "gst/heifstillsink.h"

#include <gst/video/video.h>

#include <algorithm>
#include <cctype>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "core/content_identifier.h"
#include "core/file.h"
#include "core/result.h"
#include "core/still/heic.h"
#include "gst/support/caps.h"
#include "gst/support/colour_range.h"
#include "gst/support/error.h"
#include "gst/support/handshake.h"
#include "gst/support/picture.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"

#ifdef HAVE_JPEG
#include "core/still/jpeg.h"
#include "core/still/tone_map.h"
#endif

using livephoto::Bytes;
using livephoto::Error;
using livephoto::ErrorCode;
using livephoto::PendingFile;
using livephoto::Result;
using livephoto::StillMetadata;
using livephoto::gst::adopt;
using livephoto::gst::asks_for;
using livephoto::gst::Confirmation;
using livephoto::gst::new_confirmation;
using livephoto::gst::ObjectLock;
using livephoto::gst::Owned;
using livephoto::gst::post_error;
using livephoto::gst::StillPicture;

GST_DEBUG_CATEGORY_STATIC(heif_still_sink_debug);
#define GST_CAT_DEFAULT heif_still_sink_debug

#define STILL_CAPS GST_VIDEO_CAPS_MAKE(LIVEPHOTO_STILL_FORMATS)

namespace {

enum Format { FORMAT_AUTO, FORMAT_HEIC, FORMAT_JPEG };

constexpr gint kDefaultQuality = 80;
constexpr gint kDefaultSpeedPreset = 0;
constexpr guint kDefaultThumbnail = 320;

// The presets of x265, quickest first: a value of the property is an index.
constexpr GEnumValue kSpeedPresets[] = {
    {0, "Least time, largest file", "ultrafast"},
    {1, "superfast", "superfast"},
    {2, "veryfast", "veryfast"},
    {3, "faster", "faster"},
    {4, "fast", "fast"},
    {5, "medium", "medium"},
    {6, "slow", "slow"},
    {7, "slower", "slower"},
    {8, "veryslow", "veryslow"},
    {9, "Most time, smallest file", "placebo"},
    {0, nullptr, nullptr}};

constexpr GEnumValue kFormats[] = {
    {FORMAT_AUTO, "By the extension of the location, HEIC without one", "auto"},
    {FORMAT_HEIC, "HEIC", "heic"},
    {FORMAT_JPEG, "JPEG", "jpeg"},
    {0, nullptr, nullptr}};

struct Settings {  // guarded by the object lock
  std::string location;
  Format format = FORMAT_AUTO;
  gint quality = kDefaultQuality;
  gint speed_preset = kDefaultSpeedPreset;
  std::string content_identifier;
  guint thumbnail = kDefaultThumbnail;
};

enum class Phase {
  Waiting,   // for the picture
  Prepared,  // encoded, and on the disk without its name
  Written,
  Failed,  // and said so
};

// Made before the pad is active, dropped after it was; in between it is touched
// with the stream lock only.
struct State {
  Settings settings{};  // `format` is not auto, `content_identifier` is upper case or empty
  GstVideoInfo info{};
  Owned<GstTagList> tags = adopt(gst_tag_list_new_empty());
  Phase phase = Phase::Waiting;
  std::optional<PendingFile> file{};
  const GstBuffer* prerolled = nullptr;  // compared only: the base class holds it meanwhile
  std::string content_identifier{};
  Bytes bytes{};  // of the still, kept only when no file takes them
  guint64 size = 0;
};

struct Impl {
  Settings settings;
  std::optional<State> state;
};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

Result<Format> format_of(const Settings& settings) {
  if (settings.format != FORMAT_AUTO) return settings.format;
  const auto extension = lower_case(std::filesystem::path(settings.location).extension().string());
  if (extension.empty() || extension == ".heic" || extension == ".heif") return FORMAT_HEIC;
  if (extension == ".jpg" || extension == ".jpeg") return FORMAT_JPEG;
  return Error{
      ErrorCode::InvalidInput,
      "The extension of \"" + settings.location +
          "\" names no format of a still; let it be .HEIC or .JPG, or set the property format.",
      extension};
}

Result<Format> supported_format_of(const Settings& settings) {
  auto format = format_of(settings);
#ifndef HAVE_JPEG
  if (format && *format == FORMAT_JPEG)
    return Error{
        ErrorCode::Unsupported,
        "This heifstillsink was built without JPEG; write a HEIC still, or build it with "
        "-Djpeg=enabled.",
        {}};
#endif
  return format;
}

// The run as far as it can be known, and can fail, before there is a picture.
Result<State> new_state(const Settings& settings) {
  State state{.settings = settings};
  gst_video_info_init(&state.info);
  const auto format = supported_format_of(settings);
  if (!format) return format.error();
  state.settings.format = *format;
  if (!settings.content_identifier.empty()) {
    auto identifier = livephoto::parse_content_identifier(settings.content_identifier);
    if (!identifier) return identifier.error();
    state.settings.content_identifier = *std::move(identifier);
  }
  if (!settings.location.empty()) {
    // The only honest check of a folder is to write there. Nothing is under the
    // name yet, and the temporary file goes with the state.
    auto file = PendingFile::create(settings.location);
    if (!file) return file.error();
    state.file = *std::move(file);
  }
  return state;
}

Result<std::string> content_identifier_of(const State& state, const GstTagList* merged_tags) {
  if (!state.settings.content_identifier.empty()) return state.settings.content_identifier;
  auto identifier = livephoto::gst::content_identifier_of(merged_tags);
  // An application that wants none of the stream's tags (GST_TAG_MERGE_KEEP_ALL)
  // still wants a pair.
  if (!identifier) identifier = livephoto::gst::content_identifier_of(state.tags.get());
  if (identifier) return livephoto::parse_content_identifier(*identifier);
  return Error{
      ErrorCode::InvalidInput,
      "The still has no content identifier to join it to its movie; put livephotoselect before "
      "the still sink, or set the property content-identifier.",
      {}};
}

#ifdef HAVE_JPEG
// Readers of JPEG know BT.709 and Display P3.
Result<Bytes> encode_tone_mapped(
    const State& state, GstBuffer* buffer, const StillMetadata& metadata) {
  const auto still = StillPicture::as_stored(state.info, buffer);
  if (!still) return still.error();
  const auto mapped = livephoto::tone_mapped(still->picture());
  if (!mapped) return mapped.error();
  return livephoto::encode_jpeg(mapped->picture, metadata, {.quality = state.settings.quality});
}

Result<Bytes> encode_as_jpeg(const State& state, GstBuffer* buffer, const StillMetadata& metadata) {
  if (!GST_VIDEO_INFO_IS_RGB(&state.info) &&
      livephoto::needs_tone_map(livephoto::gst::colour_of(state.info.colorimetry)))
    return encode_tone_mapped(state, buffer, metadata);
  const auto still = StillPicture::as_rgb(state.info, buffer);
  if (!still) return still.error();
  return livephoto::encode_jpeg(still->picture(), metadata, {.quality = state.settings.quality});
}
#endif

Result<Bytes> encode(const State& state, GstBuffer* buffer, const StillMetadata& metadata) {
#ifdef HAVE_JPEG
  if (state.settings.format == FORMAT_JPEG) return encode_as_jpeg(state, buffer, metadata);
#endif
  const auto still = StillPicture::as_stored(state.info, buffer);
  if (!still) return still.error();
  return livephoto::encode_heic(
      still->picture(),
      metadata,
      {.quality = state.settings.quality,
       .speed_preset = kSpeedPresets[state.settings.speed_preset].value_nick,
       .thumbnail_size = state.settings.thumbnail});
}

// Into the file that waits for its name, or into the state.
Result<void> store(State& state, Bytes bytes) {
  state.size = bytes.size();
  if (state.settings.location.empty()) {
    state.bytes = std::move(bytes);
    return {};
  }
  if (!state.file) {  // a flush took the one of the start
    auto file = PendingFile::create(state.settings.location);
    if (!file) return file.error();
    state.file = *std::move(file);
  }
  const auto written = state.file->write(bytes);
  if (!written) return written.error();
  return state.file->sync();
}

Result<void> prepare(State& state, GstBuffer* buffer, const GstTagList* merged_tags) {
  auto identifier = content_identifier_of(state, merged_tags);
  if (!identifier) return identifier.error();
  state.content_identifier = *std::move(identifier);
  auto bytes = encode(
      state,
      buffer,
      {.content_identifier = state.content_identifier,
       .capture = livephoto::gst::capture_info_of(merged_tags)});
  if (!bytes) return bytes.error();
  return store(state, *std::move(bytes));
}

// What is there of a still goes; tags and caps stay, as they do on the pads.
void forget_still(State& state) {
  state.phase = Phase::Waiting;
  state.file.reset();
  state.prerolled = nullptr;
  state.bytes = {};
  state.size = 0;
}

GstBuffer* buffer_of(Bytes bytes) {
  auto* owner = new Bytes(std::move(bytes));
  return gst_buffer_new_wrapped_full(
      GST_MEMORY_FLAG_READONLY,
      owner->data(),
      owner->size(),
      0,
      owner->size(),
      owner,
      [](gpointer data) { delete static_cast<Bytes*>(data); });
}

GstStructure* written_structure(State& state) {
  auto* structure = gst_structure_new(
      "live-photo-still-written",
      "content-identifier",
      G_TYPE_STRING,
      state.content_identifier.c_str(),
      "size",
      G_TYPE_UINT64,
      state.size,
      nullptr);
  if (!state.settings.location.empty()) {
    gst_structure_set(
        structure,
        "location",
        G_TYPE_STRING,
        state.settings.location.c_str(),
        nullptr);
    return structure;
  }
  const auto buffer = adopt(buffer_of(std::move(state.bytes)));
  gst_structure_set(structure, "buffer", GST_TYPE_BUFFER, buffer.get(), nullptr);
  return structure;
}

}  // namespace

struct _GstHeifStillSink {
  GstBaseSink parent;
  Impl* impl;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's macros are C
G_DEFINE_TYPE_WITH_CODE(
    GstHeifStillSink,
    gst_heif_still_sink,
    GST_TYPE_BASE_SINK,
    G_IMPLEMENT_INTERFACE(GST_TYPE_TAG_SETTER, nullptr)
        GST_DEBUG_CATEGORY_INIT(heif_still_sink_debug, "heifstillsink", 0, "HEIF still sink"))
#pragma GCC diagnostic pop

// ---- Streaming -----------------------------------------------------------------

static GstFlowReturn gst_heif_still_sink_fail(GstHeifStillSink* self, const Error& error) {
  State& state = *self->impl->state;
  forget_still(state);
  state.phase = Phase::Failed;
  post_error(self, error);
  return GST_FLOW_ERROR;
}

// What the setter's merge mode makes of its tags and the stream's; see GstTagSetter.
static Owned<GstTagList> gst_heif_still_sink_merged_tags(GstHeifStillSink* self) {
  auto* setter = GST_TAG_SETTER(self);
  auto merged = adopt(gst_tag_list_merge(
      gst_tag_setter_get_tag_list(setter),
      self->impl->state->tags.get(),
      gst_tag_setter_get_tag_merge_mode(setter)));
  return merged ? std::move(merged) : adopt(gst_tag_list_new_empty());
}

static gboolean gst_heif_still_sink_set_caps(GstBaseSink* sink, GstCaps* caps) {
  GstVideoInfo& info = GST_HEIF_STILL_SINK(sink)->impl->state->info;
  if (!gst_video_info_from_caps(&info, caps)) return FALSE;
  info.colorimetry = livephoto::gst::colorimetry_of(caps).value_or(info.colorimetry);
  return TRUE;
}

static void gst_heif_still_sink_collect_tags(State& state, GstEvent* event) {
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event, &tags);
  gst_tag_list_insert(state.tags.get(), tags, GST_TAG_MERGE_REPLACE);
}

static gboolean gst_heif_still_sink_event(GstBaseSink* sink, GstEvent* event) {
  auto* self = GST_HEIF_STILL_SINK(sink);
  switch (GST_EVENT_TYPE(event)) {
    case GST_EVENT_TAG:
      gst_heif_still_sink_collect_tags(*self->impl->state, event);
      break;
    case GST_EVENT_GAP:
    case GST_EVENT_SEGMENT_DONE:
      // No picture, so nothing to wait for PLAYING with: the picture may be behind it.
      gst_event_unref(event);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      forget_still(*self->impl->state);
      break;
    default:
      break;
  }
  return GST_BASE_SINK_CLASS(gst_heif_still_sink_parent_class)->event(sink, event);
}

static gboolean gst_heif_still_sink_query(GstBaseSink* sink, GstQuery* query) {
  if (asks_for(query, Confirmation::StillPrepared)) return TRUE;
  return GST_BASE_SINK_CLASS(gst_heif_still_sink_parent_class)->query(sink, query);
}

static gboolean gst_heif_still_sink_propose_allocation(GstBaseSink*, GstQuery* query) {
  gst_query_add_allocation_meta(query, GST_VIDEO_META_API_TYPE, nullptr);
  return TRUE;
}

// Encodes the picture; the file has all but its name afterwards.
static GstFlowReturn gst_heif_still_sink_take(GstHeifStillSink* self, GstBuffer* buffer) {
  State& state = *self->impl->state;
  const auto tags = gst_heif_still_sink_merged_tags(self);
  GST_DEBUG_OBJECT(self, "encoding %" GST_PTR_FORMAT " with %" GST_PTR_FORMAT, buffer, tags.get());

  if (const auto prepared = prepare(state, buffer, tags.get()); !prepared)
    return gst_heif_still_sink_fail(self, prepared.error());
  state.phase = Phase::Prepared;
  GST_DEBUG_OBJECT(self, "%" G_GUINT64_FORMAT " bytes wait for EOS", state.size);

  gst_pad_push_event(GST_BASE_SINK_PAD(self), new_confirmation(Confirmation::StillPrepared));
  return GST_FLOW_OK;
}

// Never answers GST_FLOW_EOS: from here the base class takes it for a failed
// change of state. A second picture waits for render() to refuse it.
static GstFlowReturn gst_heif_still_sink_preroll(GstBaseSink* sink, GstBuffer* buffer) {
  auto* self = GST_HEIF_STILL_SINK(sink);
  State& state = *self->impl->state;
  if (state.phase == Phase::Failed) return GST_FLOW_ERROR;
  if (state.phase != Phase::Waiting) return GST_FLOW_OK;
  const auto flow = gst_heif_still_sink_take(self, buffer);
  if (flow == GST_FLOW_OK) state.prerolled = buffer;
  return flow;
}

static GstFlowReturn gst_heif_still_sink_render(GstBaseSink* sink, GstBuffer* buffer) {
  auto* self = GST_HEIF_STILL_SINK(sink);
  State& state = *self->impl->state;
  if (state.phase == Phase::Failed) return GST_FLOW_ERROR;
  if (state.phase == Phase::Waiting) return gst_heif_still_sink_take(self, buffer);
  if (std::exchange(state.prerolled, nullptr) == buffer) return GST_FLOW_OK;
  GST_DEBUG_OBJECT(self, "refusing a second picture");
  return GST_FLOW_EOS;
}

static GstFlowReturn gst_heif_still_sink_finish(GstHeifStillSink* self) {
  State& state = *self->impl->state;
  if (state.phase == Phase::Failed) return GST_FLOW_ERROR;
  if (state.phase == Phase::Waiting)
    return gst_heif_still_sink_fail(
        self,
        Error{
            ErrorCode::InvalidInput,
            "No picture reached the still sink before the stream ended; check that the source "
            "has video and that the still's time is inside it.",
            {}});
  if (state.file) {
    const auto committed = state.file->commit();
    if (!committed) return gst_heif_still_sink_fail(self, committed.error());
    state.file.reset();
  }
  state.phase = Phase::Written;
  gst_element_post_message(
      GST_ELEMENT(self),
      gst_message_new_element(GST_OBJECT(self), written_structure(state)));
  return GST_FLOW_OK;
}

// The base class's own returns when the EOS is due, in PLAYING; it posts the EOS
// message when this one has returned GST_FLOW_OK.
static GstFlowReturn gst_heif_still_sink_wait_event(GstBaseSink* sink, GstEvent* event) {
  const auto flow = GST_BASE_SINK_CLASS(gst_heif_still_sink_parent_class)->wait_event(sink, event);
  if (flow != GST_FLOW_OK || GST_EVENT_TYPE(event) != GST_EVENT_EOS) return flow;
  return gst_heif_still_sink_finish(GST_HEIF_STILL_SINK(sink));
}

// ---- States --------------------------------------------------------------------

static gboolean gst_heif_still_sink_begin(GstHeifStillSink* self) {
  Settings settings;
  {
    ObjectLock lock(self);
    settings = self->impl->settings;
  }
  auto state = new_state(settings);
  if (!state) {
    post_error(self, state.error());
    return FALSE;
  }
  self->impl->state = *std::move(state);
  return TRUE;
}

// Not in GstBaseSink's start() and stop(): these belong to READY, in which the
// properties may still be set.
static GstStateChangeReturn gst_heif_still_sink_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_HEIF_STILL_SINK(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !gst_heif_still_sink_begin(self))
    return GST_STATE_CHANGE_FAILURE;

  const auto result =
      GST_ELEMENT_CLASS(gst_heif_still_sink_parent_class)->change_state(element, transition);
  const bool did_not_begin =
      transition == GST_STATE_CHANGE_READY_TO_PAUSED && result == GST_STATE_CHANGE_FAILURE;
  if (did_not_begin || transition == GST_STATE_CHANGE_PAUSED_TO_READY) self->impl->state.reset();
  return result;
}

// ---- GObject -------------------------------------------------------------------

enum {
  PROP_LOCATION = 1,
  PROP_FORMAT,
  PROP_QUALITY,
  PROP_SPEED_PRESET,
  PROP_CONTENT_IDENTIFIER,
  PROP_THUMBNAIL,
};

static std::string gst_heif_still_sink_text(const GValue* value) {
  const gchar* text = g_value_get_string(value);
  return text ? text : "";
}

static void gst_heif_still_sink_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  auto* self = GST_HEIF_STILL_SINK(object);
  ObjectLock lock(self);
  Settings& settings = self->impl->settings;
  switch (id) {
    case PROP_LOCATION:
      settings.location = gst_heif_still_sink_text(value);
      break;
    case PROP_FORMAT:
      settings.format = static_cast<Format>(g_value_get_enum(value));
      break;
    case PROP_QUALITY:
      settings.quality = g_value_get_int(value);
      break;
    case PROP_SPEED_PRESET:
      settings.speed_preset = g_value_get_enum(value);
      break;
    case PROP_CONTENT_IDENTIFIER:
      settings.content_identifier = gst_heif_still_sink_text(value);
      break;
    case PROP_THUMBNAIL:
      settings.thumbnail = g_value_get_uint(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_heif_still_sink_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  auto* self = GST_HEIF_STILL_SINK(object);
  ObjectLock lock(self);
  const Settings& settings = self->impl->settings;
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string(value, settings.location.c_str());
      break;
    case PROP_FORMAT:
      g_value_set_enum(value, settings.format);
      break;
    case PROP_QUALITY:
      g_value_set_int(value, settings.quality);
      break;
    case PROP_SPEED_PRESET:
      g_value_set_enum(value, settings.speed_preset);
      break;
    case PROP_CONTENT_IDENTIFIER:
      g_value_set_string(value, settings.content_identifier.c_str());
      break;
    case PROP_THUMBNAIL:
      g_value_set_uint(value, settings.thumbnail);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_heif_still_sink_finalize(GObject* object) {
  delete GST_HEIF_STILL_SINK(object)->impl;
  G_OBJECT_CLASS(gst_heif_still_sink_parent_class)->finalize(object);
}

static void gst_heif_still_sink_init(GstHeifStillSink* self) {
  self->impl = new Impl;
  auto* sink = GST_BASE_SINK(self);
  gst_base_sink_set_async_enabled(sink, FALSE);
  gst_base_sink_set_sync(sink, FALSE);
  gst_base_sink_set_last_sample_enabled(sink, FALSE);
}

static GType gst_heif_still_sink_format_get_type() {
  static const GType type = g_enum_register_static("GstHeifStillSinkFormat", kFormats);
  return type;
}

static GType gst_heif_still_sink_speed_preset_get_type() {
  static const GType type = g_enum_register_static("GstHeifStillSinkSpeedPreset", kSpeedPresets);
  return type;
}

static void gst_heif_still_sink_install_properties(GObjectClass* object_class) {
  constexpr auto kFlags = static_cast<GParamFlags>(
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);

  /**
   * GstHeifStillSink:location:
   *
   * The file to write. Its folder must exist. An older file of that name is
   * replaced at EOS, in one step. Without a location the still is in the message
   * `live-photo-still-written`.
   */
  g_object_class_install_property(
      object_class,
      PROP_LOCATION,
      g_param_spec_string(
          "location",
          "Location",
          "The file to write, in a folder that exists (empty: the still is in the message "
          "live-photo-still-written)",
          "",
          kFlags));

  /**
   * GstHeifStillSink:format:
   *
   * The format of the still. Auto goes by the extension of the location: .jpg and
   * .jpeg are JPEG, .heic, .heif and none are HEIC, in either case of letters.
   */
  g_object_class_install_property(
      object_class,
      PROP_FORMAT,
      g_param_spec_enum(
          "format",
          "Format",
          "The format of the still",
          gst_heif_still_sink_format_get_type(),
          FORMAT_AUTO,
          kFlags));

  /**
   * GstHeifStillSink:quality:
   *
   * From 0, the smallest file, to 100, the best picture. For HEIC it is libheif's
   * scale, for JPEG libjpeg's.
   */
  g_object_class_install_property(
      object_class,
      PROP_QUALITY,
      g_param_spec_int(
          "quality",
          "Quality",
          "Quality of the picture, from 0 (smallest file) to 100 (best)",
          0,
          100,
          kDefaultQuality,
          kFlags));

  /**
   * GstHeifStillSink:speed-preset:
   *
   * x265's preset: what is saved in bytes is paid in time. HEIC only.
   */
  g_object_class_install_property(
      object_class,
      PROP_SPEED_PRESET,
      g_param_spec_enum(
          "speed-preset",
          "Speed preset",
          "Preset of the HEVC encoder, for HEIC",
          gst_heif_still_sink_speed_preset_get_type(),
          kDefaultSpeedPreset,
          kFlags));

  /**
   * GstHeifStillSink:content-identifier:
   *
   * The UUID that the still shares with its movie. It wins over the tag
   * `live-photo-content-identifier`. It is written in upper case.
   */
  g_object_class_install_property(
      object_class,
      PROP_CONTENT_IDENTIFIER,
      g_param_spec_string(
          "content-identifier",
          "Content identifier",
          "The UUID that joins still and movie (empty: from the tag "
          "live-photo-content-identifier)",
          "",
          kFlags));

  /**
   * GstHeifStillSink:thumbnail:
   *
   * The longest side of the small picture inside the file. HEIC only; a picture
   * that is no larger than this gets none.
   */
  g_object_class_install_property(
      object_class,
      PROP_THUMBNAIL,
      g_param_spec_uint(
          "thumbnail",
          "Thumbnail",
          "Longest side of the thumbnail in pixels, for HEIC (0: none)",
          0,
          4096,
          kDefaultThumbnail,
          kFlags));
}

static void gst_heif_still_sink_class_init(GstHeifStillSinkClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);
  auto* sink_class = GST_BASE_SINK_CLASS(klass);

  object_class->set_property = gst_heif_still_sink_set_property;
  object_class->get_property = gst_heif_still_sink_get_property;
  object_class->finalize = gst_heif_still_sink_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_heif_still_sink_change_state);
  sink_class->set_caps = GST_DEBUG_FUNCPTR(gst_heif_still_sink_set_caps);
  sink_class->event = GST_DEBUG_FUNCPTR(gst_heif_still_sink_event);
  sink_class->query = GST_DEBUG_FUNCPTR(gst_heif_still_sink_query);
  sink_class->propose_allocation = GST_DEBUG_FUNCPTR(gst_heif_still_sink_propose_allocation);
  sink_class->preroll = GST_DEBUG_FUNCPTR(gst_heif_still_sink_preroll);
  sink_class->render = GST_DEBUG_FUNCPTR(gst_heif_still_sink_render);
  sink_class->wait_event = GST_DEBUG_FUNCPTR(gst_heif_still_sink_wait_event);

  static GstStaticPadTemplate sink_template =
      GST_STATIC_PAD_TEMPLATE("sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(STILL_CAPS));
  gst_element_class_add_static_pad_template(element_class, &sink_template);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo still sink",
      "Sink/File/Image",
      "Writes one picture as the HEIC or JPEG still of a Live Photo",
      "The gst-livephoto developers");

  gst_heif_still_sink_install_properties(object_class);
  gst_type_mark_as_plugin_api(
      gst_heif_still_sink_format_get_type(),
      static_cast<GstPluginAPIFlags>(0));
  gst_type_mark_as_plugin_api(
      gst_heif_still_sink_speed_preset_get_type(),
      static_cast<GstPluginAPIFlags>(0));
}

GST_ELEMENT_REGISTER_DEFINE(
    heifstillsink, "heifstillsink", GST_RANK_NONE, gst_heif_still_sink_get_type())
