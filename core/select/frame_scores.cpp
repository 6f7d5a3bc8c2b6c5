// Turns measures into scores, frame by frame.
#include "core/select/frame_scores.h"

#include <algorithm>
#include <cmath>

#include "core/select/weights.h"

namespace livephoto::select {
namespace {

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

double calm_of(const FrameMeasures& frame) {
  return frame.follows ? kCalmShake(frame.shake) * kCalmSpeed(frame.speed) : kUnknown;
}

double alive_of(const FrameMeasures& frame) {
  if (!frame.follows) return kUnknown;
  const double some = frame.local_motion / (frame.local_motion + kAliveHalf);
  return some * (kChaosKeeps + (1 - kChaosKeeps) * kNoChaos(frame.local_motion));
}

double exposed_of(const FrameMeasures& frame) {
  return kBrightEnough(frame.brightness) * kNotAllDark(frame.clipped_dark) *
         kNotBurnt(frame.clipped_bright) * kContrast(frame.contrast);
}

// What is as much as the frames have of it that have most, and in which there is something to see.
double most_of(std::span<const FrameMeasures> frames, double FrameMeasures::*value) {
  std::vector<double> values;
  for (const auto& frame : frames)
    if (exposed_of(frame) > kUnknown) values.push_back(frame.*value);
  if (values.empty())
    for (const auto& frame : frames) values.push_back(frame.*value);
  if (values.empty()) return kLeastSharpness;
  const auto place = static_cast<std::size_t>(kSharpest * static_cast<double>(values.size() - 1));
  std::nth_element(values.begin(), values.begin() + static_cast<long>(place), values.end());
  return std::max(values[place], kLeastSharpness);
}

// What each frame is compared with: the sharpest ones of its shot. Another scene may have finer
// detail, but a shot that is blurred from end to end is to be known.
struct Reference {
  double sharpness = 1;
  double detail = 1;
};

std::vector<Reference> references(std::span<const FrameMeasures> frames) {
  const double least = kShotSharpness * most_of(frames, &FrameMeasures::sharpness);
  std::vector<Reference> all(frames.size());
  for (std::size_t begin = 0; begin < frames.size();) {
    auto end = begin + 1;
    while (end < frames.size() && !frames[end].is_cut) ++end;
    const auto shot = frames.subspan(begin, end - begin);
    const Reference reference{
        std::max(most_of(shot, &FrameMeasures::sharpness), least),
        most_of(shot, &FrameMeasures::detail)};
    std::fill(
        all.begin() + static_cast<long>(begin),
        all.begin() + static_cast<long>(end),
        reference);
    begin = end;
  }
  return all;
}

// A picture that stays for longer than a frozen one is frozen too.
double moving_of(double seconds) { return seconds <= kFrozenAfter ? 1 : kFrozenAfter / seconds; }

void set_times(std::span<const FrameMeasures> frames, std::vector<FrameScore>& scores) {
  const double usual = seconds_of(usual_interval(frames));
  const bool any_follows =
      std::any_of(frames.begin(), frames.end(), [](auto& frame) { return frame.follows; });
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const bool has_next = i + 1 < frames.size() && (frames[i + 1].follows || !any_follows);
    scores[i].seconds = has_next ? seconds_of(frames[i + 1].time - frames[i].time) : usual;
    scores[i].moving = any_follows ? moving_of(scores[i].seconds) : 1;
  }
}

// Repeats are a cadence, or the picture stands still.
void find_frozen(std::span<const FrameMeasures> frames, std::vector<FrameScore>& scores) {
  for (std::size_t i = 0; i < frames.size();) {
    auto end = i + 1;
    double seconds = scores[i].seconds;
    while (end < frames.size() && frames[end].is_repeat) seconds += scores[end++].seconds;
    if (end > i + 1 && seconds > kFrozenAfter)
      for (auto frozen = i + 1; frozen < end; ++frozen) scores[frozen].moving = 0;
    i = end;
  }
}

// The least that a value is within kCoverApart of each frame: what sets in next to a frame may be
// in it already, too little of it to be measured.
std::vector<double> least_nearby(
    std::span<const FrameMeasures> frames,
    const std::vector<FrameScore>& scores,
    double FrameScore::*value) {
  const auto are_near = [&](std::size_t one, std::size_t other) {
    return seconds_of(frames[other].time - frames[one].time) <= kCoverApart;
  };
  const auto goes_on = [&](std::size_t i) { return frames[i].follows && !frames[i].is_cut; };
  std::vector<double> least(frames.size());
  for (std::size_t i = 0; i < frames.size(); ++i) {
    least[i] = scores[i].*value;
    for (auto k = i; k > 0 && goes_on(k) && are_near(k - 1, i); --k)
      least[i] = std::min(least[i], scores[k - 1].*value);
    for (auto k = i + 1; k < frames.size() && goes_on(k) && are_near(i, k); ++k)
      least[i] = std::min(least[i], scores[k].*value);
  }
  return least;
}

}  // namespace

nanoseconds usual_interval(std::span<const FrameMeasures> frames) {
  std::vector<nanoseconds> intervals, others;
  for (std::size_t i = 1; i < frames.size(); ++i)
    (frames[i].follows ? intervals : others).push_back(frames[i].time - frames[i - 1].time);
  auto& known = intervals.empty() ? others : intervals;
  if (known.empty()) return nanoseconds{0};
  const auto middle = known.begin() + static_cast<long>(known.size() / 2);
  std::nth_element(known.begin(), middle, known.end());
  return *middle;
}

bool is_at_cut(std::span<const FrameMeasures> frames, std::size_t index) {
  return frames[index].is_cut || (index + 1 < frames.size() && frames[index + 1].is_cut);
}

std::vector<FrameScore> score_frames(std::span<const FrameMeasures> frames) {
  std::vector<FrameScore> scores(frames.size());
  const auto reference = references(frames);
  set_times(frames, scores);
  find_frozen(frames, scores);
  for (std::size_t i = 0; i < frames.size(); ++i) {
    const auto& frame = frames[i];
    auto& score = scores[i];
    const double beside = frame.sharpness / reference[i].sharpness;
    const double detail = frame.detail / reference[i].detail;
    score.calm = calm_of(frame);
    score.exposed = exposed_of(frame);
    score.sharp = kSharp(beside);
    // Shaking pictures and frozen ones are not alive, whatever differs in them.
    score.alive = alive_of(frame) * score.calm * score.moving;
    score.activity = frame.local_motion * score.calm;
    score.cover = std::pow(beside, kCoverSharp) * std::pow(detail, kCoverDetail);
  }
  const auto calm = least_nearby(frames, scores, &FrameScore::calm);
  const auto exposed = least_nearby(frames, scores, &FrameScore::exposed);
  const auto moving = least_nearby(frames, scores, &FrameScore::moving);
  for (std::size_t i = 0; i < frames.size(); ++i)
    scores[i].cover *= exposed[i] * (kCoverMoving + (1 - kCoverMoving) * calm[i]) *
                       (kCoverFrozen + (1 - kCoverFrozen) * moving[i]) *
                       (is_at_cut(frames, i) ? kCoverNearCut : 1);
  return scores;
}

}  // namespace livephoto::select
