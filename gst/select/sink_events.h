// Events that come into livephotoselect.
#pragma once

#include <gst/gst.h>

namespace livephoto::select {

// Event function of its sink pads. Takes the event.
gboolean sink_event(GstPad* pad, GstObject* parent, GstEvent* given);

}  // namespace livephoto::select
