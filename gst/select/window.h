// Which frames of a stream are the clip: decided one frame at a time.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>

#include "core/result.h"

namespace livephoto::select {

using std::chrono::nanoseconds;

// What the user asked for, in the source's stream time.
struct WindowSettings {
  nanoseconds start{0};
  nanoseconds duration{3'000'000'000};
  std::optional<nanoseconds> still = std::nullopt;  // nothing: the source's own
};

// InvalidInput for a clip that no source can give: no length, an absurd one, a
// still before it.
Result<void> check(const WindowSettings& settings);

// What becomes of the frame that was held when the next one (or the end) came.
struct HeldFrame {
  bool is_in_clip = false;
  bool is_first = false;
  bool is_still = false;
  nanoseconds time{0};      // from the clip's first frame
  nanoseconds duration{0};  // until the next one, or the end of the clip
};

struct Step {
  HeldFrame held;          // meaningless if no frame was held
  bool holds_new = false;  // the frame that came is held now
};

// Cuts [T0, T1) out of a stream of frames, on the frames. A frame's fate is
// known when the next one comes, so the caller holds one frame, always the
// last for which `holds_new` was true.
class Window {
 public:
  // Times are typed in milliseconds and segments round by a nanosecond: a frame
  // this much later still counts as on screen.
  static constexpr nanoseconds kOnScreenTolerance{500'000};

  explicit Window(const WindowSettings& settings) : settings_(settings) {}

  // Where the source says it ends, told before the first frame if it says so:
  // only the default still depends on it.
  void set_source_end(nanoseconds end) { source_end_ = end; }

  // When the source says that its own still was taken, told before the first
  // frame: the default, where it is in the clip. Else it is the clip's middle.
  void set_source_still(nanoseconds still) { source_still_ = still; }

  // A frame shown from `time` on, for `duration` (zero: not known). Times that
  // do not ascend are dropped. InvalidInput, with a sentence, where the clip
  // that was asked for cannot be had.
  Result<Step> frame(nanoseconds time, nanoseconds duration);
  // The source corrects itself: the times told so far were too early by `delay`.
  // Too late once a frame is in the clip: false, and nothing changes then.
  bool correct(nanoseconds delay);
  // The source says that no frame comes before `time`.
  Result<Step> gap_until(nanoseconds time);
  // No frame comes any more.
  Result<Step> end();

  // T0, once it is known; no sound before it will be needed.
  std::optional<nanoseconds> begin_time() const { return begin_; }
  // T1, once it is known: the clip is complete.
  std::optional<nanoseconds> end_time() const { return end_; }
  // Sound before this can leave: up to here the clip lasts, unless the source
  // ends before it. To wait for the pictures would keep all sound of a clip in
  // memory where it comes first; a movie's edit cuts what is too much.
  std::optional<nanoseconds> sound_until() const;
  // The still's frame, from T0, once it is known.
  std::optional<nanoseconds> still_offset() const { return still_offset_; }

  // Sound outside these bounds cannot be in the clip, whatever frames come.
  nanoseconds earliest_begin() const;
  nanoseconds latest_end() const;

 private:
  enum class Last { No, Yes };
  struct Frame {
    nanoseconds time;
    nanoseconds duration;
  };

  void begin_at(nanoseconds time);
  Result<Step> finish(std::optional<nanoseconds> next);
  HeldFrame release_held(nanoseconds until, Last last);
  nanoseconds held_end() const;
  nanoseconds nominal_end() const { return *begin_ + settings_.duration; }
  bool is_explicit_still() const { return settings_.still.has_value(); }

  WindowSettings settings_;
  std::optional<nanoseconds> source_end_;
  std::optional<nanoseconds> source_still_;
  std::optional<Frame> held_;
  bool seen_any_ = false;
  bool released_any_ = false;
  nanoseconds last_interval_{0};
  std::optional<nanoseconds> begin_;
  std::optional<nanoseconds> end_;
  nanoseconds still_{0};  // stream time; known with begin_
  std::optional<nanoseconds> still_offset_;
};

}  // namespace livephoto::select
