// Raw sound, cut to the clip to the sample and made continuous.
#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

using std::chrono::nanoseconds;

// Keeps sound until it is known whether it belongs to the clip. What leaves has
// times from the clip's first frame, one sample after the other: jitter of the
// source's stamps is ignored, a real gap is filled with silence, an overlap is
// dropped. Knows nothing of pads or threads.
class Sound {
 public:
  // A buffer in the format `info`, its first sample heard at `time` (the
  // source's stream time); without a time it follows the one before.
  void add(gst::Owned<GstBuffer> buffer, const GstAudioInfo& info, std::optional<nanoseconds> time);

  // The times told so far were too early by `delay`; before anything has left.
  void correct(nanoseconds delay);

  // Drops what ends before `time`.
  void forget_before(nanoseconds time);

  // The source says that it is silent until `time`.
  void silent_until(nanoseconds time);

  // The sound of the clip that begins at `begin`, as far as it is certain:
  // whole buffers that end by `until`, or, once `end` is known, everything up
  // to the sample at `end`. InvalidInput where the format changes on the way.
  Result<std::vector<gst::Owned<GstBuffer>>> take(
      nanoseconds begin, nanoseconds until, std::optional<nanoseconds> end);

  // True once take() has seen everything before its `end`: no more is needed.
  bool has_reached_end() const { return reached_end_; }
  bool is_empty() const { return pieces_.empty(); }
  // The format of what has left.
  const std::optional<GstAudioInfo>& format() const { return format_; }

  // Sound that comes with a time so much later may still belong before it.
  static constexpr nanoseconds kJitter{GST_SECOND / 25};

 private:
  struct Piece {
    gst::Owned<GstBuffer> buffer;
    GstAudioInfo info;
    nanoseconds time;
    std::int64_t samples;
  };

  std::deque<Piece> pieces_;
  std::optional<GstAudioInfo> format_;
  std::optional<nanoseconds> heard_until_;   // by sound
  std::optional<nanoseconds> silent_until_;  // by what the source says
  bool reached_end_ = false;
  // The sample after the last one that left, from the clip's first frame.
  std::optional<std::int64_t> position_;
};

}  // namespace livephoto::select
