// A frame that has an alpha channel, shown on black.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include "gst/support/ptr.h"

// The formats that on_black() takes, to be put between other formats.
#define LIVEPHOTO_ALPHA_FORMATS \
  "RGBA, BGRA, ARGB, ABGR, AYUV, A420, A420_10LE, A422_10LE, A444_10LE"

namespace livephoto::gst {

// What on_black() makes of frames of `info`, but for their memory.
GstVideoInfo opaque_info(const GstVideoInfo& info);

struct OpaqueFrame {
  GstVideoInfo info;
  Owned<GstBuffer> buffer;
};

// The same picture without its alpha channel, planes apart or as RGB: each sample is
// brought to black's by its alpha, by the mean of their alphas where one sample of
// colour is that of several pixels, as players do it: in the signal, not in
// light. Where `info` says that this was done already (premultiplied), the samples
// stay. `info` is of one of LIVEPHOTO_ALPHA_FORMATS, `frame` is mapped with it and
// holds all that it promises.
OpaqueFrame on_black(const GstVideoInfo& info, const GstVideoFrame& frame);

}  // namespace livephoto::gst
