// Which frame of a movie its still resembles most.
#include <algorithm>
#include <cmath>
#include <string>
#include <vector>

#include "core/pair/verify.h"
#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::size_t kPixels = kSeenWidth * kSeenHeight;
// Of correlations: alike enough to be of one moment, clearly less alike than another, and
// of another picture altogether. Stills of cameras have 0.98 and more with their frames.
constexpr double kAlike = 0.85;
constexpr double kClearly = 0.05;
constexpr double kUnlike = 0.2;
// Of a picture in which there is something to be seen, in steps of 255: a fade to black and
// its noise have less.
constexpr double kLeastDeviation = 6;

double deviation(ByteSpan luma) {
  double sum = 0;
  double squares = 0;
  for (const double value : luma) {
    sum += value;
    squares += value * value;
  }
  const double mean = sum / static_cast<double>(kPixels);
  return std::sqrt(std::max(0.0, squares / static_cast<double>(kPixels) - mean * mean));
}

// Of mean 0 and length 1, so that brightness and contrast do not count; all 0 for a
// picture of one brightness.
std::vector<double> normalised(ByteSpan luma) {
  double mean = 0;
  for (const auto value : luma) mean += value;
  mean /= static_cast<double>(kPixels);
  std::vector<double> values;
  double sum = 0;
  for (const auto value : luma) {
    values.push_back(value - mean);
    sum += values.back() * values.back();
  }
  const double scale = sum > 0 ? 1 / std::sqrt(sum) : 0;
  for (double& value : values) value *= scale;
  return values;
}

double correlation(const std::vector<double>& still, ByteSpan luma) {
  const auto frame = normalised(luma);
  double sum = 0;
  for (std::size_t i = 0; i < kPixels; ++i) sum += still[i] * frame[i];
  return sum;
}

}  // namespace

Result<Check> still_frame_check(
    ByteSpan still_luma, const std::vector<SeenFrame>& frames, std::chrono::nanoseconds marker) {
  const auto has_size = [](const SeenFrame& frame) { return frame.luma.size() == kPixels; };
  if (still_luma.size() != kPixels || frames.empty() || !std::ranges::all_of(frames, has_size))
    return invalid_input("Still and frames have to be looked at in one small size.");
  const auto still = normalised(still_luma);
  const SeenFrame* marked = &frames.front();
  const SeenFrame* best = &frames.front();
  double best_likeness = -2;
  for (const SeenFrame& frame : frames) {
    if (std::chrono::abs(frame.time - marker) < std::chrono::abs(marked->time - marker))
      marked = &frame;
    const double likeness = correlation(still, frame.luma);
    if (likeness <= best_likeness) continue;
    best = &frame;
    best_likeness = likeness;
  }
  Check check{.name = "still-is-marked-frame", .why = {}, .advice = {}};
  const double likeness = correlation(still, marked->luma);
  const bool is_seen = std::min(deviation(still_luma), deviation(marked->luma)) >= kLeastDeviation;
  if (best_likeness < kUnlike && is_seen) {
    check.verdict = Verdict::Warn;
    check.why = "The still resembles no frame of the movie.";
    check.advice = "Look whether the two files are of one moment.";
    return check;
  }
  if (best_likeness - likeness < kClearly || best_likeness < kAlike) {
    check.why = "No other frame resembles the still clearly more than the marked one.";
    return check;
  }
  check.verdict = Verdict::Warn;
  check.why = "The marked frame, at " + seconds_text(marked->time) +
              ", is not the still's: the frame at " + seconds_text(best->time) +
              " resembles it more.";
  check.advice = "Write the marker anew at that frame with gst-livephoto-1.0 repair --still " +
                 decimal_text(std::chrono::duration<double>(best->time).count(), 3) + ".";
  return check;
}

}  // namespace livephoto
