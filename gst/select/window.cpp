#include "gst/select/window.h"

#include <algorithm>
#include <string>

#include "core/text.h"

namespace livephoto::select {
namespace {

// A frame that stands longer than this at either end (a pause in a screen
// recording) is cut where the user asked, not where the frame changes.
constexpr nanoseconds kLongestOverhang{500'000'000};
constexpr nanoseconds kLongestClip = std::chrono::hours(1);
constexpr nanoseconds kUsualFrame{33'333'333};

}  // namespace

Result<void> check(const WindowSettings& settings) {
  if (settings.duration.count() <= 0)
    return invalid_input("The clip's duration is zero; set duration to a few seconds.");
  if (settings.duration > kLongestClip) {
    return invalid_input(
        "A duration of " + seconds_text(settings.duration) +
        " is no Live Photo; set duration to a few seconds (at most one hour).");
  }
  if (settings.start.count() < 0 || settings.start > nanoseconds::max() - 4 * kLongestClip)
    return invalid_input("start-time is past the end of any video; set it inside the video.");
  // Whether it comes too late only the frames can tell: the clip begins with one.
  if (settings.still && *settings.still < settings.start) {
    return invalid_input(
        "The still at " + seconds_text(*settings.still) + " is before the clip, which begins at " +
        seconds_text(settings.start) + "; set still-time inside the clip.");
  }
  return {};
}

nanoseconds Window::earliest_begin() const {
  return begin_.value_or(settings_.start - kLongestOverhang - kOnScreenTolerance);
}

nanoseconds Window::latest_end() const {
  if (end_) return *end_;
  const nanoseconds latest_begin = begin_.value_or(settings_.start + settings_.duration);
  return latest_begin + settings_.duration + kLongestOverhang;
}

std::optional<nanoseconds> Window::sound_until() const {
  if (end_ || !begin_) return end_;
  return nominal_end() - kOnScreenTolerance;
}

void Window::begin_at(nanoseconds time) {
  begin_ = time;
  if (settings_.still) {
    still_ = *settings_.still;
    return;
  }
  nanoseconds end = nominal_end();
  if (source_end_ && *source_end_ > time) end = std::min(end, *source_end_);
  const bool has_own = source_still_ && *source_still_ >= time && *source_still_ < end;
  still_ = has_own ? *source_still_ : time + (end - time) / 2;
}

// The end of the held frame if nothing comes after it.
nanoseconds Window::held_end() const {
  const nanoseconds known = held_->duration.count() > 0 ? held_->duration : last_interval_;
  const nanoseconds length = known.count() > 0 ? known : kUsualFrame;
  return held_->time + std::min(length, nanoseconds::max() - held_->time);
}

Result<Step> Window::frame(nanoseconds time, nanoseconds duration) {
  if (held_ && time <= held_->time) return Step{};
  const bool is_first_of_all = !seen_any_;
  seen_any_ = true;

  const auto hold = [&](HeldFrame released) {
    if (held_) last_interval_ = time - held_->time;
    held_ = Frame{time, duration};
    return Step{.held = released, .holds_new = true};
  };

  if (!begin_) {
    if (time <= settings_.start + kOnScreenTolerance) return hold({});
    if (is_first_of_all) {
      if (time >= settings_.start + settings_.duration) {
        return invalid_input(
            "The video's first picture is at " + seconds_text(time) +
            ", after the clip that was asked for (" + seconds_text(settings_.start) + " to " +
            seconds_text(settings_.start + settings_.duration) + "); set start-time to " +
            seconds_text(time) + " or later.");
      }
      begin_at(time);
      return hold({});
    }
    const bool stands_too_long = settings_.start - held_->time > kLongestOverhang;
    begin_at(stands_too_long ? settings_.start : held_->time);
  }

  if (time >= nominal_end() - kOnScreenTolerance) return finish(time);
  return hold(release_held(time, Last::No));
}

bool Window::correct(nanoseconds delay) {
  if (released_any_) return false;
  if (held_) held_->time += delay;
  if (begin_) begin_at(*begin_ + delay);
  return true;
}

Result<Step> Window::gap_until(nanoseconds time) {
  if (!begin_ || !held_ || time < nominal_end() + kLongestOverhang) return Step{};
  return finish(time);
}

Result<Step> Window::end() {
  if (!held_) {
    return invalid_input(
        "The video has no picture; check that the source has a video stream that can be decoded.");
  }
  if (!begin_) {
    if (settings_.start + kOnScreenTolerance >= held_end()) {
      return invalid_input(
          "The clip begins at " + seconds_text(settings_.start) + ", but the video ends at " +
          seconds_text(held_end()) + "; set start-time before that.");
    }
    const bool stands_too_long = settings_.start - held_->time > kLongestOverhang;
    begin_at(stands_too_long ? settings_.start : held_->time);
  }
  return finish(std::nullopt);
}

// Ends the clip with the held frame; `next` is the frame that comes after it.
Result<Step> Window::finish(std::optional<nanoseconds> next) {
  nanoseconds end = next.value_or(held_end());
  if (end - nominal_end() > kLongestOverhang) end = nominal_end();

  const bool source_ended = !next.has_value();
  const nanoseconds first_outside = next.value_or(end);
  if (!still_offset_ && (still_ + kOnScreenTolerance >= first_outside || still_ >= end)) {
    if (is_explicit_still()) {
      return invalid_input(
          "The still at " + seconds_text(still_) + " is outside the clip, which ends at " +
          seconds_text(end) + (source_ended ? " with the video" : "") +
          "; set still-time before that.");
    }
    still_ = held_->time;  // the source ended before it said it would
  }
  const HeldFrame released = release_held(end, Last::Yes);
  end_ = end;
  held_.reset();
  return Step{.held = released, .holds_new = false};
}

// The held frame stands until `until`.
HeldFrame Window::release_held(nanoseconds until, Last last) {
  HeldFrame released;
  released.is_in_clip = true;
  released.is_first = !released_any_;
  released_any_ = true;
  const nanoseconds shown = std::max(held_->time, *begin_);
  released.time = shown - *begin_;
  released.duration = until - shown;
  if (!still_offset_ && (last == Last::Yes || still_ + kOnScreenTolerance < until)) {
    released.is_still = true;
    still_offset_ = released.time;
  }
  return released;
}

}  // namespace livephoto::select
