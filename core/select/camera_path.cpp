#include "core/select/camera_path.h"

#include <algorithm>
#include <cmath>
#include <optional>

#include "core/select/frame_scores.h"

namespace livephoto::select {
namespace {

// From the frame before to this one; GlobalMotion counts from the picture's centre.
Homography step(const GlobalMotion& motion, const PlaneSize& size) {
  const double x = size.width / 2.0, y = size.height / 2.0;
  const double cosine = motion.zoom * std::cos(motion.roll);
  const double sine = motion.zoom * std::sin(motion.roll);
  return {
      cosine,
      -sine,
      x - cosine * x + sine * y + motion.dx,
      sine,
      cosine,
      y - sine * x - cosine * y + motion.dy,
      0,
      0,
      1};
}

Homography step_to(const FrameMeasures& frame, const PlaneSize& size) {
  return frame.follows && !frame.is_cut ? step(frame.motion, size) : kSamePlace;
}

}  // namespace

std::vector<Homography> places_over(
    std::span<const FrameMeasures> frames,
    std::span<const KeptPlane> planes,
    std::size_t reference,
    const PlaneSize& size) {
  std::vector<Homography> places(frames.size(), kSamePlace);
  if (reference >= frames.size()) return places;
  std::optional<Registration> registration;
  if (planes.size() == frames.size()) registration.emplace(planes[reference]);
  // From the one next to it outwards, so that a guess is wrong by one step at most.
  const auto settle = [&](std::size_t frame, const Homography& guess) {
    places[frame] = registration ? registration->align(planes[frame], guess) : guess;
  };
  for (std::size_t i = reference; i > 0; --i)
    settle(i - 1, combined(step_to(frames[i], size), places[i]));
  for (std::size_t i = reference + 1; i < frames.size(); ++i) {
    const auto back = inverse(step_to(frames[i], size));
    settle(i, combined(back.value_or(kSamePlace), places[i - 1]));
  }
  return places;
}

std::vector<Homography> places_over(
    std::span<const FrameMeasures> frames, std::size_t reference, const PlaneSize& size) {
  return places_over(frames, {}, reference, size);
}

double liveliness(std::span<const FrameMeasures> frames) {
  double sum = 0, seconds = 0;
  for (const FrameScore& score : score_frames(frames)) {
    sum += score.alive * score.seconds;
    seconds += score.seconds;
  }
  return seconds > 0 ? std::clamp(sum / seconds, 0.0, 1.0) : 0;
}

}  // namespace livephoto::select
