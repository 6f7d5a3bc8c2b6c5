// Takes what livephotosink mode=trigger keeps: its sink for encoded picture and sound.
#pragma once

#include <gst/gst.h>

#include <memory>

#include "gst/sink/live.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

// A sink with the pads `video` and `audio` that is in no registry. It waits for no clock and holds
// nothing back, so it has no part in the pipeline's latency. `live` is told all; after EOS call
// post_end() once it has said so.
gst::Owned<GstElement> new_live_sink(std::shared_ptr<Live> live);

void post_end(GstElement* live_sink, guint32 sequence_number);

}  // namespace livephoto::sink
