// Which of the installed decoders and encoders livephotosink takes, and how it sets them.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

// What the encoder has to keep of a picture.
enum class Depth { Usual, High };  // 8 bit in SDR; more bits, or HDR

// Of raw caps. What they do not say is usual.
Depth depth_of(const GstCaps* raw);

// An encoder that makes what livephotomux takes: H.264 of a usual picture, H.265 of a
// high one. `wanted` is a factory's name, or one with properties as in gst-launch
// ("x264enc quantizer=18"); empty: the best that is installed and works here,
// hardware before software, set to constant quality. Unsupported, with what to
// install, where there is none; InvalidInput where `wanted` names no such element.
Result<gst::Owned<GstElement>> video_encoder(const std::string& wanted, Depth depth);

// The same for sound: AAC.
Result<gst::Owned<GstElement>> audio_encoder(const std::string& wanted);

// The parser that belongs behind what makes `caps` (its output, or its template's); null
// where none is needed.
gst::Owned<GstElement> parser_for(const GstCaps* caps);

// The decoder of highest rank for packets of `caps`, in software, because only such
// are known to show exactly the frames of a segment. Unsupported where there is none.
Result<gst::Owned<GstElement>> decoder_for(const GstCaps* caps);

// An element of GStreamer's own by its factory's name. Unsupported, with what to
// install, if it is not there.
Result<gst::Owned<GstElement>> make_element(const gchar* factory);

}  // namespace livephoto::sink
