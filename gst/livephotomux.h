// The element that writes the movie: its type and its registration.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVE_PHOTO_MUX (gst_live_photo_mux_get_type())
G_DECLARE_FINAL_TYPE(GstLivePhotoMux, gst_live_photo_mux, GST, LIVE_PHOTO_MUX, GstElement)

GST_ELEMENT_REGISTER_DECLARE(livephotomux)

G_END_DECLS
