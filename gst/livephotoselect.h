// The element that chooses the moment: its type and its registration.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVE_PHOTO_SELECT (gst_live_photo_select_get_type())
G_DECLARE_FINAL_TYPE(
    GstLivePhotoSelect, gst_live_photo_select, GST, LIVE_PHOTO_SELECT, GstElement)

GST_ELEMENT_REGISTER_DECLARE(livephotoselect)

G_END_DECLS
