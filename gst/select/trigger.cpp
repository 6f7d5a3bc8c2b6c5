#include "gst/select/trigger.h"

#include <algorithm>
#include <mutex>
#include <utility>
#include <vector>

#include "core/text.h"
#include "gst/select/answers.h"
#include "gst/select/arriving.h"
#include "gst/select/impl.h"
#include "gst/select/sink_events.h"
#include "gst/select/source_tags.h"
#include "gst/select/stream.h"
#include "gst/support/caps.h"
#include "gst/support/running_time.h"
#include "gst/support/upstream.h"

namespace livephoto::select {
namespace {

using gst::adopt;
using gst::Owned;
using State = Trigger::State;

// Sound is looked at from a packet before the clip on.
constexpr nanoseconds kSoundMargin{300'000'000};

gst::Ring& ring_of(Impl& impl, const GstPad* pad) {
  return is_video(impl, pad) ? impl.trigger.pictures : impl.trigger.sounds;
}

// ---- Before the call -------------------------------------------------------------

void forget_old(GstLivePhotoSelect* self) {
  Trigger& trigger = self->impl->trigger;
  const auto latest = trigger.pictures.latest();
  if (!latest) return;
  const auto now = gst::running_time_now(GST_ELEMENT(self));
  const nanoseconds on_screen = now ? *now - trigger.latency : *latest;
  const nanoseconds from = std::min(*latest, on_screen) - trigger.before;
  trigger.pictures.keep_from(from);
  trigger.sounds.keep_from(from - kSoundMargin);
}

// What has no time is left out: nobody could say whether it is in the clip. Packets of picture
// behind it cannot follow what was before, so what is kept of them begins anew with the next key
// frame.
GstFlowReturn keep(GstLivePhotoSelect* self, GstPad* pad, Owned<GstBuffer> buffer) {
  Impl& impl = *self->impl;
  Run& run = impl.run;
  Input& input = input_of(impl, pad);
  if (run.failed) return GST_FLOW_ERROR;
  if (!input.caps || input.segment.format != GST_FORMAT_TIME) return GST_FLOW_NOT_NEGOTIATED;
  const auto time = gst::running_time(input.segment, GST_BUFFER_PTS(buffer.get()));
  const bool is_picture = is_video(impl, pad);
  if (!time) {
    if (is_picture && input.is_packets()) impl.trigger.pictures.clear();
    return GST_FLOW_OK;
  }
  // The date of the source is that of its first picture, not of the first that is kept.
  if (is_picture && !run.source_begin)
    run.source_begin = stream_time(input.segment, GST_BUFFER_PTS(buffer.get()));
  const bool is_start = !is_picture || !input.is_packets() ||
                        run.packet_picture.is_sync(buffer.get(), input.caps.get());
  if (is_picture && !input.is_packets()) buffer = gst::keepable(buffer.get());
  ring_of(impl, pad).add({std::move(buffer), *time, is_start});
  forget_old(self);
  return GST_FLOW_OK;
}

// ---- The call --------------------------------------------------------------------

std::optional<nanoseconds> in_stream_time(const GstSegment& segment, nanoseconds running) {
  const guint64 position = gst_segment_position_from_running_time(
      &segment,
      GST_FORMAT_TIME,
      to_clock_time(std::max(running, nanoseconds(0))));
  if (!GST_CLOCK_TIME_IS_VALID(position)) return std::nullopt;
  return stream_time(segment, position);
}

Result<void> check_call(GstLivePhotoSelect* self, std::optional<nanoseconds> at) {
  const Impl& impl = *self->impl;
  bool plays = false;
  {
    gst::ObjectLock lock(self);
    plays = GST_STATE(self) == GST_STATE_PLAYING;
    if (impl.settings.mode != Mode::Trigger) {
      return invalid_input("capture belongs to mode=trigger; set mode before the pipeline starts.");
    }
  }
  if (!plays || !at) {
    return invalid_input(
        "Only what plays can be captured; set the pipeline to PLAYING before capture.");
  }
  if (impl.trigger.state != State::Waiting) {
    return invalid_input(
        "The clip has begun already; livephotoselect makes one after each flush, and "
        "livephotosink mode=trigger as many as are wanted.");
  }
  const auto begin = impl.trigger.pictures.begin();
  if (!begin || *at + Window::kOnScreenTolerance < *begin) {
    return invalid_input(
        "No picture is there yet that a capture could begin with; wait for the source's next key "
        "frame.");
  }
  return {};
}

// A source that is no file was there when it was captured. Said of its first picture, as dates are.
void date_by_clock(Run& run, nanoseconds still) {
  if (run.strip == Strip::Everything || run.video.has_date()) return;
  const auto age = std::chrono::duration_cast<std::chrono::microseconds>(since_begin(run, still));
  const auto now = adopt(g_date_time_new_now_local());
  const auto begin = adopt(g_date_time_add(now.get(), -age.count()));
  const auto date = adopt(gst_date_time_new_from_g_date_time(g_date_time_ref(begin.get())));
  const auto dated = adopt(gst_tag_list_new(GST_TAG_DATE_TIME, date.get(), nullptr));
  auto& tags = run.video.global_tags;
  tags = adopt(gst_tag_list_merge(tags.get(), dated.get(), GST_TAG_MERGE_REPLACE));
  gst_tag_list_set_scope(tags.get(), GST_TAG_SCOPE_GLOBAL);
}

// ---- After the call --------------------------------------------------------------

GstFlowReturn let_in(GstLivePhotoSelect* self, GstPad* pad, Owned<GstBuffer> buffer) {
  const auto chain = is_video(*self->impl, pad) ? video_chain : audio_chain;
  return chain(pad, GST_OBJECT(self), buffer.release());
}

// What was kept of the pad goes on, in the thread that brings its data.
GstFlowReturn let_in_kept(GstLivePhotoSelect* self, GstPad* pad) {
  Impl& impl = *self->impl;
  std::vector<Owned<GstBuffer>> kept;
  {
    const std::lock_guard lock(impl.mutex);
    if (impl.trigger.state != State::Called) return GST_FLOW_OK;
    for (const auto& item : ring_of(impl, pad).items())
      kept.push_back(gst::retain(item.buffer.get()));
    ring_of(impl, pad).clear();
  }
  GstFlowReturn flow = GST_FLOW_OK;
  for (auto& buffer : kept) {
    if (flow == GST_FLOW_OK) flow = let_in(self, pad, std::move(buffer));
  }
  return flow;
}

// Sound that has ended has no thread any more that would bring it.
void let_in_ended_sound(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  Owned<GstEvent> eos;
  {
    const std::lock_guard lock(impl.mutex);
    if (impl.trigger.state != State::Called) return;
    eos = std::move(impl.trigger.sound_eos);
  }
  if (!eos) return;
  let_in_kept(self, impl.audio_sink);
  sink_event(impl.audio_sink, GST_OBJECT(self), eos.release());
}

// ---- Events ----------------------------------------------------------------------

bool is_waiting(Impl& impl) {
  const std::lock_guard lock(impl.mutex);
  return impl.trigger.state == State::Waiting;
}

// A clip never spans two formats or times.
void forget_before(Impl& impl, GstPad* pad, GstEvent* event) {
  const std::lock_guard lock(impl.mutex);
  const Input& input = input_of(impl, pad);
  if (GST_EVENT_TYPE(event) == GST_EVENT_CAPS) {
    GstCaps* caps = nullptr;
    gst_event_parse_caps(event, &caps);
    if (input.caps && gst::incompatible_change(input.caps.get(), caps)) ring_of(impl, pad).clear();
  } else {
    GstSegment segment;
    gst_event_copy_segment(event, &segment);
    segment.position = input.segment.position;
    if (!gst_segment_is_equal(&segment, &input.segment)) ring_of(impl, pad).clear();
  }
}

gboolean end_before_call(GstLivePhotoSelect* self, GstPad* pad, GstEvent* given) {
  Impl& impl = *self->impl;
  auto eos = adopt(given);
  std::unique_lock lock(impl.mutex);
  if (!is_video(impl, pad)) {
    impl.trigger.sound_eos = std::move(eos);
    return TRUE;
  }
  fail(
      self,
      lock,
      invalid_input("The source has ended before capture was called, so there is no Live Photo."));
  return TRUE;
}

}  // namespace

void Trigger::arm(const Settings& settings) {
  state = settings.mode == Mode::Trigger ? State::Waiting : State::Off;
  before = from_clock_time(settings.pre_capture);
  after = from_clock_time(settings.post_capture);
  pictures = gst::Ring(settings.max_size_bytes);
  sounds = gst::Ring(settings.max_size_bytes);
  sound_eos.reset();
}

Result<std::string> capture_now(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  const auto now = gst::running_time_now(GST_ELEMENT(self));
  const bool is_file = gst::file_before(impl.video_sink).has_value();
  const std::lock_guard lock(impl.mutex);
  Trigger& trigger = impl.trigger;
  Run& run = impl.run;
  const auto at = now ? std::optional(*now - trigger.latency) : std::nullopt;
  if (const auto possible = check_call(self, at); !possible) return possible.error();
  const nanoseconds begin =
      std::max({*at - trigger.before, *trigger.pictures.begin(), nanoseconds(0)});
  const auto start = in_stream_time(run.video.segment, begin);
  const auto still = in_stream_time(run.video.segment, *at);
  if (run.failed || !start || !still)
    return invalid_input("The source is at no time that could be captured; try again.");
  run.wanted = {
      .start = *start,
      .duration = *at + trigger.after - begin,
      .still = std::max(*start, *still)};
  run.window = Window(run.wanted);
  if (!is_file) date_by_clock(run, *still);
  trigger.state = State::Called;
  return run.content_identifier;
}

GstFlowReturn trigger_chain(GstPad* pad, GstObject* parent, GstBuffer* given) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;
  auto buffer = adopt(given);
  {
    const std::lock_guard lock(impl.mutex);
    if (impl.trigger.state == State::Waiting) return keep(self, pad, std::move(buffer));
  }
  if (is_video(impl, pad)) let_in_ended_sound(self);
  const GstFlowReturn flow = let_in_kept(self, pad);
  return flow == GST_FLOW_OK ? let_in(self, pad, std::move(buffer)) : flow;
}

gboolean trigger_sink_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  auto* self = GST_LIVE_PHOTO_SELECT(parent);
  Impl& impl = *self->impl;
  const GstEventType type = GST_EVENT_TYPE(event);
  if (is_waiting(impl)) {
    if (type == GST_EVENT_CAPS || type == GST_EVENT_SEGMENT) forget_before(impl, pad, event);
    if (type == GST_EVENT_EOS) return end_before_call(self, pad, event);
    if (type == GST_EVENT_GAP) {
      gst_event_unref(event);
      return TRUE;
    }
  } else if (GST_EVENT_IS_SERIALIZED(event) && type != GST_EVENT_FLUSH_STOP) {
    if (is_video(impl, pad)) let_in_ended_sound(self);
    let_in_kept(self, pad);
  }
  const gboolean taken = sink_event(pad, parent, event);
  if (type != GST_EVENT_FLUSH_STOP) return taken;
  Settings settings;
  {
    gst::ObjectLock lock(self);
    settings = impl.settings;
  }
  const std::lock_guard lock(impl.mutex);
  if (is_video(impl, pad))
    impl.trigger.arm(settings);
  else
    impl.trigger.sounds.clear();
  return taken;
}

gboolean trigger_src_event(GstPad* pad, GstObject* parent, GstEvent* event) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  GstClockTime latency = 0;
  if (GST_EVENT_TYPE(event) == GST_EVENT_LATENCY) gst_event_parse_latency(event, &latency);
  if (latency > 0 && GST_CLOCK_TIME_IS_VALID(latency)) {
    const std::lock_guard lock(impl.mutex);
    impl.trigger.latency = from_clock_time(latency);
  }
  return src_event(pad, parent, event);
}

}  // namespace livephoto::select
