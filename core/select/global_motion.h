// How the picture moved between two frames, as a whole and in its parts; internal.
#pragma once

#include <vector>

#include "core/select/working_plane.h"

namespace livephoto::select {

struct PairMotion {
  GlobalMotion global;
  double local = 0;     // what is left of it in the liveliest parts, in pixels of the full plane
  double likeness = 0;  // correlation of the two, small and laid over each other: -1 to 1
};

// A displacement of each point: a similarity around the picture's centre, in pixels of the full
// plane.
struct Similarity {
  double scale = 0;  // zoom * cos(roll) - 1
  double turn = 0;   // zoom * sin(roll)
  double dx = 0;
  double dy = 0;
};

// One block of a level against the frame before, of which gradients are taken.
struct BlockMatch {
  double x = 0;  // of its centre, from the picture's, in pixels of the full plane
  double y = 0;
  double qx = 0;  // where it was compared, in pixels of the level
  double qy = 0;
  double xx = 0, xy = 0, yy = 0;  // of its gradients
  double ex = 0, ey = 0;          // gradients times differences
  double energy = 0;              // of the differences
  double weight = 0;
  bool is_inside = false;
};

// Hierarchical: a search at the smallest level, then Lucas and Kanade's method block by block and
// level by level (B. Lucas, T. Kanade, "An iterative image registration technique with an
// application to stereo vision", IJCAI 1981; gradients of the frame before alone, as in S. Baker,
// I. Matthews, "Lucas-Kanade 20 years on", IJCV 56, 2004). The similarity is fitted to all blocks
// by least squares with weights that drop blocks which move otherwise (S. Geman, D. McClure 1987).
class MotionFinder {
 public:
  PairMotion find(const WorkingPlane& before, const WorkingPlane& now, const Geometry& geometry);

 private:
  void refine(const Plane16& before, const Plane16& now, const Geometry& geometry, int level);
  void match(const Plane16& before, const Plane16& now, const Geometry& geometry, int level);
  void fit(double unit, double reach, bool only_shift);
  double noise_energy(double factor);
  double support(double factor, double noise) const;
  double local_motion(double factor, double noise);

  std::vector<BlockMatch> blocks_;
  std::vector<double> amounts_;
  Similarity motion_;
};

}  // namespace livephoto::select
