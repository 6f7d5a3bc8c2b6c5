#include "core/select/search.h"

#include <algorithm>

#include "core/select/coarse.h"

namespace livephoto::select {
namespace {

using std::chrono::seconds;

// Up to here all frames are read: to look at a part of them first would save little.
constexpr nanoseconds kShort = seconds(30);
// Around a candidate, so that what happens has room to begin and to settle.
constexpr nanoseconds kMargin = seconds(1);
// Of the video, at most, for the closer look, with what a decoder reads before each candidate: the
// sync frames of two-second groups cost 13 % of all frames, and both together are to stay below a
// quarter.
constexpr double kMostReadAgain = 0.08;
constexpr nanoseconds kUsualGroup = seconds(2);
constexpr std::size_t kFewestCandidates = 4;
// Of hours, so that nobody waits for minutes more.
constexpr std::size_t kMostCandidates = 30;
constexpr std::size_t kMoreThanWanted = 3;
// Frames that are no further apart, on average, are all there are, sync frames or not.
constexpr nanoseconds kAllThereAre = std::chrono::milliseconds(100);
// Of the progress that is left.
constexpr double kCoarseShare = 0.6;

bool are_all(std::span<const FrameMeasures> frames, nanoseconds length) {
  return length <= kAllThereAre * static_cast<std::int64_t>(frames.size());
}

}  // namespace

Search::Search(const Wanted& wanted, const SearchedVideo& video, std::size_t count)
    : wanted_(wanted), video_(video), count_(count) {}

std::optional<Pass> Search::begin(Stage stage, const Pass& pass) {
  stage_ = stage;
  pass_ = pass;
  pass_begin_ = progress_;
  meter_.restart();
  return pass;
}

std::optional<Pass> Search::first() {
  const Pass whole{.begin = video_.begin, .end = std::nullopt, .frames = Pass::Frames::All};
  pass_share_ = 1;
  if (wanted_.start || wanted_.still) {
    // Where the clip can be, and a little more: what is next to it tells of it.
    const nanoseconds earliest = wanted_.start ? *wanted_.start : *wanted_.still - wanted_.duration;
    const nanoseconds latest =
        wanted_.start ? *wanted_.start + wanted_.duration : *wanted_.still + wanted_.duration;
    Pass around{
        .begin = std::max(earliest - kMargin, video_.begin),
        .end = latest + kMargin,
        .frames = Pass::Frames::All};
    if (!video_.can_seek) around.begin = video_.begin;
    return begin(Stage::Whole, around);
  }
  if (!video_.can_seek || !video_.end || *video_.end - video_.begin <= kShort)
    return begin(Stage::Whole, whole);
  pass_share_ = kCoarseShare;
  Pass sync = whole;
  sync.frames = Pass::Frames::Sync;
  return begin(Stage::Coarse, sync);
}

// The neighbourhoods of the candidates, apart from each other, in the order of time.
void Search::refine(std::span<const Moment> candidates) {
  std::vector<Pass> near;
  for (const Moment& candidate : candidates)
    near.push_back(
        {.begin = std::max(candidate.start - kMargin, video_.begin),
         .end = candidate.start + wanted_.duration + kMargin,
         .frames = Pass::Frames::All});
  std::sort(near.begin(), near.end(), [](const Pass& one, const Pass& other) {
    return one.begin < other.begin;
  });
  fine_.clear();
  for (const Pass& pass : near) {
    // A seek would read what is between them anyway.
    if (!fine_.empty() && pass.begin <= *fine_.back().end + kUsualGroup)
      fine_.back().end = std::max(*fine_.back().end, *pass.end);
    else
      fine_.push_back(pass);
  }
  std::reverse(fine_.begin(), fine_.end());
  pass_share_ = fine_.empty() ? 0 : (1 - progress_) / static_cast<double>(fine_.size());
}

std::optional<Pass> Search::next_fine() {
  if (fine_.empty()) {
    stage_ = Stage::Done;
    progress_ = 1;
    return std::nullopt;
  }
  const Pass pass = fine_.back();
  fine_.pop_back();
  return begin(Stage::Fine, pass);
}

std::optional<Pass> Search::after_coarse() {
  if (are_all(coarse_, *video_.end - video_.begin)) {
    frames_ = std::move(coarse_);
    return next_fine();
  }
  if (!are_dense_enough(coarse_, wanted_.duration)) {
    coarse_.clear();
    pass_share_ = (1 - progress_) * kCoarseShare;
    return begin(
        Stage::Reduced,
        {.begin = video_.begin, .end = std::nullopt, .frames = Pass::Frames::Useful});
  }
  const auto length = std::chrono::duration<double>(*video_.end - video_.begin);
  const auto each = std::chrono::duration<double>(wanted_.duration + 2 * kMargin + kUsualGroup / 2);
  const auto affordable = static_cast<std::size_t>(length / each * kMostReadAgain);
  refine(coarse_candidates(
      coarse_,
      wanted_.duration,
      std::max(
          std::clamp(affordable, kFewestCandidates, kMostCandidates),
          count_ + kMoreThanWanted)));
  return next_fine();
}

std::optional<Pass> Search::next() {
  progress_ = std::min(pass_begin_ + pass_share_, 1.0);
  switch (stage_) {
    case Stage::Begin:
      progress_ = 0;
      return first();
    case Stage::Coarse:
      return after_coarse();
    case Stage::Reduced:
      refine(find_moments(coarse_, wanted_, count_ + kMoreThanWanted));
      return next_fine();
    case Stage::Whole:
    case Stage::Fine:
    case Stage::Done:
      return next_fine();
  }
  return std::nullopt;
}

bool Search::add(const LumaView& luma, nanoseconds time) {
  auto& into = stage_ == Stage::Coarse || stage_ == Stage::Reduced ? coarse_ : frames_;
  if (pass_.end && time >= *pass_.end) return false;
  // A seek leads to a sync frame, which may be one that the pass before has seen.
  if (!into.empty() && time <= into.back().time) return true;
  into.push_back(meter_.measure(luma, time));
  const auto end = pass_.end ? pass_.end : video_.end;
  if (end && *end > pass_.begin) {
    const double done = std::chrono::duration<double>(time - pass_.begin) /
                        std::chrono::duration<double>(*end - pass_.begin);
    progress_ = std::max(progress_, pass_begin_ + pass_share_ * std::clamp(done, 0.0, 1.0));
  }
  return true;
}

std::vector<Moment> Search::moments() const {
  if (frames_.empty()) return {};
  // The first picture may come later, and the last may stand for long.
  Wanted wanted = wanted_;
  for (auto* time : {&wanted.start, &wanted.still})
    if (*time) *time = std::clamp(**time, frames_.front().time, frames_.back().time);
  return find_moments(frames_, wanted, count_);
}

}  // namespace livephoto::select
