// The element that writes a Live Photo's still.
#pragma once

#include <gst/base/gstbasesink.h>

G_BEGIN_DECLS

#define GST_TYPE_HEIF_STILL_SINK (gst_heif_still_sink_get_type())
G_DECLARE_FINAL_TYPE(GstHeifStillSink, gst_heif_still_sink, GST, HEIF_STILL_SINK, GstBaseSink)
GST_ELEMENT_REGISTER_DECLARE(heifstillsink)

G_END_DECLS
