// Which of the installed decoders and encoders livephotosink takes, and how it sets them.
#pragma once

#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>

#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

// What the encoder has to keep of a picture.
enum class Depth { Usual, High };  // 8 bit in SDR; more bits, or HDR

// Of raw caps. What they do not say is usual.
Depth depth_of(const GstCaps* raw);

// How long an encoder runs.
enum class Use {
  Clip,
  Live,  // all the time: the packet of a picture is there soon after it
};

// What the user wants to be encoded with; the first of these that is given counts.
struct EncoderWish {
  std::string name{};  // a factory's, with properties as in gst-launch if need be
  GstEncodingProfile* profile = nullptr;  // on loan: of the stream, or a container with one of it
  Use use = Use::Clip;
};

// An encoder that makes what livephotomux takes: H.264 of a usual picture, H.265 of a
// high one. Without a wish the best that is installed and works here, hardware before
// software, set to constant quality. Unsupported, with what to install, where there is
// none; InvalidInput where the wish names no encoder, or a preset that it does not have.
Result<gst::Owned<GstElement>> video_encoder(const EncoderWish& wish, Depth depth);

// The same for sound: AAC.
Result<gst::Owned<GstElement>> audio_encoder(const EncoderWish& wish);

enum class Kind { Picture, Sound };

// The format that the wish's profile asks for, also of what its encoder could make
// otherwise; null without a profile that counts.
gst::Owned<GstCaps> wished_format(const EncoderWish& wish, Kind kind);

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
