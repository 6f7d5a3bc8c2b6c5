#include "gst/tool/sheet/stretches.h"

#include <algorithm>

namespace livephoto::tool {
namespace {

using select::FrameMeasures;

// Enough to see what a moment leaves out, and to drag it there.
constexpr nanoseconds kContext = std::chrono::seconds(2);
constexpr nanoseconds kTolerance{500'000};  // as livephotoselect's

// The number of the one on screen at `time`, or the first. There are some.
std::size_t on_screen(const std::vector<FrameMeasures>& frames, nanoseconds time) {
  const auto after = std::upper_bound(
      frames.begin(),
      frames.end(),
      time + kTolerance,
      [](nanoseconds wanted, const FrameMeasures& frame) { return wanted < frame.time; });
  return after == frames.begin() ? 0 : static_cast<std::size_t>(after - frames.begin()) - 1;
}

nanoseconds end_of(const VideoSuggestions& video, std::size_t last) {
  const auto& frames = video.frames;
  if (last + 1 < frames.size()) return frames[last + 1].time;
  const nanoseconds usual = last > 0 ? frames[last].time - frames[last - 1].time
                                     : nanoseconds(std::chrono::milliseconds(40));
  return std::max(frames[last].time + usual, video.length.value_or(nanoseconds(0)));
}

}  // namespace

Stretch around(const VideoSuggestions& video, const select::Moment& moment) {
  const auto& frames = video.frames;
  const nanoseconds end = moment.start + moment.duration;
  if (frames.empty()) return {moment.start, end};
  std::size_t first = on_screen(frames, moment.start);
  while (first > 0 && frames[first].follows && frames[first - 1].time >= moment.start - kContext)
    --first;
  std::size_t last = std::max(first, on_screen(frames, end - 2 * kTolerance));
  while (last + 1 < frames.size() && frames[last + 1].follows &&
         frames[last + 1].time <= end + kContext)
    ++last;
  return {frames[first].time, std::min(end_of(video, last), end + kContext)};
}

std::vector<Stretch> joined(std::vector<Stretch> stretches) {
  std::sort(stretches.begin(), stretches.end(), [](const Stretch& a, const Stretch& b) {
    return a.from < b.from;
  });
  std::vector<Stretch> result;
  for (const Stretch& stretch : stretches) {
    if (result.empty() || stretch.from > result.back().to)
      result.push_back(stretch);
    else
      result.back().to = std::max(result.back().to, stretch.to);
  }
  return result;
}

std::span<const FrameMeasures> frames_in(const VideoSuggestions& video, const Stretch& stretch) {
  const auto& frames = video.frames;
  if (frames.empty()) return {};
  const auto first = frames.begin() + static_cast<std::ptrdiff_t>(on_screen(frames, stretch.from));
  const auto last = std::find_if(first, frames.end(), [&stretch](const FrameMeasures& frame) {
    return frame.time >= stretch.to - kTolerance;
  });
  return {first, last};
}

std::vector<nanoseconds> middles(const Stretch& stretch, int count) {
  std::vector<nanoseconds> times;
  for (int i = 0; i < count; ++i)
    times.push_back(stretch.from + stretch.length() * (2 * i + 1) / (2 * count));
  return times;
}

}  // namespace livephoto::tool
