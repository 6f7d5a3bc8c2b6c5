// What makes the taken clip the clip of a lock screen.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "core/result.h"
#include "gst/mux/taken_clip.h"
#include "gst/support/clip_motion.h"

namespace livephoto::mux {

enum class Purpose { Usual, Wallpaper };

enum class MotionChoice { Measured, Neutral };

// Of the parts that rest on a hypothesis alone, those that are written; a GFlagsValue each.
enum Hypothesis : guint {
  HYPOTHESIS_SET_UP_DATA = 1 << 0,
  HYPOTHESIS_CAMERA_VALUES = 1 << 1,
  HYPOTHESIS_VITALITY_SCORE = 1 << 2,
  HYPOTHESIS_ORIENTATION_TRACK = 1 << 3,
};
inline constexpr guint kAllHypotheses = HYPOTHESIS_SET_UP_DATA | HYPOTHESIS_CAMERA_VALUES |
                                        HYPOTHESIS_VITALITY_SCORE | HYPOTHESIS_ORIENTATION_TRACK;

struct WallpaperWishes {
  MotionChoice motion = MotionChoice::Measured;
  guint hypotheses = kAllHypotheses;
};

GType purpose_type();
GType motion_type();
GType hypotheses_type();

// InvalidInput where the motion is to be that of the pictures, and nobody has measured it.
Result<void> make_wallpaper(
    TakenClip& taken, const WallpaperWishes& wishes, const std::optional<gst::ClipMotion>& motion);

}  // namespace livephoto::mux
