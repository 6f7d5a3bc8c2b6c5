// What livephotosink does otherwise with purpose=wallpaper; internal.
#pragma once

#include <gst/gst.h>
#include <gst/video/video.h>

#include "core/result.h"
#include "gst/livephotosink.h"
#include "gst/sink/settings.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

// Settles the run's settings where it is for a wallpaper: upright pixels of a size that is known to
// be taken, or of the one that is given. InvalidInput where one side alone is given, for
// mode=trigger, and for clips of more than ten seconds.
Result<void> settle_purpose(GstLivePhotoSink* self);

// Pictures a second, of a source of these.
unsigned wallpaper_rate(const Settings& settings, const GstVideoInfo& video);

// Unsupported for pictures, InvalidInput for an encoder, of which none is made.
Result<void> check_for_wallpaper(GstElement* encoder, const GstVideoInfo& video);

gst::Owned<GstCaps> hevc_main();

}  // namespace livephoto::sink
