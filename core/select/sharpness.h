// How sharp the sharpest parts of a frame are; internal.
#pragma once

#include "core/select/working_plane.h"

namespace livephoto::select {

// Fine over coarse detail of edges, as this geometry sees them.
struct EdgeRatios {
  double sharp = 1;
  double blurred = 0;
};

EdgeRatios edge_ratios(const Geometry& geometry);

struct Sharpness {
  double edges = 0;   // 0 to 1
  double detail = 0;  // of the whole picture, in steps of 8 bits
};

// On the scale that the ratios of the geometry span. The ratio of two bands says how wide
// edges are, whatever their contrast: the idea of F. Crete et al., "The blur effect: perception and
// estimation with a new no-reference perceptual blur metric", Human Vision and Electronic Imaging
// XII, SPIE 6492 (2007). Energy of gradients as the measure of focus, and that noise is what harms
// it most: S. Pertuz, D. Puig, M. A. Garcia, "Analysis of focus measure operators for
// shape-from-focus", Pattern Recognition 46 (2013), 1415-1432.
Sharpness measure_sharpness(
    const WorkingPlane& plane, const Geometry& geometry, const EdgeRatios& edges);

}  // namespace livephoto::select
