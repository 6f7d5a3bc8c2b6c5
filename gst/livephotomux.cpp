/**
 * SECTION:element-livephotomux
 * @title: livephotomux
 *
 * Writes the movie of an Apple Live Photo: QuickTime with the picture, the
 * sound, the marker at the still's frame and the identifier that joins it with
 * the still. It keeps the clip's packets (no copies) until the last of its pads
 * is at the end, then writes the file from front to back; so it works into any
 * sink, and after an error nothing was written.
 *
 * The identifier and the still's time come as tags from livephotoselect, or by
 * the properties #GstLivePhotoMux:content-identifier and
 * #GstLivePhotoMux:marker-time.
 *
 * ## Example
 * |[
 * gst-launch-1.0 videotestsrc num-buffers=90 ! x264enc ! h264parse ! livephotomux
 * content-identifier=0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF marker-time=1500000000 !
 * filesink location=OUT.MOV
 * ]|
 */
#include "gst/livephotomux.h"

#include <gst/audio/audio.h>

#include <algorithm>
#include <chrono>
#include <limits>
#include <memory>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/content_identifier.h"
#include "core/text.h"
#include "gst/mux/input.h"
#include "gst/mux/movie_writer.h"
#include "gst/mux/mux_pad.h"
#include "gst/mux/settings.h"
#include "gst/mux/sinks.h"
#include "gst/mux/taken_clip.h"
#include "gst/mux/wallpaper.h"
#include "gst/support/error.h"
#include "gst/support/handshake.h"
#include "gst/support/priming.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"

using livephoto::Error;
using livephoto::ErrorCode;
using livephoto::invalid_input;
using livephoto::MovieLayout;
using livephoto::Result;
using livephoto::gst::adopt;
using livephoto::gst::asks_for;
using livephoto::gst::capture_info_of;
using livephoto::gst::Confirmation;
using livephoto::gst::encoder_before;
using livephoto::gst::kUsualPriming;
using livephoto::gst::new_confirmation;
using livephoto::gst::ObjectLock;
using livephoto::gst::Owned;
using livephoto::gst::post_error;
using livephoto::gst::priming_of;
using livephoto::mux::Input;
using livephoto::mux::kFindPriming;
using livephoto::mux::make_wallpaper;
using livephoto::mux::Priming;
using livephoto::mux::priming_property;
using livephoto::mux::Profiles;
using livephoto::mux::Purpose;
using livephoto::mux::push_movie;
using livephoto::mux::Settings;
using livephoto::mux::Sink;
using livephoto::mux::sink_caps;
using livephoto::mux::Sinks;
using livephoto::mux::Sound;
using livephoto::mux::take_clip;
using livephoto::mux::TakenClip;
using livephoto::mux::TrackBuffers;
using livephoto::mux::TrackKind;
using livephoto::mux::Wishes;

GST_DEBUG_CATEGORY_STATIC(live_photo_mux_debug);
#define GST_CAT_DEFAULT live_photo_mux_debug

namespace {

struct State {
  Settings settings;
  bool is_over = false;                       // the clip was taken; what comes now is not in it
  bool has_failed = false;                    // and has said so
  guint epoch = 0;                            // how many flushes there were
  bool is_flushing = false;                   // downstream
  guint32 flush_seqnum = GST_SEQNUM_INVALID;  // of the last flush that was forwarded
};

struct Impl {
  Settings settings;  // guarded by the object lock
  // Guards what follows. Taken for a few lines, never while calling out (the
  // last reference to a buffer may run code of its owner's); the object lock is
  // not taken inside it.
  std::mutex mutex;
  Sinks sinks;
  std::optional<State> state;  // while PAUSED or PLAYING

  // True when nothing more can come.
  bool is_complete() const {
    return state && !state->is_over && !state->has_failed && !state->is_flushing &&
           sinks.all_at_end();
  }
  // True when downstream flushes and no pad does any more.
  bool ends_flush() const { return state && state->is_flushing && !sinks.any_flushing(); }
};

}  // namespace

struct _GstLivePhotoMux {
  GstElement parent;
  GstPad* source;
  Impl* impl;
};

static void gst_live_photo_mux_child_proxy_init(gpointer interface, gpointer data);

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's own
G_DEFINE_TYPE_WITH_CODE(
    GstLivePhotoMux,
    gst_live_photo_mux,
    GST_TYPE_ELEMENT,
    G_IMPLEMENT_INTERFACE(GST_TYPE_TAG_SETTER, nullptr)
        G_IMPLEMENT_INTERFACE(GST_TYPE_CHILD_PROXY, gst_live_photo_mux_child_proxy_init)
            GST_DEBUG_CATEGORY_INIT(
                live_photo_mux_debug, "livephotomux", 0, "Writes the movie of a Live Photo"))
#pragma GCC diagnostic pop

// ---- Failing -----------------------------------------------------------------

// Posts the error that ended the run; only the first.
static GstFlowReturn gst_live_photo_mux_fail(GstLivePhotoMux* self, const Error& error) {
  {
    const std::lock_guard lock(self->impl->mutex);
    auto& state = self->impl->state;
    if (!state) return GST_FLOW_FLUSHING;
    if (std::exchange(state->has_failed, true)) return GST_FLOW_ERROR;
  }
  post_error(self, error);
  return GST_FLOW_ERROR;
}

// ---- Packets come in ---------------------------------------------------------

// What to leave out of the sound that comes by `pad`, unless the packets say.
static Priming gst_live_photo_mux_find_priming(
    GstLivePhotoMux* self, GstPad* pad, const livephoto::AudioFormat& format, GstBuffer* first) {
  const gint given = priming_property(pad);
  if (given != kFindPriming) return {static_cast<guint32>(given), Priming::Source::User};
  const auto* said = gst_buffer_get_audio_clipping_meta(first);
  if (format.codec != livephoto::AudioFormat::Codec::Aac || (said && said->start > 0)) return {};
  const auto encoder = encoder_before(pad);
  if (!encoder) return {};
  const auto known = priming_of(*encoder);
  if (!known) {
    GST_ELEMENT_WARNING(
        self,
        STREAM,
        MUX,
        ("It is not known how many samples %s puts in front of the sound; %u are taken out of the "
         "movie. If sound and picture are not together, set the property priming of %s.",
         encoder->c_str(),
         kUsualPriming,
         GST_PAD_NAME(pad)),
        (nullptr));
  }
  GST_INFO_OBJECT(pad, "%s: priming %u", encoder->c_str(), known.value_or(kUsualPriming));
  return {known.value_or(kUsualPriming), Priming::Source::Guess};
}

// The format of an audio pad whose priming is not known yet.
static std::optional<livephoto::AudioFormat> gst_live_photo_mux_unprimed_format(
    GstLivePhotoMux* self, GstPad* pad) {
  const std::lock_guard lock(self->impl->mutex);
  Sink* sink = self->impl->sinks.find(pad);
  if (!sink || sink->input.kind() != TrackKind::Audio || !sink->input.has_caps() ||
      sink->input.priming)
    return std::nullopt;
  return sink->input.sound().format();
}

static Result<Sound::Added> gst_live_photo_mux_keep(
    guint64 max_size_bytes, guint64 bytes, Input& input, Owned<GstBuffer> packet) {
  if (!input.has_caps()) {
    return invalid_input(
        "Data without caps reaches the muxer; put a parser (h264parse, h265parse, aacparse) "
        "before it.");
  }
  const guint64 room = max_size_bytes - std::min(bytes, max_size_bytes);
  const gsize size = gst_buffer_get_size(packet.get());
  if (size > std::min<guint64>(room, std::numeric_limits<std::uint32_t>::max())) {
    return invalid_input(
        "The packets of the clip take more than " + std::to_string(max_size_bytes) +
        " bytes of memory; choose a shorter clip or a lower bit rate, or raise the property "
        "max-size-bytes.");
  }
  return input.add(std::move(packet), room - size);
}

static GstFlowReturn gst_live_photo_mux_chain(GstPad* pad, GstObject* parent, GstBuffer* buffer) {
  auto* self = GST_LIVE_PHOTO_MUX(parent);
  auto packet = adopt(buffer);
  if (gst_buffer_get_size(buffer) == 0) return GST_FLOW_OK;

  std::optional<Priming> priming;
  if (const auto format = gst_live_photo_mux_unprimed_format(self, pad))
    priming = gst_live_photo_mux_find_priming(self, pad, *format, buffer);

  std::optional<Error> error;
  std::chrono::nanoseconds overlap{0};
  {
    const std::lock_guard lock(self->impl->mutex);
    Sink* sink = self->impl->sinks.find(pad);
    auto& state = self->impl->state;
    if (!sink || !state || sink->input.flushing) return GST_FLOW_FLUSHING;
    if (state->has_failed) return GST_FLOW_ERROR;
    if (state->is_over || sink->input.at_end()) return GST_FLOW_EOS;
    if (priming) sink->input.priming = priming;
    const auto added = gst_live_photo_mux_keep(
        state->settings.max_size_bytes,
        self->impl->sinks.bytes(),
        sink->input,
        std::move(packet));
    if (!added)
      error = added.error();
    else if (added->overlap.count() > 0 && !std::exchange(sink->input.overlap_reported, true))
      overlap = added->overlap;
  }
  if (error) return gst_live_photo_mux_fail(self, *error);
  if (overlap.count() > 0) {
    GST_ELEMENT_WARNING(
        self,
        STREAM,
        MUX,
        ("The sound of %s overlaps with itself by %s; from there on it is late.",
         GST_PAD_NAME(pad),
         livephoto::seconds_text(overlap).c_str()),
        (nullptr));
  }
  return GST_FLOW_OK;
}

// ---- The movie goes out ------------------------------------------------------

static void gst_live_photo_mux_describe(GstLivePhotoMux* self, TakenClip& taken) {
  auto* setter = GST_TAG_SETTER(self);
  const auto tags = adopt(gst_tag_list_merge(
      gst_tag_setter_get_tag_list(setter),
      taken.tags.get(),
      gst_tag_setter_get_tag_merge_mode(setter)));
  if (tags) taken.clip.capture = capture_info_of(tags.get());
}

// Nobody else tells the user of these: the thread that pushes came with an event.
static void gst_live_photo_mux_report(GstLivePhotoMux* self, GstFlowReturn flow) {
  if (flow == GST_FLOW_NOT_LINKED) {
    gst_live_photo_mux_fail(
        self,
        invalid_input("The movie goes nowhere; link the muxer's pad src to a sink."));
  } else if (flow == GST_FLOW_NOT_NEGOTIATED) {
    gst_live_photo_mux_fail(
        self,
        {ErrorCode::Unsupported,
         "What follows the muxer does not take a QuickTime movie (video/quicktime, "
         "variant=apple).",
         {}});
  }
}

// Writes the movie if nothing more can come. FALSE if that failed.
static bool gst_live_photo_mux_finish(GstLivePhotoMux* self) {
  TakenClip taken;
  Settings settings;
  Owned<GstPad> video;
  guint epoch = 0;
  {
    const std::lock_guard lock(self->impl->mutex);
    if (!self->impl->is_complete()) return true;
    State& state = *self->impl->state;
    settings = state.settings;
    taken = take_clip(self->impl->sinks, settings.wishes());
    video = self->impl->sinks.video();
    state.is_over = true;
    epoch = state.epoch;
  }
  gst_live_photo_mux_describe(self, taken);
  const auto made = settings.purpose == Purpose::Wallpaper && !taken.clip.video.packets.empty()
                        ? make_wallpaper(taken, settings.wallpaper, video.get())
                        : Result<void>{};
  const auto movie = made ? livephoto::mux::plan(taken) : made.error();
  if (!movie) {
    gst_live_photo_mux_fail(self, movie.error());
    return false;
  }

  if (taken.has_dolby_vision && taken.clip.video.format.dolby_vision.empty()) {
    GST_ELEMENT_WARNING(
        self,
        STREAM,
        MUX,
        ("The video is in Dolby Vision. Its data stay in the packets, but the movie's box that "
         "names them (dvcC, dvvC) is lost in GStreamer: players show what is below, which is "
         "HDR10 or HLG in most videos of phones. livephotoselect copies the box from a file, if it "
         "is MP4 or QuickTime."),
        (nullptr));
  }

  GST_PAD_STREAM_LOCK(self->source);
  bool is_current = false;
  {
    // A flush since then has taken the clip back, and no flush stops before
    // the stream lock is free.
    const std::lock_guard lock(self->impl->mutex);
    is_current = self->impl->state && self->impl->state->epoch == epoch;
  }
  GST_INFO_OBJECT(self, "writing a movie of %" G_GUINT64_FORMAT " bytes", movie->size);
  const std::string stream_id = "livephotomux/" + taken.clip.content_identifier;
  GstFlowReturn flow = GST_FLOW_FLUSHING;
  if (is_current) flow = push_movie(self->source, *movie, std::move(taken.buffers), stream_id);
  GST_PAD_STREAM_UNLOCK(self->source);
  gst_live_photo_mux_report(self, flow);
  GST_INFO_OBJECT(self, "written: %s", gst_flow_get_name(flow));
  if (flow != GST_FLOW_OK) return false;
  // To all that feed it; see gst/support/handshake.h.
  gst_pad_event_default(
      self->source,
      GST_OBJECT(self),
      new_confirmation(Confirmation::MovieWritten));
  return true;
}

// ---- Events ------------------------------------------------------------------

static Profiles gst_live_photo_mux_profiles(GstLivePhotoMux* self) {
  ObjectLock lock(self);
  return self->impl->settings.profiles();
}

// Lets `change` act on the pad's input, and posts what it finds wrong.
template <class Change>
static gboolean gst_live_photo_mux_update(GstLivePhotoMux* self, GstPad* pad, Change change) {
  Result<void> changed;
  {
    const std::lock_guard lock(self->impl->mutex);
    Sink* sink = self->impl->sinks.find(pad);
    if (!sink || !self->impl->state || self->impl->state->has_failed) return FALSE;
    changed = change(sink->input, *self->impl->state);
  }
  if (!changed) gst_live_photo_mux_fail(self, changed.error());
  return static_cast<bool>(changed);
}

static gboolean gst_live_photo_mux_end(GstLivePhotoMux* self, GstPad* pad) {
  const bool noted = gst_live_photo_mux_update(self, pad, [](Input& input, const State&) {
    input.set_at_end();
    return Result<void>();
  });
  return noted && gst_live_photo_mux_finish(self);
}

static gboolean gst_live_photo_mux_flush_start(
    GstLivePhotoMux* self, GstPad* pad, Owned<GstEvent> event) {
  {
    const std::lock_guard lock(self->impl->mutex);
    Sink* sink = self->impl->sinks.find(pad);
    auto& state = self->impl->state;
    if (!sink || !state) return FALSE;
    sink->input.flushing = true;
    ++state->epoch;
    // Each pad brings a seek's flush; downstream sees it once.
    const guint32 seqnum = gst_event_get_seqnum(event.get());
    if (state->is_flushing || state->flush_seqnum == seqnum) return TRUE;
    state->is_flushing = true;
    state->flush_seqnum = seqnum;
  }
  return gst_pad_push_event(self->source, event.release());
}

static void gst_live_photo_mux_end_flush(GstLivePhotoMux* self, Owned<GstEvent> stop) {
  GST_PAD_STREAM_LOCK(self->source);  // until a movie that was going out has stopped
  gst_pad_push_event(self->source, stop.release());
  GST_PAD_STREAM_UNLOCK(self->source);
  const std::lock_guard lock(self->impl->mutex);
  if (self->impl->state) self->impl->state->is_flushing = false;
}

static gboolean gst_live_photo_mux_flush_stop(
    GstLivePhotoMux* self, GstPad* pad, Owned<GstEvent> event) {
  std::vector<Owned<GstBuffer>> dropped;
  {
    const std::lock_guard lock(self->impl->mutex);
    Sink* sink = self->impl->sinks.find(pad);
    auto& state = self->impl->state;
    if (!sink || !state) return FALSE;
    dropped = sink->input.take_buffers();
    sink->input.flush();
    sink->input.flushing = false;
    state->is_over = false;
    state->has_failed = false;
    if (!self->impl->ends_flush()) return TRUE;
  }
  gst_live_photo_mux_end_flush(self, std::move(event));
  return TRUE;
}

static gboolean gst_live_photo_mux_sink_event(GstPad* pad, GstObject* parent, GstEvent* raw) {
  auto* self = GST_LIVE_PHOTO_MUX(parent);
  auto event = adopt(raw);
  GST_LOG_OBJECT(pad, "%" GST_PTR_FORMAT, raw);
  switch (GST_EVENT_TYPE(raw)) {
    case GST_EVENT_CAPS: {
      GstCaps* caps = nullptr;
      gst_event_parse_caps(raw, &caps);
      return gst_live_photo_mux_update(self, pad, [&](Input& input, const State& state) {
        return input.set_caps(caps, state.settings.profiles());
      });
    }
    case GST_EVENT_SEGMENT: {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(raw, &segment);
      return gst_live_photo_mux_update(self, pad, [&](Input& input, const State&) {
        return input.set_segment(*segment);
      });
    }
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(raw, &tags);
      gst_live_photo_mux_update(self, pad, [&](Input& input, const State&) {
        input.add_tags(tags);
        return Result<void>();
      });
      return TRUE;
    }
    case GST_EVENT_EOS:
      return gst_live_photo_mux_end(self, pad);
    case GST_EVENT_FLUSH_START:
      return gst_live_photo_mux_flush_start(self, pad, std::move(event));
    case GST_EVENT_FLUSH_STOP:
      return gst_live_photo_mux_flush_stop(self, pad, std::move(event));
    default:
      // What describes one stream in order means nothing in the movie's.
      if (gst_event_type_get_flags(GST_EVENT_TYPE(raw)) & GST_EVENT_TYPE_SERIALIZED) return TRUE;
      return gst_pad_event_default(pad, parent, event.release());
  }
}

// A seek in the movie's bytes means nothing upstream.
static gboolean gst_live_photo_mux_src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  if (GST_EVENT_TYPE(event) == GST_EVENT_SEEK) {
    GstFormat format = GST_FORMAT_UNDEFINED;
    gst_event_parse_seek(event, nullptr, &format, nullptr, nullptr, nullptr, nullptr, nullptr);
    if (format != GST_FORMAT_TIME) {
      gst_event_unref(event);
      return FALSE;
    }
  }
  return gst_pad_event_default(pad, parent, event);
}

// ---- Queries -----------------------------------------------------------------

static Owned<GstCaps> gst_live_photo_mux_allowed_caps(GstLivePhotoMux* self, GstPad* pad) {
  const bool is_video = GST_PAD_NAME(pad)[0] == 'v';
  return sink_caps(
      is_video ? TrackKind::Video : TrackKind::Audio,
      gst_live_photo_mux_profiles(self));
}

static gboolean gst_live_photo_mux_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  auto* self = GST_LIVE_PHOTO_MUX(parent);
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      auto caps = gst_live_photo_mux_allowed_caps(self, pad);
      if (filter)
        caps = adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result(query, caps.get());
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS: {
      // Caps may leave out a profile: then the decoder configuration decides.
      GstCaps* caps = nullptr;
      gst_query_parse_accept_caps(query, &caps);
      const auto allowed = gst_live_photo_mux_allowed_caps(self, pad);
      gst_query_set_accept_caps_result(query, gst_caps_can_intersect(caps, allowed.get()));
      return TRUE;
    }
    case GST_QUERY_ALLOCATION:
      return FALSE;
    case GST_QUERY_CUSTOM:
      if (asks_for(query, Confirmation::MovieWritten)) return TRUE;
      return gst_pad_query_default(pad, parent, query);
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

static gboolean gst_live_photo_mux_src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  GstFormat format = GST_FORMAT_TIME;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_SEEKING:
      gst_query_parse_seeking(query, &format, nullptr, nullptr, nullptr);
      if (format == GST_FORMAT_TIME) break;
      gst_query_set_seeking(query, format, FALSE, 0, -1);
      return TRUE;
    case GST_QUERY_DURATION:
      gst_query_parse_duration(query, &format, nullptr);
      break;
    case GST_QUERY_POSITION:
      gst_query_parse_position(query, &format, nullptr);
      break;
    default:
      break;
  }
  // Upstream counts the bytes of its own streams.
  if (format != GST_FORMAT_TIME) return FALSE;
  return gst_pad_query_default(pad, parent, query);
}

// GstPad asks ACCEPT_CAPS before it gives caps to the event function, and
// refuses them without a word. This says why.
static GstPadProbeReturn gst_live_photo_mux_explain_refusal(
    GstPad* pad, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const auto element = adopt(gst_pad_get_parent_element(pad));
  if (!element || gst_pad_query_accept_caps(pad, caps)) return GST_PAD_PROBE_OK;

  auto* self = GST_LIVE_PHOTO_MUX(element.get());
  Error error{ErrorCode::Unsupported, "The muxer does not take this stream.", {}};
  if (GST_PAD_NAME(pad)[0] == 'v') {
    const auto format = livephoto::mux::video_format_of(caps, gst_live_photo_mux_profiles(self));
    if (!format) error = format.error();
  } else if (const auto format = livephoto::mux::sound_format_of(caps); !format) {
    error = format.error();
  }
  error.detail = adopt(gst_caps_to_string(caps)).get();
  gst_live_photo_mux_fail(self, error);
  return GST_PAD_PROBE_OK;
}

// ---- Request pads ------------------------------------------------------------

static GstPad* gst_live_photo_mux_request_new_pad(
    GstElement* element, GstPadTemplate* templ, const gchar* name, const GstCaps*) {
  auto* self = GST_LIVE_PHOTO_MUX(element);
  const TrackKind kind =
      GST_PAD_TEMPLATE_NAME_TEMPLATE(templ)[0] == 'v' ? TrackKind::Video : TrackKind::Audio;
  GstPad* pad = nullptr;
  bool is_running = false;
  {
    const std::lock_guard lock(self->impl->mutex);
    is_running = self->impl->state.has_value();
    const auto number = self->impl->sinks.free_number(kind, name);
    if (!number) {
      GST_WARNING_OBJECT(
          self,
          "no pad %s: a Live Photo has one video, and each pad has its own name",
          name ? name : "video_%u");
      return nullptr;
    }
    const std::string pad_name =
        (kind == TrackKind::Video ? "video_" : "audio_") + std::to_string(*number);
    pad = GST_PAD(g_object_new(
        GST_TYPE_LIVE_PHOTO_MUX_PAD,
        "name",
        pad_name.c_str(),
        "direction",
        GST_PAD_SINK,
        "template",
        templ,
        nullptr));
    self->impl->sinks.insert(pad, kind, *number);
  }
  gst_pad_set_chain_function(pad, GST_DEBUG_FUNCPTR(gst_live_photo_mux_chain));
  gst_pad_set_event_function(pad, GST_DEBUG_FUNCPTR(gst_live_photo_mux_sink_event));
  gst_pad_set_query_function(pad, GST_DEBUG_FUNCPTR(gst_live_photo_mux_sink_query));
  gst_pad_add_probe(
      pad,
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      gst_live_photo_mux_explain_refusal,
      nullptr,
      nullptr);
  if (is_running) gst_pad_set_active(pad, TRUE);
  gst_element_add_pad(element, pad);
  gst_child_proxy_child_added(GST_CHILD_PROXY(self), G_OBJECT(pad), GST_PAD_NAME(pad));
  return pad;
}

static void gst_live_photo_mux_release_pad(GstElement* element, GstPad* pad) {
  auto* self = GST_LIVE_PHOTO_MUX(element);
  gst_pad_set_active(pad, FALSE);  // waits for its streaming thread
  std::unique_ptr<Sink> released;
  bool completes = false;
  bool ends_flush = false;
  {
    const std::lock_guard lock(self->impl->mutex);
    released = self->impl->sinks.take(pad);
    ends_flush = self->impl->ends_flush();
    completes = self->impl->is_complete();
  }
  if (ends_flush) gst_live_photo_mux_end_flush(self, adopt(gst_event_new_flush_stop(TRUE)));
  gst_child_proxy_child_removed(GST_CHILD_PROXY(self), G_OBJECT(pad), GST_PAD_NAME(pad));
  gst_element_remove_pad(element, pad);
  // The movie may wait for a sink that prerolls; who releases a pad must not.
  if (completes) {
    gst_element_call_async(
        element,
        [](GstElement* mux, gpointer) { gst_live_photo_mux_finish(GST_LIVE_PHOTO_MUX(mux)); },
        nullptr,
        nullptr);
  }
}

static GObject* gst_live_photo_mux_get_child_by_index(GstChildProxy* proxy, guint index) {
  ObjectLock lock(proxy);
  gpointer pad = g_list_nth_data(GST_ELEMENT(proxy)->sinkpads, index);
  return pad ? G_OBJECT(gst_object_ref(pad)) : nullptr;
}

static guint gst_live_photo_mux_get_children_count(GstChildProxy* proxy) {
  ObjectLock lock(proxy);
  return GST_ELEMENT(proxy)->numsinkpads;
}

static void gst_live_photo_mux_child_proxy_init(gpointer interface, gpointer) {
  auto* proxy = static_cast<GstChildProxyInterface*>(interface);
  proxy->get_child_by_index = gst_live_photo_mux_get_child_by_index;
  proxy->get_children_count = gst_live_photo_mux_get_children_count;
}

// ---- States ------------------------------------------------------------------

static bool gst_live_photo_mux_start(GstLivePhotoMux* self) {
  State state;
  {
    ObjectLock lock(self);
    state.settings = self->impl->settings;
  }
  const std::string& identifier = state.settings.content_identifier;
  if (!identifier.empty()) {
    if (const auto valid = livephoto::parse_content_identifier(identifier); !valid) {
      post_error(self, valid.error());
      return false;
    }
  }
  const std::lock_guard lock(self->impl->mutex);
  self->impl->sinks.restart();
  self->impl->state = std::move(state);
  return true;
}

static void gst_live_photo_mux_stop(GstLivePhotoMux* self) {
  TrackBuffers dropped;
  const std::lock_guard lock(self->impl->mutex);
  dropped = self->impl->sinks.take_buffers();
  self->impl->sinks.restart();
  self->impl->state.reset();
}

static GstStateChangeReturn gst_live_photo_mux_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_LIVE_PHOTO_MUX(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !gst_live_photo_mux_start(self))
    return GST_STATE_CHANGE_FAILURE;
  const auto changed =
      GST_ELEMENT_CLASS(gst_live_photo_mux_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) gst_live_photo_mux_stop(self);
  return changed;
}

// ---- GObject -----------------------------------------------------------------

static void gst_live_photo_mux_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!set_property(GST_LIVE_PHOTO_MUX(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_mux_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!get_property(GST_LIVE_PHOTO_MUX(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_mux_finalize(GObject* object) {
  delete GST_LIVE_PHOTO_MUX(object)->impl;
  G_OBJECT_CLASS(gst_live_photo_mux_parent_class)->finalize(object);
}

static GstStaticPadTemplate source_template = GST_STATIC_PAD_TEMPLATE(
    "src",
    GST_PAD_SRC,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS("video/quicktime, variant = (string) apple"));

static void gst_live_photo_mux_init(GstLivePhotoMux* self) {
  self->impl = new Impl;
  self->source = gst_pad_new_from_static_template(&source_template, "src");
  gst_pad_set_event_function(self->source, GST_DEBUG_FUNCPTR(gst_live_photo_mux_src_event));
  gst_pad_set_query_function(self->source, GST_DEBUG_FUNCPTR(gst_live_photo_mux_src_query));
  gst_element_add_pad(GST_ELEMENT(self), self->source);
}

static void gst_live_photo_mux_class_init(GstLivePhotoMuxClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);

  object_class->set_property = gst_live_photo_mux_set_property;
  object_class->get_property = gst_live_photo_mux_get_property;
  object_class->finalize = gst_live_photo_mux_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_live_photo_mux_change_state);
  element_class->request_new_pad = GST_DEBUG_FUNCPTR(gst_live_photo_mux_request_new_pad);
  element_class->release_pad = GST_DEBUG_FUNCPTR(gst_live_photo_mux_release_pad);

  // The templates admit what strict=false admits; CAPS queries answer for both.
  const auto video = sink_caps(TrackKind::Video, Profiles::Any);
  const auto audio = sink_caps(TrackKind::Audio, Profiles::Any);
  gst_element_class_add_pad_template(
      element_class,
      gst_pad_template_new_with_gtype(
          "video_%u",
          GST_PAD_SINK,
          GST_PAD_REQUEST,
          video.get(),
          GST_TYPE_LIVE_PHOTO_MUX_PAD));
  gst_element_class_add_pad_template(
      element_class,
      gst_pad_template_new_with_gtype(
          "audio_%u",
          GST_PAD_SINK,
          GST_PAD_REQUEST,
          audio.get(),
          GST_TYPE_LIVE_PHOTO_MUX_PAD));
  gst_element_class_add_static_pad_template(element_class, &source_template);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo muxer",
      "Codec/Muxer",
      "Writes the movie of an Apple Live Photo",
      "The gst-livephoto developers");
  for (const GType type :
       {GST_TYPE_LIVE_PHOTO_MUX_PAD,
        livephoto::mux::purpose_type(),
        livephoto::mux::motion_type(),
        livephoto::mux::hypotheses_type()})
    gst_type_mark_as_plugin_api(type, static_cast<GstPluginAPIFlags>(0));
  livephoto::mux::install_properties(object_class);
}

GST_ELEMENT_REGISTER_DEFINE(
    livephotomux, "livephotomux", GST_RANK_NONE, gst_live_photo_mux_get_type())
