// What makes the taken clip the clip of a lock screen.
#pragma once

#include <gst/gst.h>

#include "core/result.h"
#include "gst/mux/taken_clip.h"

namespace livephoto::mux {

enum class Purpose { Usual, Wallpaper };

enum class MotionChoice { Measured, Neutral };

// Of what rests on a hypothesis alone, what is kept to; a GFlagsValue each.
enum Hypothesis : guint {
  HYPOTHESIS_SET_UP_DATA = 1 << 0,
  HYPOTHESIS_CAMERA_VALUES = 1 << 1,
  HYPOTHESIS_VITALITY_SCORE = 1 << 2,
  HYPOTHESIS_ORIENTATION_TRACK = 1 << 3,
  HYPOTHESIS_LEAST_LENGTH = 1 << 4,
  HYPOTHESIS_FRAMES_BEFORE = 1 << 5,
};
inline constexpr guint kAllHypotheses = (1 << 6) - 1;

struct WallpaperWishes {
  MotionChoice motion = MotionChoice::Measured;
  guint hypotheses = kAllHypotheses;
};

GType purpose_type();
GType motion_type();
GType hypotheses_type();

// How the pictures moved is asked before `video`, the muxer's pad, without a lock. InvalidInput
// where their motion is wished for, and nobody has measured it.
Result<void> make_wallpaper(TakenClip& taken, const WallpaperWishes& wishes, GstPad* video);

}  // namespace livephoto::mux
