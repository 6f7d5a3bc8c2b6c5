// What livephotoselect answers: queries of both sides, and events from downstream.
#pragma once

#include <gst/gst.h>

namespace livephoto::select {

// Functions of its pads.
gboolean sink_query(GstPad* pad, GstObject* parent, GstQuery* query);
gboolean src_query(GstPad* pad, GstObject* parent, GstQuery* query);
gboolean src_event(GstPad* pad, GstObject* parent, GstEvent* given);  // takes the event
GstIterator* iterate_links(GstPad* pad, GstObject* parent);

}  // namespace livephoto::select
