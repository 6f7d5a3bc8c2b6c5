// Scores every window of a video, and picks the best ones that are apart.
#include "core/select/moments.h"

#include <algorithm>
#include <cmath>
#include <limits>
#include <numeric>

#include "core/select/best_in_range.h"
#include "core/select/frame_scores.h"
#include "core/select/weights.h"

namespace livephoto::select {
namespace {

constexpr nanoseconds kRounding{2'000'000};  // containers count in milliseconds

// Sums over frames up to each one, by the time that they are shown.
struct Totals {
  double seconds = 0;
  double calm = 0;
  double alive = 0;
  double exposed = 0;
  double sharp = 0;
  double moving = 0;
  double activity = 0;
  std::size_t cuts = 0;

  void add(const FrameScore& score, bool is_cut) {
    seconds += score.seconds;
    calm += score.calm * score.seconds;
    alive += score.alive * score.seconds;
    exposed += score.exposed * score.seconds;
    sharp += score.sharp * score.seconds;
    moving += score.moving * score.seconds;
    activity += score.activity * score.seconds;
    cuts += is_cut;
  }
};

struct Window {
  nanoseconds start{0};
  nanoseconds end{0};
  std::size_t first = 0;  // frames [first, last) begin in it
  std::size_t last = 0;
};

double contribution(const Part& part, double value) {
  return std::pow(part.floor + (1 - part.floor) * std::clamp(value, 0.0, 1.0), part.weight);
}

class Windows {
 public:
  Windows(std::span<const FrameMeasures> frames, const Wanted& wanted)
      : frames_(frames),
        wanted_(wanted),
        usual_(usual_interval(frames)),
        scores_(score_frames(frames)) {
    totals_.resize(frames.size() + 1);
    std::vector<double> covers(frames.size());
    for (std::size_t i = 0; i < frames.size(); ++i) {
      totals_[i + 1] = totals_[i];
      totals_[i + 1].add(scores_[i], frames[i].is_cut);
      covers[i] = scores_[i].cover;
    }
    best_cover_ = BestInRange(std::move(covers));
  }

  std::vector<Window> candidates() const;
  Moment moment(const Window& window) const;
  void settle_still(Moment& moment, const Window& window) const;

 private:
  struct Range {
    std::size_t first = 0;
    std::size_t last = 0;
  };

  nanoseconds end_of(std::size_t last_frame) const {
    return frames_[last_frame].time + std::max(usual_, nanoseconds{1});
  }
  std::size_t index_at(nanoseconds time) const;  // of the first frame that is not earlier
  std::size_t shown_at(nanoseconds time) const;
  Window window(nanoseconds start, nanoseconds end) const;
  std::vector<Range> stretches() const;
  void add_candidates(const Range& range, std::vector<Window>& windows) const;
  bool suits_still(nanoseconds start) const;
  Range cover_range(const Window& window) const;
  Totals between(std::size_t first, std::size_t last) const;
  double completeness(const Window& window) const;
  double cover(const Window& window) const;

  std::span<const FrameMeasures> frames_;
  const Wanted& wanted_;
  nanoseconds usual_;
  std::vector<FrameScore> scores_;
  std::vector<Totals> totals_;  // before each frame
  BestInRange best_cover_;
};

std::size_t Windows::index_at(nanoseconds time) const {
  const auto at = std::lower_bound(
      frames_.begin(),
      frames_.end(),
      time,
      [](const FrameMeasures& frame, nanoseconds wanted) { return frame.time < wanted; });
  return static_cast<std::size_t>(at - frames_.begin());
}

std::size_t Windows::shown_at(nanoseconds time) const {
  const auto next = index_at(time + nanoseconds{1});
  return next > 0 ? next - 1 : 0;
}

Window Windows::window(nanoseconds start, nanoseconds end) const {
  // Times are rounded: what begins in the last half of a frame is the next one's.
  Window window{start, end, shown_at(start + usual_ / 2), index_at(end - usual_ / 2)};
  window.last = std::max(window.last, window.first + 1);
  return window;
}

std::vector<Windows::Range> Windows::stretches() const {
  std::vector<Range> ranges;
  for (std::size_t i = 0; i < frames_.size(); ++i)
    if (i == 0 || !frames_[i].follows)
      ranges.push_back({i, i + 1});
    else
      ranges.back().last = i + 1;
  return ranges;
}

bool Windows::suits_still(nanoseconds start) const {
  return !wanted_.still || (*wanted_.still >= start && *wanted_.still < start + wanted_.duration);
}

void Windows::add_candidates(const Range& range, std::vector<Window>& windows) const {
  const auto end = end_of(range.last - 1);
  for (auto i = range.first; i < range.last; ++i) {
    const auto start = frames_[i].time;
    if (start + wanted_.duration > end + kRounding) break;
    if (suits_still(start))
      windows.push_back(window(start, std::min(start + wanted_.duration, end)));
  }
}

std::vector<Window> Windows::candidates() const {
  const auto begin = frames_.front().time, end = end_of(frames_.size() - 1);
  std::vector<Window> windows;
  if (wanted_.start) {
    if (*wanted_.start < end && suits_still(*wanted_.start))
      windows.push_back(window(*wanted_.start, std::min(*wanted_.start + wanted_.duration, end)));
    return windows;
  }
  if (end - begin <= wanted_.duration + kRounding) {
    if (!wanted_.still || (*wanted_.still >= begin && *wanted_.still < end))
      windows.push_back(window(begin, end));
    return windows;
  }
  for (const auto& range : stretches()) add_candidates(range, windows);
  if (windows.empty()) add_candidates({0, frames_.size()}, windows);
  return windows;
}

Totals Windows::between(std::size_t first, std::size_t last) const {
  const auto &a = totals_[first], &b = totals_[last];
  const double seconds = std::max(b.seconds - a.seconds, 1e-9);
  return {
      seconds,
      (b.calm - a.calm) / seconds,
      (b.alive - a.alive) / seconds,
      (b.exposed - a.exposed) / seconds,
      (b.sharp - a.sharp) / seconds,
      (b.moving - a.moving) / seconds,
      (b.activity - a.activity) / seconds,
      b.cuts - a.cuts};
}

// 1: all that happens happens in the middle; one half: it goes on as it does everywhere.
double Windows::completeness(const Window& window) const {
  const auto edge = nanoseconds(static_cast<std::int64_t>(
      static_cast<double>((window.end - window.start).count()) * kEdgeOfAction));
  const auto begun = std::clamp(index_at(window.start + edge), window.first, window.last);
  const auto ending = std::clamp(index_at(window.end - edge), begun, window.last);
  const double middle = between(begun, ending).activity;
  const double edges =
      (between(window.first, begun).activity + between(ending, window.last).activity) / 2;
  return middle + edges <= 0 ? 0 : middle / (middle + edges);
}

Windows::Range Windows::cover_range(const Window& window) const {
  const auto edge = nanoseconds(static_cast<std::int64_t>(
      static_cast<double>((window.end - window.start).count()) * kCoverEdge));
  auto first = std::clamp(index_at(window.start + edge), window.first, window.last - 1);
  const auto last = std::clamp(index_at(window.end - edge), first + 1, window.last);
  if (window.first + kFramesBefore < last) first = std::max(first, window.first + kFramesBefore);
  return {first, last};
}

double Windows::cover(const Window& window) const {
  const auto range = cover_range(window);
  const auto frame =
      wanted_.still ? shown_at(*wanted_.still) : best_cover_.in(range.first, range.last);
  const bool is_at_edge = frame < range.first || frame >= range.last;
  const double worth = scores_[frame].cover * (is_at_edge ? kCoverAtEdge : 1);
  return worth / (worth + kCoverHalf);
}

void Windows::settle_still(Moment& moment, const Window& window) const {
  if (wanted_.still) {
    moment.still = *wanted_.still;
    return;
  }
  const auto range = cover_range(window);
  const auto middle = window.start + (window.end - window.start) / 2;
  const double half = std::max(static_cast<double>((window.end - window.start).count()) / 2, 1.0);
  double most = -1;
  for (auto i = range.first; i < range.last; ++i) {
    const double off = std::abs(static_cast<double>((frames_[i].time - middle).count())) / half;
    const double worth = scores_[i].cover * (1 - kCoverOffCentre * off);
    if (worth <= most) continue;
    most = worth;
    moment.still = frames_[i].time;
  }
}

Moment Windows::moment(const Window& window) const {
  const auto mean = between(window.first, window.last);
  // A cut at the first frame is before the window.
  const auto cuts = mean.cuts - (frames_[window.first].is_cut ? 1U : 0U);
  Moment moment{window.start, window.end - window.start, window.start, 0, {}};
  moment.scores = {
      mean.calm,
      mean.alive,
      1.0 / (1.0 + 3.0 * static_cast<double>(cuts)),
      mean.exposed,
      completeness(window),
      cover(window),
      mean.sharp};
  const auto& scores = moment.scores;
  moment.score = contribution(kCalm, scores.calm) * contribution(kAlive, scores.alive) *
                 contribution(kWhole, scores.whole) * contribution(kExposed, scores.exposed) *
                 contribution(kComplete, scores.complete) * contribution(kCover, scores.cover) *
                 contribution(kSharpPictures, scores.sharp) * contribution(kMoving, mean.moving) *
                 (mean.moving < kFrozenBelow ? kFrozenKeeps : 1);
  return moment;
}

bool are_apart(const Window& a, const Window& b) {
  const auto shared = std::min(a.end, b.end) - std::max(a.start, b.start);
  const auto shorter = std::min(a.end - a.start, b.end - b.start);
  return static_cast<double>(shared.count()) <= kMostOverlap * static_cast<double>(shorter.count());
}

}  // namespace

std::vector<Moment> find_moments(
    std::span<const FrameMeasures> frames, const Wanted& wanted, std::size_t count) {
  if (frames.empty() || wanted.duration <= nanoseconds{0} || count == 0) return {};
  const Windows windows(frames, wanted);
  const auto candidates = windows.candidates();
  std::vector<Moment> moments;
  moments.reserve(candidates.size());
  for (const auto& candidate : candidates) moments.push_back(windows.moment(candidate));
  std::vector<std::size_t> order(candidates.size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::stable_sort(order.begin(), order.end(), [&moments](std::size_t a, std::size_t b) {
    return moments[a].score > moments[b].score;
  });

  std::vector<std::size_t> chosen;
  for (const auto index : order) {
    if (chosen.size() == count) break;
    const auto is_apart = [&](std::size_t other) {
      return are_apart(candidates[index], candidates[other]);
    };
    if (std::all_of(chosen.begin(), chosen.end(), is_apart)) chosen.push_back(index);
  }
  std::vector<Moment> result;
  for (const auto index : chosen) {
    result.push_back(moments[index]);
    windows.settle_still(result.back(), candidates[index]);
  }
  return result;
}

}  // namespace livephoto::select
