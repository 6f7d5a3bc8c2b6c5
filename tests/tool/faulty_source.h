// A live source that fails while it plays, for the tests of capture.
#pragma once

#include <gst/gst.h>

// Handles the URIs faulty://breaks, which ends in an error after 300 pictures, and faulty://stalls,
// which sends nothing more then, not a word.
gboolean register_faulty_source(GstPlugin* plugin);
