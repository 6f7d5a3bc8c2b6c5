// A mapped picture as core/select measures it.
#pragma once

#include <gst/video/video.h>

#include "core/select/frame_measures.h"

namespace livephoto::gst {

// Its first plane, which has to be luma in 8 bits; for as long as the frame is mapped.
inline select::LumaView luma_view(const GstVideoFrame& frame) {
  return {
      .pixels = static_cast<const std::uint8_t*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0)),
      .width = GST_VIDEO_FRAME_WIDTH(&frame),
      .height = GST_VIDEO_FRAME_HEIGHT(&frame),
      .stride = GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0),
      .is_full_range = frame.info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255};
}

}  // namespace livephoto::gst
