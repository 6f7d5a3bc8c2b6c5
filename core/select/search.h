// Which parts of a video are looked at, and how closely, until its moments are known.
#pragma once

#include <cstddef>
#include <optional>
#include <span>
#include <vector>

#include "frame_measures.h"
#include "frame_meter.h"
#include "moments.h"

namespace livephoto::select {

// The video as its container describes it; all times as its frames have them.
struct SearchedVideo {
  nanoseconds begin{0};              // of its first picture
  std::optional<nanoseconds> end{};  // of its last
  bool can_seek = false;
};

// One reading of a part of the video.
struct Pass {
  enum class Frames {
    Sync,    // those that need no other to be decoded
    Useful,  // those that others need, if the decoder can leave out the rest
    All,
  };
  nanoseconds begin{0};
  std::optional<nanoseconds> end{};  // nothing: to the end of the video
  Frames frames = Frames::All;
};

// Coarse to fine: what is short, or cannot be sought, is looked at frame by frame. Of anything
// longer the sync frames come first, which most containers find without reading what is between
// them; then all frames of the best neighbourhoods. Where sync frames are too far apart to tell, or
// a part of the answer is given, it goes without them. Same frames, same moments.
//
//   Search search(wanted, video, 5);
//   while (const auto pass = search.next())
//     for (... each frame of the pass, in the order in which they are shown ...)
//       if (!search.add(luma, time)) break;
//   use(search.moments());
class Search {
 public:
  // `count`: how many moments are wanted at most.
  Search(const Wanted& wanted, const SearchedVideo& video, std::size_t count);

  // What to read next; nothing once the moments are known.
  std::optional<Pass> next();
  // A frame of that pass. Frames before it, which a seek may bring, are taken too. False: the pass
  // needs no more of them.
  bool add(const LumaView& luma, nanoseconds time);

  // How much of the work is done, 0 to 1; never less than before.
  double progress() const { return progress_; }
  // The best first.
  std::vector<Moment> moments() const;
  // All that was looked at frame by frame, by time.
  std::span<const FrameMeasures> frames() const { return frames_; }

 private:
  enum class Stage { Begin, Whole, Coarse, Reduced, Fine, Done };

  std::optional<Pass> first();
  std::optional<Pass> after_coarse();
  std::optional<Pass> begin(Stage stage, const Pass& pass);
  std::optional<Pass> next_fine();
  void refine(std::span<const Moment> candidates);

  Wanted wanted_;
  SearchedVideo video_;
  std::size_t count_;
  FrameMeter meter_;
  Stage stage_ = Stage::Begin;
  Pass pass_;
  std::vector<FrameMeasures> coarse_;
  std::vector<FrameMeasures> frames_;
  std::vector<Pass> fine_;  // what is still to be read, the first last
  double progress_ = 0;
  double pass_begin_ = 0;  // of the progress
  double pass_share_ = 0;
};

}  // namespace livephoto::select
