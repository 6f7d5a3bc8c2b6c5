// Pictures and sound that come into livephotoselect: chain functions of its pads.
#pragma once

#include <gst/gst.h>

namespace livephoto::select {

GstFlowReturn video_chain(GstPad* pad, GstObject* parent, GstBuffer* given);
GstFlowReturn audio_chain(GstPad* pad, GstObject* parent, GstBuffer* given);

}  // namespace livephoto::select
