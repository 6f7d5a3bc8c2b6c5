// The sound's way through livephotosink, from its pad to the movie.
#pragma once

#include "core/result.h"
#include "gst/sink/impl.h"

namespace livephoto::sink {

// The way to the muxer, as soon as a source of sound is linked: without one the
// movie has no track for it.
void open_sound(GstLivePhotoSink* self);

// What is on it, once the sound's caps are known.
Result<void> build_sound(GstLivePhotoSink* self, const GstCaps* caps);

}  // namespace livephoto::sink
