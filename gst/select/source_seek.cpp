#include "gst/select/source_seek.h"

#include <algorithm>

#include "gst/select/impl.h"
#include "gst/select/source_picture.h"
#include "gst/select/source_sound.h"
#include "gst/select/stream.h"
#include "gst/select/window.h"
#include "gst/support/upstream.h"

namespace livephoto::select {
namespace {

using gst::adopt;
using gst::Owned;
using std::chrono::nanoseconds;

// The clip's first frame may have been on screen for a while, and demuxers that
// have no index land roughly.
constexpr nanoseconds kBeforeClip{1'000'000'000};
// A seek costs about as much as reading this.
constexpr nanoseconds kWorthASeek{1'000'000'000};
// How much further back the second seek goes; the third goes to the beginning.
constexpr nanoseconds kFurtherBack{10'000'000'000};
// How much may come by one pad before a seek, if nothing comes by the other: the
// picture's decoder may be slow to begin, and its first picture says when the
// source begins.
constexpr guint kFirstPictures = 4;
constexpr guint kFirstSounds = 40;
// Later than any clip begins.
constexpr nanoseconds kAfterAll = nanoseconds::max() / 2;

bool is_live(GstPad* sink) {
  const auto query = adopt(gst_query_new_latency());
  gboolean live = FALSE;
  if (gst_pad_peer_query(sink, query.get()))
    gst_query_parse_latency(query.get(), &live, nullptr, nullptr);
  return live;
}

bool is_seekable(GstPad* sink) {
  const auto query = adopt(gst_query_new_seeking(GST_FORMAT_TIME));
  gboolean seekable = FALSE;
  if (gst_pad_peer_query(sink, query.get()))
    gst_query_parse_seeking(query.get(), nullptr, &seekable, nullptr, nullptr);
  return seekable;
}

// h265parse of GStreamer 1.22 takes some pictures of an MPEG-TS for key frames that
// refer to others. Of packets we find out; decoders show what is not there.
bool decodes_from_anywhere(GstPad* sink) {
  const auto caps = adopt(gst_pad_get_current_caps(sink));
  return caps && is_raw(caps.get()) && gst::is_behind(sink, "tsdemux") &&
         gst::is_behind(sink, "h265parse");
}

bool loses_its_sound(GstPad* video_sink, GstPad* audio_sink) {
  if (!gst::is_behind(audio_sink, "qtdemux")) return false;  // spares reading the file
  const auto file = gst::file_before(video_sink);
  const auto movie = file ? movie_in(*file) : std::nullopt;
  return movie && has_untimed_sound(*movie, audio_sink);
}

bool is_playing(GstElement* element) {
  const auto top = gst::pipeline_of(element);
  return GST_STATE(top ? GST_ELEMENT_CAST(top.get()) : element) == GST_STATE_PLAYING;
}

}  // namespace

SourceSeek::SourceSeek(GstElement* element, GstPad* video_sink, GstPad* audio_sink)
    : element_(element), branches_{Branch{video_sink}, Branch{audio_sink}} {}

void SourceSeek::start(nanoseconds clip_begin, Playing playing) {
  const Lock lock(mutex_);
  playing_ = playing;
  active_ = true;
  clip_begin_ = clip_begin;
  target_.reset();
  is_judged_ = false;
  under_way_ = false;
  seqnum_ = GST_SEQNUM_INVALID;
  for (Branch& branch : branches_) branch = {.sink = branch.sink};
}

void SourceSeek::stop() {
  const Lock lock(mutex_);
  active_ = false;
  changed_.notify_all();
}

// Where to seek because `time` came by the branch; nothing where that is good.
std::optional<nanoseconds> SourceSeek::target_for(const Branch& branch, nanoseconds time) const {
  const nanoseconds near = std::max(clip_begin_ - kBeforeClip, nanoseconds(0));
  const bool is_picture = &branch == &branches_[0];
  // A seek for the sound's sake would begin the picture anew.
  if (!branch.asked && !is_picture && is_judged_) return std::nullopt;
  if (!branch.asked && time + kWorthASeek < near) return near;
  // One that was linked after a seek may show what came of it.
  const bool is_sought = branch.asked ? branch.progress == Progress::After : target_.has_value();
  if (!is_picture || is_judged_ || !is_sought || !is_after_clip_begin(time) ||
      target_->count() == 0)
    return std::nullopt;
  return *target_ == near ? std::max(near - kFurtherBack, nanoseconds(0)) : nanoseconds(0);
}

// matroskademux 1.22 lets stream time begin with the first packet it meets, until
// one of another stream is earlier. A seek before that would leave it so.
bool SourceSeek::may_time_change(const Branch& branch) const {
  const bool is_picture = &branch == &branches_[0];
  const Branch& other = branches_[is_picture ? 1 : 0];
  return !target_ && other.seen == 0 && branch.seen < (is_picture ? kFirstPictures : kFirstSounds);
}

bool SourceSeek::is_after_clip_begin(nanoseconds time) const {
  return time > clip_begin_ + Window::kOnScreenTolerance;
}

// After a first seek, the position is ours.
bool SourceSeek::may_seek(GstPad* sink, bool is_first) const {
  const bool is_harmless = !decodes_from_anywhere(branches_[0].sink) &&
                           !loses_its_sound(branches_[0].sink, branches_[1].sink);
  const bool stays = is_first && playing_ == Playing::Stays && is_playing(element_);
  return is_harmless && !stays && is_seekable(sink) && !is_live(sink);
}

GstFlowReturn SourceSeek::settle_end(GstPad* sink) {
  return settle(sink, kAfterAll, Start::Possible);
}

GstFlowReturn SourceSeek::settle(GstPad* sink, nanoseconds time, Start start) {
  Lock lock(mutex_);
  Branch& branch = branch_of(sink);
  ++branch.seen;
  const guint flushes = branch.flushes;
  // Never past a flush of this pad, also one that came just before the lock was
  // taken: who seeks waits for this thread then.
  const auto is_flushed = [&] {
    return branch.flushes != flushes || branch.progress == Progress::Flushing;
  };
  const auto wait_until = [&](auto is_done) {
    changed_.wait(lock, [&] { return !active_ || is_flushed() || is_done(); });
    return is_flushed() ? GST_FLOW_FLUSHING : GST_FLOW_OK;
  };
  // What comes by the pad that was sought first could lead to sound leaving that the call then
  // flushes by the other pad.
  const auto is_settled = [&] { return !under_way_; };

  for (bool is_possible = false;;) {
    if (const auto flow = wait_until(is_settled); flow != GST_FLOW_OK || !active_) return flow;
    const auto target = target_for(branch, time);
    // Until a decoder can start, nothing is known, unless it is too late by then.
    if (!target && start == Start::Impossible) return GST_FLOW_OK;
    if (target && may_time_change(branch)) return GST_FLOW_OK;
    if (!target) {
      if (&branch == &branches_[0]) is_judged_ = true;
      branch.asked = true;
      if (is_judged_ && (branches_[1].asked || !gst_pad_is_linked(branches_[1].sink)))
        active_ = false;
      return GST_FLOW_OK;
    }
    if (is_possible) {
      begin(branch, *target);
      return wait_until(is_settled);
    }
    const bool is_first = !target_.has_value();
    lock.unlock();
    is_possible = may_seek(sink, is_first);
    lock.lock();
    if (!is_possible) {
      active_ = false;
      changed_.notify_all();
      return is_flushed() ? GST_FLOW_FLUSHING : GST_FLOW_OK;
    }
  }
}

void SourceSeek::begin(Branch& branch, nanoseconds target) {
  target_ = target;
  is_judged_ = false;
  under_way_ = true;
  branch.asked = true;
  for (Branch& each : branches_) each.progress = Progress::Before;
  seqnum_ = gst_util_seqnum_next();
  gst_element_call_async(
      element_,
      [](GstElement*, gpointer data) {
        const auto* call = static_cast<const Call*>(data);
        call->self->send(*call);
      },
      new Call{this, branch.sink, target, seqnum_},
      [](gpointer call) { delete static_cast<Call*>(call); });
}

// In a thread of its own.
void SourceSeek::send(const Call& call) {
  {
    const Lock lock(mutex_);
    if (!active_ || seqnum_ != call.seqnum) return;  // stopped meanwhile
  }
  const auto event = adopt(gst_event_new_seek(
      1.0,
      GST_FORMAT_TIME,
      static_cast<GstSeekFlags>(
          GST_SEEK_FLAG_FLUSH | GST_SEEK_FLAG_KEY_UNIT | GST_SEEK_FLAG_SNAP_BEFORE),
      GST_SEEK_TYPE_SET,
      call.target.count(),
      GST_SEEK_TYPE_NONE,
      -1));
  gst_event_set_seqnum(event.get(), call.seqnum);
  const std::size_t first = call.first == branches_[0].sink ? 0 : 1;
  GST_INFO_OBJECT(element_, "seeking: %" GST_PTR_FORMAT, event.get());
  // One demuxer for both takes the second for the first, by its number.
  for (const std::size_t index : {first, 1 - first}) {
    GstPad* sink = branches_[index].sink;
    // A source of its own may be linked later: it is asked when its first data comes.
    if (!gst_pad_is_linked(sink)) continue;
    const bool done = gst_pad_push_event(sink, gst_event_ref(event.get()));
    GST_DEBUG_OBJECT(sink, "the source %s", done ? "has sought" : "refuses to seek");
    const Lock lock(mutex_);
    // One that nothing has come from may not have been ready: it is asked again then.
    if (seqnum_ == call.seqnum && (done || branches_[index].seen > 0))
      branches_[index].asked = true;
  }
  const Lock lock(mutex_);
  if (seqnum_ == call.seqnum) under_way_ = false;
  changed_.notify_all();
}

bool SourceSeek::flush_start(GstPad* sink, GstEvent* event) {
  const Lock lock(mutex_);
  const bool own = gst_event_get_seqnum(event) == seqnum_;
  Branch& branch = branch_of(sink);
  branch.progress = Progress::Flushing;
  ++branch.flushes;
  changed_.notify_all();
  return own;
}

bool SourceSeek::flush_stop(GstPad* sink, GstEvent* event) {
  const Lock lock(mutex_);
  const bool own = gst_event_get_seqnum(event) == seqnum_;
  Branch& branch = branch_of(sink);
  branch.progress = Progress::After;
  branch.asked = branch.asked || own;  // by the other pad, and the event has yet to come here
  changed_.notify_all();
  return own;
}

}  // namespace livephoto::select
