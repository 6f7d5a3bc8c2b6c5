// A sink pad of livephotomux, with what the user knows better about its stream.
#pragma once

#include <gst/gst.h>

G_BEGIN_DECLS

#define GST_TYPE_LIVE_PHOTO_MUX_PAD (gst_live_photo_mux_pad_get_type())
G_DECLARE_FINAL_TYPE(GstLivePhotoMuxPad, gst_live_photo_mux_pad, GST, LIVE_PHOTO_MUX_PAD, GstPad)

G_END_DECLS

namespace livephoto::mux {

inline constexpr gint kFindPriming = -1;

// The property `priming`.
gint priming_property(GstPad* pad);

}  // namespace livephoto::mux
