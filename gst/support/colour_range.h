// Corrects what GStreamer says of a picture's range where the coded stream knows better.
#pragma once

#include <gst/gst.h>

#include <optional>

#include "gst/support/ptr.h"

namespace livephoto::gst {

// Whether the stream of these caps (H.264 or H.265 with codec_data) uses the full
// range, as its sequence parameter set says (video_full_range_flag, ISO/IEC
// 14496-10, E.2.1, and 23008-2, E.3.1); nothing where it does not say.
std::optional<bool> full_range_of(const GstCaps* coded);

// The caps of the coded stream that what arrives at `sink` is, or was decoded from,
// as far as they are known; null where there is none.
Owned<GstCaps> coded_caps_before(GstPad* sink);

// `caps`, raw or coded, with the range of the `coded` stream they are of. qtdemux 1.22
// takes every movie with a colr box for one of limited range, and parsers and decoders
// believe it: such a still is too bright and has no black.
Owned<GstCaps> with_true_range(GstCaps* caps, const GstCaps* coded);

}  // namespace livephoto::gst
