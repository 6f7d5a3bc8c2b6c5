// How light and dark a frame is, and how much of that changed; internal.
#pragma once

#include "core/select/working_plane.h"

namespace livephoto::select {

struct Light {
  double brightness = 0;
  double contrast = 0;
  double clipped_dark = 0;
  double clipped_bright = 0;
};

// Contrast is that of the root mean square: E. Peli, "Contrast in complex images", JOSA A 7 (1990),
// 2032-2040.
Light measure_light(const Plane16& plane, bool is_full_range);

struct Change {
  double mean = 0;  // absolute, of the full scale
  double most = 0;  // of all tiles
};

Change measure_change(
    const Plane16& before, const Plane16& now, const Geometry& geometry, bool is_full_range);

}  // namespace livephoto::select
