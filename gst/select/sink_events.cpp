#include "gst/select/sink_events.h"

#include <algorithm>
#include <mutex>
#include <optional>
#include <utility>

#include "core/text.h"
#include "gst/select/ending.h"
#include "gst/select/impl.h"
#include "gst/select/leaving.h"
#include "gst/select/pad_caps.h"
#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/support/caps.h"
#include "gst/support/colour_range.h"
#include "gst/support/error.h"
#include "gst/support/upstream.h"

namespace livephoto::select {
namespace {

gboolean take_caps(GstLivePhotoSelect* self, GstPad* pad, GstCaps* caps) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  Input& input = input_of(impl, pad);
  if (input.completed) {
    input.caps = retain(caps);  // for the clip after a flush
    return TRUE;
  }
  const bool raw = is_raw(caps);
  if (is_video(impl, pad)) {
    if (const auto refusal = refusal_of_picture(caps)) {
      fail(self, lock, *refusal);
      return FALSE;
    }
  }
  if (!is_video(impl, pad) && raw) {
    GstAudioInfo info;
    if (!gst_audio_info_from_caps(&info, caps)) return FALSE;
    impl.run.audio_info = info;
  }
  if (!is_video(impl, pad) && !raw) {
    if (const auto known = impl.run.packet_sound.set_caps(caps); !known) {
      fail(self, lock, known.error());
      return FALSE;
    }
  }
  const bool one_stream = input.caps && !gst::incompatible_change(input.caps.get(), caps);
  input.caps = one_stream ? gst::merged_caps(input.caps.get(), caps) : retain(caps);
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
        invalid_input(
            segment->rate <= 0
                ? "The source is played backwards; a clip is cut from forward playback only."
                : "The source does not tell the time; put a demuxer or parser before "
                  "livephotoselect."));
    return FALSE;
  }
  const auto delay = correction(input.segment, *segment);
  Run& run = impl.run;
  if (delay) correct_times(run, is_video(impl, pad), *delay);
  if (!is_video(impl, pad)) run.sound_clock.reset();
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
  auto proper = understood(tags, impl.run.strip);
  // Parsers send the stream's tags again and again, with its bit rate.
  if (input.ignores_orientation) proper = without_orientation(proper.get());
  auto merged = adopt(gst_tag_list_merge(kept.get(), proper.get(), GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(merged.get(), gst_tag_list_get_scope(tags));
  kept = std::move(merged);
  if (is_video(impl, pad) && has_date(proper.get())) impl.run.is_dated_by_file = false;
  if (!input.started) return;  // they go with the clip's first buffer
  auto event = adopt(gst_event_new_tag(moved_on(proper.get(), clip_date(impl.run)).release()));
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
  if (is_video(impl, pad) && gst::is_decoded(pad)) return;
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
  impl.auto_choice->flush_start(pad);
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
  fresh.ignores_orientation = input.ignores_orientation;
  input = std::move(fresh);
}

void forget_sound(Run& run) {
  renew(run.audio);
  run.sound = {};
  run.sound_clock.reset();
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
  run.window = Window(run.wanted);
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
  impl.auto_choice->flush_stop(pad);
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
    gst::ObjectLock lock(self);
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
    run->sound_clock = impl.run.sound_clock;
    run->packet_sound = std::move(impl.run.packet_sound);
    impl.run = std::move(*run);
  }
  if (settings.mode == Mode::Auto) impl.auto_choice->start();
  impl.still_task->flush_stop(reset_time);
  gst_pad_push_event(impl.video_src, gst_event_ref(event));
  return TRUE;
}

}  // namespace

gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* given) {
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
      const auto coded = is_raw(said) ? gst::coded_caps_of_samples(pad) : retain(said);
      return take_caps(self, pad, gst::with_true_range(said, coded.get()).get());
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

}  // namespace livephoto::select
