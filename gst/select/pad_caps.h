// What livephotoselect's pads take, and the sentences for what they do not.
#pragma once

#include <gst/audio/audio.h>
#include <gst/video/video.h>

#include <initializer_list>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

// Raw, or packets that pass unchanged, one frame each, with the parameter sets beside them.
#define LIVE_PHOTO_VIDEO_CAPS                                                       \
  GST_VIDEO_CAPS_MAKE(GST_VIDEO_FORMATS_ALL)                                        \
  "; video/x-h264, stream-format = (string) { avc, avc3 }, alignment = (string) au" \
  "; video/x-h265, stream-format = (string) { hvc1, hev1 }, alignment = (string) au"
#define LIVE_PHOTO_AUDIO_CAPS                                                \
  GST_AUDIO_CAPS_MAKE(GST_AUDIO_FORMATS_ALL)                                 \
  ", layout = (string) interleaved"                                          \
  "; audio/mpeg, mpegversion = (int) { 4, 2 }, stream-format = (string) raw" \
  "; audio/x-alac"

// Taken only to say why they cannot pass: left unlinked, all that the user would
// hear is the demuxer's "Internal data stream error".
#define LIVE_PHOTO_REFUSED_CAPS                                                           \
  "video/mpeg; video/x-vp8; video/x-vp9; video/x-av1; video/x-theora; video/x-h263"       \
  "; video/x-divx; video/x-xvid; video/x-msmpeg; video/x-wmv; video/x-prores; video/x-dv" \
  "; video/x-flash-video; image/jpeg"

namespace livephoto::select {

// The answer to a CAPS query on `sink`. While it is not linked it offers all that
// it takes, so that a source can be linked and be told what is wrong. Once it is,
// it offers what the peers of `sources` take, so that converters and encoders meet
// by themselves; behind that, what none of them takes at all. Of packets a branch
// behind still_src decodes what it gets, so name it in `of_raw` only.
gst::Owned<GstCaps> sink_caps(
    GstPad* sink,
    std::initializer_list<GstPad*> sources,
    std::initializer_list<GstPad*> of_raw,
    GstCaps* filter);

// Whether these are packets without the layout of a movie because `offered`, of a sink pad,
// has not their profile: parsers fall back to it. They are taken only to be refused.
bool is_left_over(const GstCaps* caps, const GstCaps* offered);

// Why a picture with these caps cannot pass; nothing if it can. Of H.264 the packets
// say whether it is interlaced.
std::optional<Error> refusal_of_picture(const GstCaps* caps);
// Why coded pictures that are interlaced cannot.
Error refusal_of_interlaced();

// Why the sound of the source does not arrive at livephotoselect, though it is
// there: `caps` are those of a stream that nothing took.
Error refusal_of_sound(const GstCaps* caps);

// What is linked to `source` does not take what it sends: the sentence.
std::string not_taken(GstPad* source, const GstCaps* sent);

}  // namespace livephoto::select
