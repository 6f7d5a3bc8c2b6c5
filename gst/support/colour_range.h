// Corrects what GStreamer says of a picture's range where the coded stream knows better.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

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

// The same, but null where something on the way has made samples of another range of
// those that came from the decoder.
Owned<GstCaps> coded_caps_of_samples(GstPad* sink);

// What raw caps say of their colours. Of "1:0:0:0", a full range and no more, GStreamer
// 1.22 believes nothing: here the range stays, and the rest is what it takes unasked.
// Nothing for caps of no picture.
std::optional<GstVideoColorimetry> colorimetry_of(const GstCaps* raw);

// `caps`, raw or coded, with the range of the `coded` stream they are of (null: not known)
// and, if raw, without gaps that GStreamer would fill otherwise. qtdemux 1.22
// takes every movie with a colr box for one of limited range, and parsers and decoders
// believe it: such a still is too bright and has no black.
Owned<GstCaps> with_true_range(GstCaps* caps, const GstCaps* coded);

}  // namespace livephoto::gst
