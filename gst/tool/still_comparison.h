// Looks at the still and at the movie's frames: whether the marked one is the still's, and how much
// moves before it.
#pragma once

#include "core/pair/inspect.h"
#include "core/pair/verify.h"

namespace livephoto::tool {

// Adds still_frame_check() to Apple's checks, or says in `not_compared` why the pictures were
// not looked at: no working marker, a movie of more than 30 s, no decoder. Decodes the whole
// movie, by GStreamer, and the still, by that or libheif.
void compare_still(const StillFacts& still, const MovieFacts& movie, Verification& verification);

// As well wallpaper_movement_check(), of the same decoded frames; what of the two cannot be told is
// said in `not_compared`.
void compare_still_and_movement(
    const StillFacts& still, const MovieFacts& movie, Verification& verification);

}  // namespace livephoto::tool
