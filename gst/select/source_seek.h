// Brings the source to where the clip begins, so that what is before it costs nothing.
#pragma once

#include <gst/gst.h>

#include <array>
#include <atomic>
#include <chrono>
#include <condition_variable>
#include <mutex>
#include <optional>

#include "gst/support/ptr.h"

namespace livephoto::select {

// Seeks when the first data has come, by both pads or a few by one, if that is far
// before the clip and the source can: to the sync frame before one second before the clip. If what
// comes then begins after the clip, it seeks again, further back, at last to the beginning. A
// source that refuses is read from where it is. Nothing of the clip has been sent by then, so the
// flushes end here. Once from READY to PAUSED, and never on a live source; in PLAYING only where
// start() was told so: else it would be somebody's playback.
//
// The streaming thread that brought the data waits, for upstream does not bear a
// seek from there. Thread-safe.
class SourceSeek {
 public:
  SourceSeek(GstElement* element, GstPad* video_sink, GstPad* audio_sink);

  // Whether it may seek what plays.
  enum class Playing { Stays, MaySeek };
  void start(std::chrono::nanoseconds clip_begin, Playing playing = Playing::Stays);
  void stop();  // whoever waits goes on; before the pads are deactivated

  // False once there is nothing more to seek for.
  bool is_active() const { return active_; }

  // For data by `sink` at `time` (stream time); a decoder can start there or not.
  // GST_FLOW_OK: it is to be used. GST_FLOW_FLUSHING: it was before the seek.
  enum class Start { Possible, Impossible };
  GstFlowReturn settle(GstPad* sink, std::chrono::nanoseconds time, Start start);
  // For EOS, the same.
  GstFlowReturn settle_end(GstPad* sink);

  // For each flush that comes by `sink`; true if it is this seek's.
  bool flush_start(GstPad* sink, GstEvent* event);
  bool flush_stop(GstPad* sink, GstEvent* event);

 private:
  enum class Progress { Before, Flushing, After };  // of a pad, in the seek under way
  struct Branch {
    GstPad* sink;
    Progress progress = Progress::Before;
    guint flushes = 0;
    bool asked = false;  // whether its source was, and will not be again
    guint seen = 0;      // data that has come by it
  };
  using Lock = std::unique_lock<std::mutex>;

  Branch& branch_of(GstPad* sink) { return branches_[sink == branches_[0].sink ? 0 : 1]; }
  std::optional<std::chrono::nanoseconds> target_for(
      const Branch& branch, std::chrono::nanoseconds time) const;
  bool may_time_change(const Branch& branch) const;
  bool is_after_clip_begin(std::chrono::nanoseconds time) const;
  bool may_seek(GstPad* sink, bool is_first) const;
  struct Call {
    SourceSeek* self;
    GstPad* first;  // by which the event goes first
    std::chrono::nanoseconds target;
    guint32 seqnum;
  };
  void begin(Branch& branch, std::chrono::nanoseconds target);
  void send(const Call& call);

  GstElement* element_;
  std::array<Branch, 2> branches_;  // video, then audio
  std::mutex mutex_;
  std::condition_variable changed_;
  std::atomic<bool> active_ = false;  // written under the mutex
  std::chrono::nanoseconds clip_begin_{0};
  Playing playing_ = Playing::Stays;
  std::optional<std::chrono::nanoseconds> target_;  // of the last seek
  bool is_judged_ = false;                          // whether what came of it is near enough
  bool under_way_ = false;                          // until its event has been given to both pads
  guint32 seqnum_ = GST_SEQNUM_INVALID;             // of the last seek, in this run
};

}  // namespace livephoto::select
