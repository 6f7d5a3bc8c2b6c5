/**
 * SECTION:element-livephotoselect
 * @title: livephotoselect
 * @short_description: Chooses the moment that becomes a Live Photo
 *
 * Takes a source's picture and sound and lets one short clip of them through,
 * together with one of the clip's frames as the still. Whatever is behind its
 * pads learns by tags that the three belong together.
 *
 * The clip is cut on the source's frames: #GstLivePhotoSelect:start-time and
 * #GstLivePhotoSelect:still-time each name the frame that is on screen at that
 * instant. The clip's first frame leaves at running time 0, the sound is cut
 * to the same interval to the sample.
 *
 * ## Example
 * |[
 * gst-launch-1.0 filesrc location=IN.mp4 ! decodebin name=d \
 *   livephotoselect name=s start-time=1000000000 duration=2000000000 still-time=2000000000 \
 *   livephotomux name=m ! filesink location=OUT.MOV \
 *   d. ! videoconvert ! s.video_sink  d. ! audioconvert ! audioresample ! s.audio_sink \
 *   s.video_src ! x264enc ! h264parse ! m.  s.audio_src ! avenc_aac ! aacparse ! m. \
 *   s.still_src ! heifstillsink location=OUT.HEIC
 * ]|
 */
#include "gst/livephotoselect.h"

#include <algorithm>
#include <chrono>
#include <mutex>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/content_identifier.h"
#include "core/isobmff/reader.h"
#include "core/isobmff/still_time.h"
#include "core/text.h"
#include "gst/select/packet_picture.h"
#include "gst/select/packet_sound.h"
#include "gst/select/pad_caps.h"
#include "gst/select/settings.h"
#include "gst/select/sound.h"
#include "gst/select/source_picture.h"
#include "gst/select/source_seek.h"
#include "gst/select/source_watch.h"
#include "gst/select/stream.h"
#include "gst/select/window.h"
#include "gst/support/allocation.h"
#include "gst/support/caps.h"
#include "gst/support/colour_range.h"
#include "gst/support/error.h"
#include "gst/support/handshake.h"
#include "gst/support/limits.h"
#include "gst/support/pad_task.h"
#include "gst/support/ptr.h"
#include "gst/support/tags.h"
#include "gst/support/upstream.h"

GST_DEBUG_CATEGORY_STATIC(live_photo_select_debug);
#define GST_CAT_DEFAULT live_photo_select_debug

using livephoto::Error;
using livephoto::Result;
using livephoto::gst::adopt;
using livephoto::gst::Confirmation;
using livephoto::gst::confirms;
using livephoto::gst::kDefaultMaxSizeBytes;
using livephoto::gst::ObjectLock;
using livephoto::gst::Owned;
using livephoto::gst::PadTask;
using livephoto::gst::retain;
using livephoto::isobmff::VideoDescription;
using livephoto::select::as_item;
using livephoto::select::from_clock_time;
using livephoto::select::Input;
using livephoto::select::opening;
using livephoto::select::Outgoing;
using livephoto::select::packet_at;
using livephoto::select::packet_segment;
using livephoto::select::push_all;
using livephoto::select::queue_all;
using livephoto::select::restamped;
using livephoto::select::Settings;
using livephoto::select::sink_caps;
using livephoto::select::SourceSeek;
using livephoto::select::Step;
using livephoto::select::stream_time;
using livephoto::select::to_clock_time;
using std::chrono::nanoseconds;

namespace {

struct HeldPicture {
  Owned<GstBuffer> buffer;
  Owned<GstCaps> caps;
};

// One clip, from the first buffer to EOS. Guarded by Impl::mutex, which is never
// held while something is pushed on video_src, posted or asked.
struct Run {
  bool controls_source = true;
  std::string content_identifier;
  livephoto::select::WindowSettings wanted;
  livephoto::select::Window window{wanted};
  livephoto::select::Sound sound;               // where it comes raw
  livephoto::select::PacketSound packet_sound;  // where it comes as packets
  livephoto::select::PacketPicture packet_picture{kDefaultMaxSizeBytes};  // so the picture
  Input video;
  Input audio;
  GstAudioInfo audio_info;
  HeldPicture held;                // of raw video
  Owned<GstTagList> announcement;  // once the still is known
  livephoto::select::Strip strip = livephoto::select::Strip::Nothing;
  std::optional<nanoseconds> source_begin;        // of its first picture, in stream time
  bool begins_with_sound = false;                 // no picture has come: of its first sound
  std::optional<nanoseconds> source_still;        // if it is the movie of a Live Photo
  std::vector<VideoDescription> source_pictures;  // of its file, if it is MP4 or QuickTime
  bool asked_file = false;
  bool is_dated_by_file = false;
  bool asked_source_end = false;
  bool still_awaits_movie = false;  // for its EOS
  bool failed = false;

  Run() { gst_audio_info_init(&audio_info); }
};

struct Impl {
  explicit Impl(GstLivePhotoSelect* self);

  Settings settings;  // guarded by the object lock
  std::mutex mutex;
  Run run;
  GstPad* video_sink = nullptr;  // the element owns its pads
  GstPad* audio_sink = nullptr;
  GstPad* video_src = nullptr;
  GstPad* audio_src = nullptr;
  GstPad* still_src = nullptr;
  std::optional<PadTask> audio_task;
  std::optional<PadTask> still_task;
  std::optional<SourceSeek> source_seek;
  std::optional<livephoto::select::SourceWatch> source_watch;
};

}  // namespace

struct _GstLivePhotoSelect {
  GstElement parent;
  Impl* impl;
};

G_DEFINE_TYPE_WITH_CODE(
    GstLivePhotoSelect,
    gst_live_photo_select,
    GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT(
        live_photo_select_debug, "livephotoselect", 0, "Chooses the moment of a Live Photo"))

GST_ELEMENT_REGISTER_DEFINE(
    livephotoselect, "livephotoselect", GST_RANK_NONE, gst_live_photo_select_get_type())

namespace {

GstStaticPadTemplate kVideoSink = GST_STATIC_PAD_TEMPLATE(
    "video_sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS "; " LIVE_PHOTO_REFUSED_CAPS));
GstStaticPadTemplate kAudioSink = GST_STATIC_PAD_TEMPLATE(
    "audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS));
GstStaticPadTemplate kVideoSrc = GST_STATIC_PAD_TEMPLATE(
    "video_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS));
GstStaticPadTemplate kAudioSrc = GST_STATIC_PAD_TEMPLATE(
    "audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS));
GstStaticPadTemplate kStillSrc = GST_STATIC_PAD_TEMPLATE(
    "still_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS));

// ---- One clip after the other ------------------------------------------------

// What the user set, as what a clip needs.
Result<Run> new_run(const Settings& settings) {
  Run run;
  run.controls_source = settings.controls_source;
  run.packet_picture = livephoto::select::PacketPicture(settings.max_size_bytes);
  run.strip = settings.stripped();
  if (GST_CLOCK_TIME_IS_VALID(settings.start)) run.wanted.start = from_clock_time(settings.start);
  if (GST_CLOCK_TIME_IS_VALID(settings.duration))
    run.wanted.duration = from_clock_time(settings.duration);
  if (GST_CLOCK_TIME_IS_VALID(settings.still)) run.wanted.still = from_clock_time(settings.still);
  if (const auto good = check(run.wanted); !good) return good.error();
  run.window = livephoto::select::Window(run.wanted);

  if (settings.content_identifier.empty()) {
    run.content_identifier = livephoto::new_content_identifier();
    return run;
  }
  auto identifier = livephoto::parse_content_identifier(settings.content_identifier);
  if (!identifier) return identifier.error();
  run.content_identifier = std::move(*identifier);
  return run;
}

bool begin_run(GstLivePhotoSelect* self) {
  Settings settings;
  {
    ObjectLock lock(self);
    settings = self->impl->settings;
  }
  auto run = new_run(settings);
  if (!run) {
    livephoto::gst::post_error(self, run.error());
    return false;
  }
  std::unique_lock lock(self->impl->mutex);
  self->impl->run = std::move(*run);
  return true;
}

// Ends the run with an error: nothing more leaves by any pad, no EOS either.
GstFlowReturn fail(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, const Error& error) {
  const bool first = !std::exchange(self->impl->run.failed, true);
  lock.unlock();
  if (first) livephoto::gst::post_error(self, error);
  return GST_FLOW_ERROR;
}

// A push by `source` has failed. What failed there has posted why, except for a
// format that nobody takes.
void branch_failed(GstLivePhotoSelect* self, GstPad* source, GstFlowReturn flow) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  const bool first = !std::exchange(impl.run.failed, true);
  const Input& input = source == impl.audio_src ? impl.run.audio : impl.run.video;
  const auto sent = input.sent_caps ? retain(input.sent_caps.get()) : nullptr;
  lock.unlock();
  if (flow == GST_FLOW_NOT_NEGOTIATED && first) {
    const auto sentence = livephoto::select::not_taken(source, sent.get());
    GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("%s", sentence.c_str()), (nullptr));
  }
}

// ---- What leaves -------------------------------------------------------------

// How much later than the source's first picture an instant of it is.
nanoseconds since_begin(const Run& run, nanoseconds stream_time) {
  return stream_time - run.source_begin.value_or(nanoseconds(0));
}

// What is dated by the clip's first frame.
nanoseconds clip_date(const Run& run) {
  return since_begin(run, run.window.begin_time().value_or(nanoseconds(0)));
}

// What is dated by the still's.
nanoseconds still_date(const Run& run) {
  return clip_date(run) + run.window.still_offset().value_or(nanoseconds(0));
}

Owned<GstEvent> announcement_event(const Run& run) {
  return adopt(gst_event_new_tag(gst_tag_list_ref(run.announcement.get())));
}

// The sound has ended, also where there was none.
void end_sound(Impl& impl) {
  Input& audio = impl.run.audio;
  if (!std::exchange(audio.started, true))
    queue_all(*impl.audio_task, opening(impl.audio_src, audio, nullptr, clip_date(impl.run)));
  impl.audio_task->push(gst_event_new_eos());
  audio.completed = true;
}

// Packets leave together, once the clip is complete and they reach its end.
Result<void> pump_packet_sound(Impl& impl, bool has_source) {
  Run& run = impl.run;
  Input& audio = run.audio;
  const auto end = run.window.end_time();
  if (!end) {
    run.packet_sound.forget_before(run.window.earliest_begin());
    return {};
  }
  if (has_source && !audio.ended && !run.packet_sound.reaches(*end)) return {};
  const auto begin = *run.window.begin_time();
  auto taken = run.packet_sound.take(begin, *end);
  if (!taken) return taken.error();
  if (taken->caps) {
    audio.started = true;
    audio.sent_caps = std::move(taken->caps);
    const GstSegment segment = packet_segment(nanoseconds(0), *end - begin);
    queue_all(
        *impl.audio_task,
        opening(impl.audio_src, audio, audio.sent_caps.get(), clip_date(run), &segment));
    impl.audio_task->push(announcement_event(run).release());
  }
  for (const auto& packet : taken->packets)
    impl.audio_task->push(packet_at(packet.buffer.get(), packet.time).release());
  end_sound(impl);
  return {};
}

// Sends what of the sound is certain, and its EOS once nothing more can come.
Result<void> pump_sound(Impl& impl, bool has_source) {
  Run& run = impl.run;
  Input& audio = run.audio;
  if (audio.completed) return {};
  if (audio.is_packets()) return pump_packet_sound(impl, has_source);
  if (!run.window.begin_time()) {
    run.sound.forget_before(run.window.earliest_begin());
    return {};
  }

  const auto begin = *run.window.begin_time();
  const auto end = run.window.end_time();
  auto taken = run.sound.take(begin, run.window.sound_until().value_or(begin), end);
  if (!taken) return taken.error();
  if (!taken->empty() && !std::exchange(audio.started, true)) {
    // The source may have gone on to another format after the clip.
    audio.sent_caps = gst_audio_info_is_equal(&*run.sound.format(), &run.audio_info)
                          ? retain(audio.caps.get())
                          : adopt(gst_audio_info_to_caps(&*run.sound.format()));
    queue_all(
        *impl.audio_task,
        opening(impl.audio_src, audio, audio.sent_caps.get(), clip_date(run)));
    if (run.announcement) impl.audio_task->push(announcement_event(run).release());
  }
  for (auto& buffer : *taken) impl.audio_task->push(buffer.release());

  const bool nothing_more = !has_source || (audio.ended && run.sound.is_empty()) ||
                            (end && (audio.ended || run.sound.has_reached_end()));
  if (nothing_more) end_sound(impl);
  return {};
}

// The still is known: every branch is told.
void announce(Impl& impl, Outgoing& out) {
  Run& run = impl.run;
  run.announcement = adopt(livephoto::gst::new_announcement(
      run.content_identifier,
      to_clock_time(*run.window.still_offset())));
  out.push_back(as_item(announcement_event(run)));
  if (run.audio.started && !run.audio.completed)
    impl.audio_task->push(announcement_event(run).release());
}

Owned<GstEvent> duration_event(const livephoto::select::Window& window) {
  return adopt(gst_event_new_tag(livephoto::gst::new_duration_announcement(
      to_clock_time(*window.end_time() - *window.begin_time()))));
}

void send_still(Impl& impl, GstBuffer* picture) {
  const Input& video = impl.run.video;
  queue_all(
      *impl.still_task,
      opening(impl.still_src, video, video.sent_caps.get(), still_date(impl.run)));
  impl.still_task->push(announcement_event(impl.run).release());
  impl.still_task->push(gst_buffer_ref(picture));
}

// What a step of the window lets out, appended to `out`.
Result<void> release_held(Impl& impl, const livephoto::select::HeldFrame& frame, Outgoing& out) {
  Run& run = impl.run;
  Input& video = run.video;
  if (!frame.is_in_clip) return {};
  if (!std::exchange(video.started, true)) {
    // HDR files send their caps twice, the fuller ones second.
    const bool one_stream =
        !livephoto::gst::incompatible_change(run.held.caps.get(), video.caps.get());
    video.sent_caps = livephoto::gst::with_usable_rate(
        one_stream ? video.caps.get() : run.held.caps.get(),
        to_clock_time(frame.duration));
    out = opening(impl.video_src, video, video.sent_caps.get(), clip_date(run));
  } else if (run.held.caps.get() != video.sent_caps.get()) {
    const auto change =
        livephoto::gst::incompatible_change(video.sent_caps.get(), run.held.caps.get());
    if (change) {
      return livephoto::invalid_input(
          "The picture changes inside the clip (" + *change +
          "); choose a clip on one side of the change.");
    }
  }
  auto buffer = restamped(run.held.buffer.get(), frame.time, frame.duration);
  if (frame.is_first) GST_BUFFER_FLAG_SET(buffer.get(), GST_BUFFER_FLAG_DISCONT);
  if (frame.is_still) {
    announce(impl, out);
    send_still(impl, buffer.get());
  }
  if (run.window.end_time()) out.push_back(as_item(duration_event(run.window)));
  out.push_back(as_item(std::move(buffer)));
  return {};
}

// What the source's file says of Dolby Vision is in no caps of GStreamer 1.22. The still's
// decoder does not want it.
Owned<GstCaps> with_dolby_vision(const Run& run, GstCaps* caps) {
  const auto* source = livephoto::select::description_of(run.source_pictures, caps);
  if (!source || source->dolby_vision_record.empty()) return retain(caps);
  return livephoto::gst::with_dolby_vision(caps, source->dolby_vision_record);
}

// All that leaves of an encoded picture, once the clip is complete.
Result<void> release_packets(Impl& impl, Outgoing& out) {
  Run& run = impl.run;
  Input& video = run.video;
  auto taken = run.packet_picture.take(run.window, video.caps.get());
  if (!taken) return taken.error();
  video.started = true;
  video.sent_caps = std::move(taken->caps);
  const auto movie_caps = with_dolby_vision(run, video.sent_caps.get());
  out = opening(impl.video_src, video, movie_caps.get(), clip_date(run), &taken->clip.segment);
  announce(impl, out);
  out.push_back(as_item(duration_event(run.window)));
  for (auto& packet : taken->clip.packets) out.push_back(as_item(std::move(packet)));

  PadTask& still = *impl.still_task;
  const GstSegment& shown = taken->still.segment;
  queue_all(still, opening(impl.still_src, video, video.sent_caps.get(), still_date(run), &shown));
  still.push(announcement_event(run).release());
  for (auto& packet : taken->still.packets) still.push(packet.release());
  // Decoders hold pictures back; at the end of a segment they let out what they have.
  still.push(gst_event_new_segment_done(GST_FORMAT_TIME, static_cast<gint64>(shown.stop)));
  return {};
}

// ---- The end of the clip -----------------------------------------------------

bool is_video(const Impl& impl, const GstPad* pad) { return pad == impl.video_sink; }

Input& input_of(Impl& impl, const GstPad* pad) {
  return is_video(impl, pad) ? impl.run.video : impl.run.audio;
}

// How long a source that is still being made is waited for.
constexpr gulong kPatience = 3 * G_USEC_PER_SEC;
constexpr gulong kLook = G_USEC_PER_SEC / 100;

// Whether anything will ever come by `sink`. A chain with nothing before it can
// still be linked while a demuxer elsewhere in the pipeline looks for its streams.
bool has_source(GstLivePhotoSelect* self, GstPad* sink) {
  bool is_quiet = false;  // since the last look
  for (gulong waited = 0; waited < kPatience; waited += kLook) {
    {
      std::unique_lock lock(self->impl->mutex);
      if (input_of(*self->impl, sink).stream_start || self->impl->run.failed) return true;
    }
    if (livephoto::gst::is_fed(sink) || GST_PAD_IS_FLUSHING(sink)) return true;
    // A parsebin is in its state before it knows its streams, and adds their pads
    // one after the other.
    const bool may_come =
        self->impl->source_watch->may_add_pads() || livephoto::gst::may_grow(GST_ELEMENT(self));
    if (!may_come && is_quiet) break;
    is_quiet = !may_come;
    g_usleep(kLook);
  }
  return livephoto::gst::is_fed(sink);
}

// True, and the run is over, if no picture can ever come.
bool fail_without_video(GstLivePhotoSelect* self) {
  if (has_source(self, self->impl->video_sink)) return false;
  std::unique_lock lock(self->impl->mutex);
  fail(
      self,
      lock,
      livephoto::invalid_input(
          "The source has sound but no video; a Live Photo needs a picture, so choose a video."));
  return true;
}

// Told by the watch.
void fail_without_source(GstElement* element) {
  auto* self = GST_LIVE_PHOTO_SELECT(element);
  std::unique_lock lock(self->impl->mutex);
  const Run& run = self->impl->run;
  if (run.video.stream_start || run.audio.stream_start) return;
  fail(
      self,
      lock,
      livephoto::invalid_input(
          "The source has neither video nor sound that reaches livephotoselect; a Live Photo needs "
          "a picture, so choose a video, and one that is whole."));
}

const gchar* date_source(const Run& run) {
  if (run.is_dated_by_file) return "file";
  return run.video.has_date() ? "source" : "none";
}

GstMessage* selected_message(GstLivePhotoSelect* self, const Run& run) {
  const auto begin = *run.window.begin_time();
  return gst_message_new_element(
      GST_OBJECT(self),
      gst_structure_new(
          "live-photo-selected",
          "start",
          G_TYPE_UINT64,
          to_clock_time(begin),
          "duration",
          G_TYPE_UINT64,
          to_clock_time(*run.window.end_time() - begin),
          "still-time",
          G_TYPE_UINT64,
          to_clock_time(begin + *run.window.still_offset()),
          "still-offset",
          G_TYPE_UINT64,
          to_clock_time(*run.window.still_offset()),
          "content-identifier",
          G_TYPE_STRING,
          run.content_identifier.c_str(),
          "date-source",
          G_TYPE_STRING,
          date_source(run),
          nullptr));
}

bool branch_confirms(GstPad* source, Confirmation what) {
  const auto query = adopt(livephoto::gst::new_confirmation_query(what));
  return gst_pad_peer_query(source, query.get());
}

// A decodebin there does not know its decoder before it sees the first packet.
void wait_until_built(GstPad* source) {
  for (gulong waited = 0; waited < kPatience; waited += kLook) {
    if (!livephoto::gst::is_open(source) || GST_PAD_IS_FLUSHING(source)) return;
    g_usleep(kLook);
  }
}

// What becomes of the still, as far as it is known when the movie may end. On
// return its EOS is on its way, unless the movie's end brings it.
struct StillOutcome {
  GstFlowReturn flow;
  bool awaits_movie;
};

StillOutcome settle_still(Impl& impl) {
  PadTask& task = *impl.still_task;
  wait_until_built(impl.still_src);
  if (!branch_confirms(impl.still_src, Confirmation::StillPrepared)) {
    // Its sink may preroll with what only the EOS brings out of an encoder.
    task.push(gst_event_new_eos());
    const GstFlowReturn flow = task.flow();
    return {flow < GST_FLOW_EOS ? flow : GST_FLOW_OK, false};
  }
  const bool movie_confirms = branch_confirms(impl.video_src, Confirmation::MovieWritten);
  auto flow = task.wait_until_pushed_or_confirmed();
  if (flow < GST_FLOW_EOS || (movie_confirms && task.is_confirmed())) return {flow, true};
  task.push(gst_event_new_eos());
  return {task.wait_until_pushed_or_confirmed(), false};
}

// Margins that not every reader shows.
void say_margins(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  const auto coded = livephoto::gst::coded_caps_before(impl.video_sink);
  std::unique_lock lock(impl.mutex);
  const Input& video = impl.run.video;
  const auto* source = livephoto::select::description_of(impl.run.source_pictures, coded.get());
  const auto note = source && video.sent_caps
                        ? livephoto::select::margin_note(*source, video.sent_caps.get())
                        : std::nullopt;
  lock.unlock();
  if (note) GST_ELEMENT_INFO(self, STREAM, FORMAT, ("%s", note->c_str()), ("%s", note->c_str()));
}

// The clip's last frame has left. The still is settled before the movie's EOS
// leaves, in which a muxer may block until PLAYING.
GstFlowReturn complete_clip(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  const bool sound_comes = has_source(self, impl.audio_sink);
  // Sound that was to be in the clip must not be lost without a word.
  const auto lost = sound_comes || !gst_pad_is_linked(impl.audio_src)
                        ? nullptr
                        : livephoto::gst::unlinked_stream(impl.video_sink, "audio/");
  std::unique_lock lock(impl.mutex);
  if (lost) return fail(self, lock, livephoto::select::refusal_of_sound(lost.get()));
  if (const auto sent = pump_sound(impl, sound_comes); !sent) return fail(self, lock, sent.error());
  if (impl.run.failed) return GST_FLOW_ERROR;
  impl.run.video.completed = true;
  impl.run.held = {};
  const bool controls_source = impl.run.controls_source;
  GstMessage* message = selected_message(self, impl.run);
  lock.unlock();

  gst_element_post_message(GST_ELEMENT(self), message);
  if (const auto other = livephoto::gst::unlinked_stream(impl.video_sink, "video/")) {
    GST_ELEMENT_INFO(
        self,
        STREAM,
        FORMAT,
        ("The source has more than one video; the clip is of the one that is linked."),
        // All that gst-launch shows.
        ("The source has more than one video; not linked is %" GST_PTR_FORMAT, other.get()));
  }
  say_margins(self);
  const StillOutcome still = settle_still(impl);
  if (still.flow == GST_FLOW_FLUSHING) return still.flow;
  lock.lock();
  if (impl.run.failed || still.flow < GST_FLOW_EOS) return GST_FLOW_ERROR;
  impl.run.still_awaits_movie = still.awaits_movie;
  lock.unlock();
  gst_pad_push_event(impl.video_src, gst_event_new_eos());
  return controls_source ? GST_FLOW_EOS : GST_FLOW_OK;
}

// The movie has been written, so the still may have its name.
void end_still(Impl& impl) {
  std::unique_lock lock(impl.mutex);
  if (impl.run.failed || !std::exchange(impl.run.still_awaits_movie, false)) return;
  impl.still_task->push(gst_event_new_eos());
}

// Lets out what a step decided, under `lock`, holds `next` if the step does, and
// ends the clip if it is complete.
GstFlowReturn follow(
    GstLivePhotoSelect* self,
    std::unique_lock<std::mutex>& lock,
    const Result<Step>& step,
    HeldPicture next = {}) {
  Impl& impl = *self->impl;
  if (!step) return fail(self, lock, step.error());
  Outgoing out;
  if (const auto released = release_held(impl, step->held, out); !released)
    return fail(self, lock, released.error());
  if (step->holds_new) impl.run.held = std::move(next);
  const bool complete = impl.run.window.end_time().has_value();
  if (!complete) {
    if (const auto sent = pump_sound(impl, true); !sent) return fail(self, lock, sent.error());
  }
  lock.unlock();
  const GstFlowReturn flow = push_all(impl.video_src, std::move(out));
  // Told here: an event that lets pictures out has no answer that could tell it.
  if (flow < GST_FLOW_EOS) branch_failed(self, impl.video_src, flow);
  if (flow != GST_FLOW_OK || !complete) return flow;
  return complete_clip(self);
}

// The same for a picture that comes as packets: `taken_in` says whether the last
// could be.
GstFlowReturn follow_packets(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, const Result<void>& taken_in) {
  Impl& impl = *self->impl;
  if (!taken_in) return fail(self, lock, taken_in.error());
  if (!impl.run.window.end_time()) {
    if (const auto sent = pump_sound(impl, true); !sent) return fail(self, lock, sent.error());
    return GST_FLOW_OK;
  }
  Outgoing out;
  if (const auto released = release_packets(impl, out); !released)
    return fail(self, lock, released.error());
  lock.unlock();
  const GstFlowReturn flow = push_all(impl.video_src, std::move(out));
  if (flow < GST_FLOW_EOS) branch_failed(self, impl.video_src, flow);
  return flow == GST_FLOW_OK ? complete_clip(self) : flow;
}

// ---- Pictures ----------------------------------------------------------------

// Lets the source seek first, if that is worth it. GST_FLOW_FLUSHING: the buffer
// was before the seek. `lock` is released meanwhile.
GstFlowReturn settle_source(
    Impl& impl, std::unique_lock<std::mutex>& lock, GstPad* sink, GstBuffer* buffer) {
  if (!impl.source_seek->is_active()) return GST_FLOW_OK;
  const Input& input = input_of(impl, sink);
  const auto time = stream_time(input.segment, GST_BUFFER_PTS(buffer));
  if (!time) return GST_FLOW_OK;
  const bool is_sync = !input.is_packets() || !is_video(impl, sink) ||
                       impl.run.packet_picture.is_sync(buffer, input.caps.get());
  lock.unlock();
  const GstFlowReturn flow = impl.source_seek->settle(
      sink,
      *time,
      is_sync ? SourceSeek::Start::Possible : SourceSeek::Start::Impossible);
  lock.lock();
  return flow;
}

// The first picture's time, before any seek; or where the source seeks before it
// has one, that of the first sound.
void note_source_begin(Run& run, const Input& input, GstBuffer* first) {
  const bool is_picture = &input == &run.video;
  if (run.source_begin && !(is_picture && run.begins_with_sound)) return;
  const auto time = stream_time(input.segment, GST_BUFFER_PTS(first));
  if (!time) return;
  run.source_begin = time;
  run.begins_with_sound = !is_picture;
}

// Where the source has no date, its file's stands in.
void date_by_file(Run& run, GstTagList* date) {
  const bool is_wanted = run.strip != livephoto::select::Strip::Everything;
  if (!date || !is_wanted || run.video.has_date()) return;
  run.is_dated_by_file = true;
  auto& tags = run.video.global_tags;
  tags = adopt(gst_tag_list_merge(date, tags.get(), GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
}

// What a pad returns for data that is not of the clip any more.
GstFlowReturn after_the_clip(const Run& run) {
  return run.controls_source ? GST_FLOW_EOS : GST_FLOW_OK;
}

std::optional<nanoseconds> source_end(GstPad* sink) {
  gint64 duration = 0;
  if (!gst_pad_peer_query_duration(sink, GST_FORMAT_TIME, &duration) || duration <= 0)
    return std::nullopt;
  return nanoseconds(duration);
}

// Nothing where the duration is unknown or absurd.
std::optional<GstClockTime> end_of(GstClockTime begin, GstClockTime duration) {
  if (!GST_CLOCK_TIME_IS_VALID(duration) || duration >= GST_CLOCK_TIME_NONE - begin)
    return std::nullopt;
  return begin + duration;
}

struct ShownAt {
  nanoseconds time;
  nanoseconds duration;  // zero: not known
};

// In stream time; nothing for a picture outside the segment.
std::optional<ShownAt> shown_at(const GstSegment& segment, GstBuffer* buffer) {
  const GstClockTime pts = GST_BUFFER_PTS(buffer);
  const GstClockTime end = end_of(pts, GST_BUFFER_DURATION(buffer)).value_or(GST_CLOCK_TIME_NONE);
  guint64 clipped_begin = 0;
  guint64 clipped_end = 0;
  if (!gst_segment_clip(&segment, GST_FORMAT_TIME, pts, end, &clipped_begin, &clipped_end))
    return std::nullopt;
  const guint64 time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, clipped_begin);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  const bool has_end = GST_CLOCK_TIME_IS_VALID(clipped_end);
  return ShownAt{
      from_clock_time(time),
      has_end ? from_clock_time(clipped_end - clipped_begin) : nanoseconds{0}};
}

}  // namespace

static GstFlowReturn gst_live_photo_select_video_chain(
    GstPad* pad, GstObject* parent, GstBuffer* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;
  auto buffer = adopt(given);

  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  if (run.failed) return GST_FLOW_ERROR;
  if (run.video.completed) return after_the_clip(run);
  if (!run.video.caps || run.video.segment.format != GST_FORMAT_TIME)
    return GST_FLOW_NOT_NEGOTIATED;
  const bool is_packet = run.video.is_packets();
  if (!is_packet && GST_BUFFER_FLAG_IS_SET(buffer.get(), GST_BUFFER_FLAG_DECODE_ONLY))
    return GST_FLOW_OK;
  if (!is_packet && !GST_BUFFER_PTS_IS_VALID(buffer.get())) {
    return fail(
        self,
        lock,
        livephoto::invalid_input(
            "A picture has no presentation time, so it cannot be said whether it is in the clip; "
            "put a decoder or videorate before livephotoselect."));
  }
  note_source_begin(run, run.video, buffer.get());
  if (const auto flow = settle_source(impl, lock, pad, buffer.get()); flow != GST_FLOW_OK)
    return flow;
  if (run.failed) return GST_FLOW_ERROR;
  if (!std::exchange(run.asked_file, true)) {
    lock.unlock();
    const auto file = livephoto::gst::file_before(pad);
    const auto date = file ? livephoto::select::date_of_file(*file) : nullptr;
    const auto movie = file ? livephoto::select::movie_in(*file) : std::nullopt;
    const auto own_still = movie ? livephoto::still_time_in(*movie) : std::nullopt;
    auto pictures =
        movie ? livephoto::select::pictures_of(*movie) : std::vector<VideoDescription>();
    lock.lock();
    run.source_pictures = std::move(pictures);
    date_by_file(run, date.get());
    run.source_still = own_still;
    if (own_still) run.window.set_source_still(*own_still);
  }
  if (!std::exchange(run.asked_source_end, true)) {
    lock.unlock();
    const auto end = source_end(pad);
    lock.lock();
    if (end) run.window.set_source_end(*end);
  }

  if (is_packet) {
    const auto taken_in = run.packet_picture.add(
        std::move(buffer),
        run.video.caps.get(),
        run.video.segment,
        run.wanted.start,
        run.window);
    return follow_packets(self, lock, taken_in);
  }

  const auto shown = shown_at(run.video.segment, buffer.get());
  if (!shown) return GST_FLOW_OK;
  const auto step = run.window.frame(shown->time, shown->duration);
  return follow(self, lock, step, {std::move(buffer), retain(run.video.caps.get())});
}

// ---- Sound -------------------------------------------------------------------

namespace {

GstFlowReturn take_sound_packet(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, Owned<GstBuffer> packet) {
  Run& run = self->impl->run;
  const auto time = stream_time(run.audio.segment, GST_BUFFER_PTS(packet.get()));
  const bool too_late = time && *time >= run.window.latest_end();
  if (too_late)
    run.packet_sound.silent_until(*time);
  else
    run.packet_sound.add(std::move(packet), time);
  if (const auto sent = pump_sound(*self->impl, true); !sent) return fail(self, lock, sent.error());
  if (run.audio.completed) return after_the_clip(run);
  const bool waits_for_pictures = time && *time >= run.window.latest_end() &&
                                  !run.window.begin_time() && !run.video.stream_start;
  lock.unlock();
  return waits_for_pictures && fail_without_video(self) ? GST_FLOW_ERROR : GST_FLOW_OK;
}

}  // namespace

static GstFlowReturn gst_live_photo_select_audio_chain(
    GstPad* pad, GstObject* parent, GstBuffer* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;

  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  auto buffer = adopt(given);
  if (run.failed) return GST_FLOW_ERROR;
  if (run.audio.completed) return after_the_clip(run);
  if (!run.audio.caps || run.audio.segment.format != GST_FORMAT_TIME)
    return GST_FLOW_NOT_NEGOTIATED;

  note_source_begin(run, run.audio, buffer.get());
  if (const auto flow = settle_source(impl, lock, pad, buffer.get()); flow != GST_FLOW_OK)
    return flow;
  if (run.failed) return GST_FLOW_ERROR;
  if (run.audio.is_packets()) return take_sound_packet(self, lock, std::move(buffer));

  // Takes the buffer; what lies outside the segment is cut off.
  buffer = adopt(gst_audio_buffer_clip(
      buffer.release(),
      &run.audio.segment,
      run.audio_info.rate,
      run.audio_info.bpf));
  if (!buffer) return GST_FLOW_OK;
  std::optional<nanoseconds> time;
  const guint64 stream_time =
      gst_segment_to_stream_time(&run.audio.segment, GST_FORMAT_TIME, GST_BUFFER_PTS(buffer.get()));
  if (GST_CLOCK_TIME_IS_VALID(stream_time)) time = from_clock_time(stream_time);

  const bool too_late =
      time && *time >= run.window.latest_end() + livephoto::select::Sound::kJitter;
  if (too_late)
    run.sound.silent_until(*time);
  else
    run.sound.add(std::move(buffer), run.audio_info, time);
  if (const auto sent = pump_sound(impl, true); !sent) return fail(self, lock, sent.error());
  if (run.audio.completed) return after_the_clip(run);
  const bool waits_for_pictures = too_late && !run.window.begin_time() && !run.video.stream_start;
  const auto one_second =
      static_cast<gsize>(run.audio_info.rate) * static_cast<gsize>(run.audio_info.bpf);
  lock.unlock();

  if (waits_for_pictures && fail_without_video(self)) return GST_FLOW_ERROR;
  impl.audio_task->wait_until_below(one_second);
  return GST_FLOW_OK;
}

// ---- Events from upstream ----------------------------------------------------

namespace {

gboolean take_caps(GstLivePhotoSelect* self, GstPad* pad, GstCaps* caps) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  Input& input = input_of(impl, pad);
  if (input.completed) {
    input.caps = retain(caps);  // for the clip after a flush
    return TRUE;
  }
  const bool is_raw = livephoto::select::is_raw(caps);
  if (is_video(impl, pad)) {
    if (const auto refusal = livephoto::select::refusal_of_picture(caps)) {
      fail(self, lock, *refusal);
      return FALSE;
    }
  }
  if (!is_video(impl, pad) && is_raw) {
    GstAudioInfo info;
    if (!gst_audio_info_from_caps(&info, caps)) return FALSE;
    impl.run.audio_info = info;
  }
  if (!is_video(impl, pad) && !is_raw) {
    if (const auto known = impl.run.packet_sound.set_caps(caps); !known) {
      fail(self, lock, known.error());
      return FALSE;
    }
  }
  const bool one_stream =
      input.caps && !livephoto::gst::incompatible_change(input.caps.get(), caps);
  input.caps = one_stream ? livephoto::gst::merged_caps(input.caps.get(), caps) : retain(caps);
  return TRUE;
}

// The times that came by one pad were too early by `delay`.
void correct_times(Run& run, bool of_picture, nanoseconds delay) {
  if (of_picture && run.window.correct(delay)) run.packet_picture.correct(delay);
  if (!of_picture && !run.audio.started) {
    run.sound.correct(delay);
    run.packet_sound.correct(delay);
  }
  if (run.source_begin && run.begins_with_sound != of_picture) *run.source_begin += delay;
}

gboolean take_segment(GstLivePhotoSelect* self, GstPad* pad, const GstSegment* segment) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  Input& input = input_of(impl, pad);
  if (input.completed) return TRUE;
  if (segment->format != GST_FORMAT_TIME || segment->rate <= 0) {
    fail(
        self,
        lock,
        livephoto::invalid_input(
            segment->rate <= 0
                ? "The source is played backwards; a clip is cut from forward playback only."
                : "The source does not tell the time; put a demuxer or parser before "
                  "livephotoselect."));
    return FALSE;
  }
  const auto delay = livephoto::select::correction(input.segment, *segment);
  Run& run = impl.run;
  if (delay) correct_times(run, is_video(impl, pad), *delay);
  gst_segment_copy_into(segment, &input.segment);
  return TRUE;
}

void take_tags(GstLivePhotoSelect* self, GstPad* pad, GstTagList* tags) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  Input& input = input_of(impl, pad);
  if (input.completed) return;
  auto& kept =
      gst_tag_list_get_scope(tags) == GST_TAG_SCOPE_GLOBAL ? input.global_tags : input.stream_tags;
  const auto proper = livephoto::select::understood(tags, impl.run.strip);
  auto merged = adopt(gst_tag_list_merge(kept.get(), proper.get(), GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(merged.get(), gst_tag_list_get_scope(tags));
  kept = std::move(merged);
  if (is_video(impl, pad) && livephoto::select::has_date(proper.get()))
    impl.run.is_dated_by_file = false;
  if (!input.started) return;  // they go with the clip's first buffer
  auto event = adopt(
      gst_event_new_tag(livephoto::select::moved_on(proper.get(), clip_date(impl.run)).release()));
  if (!is_video(impl, pad)) {
    impl.audio_task->push(event.release());
    return;
  }
  lock.unlock();
  gst_pad_push_event(impl.video_src, event.release());
}

// Where a gap ends, in stream time; nothing for one outside the segment.
std::optional<nanoseconds> gap_end(const GstSegment& segment, GstEvent* event) {
  if (segment.format != GST_FORMAT_TIME) return std::nullopt;
  GstClockTime begin = 0;
  GstClockTime duration = 0;
  gst_event_parse_gap(event, &begin, &duration);
  // A segment without a stop has the largest number there is.
  const GstClockTime end =
      std::min<GstClockTime>(end_of(begin, duration).value_or(begin), segment.stop);
  const guint64 time = gst_segment_to_stream_time(&segment, GST_FORMAT_TIME, end);
  if (!GST_CLOCK_TIME_IS_VALID(time)) return std::nullopt;
  return from_clock_time(time);
}

void take_gap(GstLivePhotoSelect* self, GstPad* pad, GstEvent* event) {
  Impl& impl = *self->impl;
  // qtdemux sends one where the picture is three seconds behind the sound, and it may
  // overtake the pictures that a decoder still has.
  if (is_video(impl, pad) && livephoto::gst::is_decoded(pad)) return;
  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  Input& input = input_of(impl, pad);
  const auto time = gap_end(input.segment, event);
  if (run.failed || input.completed || !time) return;
  if (is_video(impl, pad)) {
    // The next packet may be shown before this one ends: they tell of gaps themselves.
    if (input.is_packets()) return;
    const auto step = run.window.gap_until(*time);
    follow(self, lock, step);
    return;
  }
  run.sound.silent_until(*time);
  run.packet_sound.silent_until(*time);
  if (const auto sent = pump_sound(impl, true); !sent) fail(self, lock, sent.error());
}

void take_eos(GstLivePhotoSelect* self, GstPad* pad) {
  Impl& impl = *self->impl;
  // Where a seek led to nothing that can be decoded, another may lead further back.
  if (impl.source_seek->is_active() && impl.source_seek->settle_end(pad) != GST_FLOW_OK) return;
  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  Input& input = input_of(impl, pad);
  input.ended = true;
  // After an error the source often says EOS as well; it must not end the clip well.
  if (run.failed || input.completed) return;
  if (is_video(impl, pad) && input.is_packets()) {
    const auto taken_in = run.packet_picture.end(run.window);
    follow_packets(self, lock, taken_in);
    return;
  }
  if (is_video(impl, pad)) {
    const auto step = run.window.end();
    follow(self, lock, step);
    return;
  }
  if (const auto sent = pump_sound(impl, true); !sent) {
    fail(self, lock, sent.error());
    return;
  }
  const bool waits_for_pictures = !run.window.begin_time() && !run.video.stream_start;
  lock.unlock();
  if (waits_for_pictures) fail_without_video(self);
}

void flush_start(Impl& impl, GstPad* pad, GstEvent* event) {
  if (impl.source_seek->flush_start(pad, event)) return;
  if (!is_video(impl, pad)) {
    impl.audio_task->flush_start();
    return;
  }
  // The video first: whoever waits for the still must not end the movie then.
  gst_pad_push_event(impl.video_src, gst_event_ref(event));
  impl.still_task->flush_start();
}

void renew(Input& input) {
  Input fresh;
  fresh.stream_start = std::move(input.stream_start);
  fresh.caps = std::move(input.caps);
  fresh.global_tags = std::move(input.global_tags);
  fresh.stream_tags = std::move(input.stream_tags);
  input = std::move(fresh);
}

void forget_sound(Run& run) {
  renew(run.audio);
  run.sound = {};
  run.packet_sound.clear();
}

// What came before our own seek; nothing of it has been sent.
void forget_input(Impl& impl, GstPad* pad) {
  std::unique_lock lock(impl.mutex);
  Run& run = impl.run;
  if (!is_video(impl, pad)) {
    forget_sound(run);
    return;
  }
  renew(run.video);
  run.begins_with_sound = false;  // what comes now does not begin the source
  run.window = livephoto::select::Window(run.wanted);
  if (run.source_still) run.window.set_source_still(*run.source_still);
  run.packet_picture.clear();
  run.held = {};
  run.asked_source_end = false;
}

// The picture decides: with it begins a new clip, with an identifier of its own.
gboolean flush_stop(GstLivePhotoSelect* self, GstPad* pad, GstEvent* event) {
  Impl& impl = *self->impl;
  gboolean reset_time = FALSE;
  gst_event_parse_flush_stop(event, &reset_time);
  if (impl.source_seek->flush_stop(pad, event)) {
    forget_input(impl, pad);
    return TRUE;
  }
  if (!is_video(impl, pad)) {
    {
      std::unique_lock lock(impl.mutex);
      forget_sound(impl.run);
    }
    impl.audio_task->flush_stop(reset_time);
    return TRUE;
  }
  Settings settings;
  {
    ObjectLock lock(self);
    settings = impl.settings;
  }
  auto run = new_run(settings);
  {
    std::unique_lock lock(impl.mutex);
    if (!run) {
      fail(self, lock, run.error());
      return FALSE;
    }
    renew(impl.run.video);
    run->video = std::move(impl.run.video);
    run->audio = std::move(impl.run.audio);
    run->audio_info = impl.run.audio_info;
    run->source_begin = impl.run.source_begin;
    run->begins_with_sound = impl.run.begins_with_sound;
    run->source_still = impl.run.source_still;
    if (run->source_still) run->window.set_source_still(*run->source_still);
    run->source_pictures = std::move(impl.run.source_pictures);
    run->asked_file = impl.run.asked_file;
    run->is_dated_by_file = impl.run.is_dated_by_file;
    run->sound = std::move(impl.run.sound);
    run->packet_sound = std::move(impl.run.packet_sound);
    impl.run = std::move(*run);
  }
  impl.still_task->flush_stop(reset_time);
  gst_pad_push_event(impl.video_src, gst_event_ref(event));
  return TRUE;
}

}  // namespace

static gboolean gst_live_photo_select_sink_event(GstPad* pad, GstObject* parent, GstEvent* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;
  const auto event = adopt(given);
  switch (GST_EVENT_TYPE(given)) {
    case GST_EVENT_STREAM_START: {
      std::unique_lock lock(impl.mutex);
      input_of(impl, pad).stream_start = retain(given);
      return TRUE;
    }
    case GST_EVENT_CAPS: {
      GstCaps* said = nullptr;
      gst_event_parse_caps(given, &said);
      if (!is_video(impl, pad)) return take_caps(self, pad, said);
      const bool is_raw = livephoto::select::is_raw(said);
      const auto coded = is_raw ? livephoto::gst::coded_caps_before(pad) : retain(said);
      return take_caps(self, pad, livephoto::gst::with_true_range(said, coded.get()).get());
    }
    case GST_EVENT_SEGMENT: {
      const GstSegment* segment = nullptr;
      gst_event_parse_segment(given, &segment);
      return take_segment(self, pad, segment);
    }
    case GST_EVENT_TAG: {
      GstTagList* tags = nullptr;
      gst_event_parse_tag(given, &tags);
      take_tags(self, pad, tags);
      return TRUE;
    }
    case GST_EVENT_GAP:
      take_gap(self, pad, given);
      return TRUE;
    case GST_EVENT_EOS:
      take_eos(self, pad);
      return TRUE;
    case GST_EVENT_FLUSH_START:
      flush_start(impl, pad, given);
      return TRUE;
    case GST_EVENT_FLUSH_STOP:
      return flush_stop(self, pad, given);
    default:
      // Collections, tables of contents and the like describe the source, not
      // the clip. To refuse one would become the demuxer's error.
      return TRUE;
  }
}

// ---- Queries and events from downstream --------------------------------------

namespace {

// A live source's picture waits here until the next one comes.
gboolean answer_latency(Impl& impl, GstPad* sink, GstQuery* query) {
  if (!gst_pad_peer_query(sink, query)) return FALSE;
  gboolean live = FALSE;
  GstClockTime least = 0;
  GstClockTime most = 0;
  gst_query_parse_latency(query, &live, &least, &most);
  std::unique_lock lock(impl.mutex);
  GstVideoInfo info;
  const GstCaps* caps = impl.run.video.caps.get();
  if (!live || !caps || !gst_video_info_from_caps(&info, caps) || info.fps_n <= 0) return TRUE;
  const GstClockTime held = gst_util_uint64_scale_int(GST_SECOND, info.fps_d, info.fps_n);
  gst_query_set_latency(
      query,
      live,
      least + held,
      GST_CLOCK_TIME_IS_VALID(most) ? most + held : most);
  return TRUE;
}

// One picture is held until the next one comes, and one is the still. Once the
// still has been sent its branch needs no more pictures and is not asked: the
// query is serialized, and a sink in preroll holds its stream lock until PLAYING.
bool answer_allocation(Impl& impl, GstQuery* query) {
  GstCaps* caps = nullptr;
  gst_query_parse_allocation(query, &caps, nullptr);
  if (!caps || !livephoto::select::is_raw(caps)) return false;  // packets need no pool of ours
  bool still_sent = false;
  {
    std::unique_lock lock(impl.mutex);
    still_sent = impl.run.announcement != nullptr;
  }
  if (still_sent) return livephoto::gst::answer_allocation(query, {impl.video_src}, 1);
  return livephoto::gst::answer_allocation(query, {impl.video_src, impl.still_src}, 2);
}

}  // namespace

static gboolean gst_live_photo_select_sink_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  const bool video = is_video(impl, pad);
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      const auto caps = video ? sink_caps(pad, {impl.video_src}, {impl.still_src}, filter)
                              : sink_caps(pad, {impl.audio_src}, {}, filter);
      gst_query_set_caps_result(query, caps.get());
      return TRUE;
    }
    case GST_QUERY_ALLOCATION:
      return video && answer_allocation(impl, query);
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

static gboolean gst_live_photo_select_src_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  GstPad* sink = pad == impl.audio_src ? impl.audio_sink : impl.video_sink;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      GstCaps* filter = nullptr;
      gst_query_parse_caps(query, &filter);
      auto caps = adopt(gst_pad_get_pad_template_caps(pad));
      if (filter)
        caps = adopt(gst_caps_intersect_full(filter, caps.get(), GST_CAPS_INTERSECT_FIRST));
      gst_query_set_caps_result(query, caps.get());
      return TRUE;
    }
    case GST_QUERY_LATENCY:
      return answer_latency(impl, sink, query);
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

static gboolean gst_live_photo_select_src_event(GstPad* pad, GstObject* parent, GstEvent* given) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  const auto event = adopt(given);
  if (pad == impl.still_src && confirms(given, Confirmation::StillPrepared)) {
    impl.still_task->confirm();
    return TRUE;
  }
  if (confirms(given, Confirmation::MovieWritten)) {
    if (pad == impl.video_src) end_still(impl);
    return TRUE;
  }
  switch (GST_EVENT_TYPE(given)) {
    case GST_EVENT_QOS:
    case GST_EVENT_SEEK:
    case GST_EVENT_STEP:
      // Their times are the clip's; upstream they would mean another instant.
      return GST_EVENT_TYPE(given) == GST_EVENT_QOS;
    default:
      return gst_pad_push_event(
          pad == impl.audio_src ? impl.audio_sink : impl.video_sink,
          gst_event_ref(given));
  }
}

static GstIterator* gst_live_photo_select_iterate_links(GstPad* pad, GstObject* parent) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  GstPad* other = nullptr;
  if (pad == impl.video_sink) other = impl.video_src;
  if (pad == impl.audio_sink) other = impl.audio_src;
  if (pad == impl.video_src || pad == impl.still_src) other = impl.video_sink;
  if (pad == impl.audio_src) other = impl.audio_sink;
  GValue value = G_VALUE_INIT;
  g_value_init(&value, GST_TYPE_PAD);
  g_value_set_object(&value, other);
  GstIterator* iterator = gst_iterator_new_single(GST_TYPE_PAD, &value);
  g_value_unset(&value);
  return iterator;
}

static gboolean gst_live_photo_select_src_activate(
    GstPad* pad, GstObject* parent, GstPadMode mode, gboolean active) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  if (mode != GST_PAD_MODE_PUSH) return FALSE;
  return (pad == impl.audio_src ? impl.audio_task : impl.still_task)->activate(active);
}

// ---- States ------------------------------------------------------------------

static GstStateChangeReturn gst_live_photo_select_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_LIVE_PHOTO_SELECT(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !begin_run(self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    self->impl->source_watch->start();
    const Run& run = self->impl->run;  // no data yet
    if (run.controls_source) self->impl->source_seek->start(run.wanted.start);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) self->impl->source_seek->stop();
  const auto result =
      GST_ELEMENT_CLASS(gst_live_photo_select_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    self->impl->source_watch->stop();
    std::unique_lock lock(self->impl->mutex);
    self->impl->run = Run{};
  }
  return result;
}

// ---- GObject -----------------------------------------------------------------

namespace {

GstPad* add_pad(GstLivePhotoSelect* self, GstStaticPadTemplate* pad_template) {
  GstPad* pad = gst_pad_new_from_static_template(pad_template, pad_template->name_template);
  gst_pad_set_iterate_internal_links_function(pad, gst_live_photo_select_iterate_links);
  if (pad_template->direction == GST_PAD_SINK) {
    gst_pad_set_event_function(pad, gst_live_photo_select_sink_event);
    gst_pad_set_query_function(pad, gst_live_photo_select_sink_query);
    // What comes outside the clip, and after it, need not suit the peers.
    GST_PAD_SET_ACCEPT_TEMPLATE(pad);
  } else {
    gst_pad_set_event_function(pad, gst_live_photo_select_src_event);
    gst_pad_set_query_function(pad, gst_live_photo_select_src_query);
  }
  gst_element_add_pad(GST_ELEMENT(self), pad);
  return pad;
}

Impl::Impl(GstLivePhotoSelect* self) {
  video_sink = add_pad(self, &kVideoSink);
  audio_sink = add_pad(self, &kAudioSink);
  video_src = add_pad(self, &kVideoSrc);
  audio_src = add_pad(self, &kAudioSrc);
  still_src = add_pad(self, &kStillSrc);
  gst_pad_set_chain_function(video_sink, gst_live_photo_select_video_chain);
  gst_pad_set_chain_function(audio_sink, gst_live_photo_select_audio_chain);
  audio_task.emplace(audio_src, [self](GstFlowReturn flow) {
    branch_failed(self, self->impl->audio_src, flow);
  });
  still_task.emplace(still_src, [self](GstFlowReturn flow) {
    branch_failed(self, self->impl->still_src, flow);
  });
  source_seek.emplace(GST_ELEMENT(self), video_sink, audio_sink);
  source_watch.emplace(GST_ELEMENT(self), fail_without_source);
  gst_pad_set_activatemode_function(audio_src, gst_live_photo_select_src_activate);
  gst_pad_set_activatemode_function(still_src, gst_live_photo_select_src_activate);
}

}  // namespace

static void gst_live_photo_select_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!set_property(GST_LIVE_PHOTO_SELECT(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_select_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!get_property(GST_LIVE_PHOTO_SELECT(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_select_finalize(GObject* object) {
  delete GST_LIVE_PHOTO_SELECT(object)->impl;
  G_OBJECT_CLASS(gst_live_photo_select_parent_class)->finalize(object);
}

static void gst_live_photo_select_init(GstLivePhotoSelect* self) { self->impl = new Impl(self); }

static void gst_live_photo_select_class_init(GstLivePhotoSelectClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);

  object_class->set_property = gst_live_photo_select_set_property;
  object_class->get_property = gst_live_photo_select_get_property;
  object_class->finalize = gst_live_photo_select_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_live_photo_select_change_state);

  for (auto* pad_template : {&kVideoSink, &kAudioSink, &kVideoSrc, &kAudioSrc, &kStillSrc})
    gst_element_class_add_static_pad_template(element_class, pad_template);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo selector",
      "Filter/Editor/Video/Audio",
      "Lets one short clip of a video and one of its frames through, as a Live Photo",
      "The gst-livephoto developers");
  livephoto::select::install_properties(object_class);
}
