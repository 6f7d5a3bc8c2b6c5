#include "gst/select/leaving.h"

#include <string>
#include <utility>

#include "core/text.h"
#include "gst/select/ending.h"
#include "gst/select/source_picture.h"
#include "gst/select/stream.h"
#include "gst/support/caps.h"
#include "gst/support/tags.h"

namespace livephoto::select {
namespace {

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

// The still is known: every branch is told.
void announce(Impl& impl, Outgoing& out) {
  Run& run = impl.run;
  run.announcement = adopt(
      gst::new_announcement(run.content_identifier, to_clock_time(*run.window.still_offset())));
  out.push_back(as_item(announcement_event(run)));
  if (run.audio.started && !run.audio.completed)
    impl.audio_task->push(announcement_event(run).release());
}

Owned<GstEvent> duration_event(const Window& window) {
  return adopt(gst_event_new_tag(
      gst::new_duration_announcement(to_clock_time(*window.end_time() - *window.begin_time()))));
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
Result<void> release_held(Impl& impl, const HeldFrame& frame, Outgoing& out) {
  Run& run = impl.run;
  Input& video = run.video;
  if (!frame.is_in_clip) return {};
  if (!std::exchange(video.started, true)) {
    // HDR files send their caps twice, the fuller ones second.
    const bool one_stream = !gst::incompatible_change(run.held.caps.get(), video.caps.get());
    video.sent_caps = gst::with_usable_rate(
        one_stream ? video.caps.get() : run.held.caps.get(),
        to_clock_time(frame.duration));
    out = opening(impl.video_src, video, video.sent_caps.get(), clip_date(run));
  } else if (run.held.caps.get() != video.sent_caps.get()) {
    const auto change = gst::incompatible_change(video.sent_caps.get(), run.held.caps.get());
    if (change) {
      return invalid_input(
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
  const auto* source = description_of(run.source_pictures, caps);
  if (!source || source->dolby_vision_record.empty()) return retain(caps);
  return gst::with_dolby_vision(caps, source->dolby_vision_record);
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

  gst::PadTask& still = *impl.still_task;
  const GstSegment& shown = taken->still.segment;
  queue_all(still, opening(impl.still_src, video, video.sent_caps.get(), still_date(run), &shown));
  still.push(announcement_event(run).release());
  for (auto& packet : taken->still.packets) still.push(packet.release());
  // Decoders hold pictures back; at the end of a segment they let out what they have.
  still.push(gst_event_new_segment_done(GST_FORMAT_TIME, static_cast<gint64>(shown.stop)));
  return {};
}

}  // namespace

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

GstFlowReturn follow(
    GstLivePhotoSelect* self,
    std::unique_lock<std::mutex>& lock,
    const Result<Step>& step,
    HeldPicture next) {
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

}  // namespace livephoto::select
