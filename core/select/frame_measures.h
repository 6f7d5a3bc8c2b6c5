// What is measured of one frame of a video, on its luma plane.
#pragma once

#include <chrono>
#include <cstddef>
#include <cstdint>

namespace livephoto::select {

using std::chrono::nanoseconds;

// A luma plane, lent for one call.
struct LumaView {
  const std::uint8_t* pixels = nullptr;  // of the first row
  int width = 0;                         // in pixels, at least 1
  int height = 0;
  std::ptrdiff_t stride = 0;   // bytes from one row to the next
  bool is_full_range = false;  // black is 0 and white 255; else 16 and 235
};

// How the picture as a whole moved since the frame before. A point there, in pixels from the
// picture's centre, x to the right, y down, is here at zoom * R(roll) * point + (dx, dy).
struct GlobalMotion {
  double dx = 0;  // in pixels of the plane that was measured
  double dy = 0;
  double zoom = 1;     // above 1: what is seen grows
  double roll = 0;     // in radians, clockwise as seen
  double support = 0;  // the share of what has texture that moves so, 0 to 1
};

// Of a frame that does not follow, what compares two frames is at its default.
struct FrameMeasures {
  nanoseconds time{0};   // when it is shown
  bool follows = false;  // the frame before it was measured too: what compares the two is known
  double sharpness =
      0;              // of its sharpest parts: 1 are edges as a good lens draws them, 0 is a blur
  double detail = 0;  // root of the energy of fine detail beyond noise, in steps of 8 bits: grows
                      // with contrast too, and tells sharper from less sharp frames of one scene
  double brightness = 0;    // the mean, 0 is black, 1 is white
  double contrast = 0;      // twice the standard deviation: 1 is half black, half white
  double clipped_dark = 0;  // shares of the picture, 0 to 1
  double clipped_bright = 0;
  double difference = 0;    // mean absolute, to the frame before, of the full scale
  GlobalMotion motion;      // from the frame before; none at a cut
  double speed = 0;         // of that, on average over the picture, in picture diagonals per second
  double shake = 0;         // what of that speed the last half second does not have in common
  double local_motion = 0;  // what moves against it, in the liveliest parts; diagonals per second
  bool is_cut = false;      // another shot begins with it
  bool is_repeat = false;   // shows again what the frame before showed; speed, shake and
                            // local_motion are then those of the last one that did not
};

}  // namespace livephoto::select
