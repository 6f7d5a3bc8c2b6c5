// Looks through the pictures of a clip for what may be a pity.
#include "core/select/advice.h"

#include <algorithm>

#include "core/select/frame_scores.h"
#include "core/select/weights.h"

namespace livephoto::select {
namespace {

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

struct Clip {
  std::span<const FrameMeasures> frames;
  std::vector<FrameScore> scores;
  std::size_t cover = 0;
  double sharpest = 0;

  double seconds() const {
    double sum = 0;
    for (const auto& score : scores) sum += score.seconds;
    return std::max(sum, 1e-9);
  }
  template <typename Value>
  double mean(Value value) const {
    double sum = 0, known = 0;
    for (std::size_t i = 0; i < frames.size(); ++i) {
      if (!frames[i].follows) continue;
      sum += value(i) * scores[i].seconds;
      known += scores[i].seconds;
    }
    return known > 0 ? sum / known : 0;
  }
  bool is_motion_known() const {
    return std::any_of(frames.begin(), frames.end(), [](const auto& frame) {
      return frame.follows;
    });
  }
};

void look_at_motion(const Clip& clip, std::vector<PictureAdvice>& advice) {
  if (!clip.is_motion_known()) return;
  const double local =
      clip.mean([&](auto i) { return clip.frames[i].local_motion * clip.scores[i].moving; });
  const double speed =
      clip.mean([&](auto i) { return clip.frames[i].speed * clip.scores[i].moving; });
  const double shake = clip.mean([&](auto i) { return clip.frames[i].shake; });
  const double fast =
      clip.mean([&](auto i) { return clip.frames[i].speed > kTooFastAbove ? 1.0 : 0.0; });
  if (local < kNothingMovesBelow && speed < kNothingMovesSpeed)
    advice.push_back({Pity::NothingMoves});
  const auto is_cut = [](const FrameMeasures& frame) { return frame.is_cut; };
  if (std::any_of(clip.frames.begin() + 1, clip.frames.end(), is_cut))
    advice.push_back({Pity::CutInside});
  if (shake > kShakyAbove)
    advice.push_back({Pity::Shaky});
  else if (fast > kTooFastShare)
    advice.push_back({Pity::TooFast});
}

bool is_blurred(const Clip& clip, std::size_t i) {
  const double sharpness = clip.frames[i].sharpness;
  return sharpness < kCoverBlurredBelow * clip.sharpest || sharpness < kCoverBlurredAlways;
}

bool is_dark(const Clip& clip, std::size_t i) {
  return clip.frames[i].brightness < kCoverDarkBelow;
}

void look_at_cover(const Clip& clip, std::vector<PictureAdvice>& advice) {
  std::optional<nanoseconds> better;
  double most = clip.scores[clip.cover].cover;
  const auto before = clip.frames.front().time + std::chrono::duration_cast<nanoseconds>(
                                                     std::chrono::duration<double>(kTimeBefore));
  const auto after = clip.frames.back().time - std::chrono::duration_cast<nanoseconds>(
                                                   std::chrono::duration<double>(kTimeAfter));
  for (std::size_t i = 0; i < clip.frames.size(); ++i) {
    if (clip.frames[i].time < before || clip.frames[i].time > after) continue;
    if (clip.scores[i].cover <= most) continue;
    if (is_blurred(clip, i) || is_dark(clip, i) || is_at_cut(clip.frames, i)) continue;
    most = clip.scores[i].cover;
    better = clip.frames[i].time;
  }
  if (is_dark(clip, clip.cover))
    advice.push_back({Pity::CoverDark, better});
  else if (is_blurred(clip, clip.cover))
    advice.push_back({Pity::CoverBlurred, better});
  if (is_at_cut(clip.frames, clip.cover)) advice.push_back({Pity::CoverOnCut, better});
}

}  // namespace

std::vector<PictureAdvice> advise(
    std::span<const FrameMeasures> frames,
    nanoseconds start,
    nanoseconds duration,
    nanoseconds still) {
  const auto half = usual_interval(frames) / 2;
  const auto begin = std::lower_bound(
      frames.begin(),
      frames.end(),
      start - half,
      [](const FrameMeasures& frame, nanoseconds time) { return frame.time < time; });
  const auto end = std::lower_bound(
      begin,
      frames.end(),
      start + duration - half,
      [](const FrameMeasures& frame, nanoseconds time) { return frame.time < time; });
  if (begin == end) return {};

  Clip clip;
  clip.frames = {begin, end};
  clip.scores = score_frames(clip.frames);
  for (std::size_t i = 0; i < clip.frames.size() && clip.frames[i].time <= still + half; ++i)
    clip.cover = i;
  for (const auto& frame : clip.frames)
    if (frame.brightness >= kCoverDarkBelow)
      clip.sharpest = std::max(clip.sharpest, frame.sharpness);

  std::vector<PictureAdvice> advice;
  look_at_motion(clip, advice);
  if (seconds_of(still - start) < kTimeBefore) advice.push_back({Pity::NoTimeBefore});
  if (seconds_of(start + duration - still) < kTimeAfter) advice.push_back({Pity::NoTimeAfter});
  look_at_cover(clip, advice);
  return advice;
}

}  // namespace livephoto::select
