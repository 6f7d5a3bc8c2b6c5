// A track's format in core/'s terms, from a pad's caps.
#pragma once

#include <gst/gst.h>

#include <cstdint>

#include "core/isobmff/movie.h"
#include "core/result.h"
#include "gst/mux/sink_caps.h"

namespace livephoto::mux {

// Unsupported or InvalidInput, with a sentence, for what the movie cannot hold
// or (Profiles::Apple) Apple's decoders do not play.
Result<VideoFormat> video_format_of(const GstCaps* caps, Profiles profiles);

struct SoundFormat {
  AudioFormat format;
  // As coded, for a whole packet; 0 for PCM, whose buffers have any size.
  std::uint32_t samples_per_packet = 0;
};
Result<SoundFormat> sound_format_of(const GstCaps* caps);

}  // namespace livephoto::mux
