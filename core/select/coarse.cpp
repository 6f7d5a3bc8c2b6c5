#include "core/select/coarse.h"

#include <algorithm>

namespace livephoto::select {
namespace {

// Of the full scale. Coding noise alone is below the first; from the second on something has
// clearly changed; past the third another picture is there: a cut, or a camera that swings.
constexpr double kStandsStill = 0.002;
constexpr double kHasChanged = 0.015;
constexpr double kIsAnother = 0.18;
// What is left of a window's worth if nothing changes in it, and if something else is there.
constexpr double kWorthStill = 0.1;
constexpr double kWorthAnother = 0.5;
// How much of a frame may be black or white before it counts as badly exposed.
constexpr double kMuchClipped = 0.5;
// What is left of it where nothing is sharp: what is alive still counts then.
constexpr double kWorthBlurred = 0.05;
constexpr double kLikelySharpest = 0.9;  // the share of frames that is below the reference

double ramp(double value, double low, double high) {
  return std::clamp((value - low) / (high - low), 0.0, 1.0);
}

double exposure(const FrameMeasures& frame) {
  return 1 - ramp(frame.clipped_dark + frame.clipped_bright, kMuchClipped / 2, kMuchClipped);
}

// The sharpness that only few frames of the video exceed: others are judged against it.
double reference_sharpness(std::span<const FrameMeasures> frames) {
  std::vector<double> values;
  values.reserve(frames.size());
  for (const FrameMeasures& frame : frames) values.push_back(frame.sharpness * exposure(frame));
  const auto at =
      static_cast<std::ptrdiff_t>(kLikelySharpest * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + at, values.end());
  return std::max(values[static_cast<std::size_t>(at)], 1e-6);
}

// Of the step from one sync frame to the next.
double liveliness(double difference) {
  if (difference > kIsAnother) return kWorthAnother;
  return kWorthStill + (1 - kWorthStill) * ramp(difference, kStandsStill, kHasChanged);
}

struct Window {
  std::size_t first;  // of its sync frames
  std::size_t last;   // itself
};

double worth(std::span<const FrameMeasures> frames, const Window& window, double reference) {
  double sharpness = 0;
  for (std::size_t i = window.first; i <= window.last; ++i)
    sharpness += std::min(frames[i].sharpness / reference, 1.0) * exposure(frames[i]);
  sharpness /= static_cast<double>(window.last - window.first + 1);
  sharpness = kWorthBlurred + (1 - kWorthBlurred) * sharpness;
  // The steps into it and out of it tell of it as well.
  double alive = 0;
  std::size_t steps = 0;
  const std::size_t end = std::min(window.last + 1, frames.size() - 1);
  for (std::size_t i = std::max<std::size_t>(window.first, 1); i <= end; ++i, ++steps)
    alive += liveliness(frames[i].difference);
  return sharpness * (steps > 0 ? alive / static_cast<double>(steps) : kWorthStill);
}

}  // namespace

bool are_dense_enough(std::span<const FrameMeasures> sync_frames, nanoseconds duration) {
  if (sync_frames.size() < 2) return false;
  std::vector<nanoseconds> gaps;
  for (std::size_t i = 1; i < sync_frames.size(); ++i)
    gaps.push_back(sync_frames[i].time - sync_frames[i - 1].time);
  const auto middle = gaps.begin() + static_cast<std::ptrdiff_t>(gaps.size() / 2);
  std::nth_element(gaps.begin(), middle, gaps.end());
  return *middle <= duration;
}

std::vector<Moment> coarse_candidates(
    std::span<const FrameMeasures> sync_frames, nanoseconds duration, std::size_t count) {
  if (sync_frames.empty()) return {};
  const double reference = reference_sharpness(sync_frames);
  std::vector<Moment> windows;
  windows.reserve(sync_frames.size());
  Window window{0, 0};
  for (; window.first < sync_frames.size(); ++window.first) {
    const nanoseconds start = sync_frames[window.first].time;
    window.last = std::max(window.last, window.first);
    while (window.last + 1 < sync_frames.size() &&
           sync_frames[window.last + 1].time < start + duration)
      ++window.last;
    windows.push_back(
        {.start = start,
         .duration = duration,
         .still = start + duration / 2,
         .score = worth(sync_frames, window, reference)});
  }
  std::stable_sort(windows.begin(), windows.end(), [](const Moment& one, const Moment& other) {
    return one.score > other.score;
  });
  std::vector<Moment> chosen;
  for (const Moment& candidate : windows) {
    if (chosen.size() == count) break;
    const bool is_apart = std::none_of(chosen.begin(), chosen.end(), [&](const Moment& taken) {
      return candidate.start < taken.start + duration && taken.start < candidate.start + duration;
    });
    if (is_apart) chosen.push_back(candidate);
  }
  return chosen;
}

}  // namespace livephoto::select
