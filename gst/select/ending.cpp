#include "gst/select/ending.h"

#include <optional>
#include <utility>

#include "core/text.h"
#include "gst/select/leaving.h"
#include "gst/select/pad_caps.h"
#include "gst/select/source_picture.h"
#include "gst/select/stream.h"
#include "gst/support/colour_range.h"
#include "gst/support/handshake.h"
#include "gst/support/upstream.h"

namespace livephoto::select {

using gst::Confirmation;
using gst::PadTask;

namespace {

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
    if (gst::is_fed(sink) || GST_PAD_IS_FLUSHING(sink)) return true;
    // A parsebin is in its state before it knows its streams, and adds their pads
    // one after the other.
    const bool may_come =
        self->impl->source_watch->may_add_pads() || gst::may_grow(GST_ELEMENT(self));
    if (!may_come && is_quiet) break;
    is_quiet = !may_come;
    g_usleep(kLook);
  }
  return gst::is_fed(sink);
}

const gchar* date_source(const Run& run) {
  if (run.is_dated_by_file) return "file";
  return run.video.has_date() ? "source" : "none";
}

// Of mode=auto.
void add_scores(GstStructure* selected, const Moment& moment) {
  const Scores& scores = moment.scores;
  const auto each = adopt(gst_structure_new(
      "scores",
      "calm",
      G_TYPE_DOUBLE,
      scores.calm,
      "alive",
      G_TYPE_DOUBLE,
      scores.alive,
      "whole",
      G_TYPE_DOUBLE,
      scores.whole,
      "exposed",
      G_TYPE_DOUBLE,
      scores.exposed,
      "complete",
      G_TYPE_DOUBLE,
      scores.complete,
      "cover",
      G_TYPE_DOUBLE,
      scores.cover,
      "sharp",
      G_TYPE_DOUBLE,
      scores.sharp,
      nullptr));
  gst_structure_set(
      selected,
      "score",
      G_TYPE_DOUBLE,
      moment.score,
      "scores",
      GST_TYPE_STRUCTURE,
      each.get(),
      "reason",
      G_TYPE_STRING,
      reason(moment).c_str(),
      nullptr);
}

GstMessage* selected_message(GstLivePhotoSelect* self, const Run& run) {
  const auto begin = *run.window.begin_time();
  GstStructure* selected = gst_structure_new(
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
      nullptr);
  if (run.found) add_scores(selected, *run.found);
  return gst_message_new_element(GST_OBJECT(self), selected);
}

bool branch_confirms(GstPad* source, Confirmation what) {
  const auto query = adopt(gst::new_confirmation_query(what));
  return gst_pad_peer_query(source, query.get());
}

// A decodebin there does not know its decoder before it sees the first packet.
void wait_until_built(GstPad* source) {
  for (gulong waited = 0; waited < kPatience; waited += kLook) {
    if (!gst::is_open(source) || GST_PAD_IS_FLUSHING(source)) return;
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
  const auto coded = gst::coded_caps_before(impl.video_sink);
  std::unique_lock lock(impl.mutex);
  const Input& video = impl.run.video;
  const auto* source = description_of(impl.run.source_pictures, coded.get());
  const auto note =
      source && video.sent_caps ? margin_note(*source, video.sent_caps.get()) : std::nullopt;
  lock.unlock();
  if (note) GST_ELEMENT_INFO(self, STREAM, FORMAT, ("%s", note->c_str()), ("%s", note->c_str()));
}

}  // namespace

bool fail_without_video(GstLivePhotoSelect* self) {
  if (has_source(self, self->impl->video_sink)) return false;
  std::unique_lock lock(self->impl->mutex);
  fail(
      self,
      lock,
      invalid_input(
          "The source has sound but no video; a Live Photo needs a picture, so choose a video."));
  return true;
}

void fail_without_source(GstElement* element) {
  auto* self = GST_LIVE_PHOTO_SELECT(element);
  std::unique_lock lock(self->impl->mutex);
  const Run& run = self->impl->run;
  if (run.video.stream_start || run.audio.stream_start) return;
  fail(
      self,
      lock,
      invalid_input(
          "The source has neither video nor sound that reaches livephotoselect; a Live Photo needs "
          "a picture, so choose a video, and one that is whole."));
}

GstFlowReturn complete_clip(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  const bool sound_comes = has_source(self, impl.audio_sink);
  // Sound that was to be in the clip must not be lost without a word.
  const auto lost = sound_comes || !gst_pad_is_linked(impl.audio_src)
                        ? nullptr
                        : gst::unlinked_stream(impl.video_sink, "audio/");
  std::unique_lock lock(impl.mutex);
  if (lost) return fail(self, lock, refusal_of_sound(lost.get()));
  if (const auto sent = pump_sound(impl, sound_comes); !sent) return fail(self, lock, sent.error());
  if (impl.run.failed) return GST_FLOW_ERROR;
  impl.run.video.completed = true;
  impl.run.held = {};
  const bool controls_source = impl.run.controls_source;
  GstMessage* message = selected_message(self, impl.run);
  lock.unlock();

  gst_element_post_message(GST_ELEMENT(self), message);
  if (const auto other = gst::unlinked_stream(impl.video_sink, "video/")) {
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

void end_still(Impl& impl) {
  std::unique_lock lock(impl.mutex);
  if (impl.run.failed || !std::exchange(impl.run.still_awaits_movie, false)) return;
  impl.still_task->push(gst_event_new_eos());
}

}  // namespace livephoto::select
