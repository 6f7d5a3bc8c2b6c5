// The one table of what counts how much: scores of moments, and the thresholds of advice; internal.
// docs/selection.md explains it.
#pragma once

#include <cstddef>

namespace livephoto::select {

// From 0 at `none` to 1 at `full`, straight between; `none` may be the greater one.
struct Ramp {
  double none;
  double full;

  constexpr double operator()(double value) const {
    const double share = (value - none) / (full - none);
    return share < 0 ? 0 : share > 1 ? 1 : share;
  }
};

// ---- a frame ----

inline constexpr Ramp kCalmShake{
    0.25, 0.02};  // diagonals per second: a tripod has 0.00, a hand 0.03
inline constexpr Ramp kCalmSpeed{0.60, 0.12};     // likewise: a slow pan takes 10 s for a picture
inline constexpr double kAliveHalf = 0.015;       // local motion that makes a score of one half
inline constexpr Ramp kNoChaos{0.60, 0.20};       // local motion from which on more is worse
inline constexpr double kChaosKeeps = 0.5;        // of the score, however wild it gets
inline constexpr Ramp kBrightEnough{0.03, 0.12};  // brightness
inline constexpr Ramp kNotAllDark{0.97, 0.70};    // share of black pixels
inline constexpr Ramp kNotBurnt{0.45, 0.12};      // share of white pixels
inline constexpr Ramp kContrast{0.02, 0.10};
inline constexpr Ramp kSharp{0.15, 0.50};  // beside the sharpest frames of the shot
inline constexpr double kSharpest = 0.97;  // the quantile that is called the sharpest
inline constexpr double kShotSharpness =
    0.3;  // of the video's sharpest: what those of a shot are at least
inline constexpr double kLeastSharpness = 0.001;
inline constexpr double kUnknown = 0.5;      // calm and alive, of a frame that does not follow
inline constexpr double kFrozenAfter = 0.3;  // seconds in which nothing changes at all

// ---- a window ----

// The score is the product of what each part contributes: (floor + (1 - floor) * part) ^ weight.
struct Part {
  double weight;
  double floor;  // what is left of a score where the part is 0
};

inline constexpr Part kCalm{4.0, 0.02};   // camera shake is what people mind first
inline constexpr Part kAlive{0.6, 0.05};  // a little life is enough
inline constexpr Part kWhole{3.0, 0.10};  // a cut makes two moments of one
inline constexpr Part kExposed{4.0, 0.02};
inline constexpr Part kComplete{0.3, 0.30};  // a guess: decides between equals
inline constexpr Part kCover{1.0, 0.05};     // another frame can be had
inline constexpr Part kSharpPictures{4.0, 0.05};
inline constexpr Part kMoving{5.0, 0.0};  // the share that is not frozen

inline constexpr double kFrozenBelow = 0.5;   // share that is not frozen: a frozen window
inline constexpr double kFrozenKeeps = 1e-9;  // of its score: it comes after all that move

inline constexpr double kEdgeOfAction = 0.15;  // of the window, from either end: before and after

// ---- the cover ----

inline constexpr std::size_t kFramesBefore =
    14;                                      // the still, where possible: phones show less badly
inline constexpr double kCoverEdge = 0.12;   // of the window, from either end: no cover there
inline constexpr double kCoverAtEdge = 0.5;  // left of a given one that is there
inline constexpr double kCoverSharp = 1.0;   // exponents of sharpness and detail beside the best
inline constexpr double kCoverDetail = 3.0;
inline constexpr double kCoverMoving = 0.25;  // left of it where the camera is all but calm
inline constexpr double kCoverFrozen = 0.1;   // left of it where the picture stands still
inline constexpr double kCoverApart =
    0.2;  // seconds around it in which these two and exposure count
inline constexpr double kCoverHalf = 0.5;        // what makes a score of one half
inline constexpr double kCoverNearCut = 0.2;     // left of it one frame from a cut
inline constexpr double kCoverOffCentre = 0.05;  // lost from the middle of the window to its end

inline constexpr double kMostOverlap = 0.1;  // of the duration, between two proposals

// ---- advice ----

inline constexpr double kNothingMovesBelow = 0.004;  // mean local motion and mean speed
inline constexpr double kNothingMovesSpeed = 0.010;
inline constexpr double kTooFastAbove = 0.35;  // diagonals per second
inline constexpr double kTooFastShare = 0.15;  // of the time
inline constexpr double kShakyAbove = 0.12;    // mean shake
inline constexpr double kTimeBefore = 0.3;     // seconds before the still
inline constexpr double kTimeAfter = 0.3;
inline constexpr double kCoverBlurredBelow = 0.7;  // beside the sharpest of the clip
inline constexpr double kCoverBlurredAlways =
    0.08;                                        // sharpness of a picture that is blurred anyway
inline constexpr double kCoverDarkBelow = 0.10;  // brightness

}  // namespace livephoto::select
