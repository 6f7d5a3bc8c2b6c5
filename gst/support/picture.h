// A video frame as a picture for the core.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <memory>

#include "core/result.h"
#include "core/still/picture.h"
#include "gst/support/alpha.h"

// The raw formats that the functions below take. Of gray and of the rest
// videoconvert makes one of these. Those with an alpha channel are shown on black.
#define LIVEPHOTO_STILL_FORMATS                                                                  \
  "{ I420, YV12, NV12, NV21, Y42B, Y444, I420_10LE, P010_10LE, I422_10LE, Y444_10LE, I420_12LE," \
  " I422_12LE, Y444_12LE, RGB, BGR, RGBx, BGRx, xRGB, xBGR, " LIVEPHOTO_ALPHA_FORMATS " }"

namespace livephoto::gst {

// A picture and all that its planes need to stay: the mapped frame, or a copy.
// Lives as long as the encoding; it holds a reference to the buffer.
class StillPicture {
 public:
  // The samples as they are, planes apart, value in the low bits. Pixels that
  // are more than 0.5 % from square are made square by scaling up.
  static Result<StillPicture> as_stored(const GstVideoInfo& info, GstBuffer* buffer);

  // The same as full-range RGB of 8 bits; primaries and transfer are left alone.
  static Result<StillPicture> as_rgb(const GstVideoInfo& info, GstBuffer* buffer);

  const Picture& picture() const { return owned_.picture; }

 private:
  struct Unmap {
    void operator()(GstVideoFrame* frame) const {
      gst_video_frame_unmap(frame);
      delete frame;
    }
  };
  using MappedFrame = std::unique_ptr<GstVideoFrame, Unmap>;

  StillPicture(const GstVideoInfo& info, MappedFrame frame);

  static MappedFrame map(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags);
  static Result<MappedFrame> map_checked(const GstVideoInfo& info, GstBuffer* buffer);
  static Result<OpaqueFrame> shown_on_black(const GstVideoInfo& info, GstBuffer* buffer);
  static Result<StillPicture> in_format(
      const GstVideoInfo& info, GstBuffer* buffer, GstVideoFormat format);

  MappedFrame frame_;
  OwnedPicture owned_;  // its storage is empty for the planes that the frame lends
};

}  // namespace livephoto::gst
