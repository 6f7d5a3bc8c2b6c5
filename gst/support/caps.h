// What caps say about a picture, and what an update of them may change.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/capture.h"
#include "gst/support/ptr.h"

namespace livephoto::gst {

// What of `update` changes the decoding of what began with `current`: the media
// type, format, size, codec data, stream format, channels, rate or layout, in
// words ("width 400 to 200"); nothing where the two describe one stream.
std::optional<std::string> incompatible_change(const GstCaps* current, const GstCaps* update);

// One description from two of the same stream: all fields of both; where they
// disagree, that of the fuller caps (at a tie, the newer), and a known frame
// rate wins over an unknown one.
Owned<GstCaps> merged_caps(GstCaps* current, GstCaps* update);

// `caps` of a picture with a frame rate that an encoder can plan with: their own,
// unless it is unknown, or above any camera's (demuxers take a stream's clock
// for its rate) and contradicted by `interval`, the time in nanoseconds between
// two frames. Then it is that interval's, in whole frames a second.
Owned<GstCaps> with_usable_rate(GstCaps* caps, GstClockTime interval);

// A field that is a buffer; empty where there is none.
Bytes bytes_of(const GstStructure* fields, const gchar* field);

// The decoder configuration; empty where the caps have none.
Bytes codec_data_of(const GstStructure* fields);

// Ours, in the caps of packets that are in Dolby Vision: a buffer with the
// DOVIDecoderConfigurationRecord of the source's file.
inline constexpr gchar kDolbyVisionField[] = "dolby-vision-configuration";

// `caps` with that record in them.
Owned<GstCaps> with_dolby_vision(GstCaps* caps, ByteSpan record);

// GStreamer's colorimetry as code points of ISO/IEC 23091-2.
Colour colour_of(const GstVideoColorimetry& colorimetry);

// The same size, shape, rate and colour in another format.
GstVideoInfo info_in_format(const GstVideoInfo& info, GstVideoFormat format);

}  // namespace livephoto::gst
