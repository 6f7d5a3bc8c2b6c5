// Lays frames over one of them directly, so that errors from frame to frame do not add up;
// internal.
#pragma once

#include <vector>

#include "core/homography.h"
#include "core/select/frame_measures.h"

namespace livephoto::select {

// A frame made small and soft, to be kept until it is known which one the others are laid over:
// at most 480 pixels a side.
struct KeptPlane {
  int width = 0;
  int height = 0;
  int factor = 1;                      // pixels of the frame to one of these, in each direction
  std::vector<std::uint8_t> values{};  // row by row
};

KeptPlane kept_plane(const LumaView& luma);

// Gauss and Newton's method on a similarity and a difference of brightness, with weights that drop
// what moves otherwise (S. Baker, I. Matthews, "Lucas-Kanade 20 years on", IJCV 56, 2004).
class Registration {
 public:
  explicit Registration(const KeptPlane& still);

  // How `frame` lies over the still, in pixels of the frames, near `guess`, which is a similarity.
  // The guess itself where the two have too little in common, or another size.
  Homography align(const KeptPlane& frame, const Homography& guess) const;

 private:
  struct Pixel {
    float value = 0;
    float across = 0;  // its gradients
    float down = 0;
  };

  int width_;
  int height_;
  int factor_;
  std::vector<Pixel> pixels_;
};

}  // namespace livephoto::select
