/**
 * SECTION:element-livephotosink
 * @title: livephotosink
 * @short_description: Makes a whole Live Photo
 * @see_also: livephotoselect, heifstillsink, livephotomux
 *
 * Takes picture and sound, raw or encoded, and writes the still and the movie of a
 * Live Photo: both or none. H.264 and H.265 with AAC or ALAC pass unchanged;
 * everything else is encoded, H.264 in 8 bits of SDR, H.265 in more bits and HDR.
 *
 * The files appear when the clip is complete, in PLAYING. Then comes an element
 * message `live-photo-written` with the fields `still-location`, `movie-location`,
 * `bundle-location` (string, with #GstLivePhotoSink:bundle), `content-identifier`
 * (string), `start-time`, `duration`, `still-time`, `still-offset` (guint64,
 * nanoseconds, as in `live-photo-selected`), `still-size`, `movie-size` (guint64,
 * bytes). After an error neither file is there, and what was there before still is.
 *
 * The elements inside are children by name (#GstChildProxy): `select`, `still`,
 * `mux`, and encoders once there are some.
 *
 * ## Example
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/IN.mp4 name=d livephotosink name=l \
 *   location=IMG_0001 d. ! l.video d. ! l.audio
 * ]| The first three seconds of a video, encoded again.
 * |[
 * gst-launch-1.0 filesrc location=IN.mp4 ! parsebin name=d livephotosink name=l \
 *   location=IMG_0001 start-time=12500000000 d. ! l.video d. ! l.audio
 * ]| Three seconds from 12.5 s on, not encoded again.
 */
#include "gst/livephotosink.h"

#include <gst/audio/audio.h>

#include <array>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <utility>
#include <vector>

#include "gst/heifstillsink.h"
#include "gst/livephotomux.h"
#include "gst/livephotoselect.h"
#include "gst/select/pad_caps.h"
#include "gst/sink/impl.h"
#include "gst/sink/live_run.h"
#include "gst/sink/movie_sink.h"
#include "gst/sink/pattern.h"
#include "gst/sink/picture.h"
#include "gst/sink/preroll.h"
#include "gst/sink/proxied.h"
#include "gst/sink/rows.h"
#include "gst/sink/settings.h"
#include "gst/sink/sound.h"
#include "gst/sink/wallpaper.h"
#include "gst/support/error.h"
#include "gst/support/ptr.h"

GST_DEBUG_CATEGORY(live_photo_sink_debug);

using livephoto::ByteSpan;
using livephoto::Error;
using livephoto::ErrorCode;
using livephoto::Result;
using livephoto::StillFormat;
using livephoto::WrittenPair;
using livephoto::gst::adopt;
using livephoto::gst::ObjectLock;
using livephoto::gst::post_error;
using livephoto::gst::ReadMap;
using livephoto::gst::retain;
using livephoto::sink::begin_preroll;
using livephoto::sink::build_picture;
using livephoto::sink::build_sound;
using livephoto::sink::end_preroll;
using livephoto::sink::Impl;
using livephoto::sink::link;
using livephoto::sink::open_sound;
using livephoto::sink::pad_of;
using livephoto::sink::preroll_flush;
using livephoto::sink::preroll_with;
using livephoto::sink::Run;
using livephoto::sink::Settings;
using livephoto::sink::unlink;

// Sound that is converted or decoded first. (MPEG-4's is not named without its form: its
// parser makes the one that passes.)
#define LIVE_PHOTO_OTHER_AUDIO_CAPS                                                 \
  GST_AUDIO_CAPS_MAKE(GST_AUDIO_FORMATS_ALL)                                        \
  ", layout = (string) non-interleaved"                                             \
  "; audio/mpeg, mpegversion = (int) 1; audio/x-opus; audio/x-vorbis; audio/x-flac" \
  "; audio/x-ac3; audio/x-eac3; audio/x-dts; audio/AMR; audio/AMR-WB; audio/x-alaw" \
  "; audio/x-mulaw; audio/x-adpcm; audio/x-wma; audio/x-speex; audio/x-private1-lpcm"

namespace {

guint format_location_signal = 0;

}  // namespace

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's macros are C
G_DEFINE_TYPE_WITH_CODE(
    GstLivePhotoSink,
    gst_live_photo_sink,
    GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE(GST_TYPE_TAG_SETTER, nullptr)
        GST_DEBUG_CATEGORY_INIT(live_photo_sink_debug, "livephotosink", 0, "Makes a Live Photo"))
#pragma GCC diagnostic pop

std::optional<std::string> livephoto::sink::answered_location(
    GstLivePhotoSink* self, guint number) {
  gchar* answer = nullptr;
  g_signal_emit(self, format_location_signal, 0, number, &answer);
  const auto formatted = adopt(answer);
  if (!formatted) return std::nullopt;
  return formatted.get();
}

std::string livephoto::sink::location_of(GstLivePhotoSink* self, guint number) {
  if (const auto answer = answered_location(self, number)) return *answer;
  const Settings& settings = self->impl->run.settings;
  return settings.is_literal ? settings.location : livephoto::numbered(settings.location, number);
}

bool livephoto::sink::is_named_by_application(GstLivePhotoSink* self) {
  return g_signal_has_handler_pending(self, format_location_signal, 0, TRUE);
}

namespace {

GstStaticPadTemplate kVideo = GST_STATIC_PAD_TEMPLATE(
    "video",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS "; " LIVE_PHOTO_REFUSED_CAPS));
GstStaticPadTemplate kAudio = GST_STATIC_PAD_TEMPLATE(
    "audio",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS "; " LIVE_PHOTO_OTHER_AUDIO_CAPS));

// ---- The files ---------------------------------------------------------------

Result<void> begin_files(GstLivePhotoSink* self) {
  const std::string location = livephoto::sink::location_of(self, self->impl->pairs_begun);
  if (location.empty()) {
    return Error{
        ErrorCode::InvalidInput,
        "livephotosink does not know where to write; set its property location to the pair's "
        "name, such as IMG_0001.",
        {}};
  }
  const Settings& settings = self->impl->run.settings;
  // The still sink's is for a run: what the first pair is called decides.
  if (self->impl->pairs_begun == 0) self->impl->run.still_format = still_format(settings, location);
  const auto begun = self->impl->files.begin(
      livephoto::pair_base(location),
      self->impl->run.still_format,
      settings.bundle);
  if (!begun) return begun.error();
  for (const auto& recovered : *begun)
    GST_ELEMENT_INFO(self, RESOURCE, WRITE, ("%s", recovered.c_str()), (nullptr));
  ++self->impl->pairs_begun;
  return {};
}

Result<void> write_movie(GstLivePhotoSink* self, std::span<const ByteSpan> pieces) {
  if (!self->impl->files.has_begun()) {  // not the run's first clip
    if (const auto begun = begin_files(self); !begun) return begun.error();
  }
  return self->impl->files.write_movie(pieces);
}

GstMessage* written_message(GstLivePhotoSink* self, const WrittenPair& pair) {
  Run& run = self->impl->run;
  const std::lock_guard lock(run.mutex);
  auto* structure = run.selected ? gst_structure_copy(run.selected.get())
                                 : gst_structure_new_empty("live-photo-written");
  gst_structure_set_name(structure, "live-photo-written");
  if (const GValue* start = gst_structure_get_value(structure, "start")) {
    gst_structure_set_value(structure, "start-time", start);
    gst_structure_remove_field(structure, "start");
  }
  gst_structure_set(
      structure,
      "still-location",
      G_TYPE_STRING,
      pair.still.c_str(),
      "movie-location",
      G_TYPE_STRING,
      pair.movie.c_str(),
      "still-size",
      G_TYPE_UINT64,
      pair.still_size,
      "movie-size",
      G_TYPE_UINT64,
      pair.movie_size,
      nullptr);
  if (!pair.bundle.empty()) {
    gst_structure_set(structure, "bundle-location", G_TYPE_STRING, pair.bundle.c_str(), nullptr);
  }
  return gst_message_new_element(GST_OBJECT(self), structure);
}

// The still is there, and with it all: the movie was confirmed before.
void commit(GstLivePhotoSink* self, const GstStructure* written) {
  GstBuffer* buffer = nullptr;
  gst_structure_get(written, "buffer", GST_TYPE_BUFFER, &buffer, nullptr);
  const auto still = adopt(buffer);
  const ReadMap map(still.get());
  if (!map || !self->impl->files.has_begun()) return;
  const auto pair = self->impl->files.commit(map.bytes());
  if (!pair) {
    post_error(self, pair.error());
    return;
  }
  GST_INFO_OBJECT(self, "written: %s, %s", pair->still.c_str(), pair->movie.c_str());
  gst_element_post_message(GST_ELEMENT(self), written_message(self, *pair));
}

// ---- What comes in -----------------------------------------------------------

void see_picture(GstLivePhotoSink* self, GstPadProbeInfo* info) {
  const auto caps = adopt(gst_pad_get_current_caps(self->impl->video));
  const bool is_list = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0;
  GstBuffer* first = is_list ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(info), 0)
                             : GST_PAD_PROBE_INFO_BUFFER(info);
  if (!caps) return;
  if (const auto built = build_picture(self, caps.get(), first); !built)
    post_error(self, built.error());
}

GstPadProbeReturn watch_input(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = GST_LIVE_PHOTO_SINK(data);
  Run& run = self->impl->run;
  if (GST_PAD_PROBE_INFO_TYPE(info) &
      (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST)) {
    preroll_with(self, pad);
    if (pad == self->impl->video && !run.video_seen.exchange(true)) see_picture(self, info);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) preroll_with(self, pad);
  preroll_flush(self, pad, event);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  Result<void> built;
  if (pad == self->impl->video) {
    built = build_picture(self, caps, nullptr);
  } else if (!run.audio_built.exchange(true)) {
    built = build_sound(self, caps);
  }
  if (!built) post_error(self, built.error());
  return GST_PAD_PROBE_OK;
}

// What came first is best: a source that can choose must not change its mind when it is
// asked again, because something was linked here meanwhile.
void prefer_current(GstPad* pad, GstQuery* query) {
  const auto current = adopt(gst_pad_get_current_caps(pad));
  if (!current) return;
  GstCaps* answer = nullptr;
  gst_query_parse_caps_result(query, &answer);
  const auto taken =
      adopt(gst_caps_intersect_full(current.get(), answer, GST_CAPS_INTERSECT_FIRST));
  const auto merged = adopt(gst_caps_merge(gst_caps_ref(taken.get()), gst_caps_ref(answer)));
  gst_query_set_caps_result(query, merged.get());
}

// Before it is known what comes, a pad takes all of its template: what is behind it
// is not there yet.
gboolean answer_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  const Impl& impl = *GST_LIVE_PHOTO_SINK(parent)->impl;
  const bool is_built = pad == impl.video ? impl.run.video_built : impl.run.audio_built;
  if (is_built) {
    if (!gst_pad_query_default(pad, parent, query)) return FALSE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) prefer_current(pad, query);
    return TRUE;
  }
  const auto all = adopt(gst_pad_get_pad_template_caps(pad));
  GstCaps* given = nullptr;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      gst_query_parse_caps(query, &given);
      const auto taken =
          given ? adopt(gst_caps_intersect_full(given, all.get(), GST_CAPS_INTERSECT_FIRST))
                : retain(all.get());
      gst_query_set_caps_result(query, taken.get());
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_parse_accept_caps(query, &given);
      gst_query_set_accept_caps_result(query, gst_caps_can_intersect(given, all.get()));
      return TRUE;
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

GstPad* add_ghost(GstLivePhotoSink* self, GstStaticPadTemplate* pad_template) {
  const auto templ = gst_static_pad_template_get(pad_template);
  GstPad* pad = gst_ghost_pad_new_no_target_from_template(pad_template->name_template, templ);
  gst_object_unref(templ);
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(
          GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_EVENT_FLUSH |
          GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      watch_input,
      self,
      nullptr);
  gst_pad_set_query_function(pad, answer_query);
  gst_element_add_pad(GST_ELEMENT(self), pad);
  return pad;
}

// ---- States ------------------------------------------------------------------

bool start(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  {
    ObjectLock lock(self);
    impl.run.settings = impl.settings;
  }
  impl.run.video_built = false;
  impl.run.video_seen = false;
  impl.run.decoded_built = false;
  impl.run.audio_built = false;
  impl.pairs_begun = 0;
  if (const auto settled = livephoto::sink::settle_purpose(self); !settled) {
    post_error(self, settled.error());
    return false;
  }
  if (livephoto::sink::waits_for_trigger(self)) {
    const auto started = livephoto::sink::start_live(self);
    if (!started) post_error(self, started.error());
    if (started && gst_pad_is_linked(impl.audio)) open_sound(self);
    return static_cast<bool>(started);
  }
  if (const auto begun = begin_files(self); !begun) {
    post_error(self, begun.error());
    return false;
  }
  livephoto::sink::set(
      impl.still,
      "format",
      impl.run.still_format == StillFormat::Jpeg ? "jpeg" : "heic");
  const auto tags = livephoto::sink::set_tags_of(GST_ELEMENT(self));
  livephoto::sink::hand_tags(tags, impl.mux);
  livephoto::sink::hand_tags(tags, impl.still);
  // Until it is known what comes: sound that ends early must not be taken for all there is.
  link(impl.video, pad_of(impl.select, "video_sink").get());
  if (gst_pad_is_linked(impl.audio)) open_sound(self);
  return true;
}

// Takes down what the run has built; the elements are in READY or below.
void stop(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  livephoto::sink::stop_live(self);
  impl.files.forget();
  gst_ghost_pad_set_target(GST_GHOST_PAD(impl.video), nullptr);
  gst_ghost_pad_set_target(GST_GHOST_PAD(impl.audio), nullptr);
  std::vector<GstElement*> added;
  {
    const std::lock_guard lock(impl.run.mutex);
    added = std::exchange(impl.run.added, {});
    impl.run.selected.reset();
  }
  for (GstElement* element : added) {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(self), element);
  }
  for (const gchar* name : {"video_src", "audio_src", "still_src"}) {
    unlink(pad_of(impl.select, name).get());
  }
  if (const gulong probe = std::exchange(impl.run.motion_probe, 0))
    gst_pad_remove_probe(pad_of(impl.select, "video_src").get(), probe);
  if (impl.run.sound_pad) gst_element_release_request_pad(impl.mux, impl.run.sound_pad.get());
  impl.run.sound_pad.reset();
}

// ---- Children ----------------------------------------------------------------

// The properties that are those of an element inside.
enum class Child { Select, Still, Mux };
struct Proxied {
  const gchar* name;
  Child child;
};
constexpr std::array kProxied{
    Proxied{"mode", Child::Select},
    Proxied{"pre-capture", Child::Select},
    Proxied{"post-capture", Child::Select},
    Proxied{"start-time", Child::Select},
    Proxied{"duration", Child::Select},
    Proxied{"still-time", Child::Select},
    Proxied{"content-identifier", Child::Select},
    Proxied{"controls-source", Child::Select},
    Proxied{"strip", Child::Select},
    Proxied{"strip-geo-location", Child::Select},
    Proxied{"quality", Child::Still},
    Proxied{"fingerprint", Child::Mux},
    Proxied{"purpose", Child::Mux},
    Proxied{"motion", Child::Mux},
    Proxied{"hypotheses", Child::Mux},
};

GType type_of(Child child) {
  if (child == Child::Select) return gst_live_photo_select_get_type();
  return child == Child::Still ? gst_heif_still_sink_get_type() : gst_live_photo_mux_get_type();
}

GstElement* element_of(const Impl& impl, Child child) {
  if (child == Child::Select) return impl.select;
  return child == Child::Still ? impl.still : impl.mux;
}

void link_movie(Impl& impl) {
  const auto movie = pad_of(impl.mux, "src");
  link(movie.get(), pad_of(impl.movie, "sink").get());
  // The bin's own: it stays as long as the muxer.
  adopt(gst_element_request_pad_simple(impl.mux, "video_0"));
}

void build(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  const auto child = [self](GType type, const gchar* name) {
    auto* element = GST_ELEMENT(g_object_new(type, "name", name, nullptr));
    gst_bin_add(GST_BIN(self), element);
    return element;
  };
  impl.select = child(gst_live_photo_select_get_type(), "select");
  impl.mux = child(gst_live_photo_mux_get_type(), "mux");
  impl.still = child(gst_heif_still_sink_get_type(), "still");
  auto movie = livephoto::sink::new_movie_sink(
      {.write = [self](std::span<const ByteSpan> pieces) { return write_movie(self, pieces); },
       .forget = [&impl] { impl.files.forget(); }});
  impl.movie = movie.get();
  gst_bin_add(GST_BIN(self), movie.get());
  link_movie(impl);
  impl.video = add_ghost(self, &kVideo);
  impl.audio = add_ghost(self, &kAudio);
}

}  // namespace

static GstStateChangeReturn gst_live_photo_sink_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_LIVE_PHOTO_SINK(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!start(self)) return GST_STATE_CHANGE_FAILURE;
    begin_preroll(self);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    const std::lock_guard lock(self->impl->prerolling);
  }
  auto result =
      GST_ELEMENT_CLASS(gst_live_photo_sink_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (result == GST_STATE_CHANGE_FAILURE) {
      end_preroll(self);
      stop(self);
    } else if (result == GST_STATE_CHANGE_SUCCESS && self->impl->run.async_pending) {
      result = GST_STATE_CHANGE_ASYNC;
    }
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    end_preroll(self);
    stop(self);
  }
  return result;
}

static void gst_live_photo_sink_handle_message(GstBin* bin, GstMessage* message) {
  auto* self = GST_LIVE_PHOTO_SINK(bin);
  Impl& impl = *self->impl;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT) {
    const GstStructure* structure = gst_message_get_structure(message);
    if (GST_MESSAGE_SRC(message) == GST_OBJECT(impl.still) &&
        gst_structure_has_name(structure, "live-photo-still-written")) {
      commit(self, structure);
      gst_message_unref(message);
      return;
    }
    if (gst_structure_has_name(structure, "live-photo-selected")) {
      const std::lock_guard lock(impl.run.mutex);
      impl.run.selected = adopt(gst_structure_copy(structure));
    }
  }
  GST_BIN_CLASS(gst_live_photo_sink_parent_class)->handle_message(bin, message);
}

// ---- GObject -----------------------------------------------------------------

// Of the ids behind those of the bin's own.
static const Proxied* gst_live_photo_sink_proxied(guint id) {
  const guint number = id - livephoto::sink::kPropertiesEnd;
  return id >= livephoto::sink::kPropertiesEnd && number < kProxied.size() ? &kProxied[number]
                                                                           : nullptr;
}

static void gst_live_photo_sink_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  Impl& impl = *GST_LIVE_PHOTO_SINK(object)->impl;
  if (const Proxied* proxied = gst_live_photo_sink_proxied(id)) {
    g_object_set_property(G_OBJECT(element_of(impl, proxied->child)), proxied->name, value);
    return;
  }
  ObjectLock lock(object);
  if (!set_property(impl.settings, id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_sink_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  const Impl& impl = *GST_LIVE_PHOTO_SINK(object)->impl;
  if (const Proxied* proxied = gst_live_photo_sink_proxied(id)) {
    g_object_get_property(G_OBJECT(element_of(impl, proxied->child)), proxied->name, value);
    return;
  }
  ObjectLock lock(object);
  if (!get_property(impl.settings, id, value)) G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_sink_finalize(GObject* object) {
  delete GST_LIVE_PHOTO_SINK(object)->impl;
  G_OBJECT_CLASS(gst_live_photo_sink_parent_class)->finalize(object);
}

static void gst_live_photo_sink_init(GstLivePhotoSink* self) {
  self->impl = new Impl;
  build(self);
  g_signal_connect(
      self->impl->audio,
      "linked",
      G_CALLBACK(+[](GstPad*, GstPad*, gpointer data) {
        auto* sink = GST_LIVE_PHOTO_SINK(data);
        if (GST_STATE(sink) >= GST_STATE_PAUSED || GST_STATE_NEXT(sink) == GST_STATE_PAUSED)
          open_sound(sink);
      }),
      self);
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

static gboolean gst_live_photo_sink_first_answer(
    GSignalInvocationHint*, GValue* returned, const GValue* answer, gpointer) {
  if (!g_value_get_string(answer)) return TRUE;
  g_value_copy(answer, returned);
  return FALSE;
}

static gchar* gst_live_photo_sink_capture(GstLivePhotoSink* self) {
  const auto identifier = livephoto::sink::capture_now(self);
  if (identifier) return g_strdup(identifier->c_str());
  GST_ELEMENT_WARNING(
      self,
      RESOURCE,
      BUSY,
      ("No Live Photo was taken. %s", identifier.error().message.c_str()),
      (nullptr));
  return nullptr;
}

static void gst_live_photo_sink_class_init(GstLivePhotoSinkClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);

  object_class->set_property = gst_live_photo_sink_set_property;
  object_class->get_property = gst_live_photo_sink_get_property;
  object_class->finalize = gst_live_photo_sink_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_live_photo_sink_change_state);
  GST_BIN_CLASS(klass)->handle_message = GST_DEBUG_FUNCPTR(gst_live_photo_sink_handle_message);

  /**
   * GstLivePhotoSink::format-location:
   * @sink: the #GstLivePhotoSink
   * @pair_id: the number of the pair in this run, from 0 on
   *
   * Asked for the name of the next pair: of a run's first in the state change to PAUSED,
   * of others from a streaming thread. With #GstLivePhotoSink:still-format `auto` the
   * extension of the first answer (".JPG") chooses the format of all.
   *
   * Returns: the location, or %NULL for that of the property
   */
  format_location_signal = g_signal_new(
      "format-location",
      G_TYPE_FROM_CLASS(klass),
      G_SIGNAL_RUN_LAST,
      0,
      gst_live_photo_sink_first_answer,
      nullptr,
      nullptr,
      G_TYPE_STRING,
      1,
      G_TYPE_UINT);

  /**
   * GstLivePhotoSink::capture:
   * @sink: the #GstLivePhotoSink
   *
   * With mode=trigger, in PLAYING: takes a Live Photo of what is on screen. Returns at
   * once; the pair is there when `live-photo-written` with this identifier comes, or is
   * lost when `live-photo-failed` does.
   *
   * Returns: (transfer full) (nullable): the identifier of the pair to come, or %NULL, and a
   * warning on the bus that says why
   */
  g_signal_new_class_handler(
      "capture",
      G_TYPE_FROM_CLASS(klass),
      static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
      G_CALLBACK(gst_live_photo_sink_capture),
      nullptr,
      nullptr,
      nullptr,
      G_TYPE_STRING,
      0);

  gst_element_class_add_static_pad_template(element_class, &kVideo);
  gst_element_class_add_static_pad_template(element_class, &kAudio);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo sink",
      "Sink/File/Bin",
      "Writes still and movie of an Apple Live Photo, both or none",
      "The gst-livephoto developers");
  livephoto::sink::install_properties(object_class);
  guint id = livephoto::sink::kPropertiesEnd;
  for (const Proxied& property : kProxied) {
    g_object_class_install_property(
        object_class,
        id++,
        livephoto::sink::proxied(type_of(property.child), property.name));
  }
  for (const GType type : {livephoto::sink::still_format_type(), livephoto::sink::bundle_type()})
    gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
}

GST_ELEMENT_REGISTER_DEFINE(
    livephotosink, "livephotosink", GST_RANK_NONE, gst_live_photo_sink_get_type())
