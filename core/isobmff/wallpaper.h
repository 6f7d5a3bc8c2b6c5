// What a movie has beside a plain one's so that it has all that a moving lock screen is known to
// look at.
//
// That iOS takes it was never shown: docs/lock-screen.md says of each part what it rests on.
#pragma once

#include <chrono>
#include <cstddef>
#include <optional>
#include <vector>

#include "../homography.h"

namespace livephoto {

// Where a frame lies over the still's.
struct FramePlace {
  std::chrono::nanoseconds time{0};    // presentation time, on the clock of the packets
  Homography over_still = kSamePlace;  // in pixels as coded, from the upper left corner
};

struct Wallpaper {
  // By time, one for each frame that is shown. Empty: the camera did not move.
  std::vector<FramePlace> places{};
  // How lively the clip is, from 0 to 1; nothing: the movie does not say.
  std::optional<double> vitality{};

  // Hypotheses, each of which can be left away to try it.
  bool has_orientation = true;      // a track video-orientation, as cameras write it
  bool has_set_up = true;           // set-up data of ours in live-photo-info
  bool has_camera_values = true;    // exposure, zoom and the like of no camera in its records
  bool needs_length = true;         // kWallpaperShortest at least, or it is refused
  bool needs_frames_before = true;  // kWallpaperFramesBefore at least, or it is refused
};

// Both are hypotheses: all that are known have as much.
inline constexpr std::size_t kWallpaperFramesBefore = 14;  // before the still
inline constexpr std::chrono::seconds kWallpaperShortest{1};

}  // namespace livephoto
