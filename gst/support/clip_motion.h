// How the pictures of a clip moved before they were encoded, which livephotomux asks upstream.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <vector>

#include "core/select/camera_path.h"
#include "core/select/frame_measures.h"

namespace livephoto::gst {

// What was measured of each picture, by running time.
struct ClipMotion {
  std::vector<select::FrameMeasures> frames;
  std::vector<select::KeptPlane> planes;  // of each, 130 KiB at most; or none
  select::PlaneSize size;
};

// Asks whoever measures before `pad`, through encoder and parser, who hands over what it has;
// nothing where nobody does.
std::optional<ClipMotion> clip_motion_before(GstPad* pad);

// From now on every picture that leaves by `pad` is measured, and clip_motion_before() gets its
// answer here, until this probe is removed. The first plane of the pictures has to be their luma in
// 8 bits.
gulong measure_motion(GstPad* pad, bool keeps_planes);

}  // namespace livephoto::gst
