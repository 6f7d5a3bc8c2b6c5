// How a clip of livephotoselect ends, and what ends it early.
#pragma once

#include <gst/gst.h>

#include "gst/livephotoselect.h"
#include "gst/select/impl.h"

namespace livephoto::select {

// True, and the run is over, if no picture can ever come.
bool fail_without_video(GstLivePhotoSelect* self);
// The same where nothing at all came; told by the watch.
void fail_without_source(GstElement* element);

// The clip's last frame has left. The still is settled before the movie's EOS
// leaves, in which a muxer may block until PLAYING.
GstFlowReturn complete_clip(GstLivePhotoSelect* self);
// The movie has been written, so the still may have its name.
void end_still(Impl& impl);

}  // namespace livephoto::select
