// When livephotosink is in PAUSED: with the first data, and in mode=trigger again after a flush.
#pragma once

#include <gst/gst.h>

#include "gst/livephotosink.h"

namespace livephoto::sink {

// From READY to PAUSED: the bin is there when data are.
void begin_preroll(GstLivePhotoSink* self);
// Whether there are any or not.
void end_preroll(GstLivePhotoSink* self);

// Data, or their end, have come by a pad of the bin.
void preroll_with(GstLivePhotoSink* self, GstPad* pad);

// Takes note of the flushes among a pad's events. With mode=trigger the sink answers one of the
// picture as GstBaseSink does, so that the pipeline's clock and the stream agree again.
void preroll_flush(GstLivePhotoSink* self, GstPad* pad, GstEvent* event);

}  // namespace livephoto::sink
