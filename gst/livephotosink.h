// The bin that makes a whole Live Photo: its type and its registration.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVE_PHOTO_SINK (gst_live_photo_sink_get_type())
G_DECLARE_FINAL_TYPE(GstLivePhotoSink, gst_live_photo_sink, GST, LIVE_PHOTO_SINK, GstBin)

GST_ELEMENT_REGISTER_DECLARE(livephotosink)

G_END_DECLS
