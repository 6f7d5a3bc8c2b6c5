// The picture's way through livephotosink, from its pad to both files.
#pragma once

#include "core/result.h"
#include "gst/sink/impl.h"

namespace livephoto::sink {

// Builds it once what comes is known: by its caps, or where those do not tell by its
// `first` buffer (null: none has come yet). Does so once.
Result<void> build_picture(GstLivePhotoSink* self, const GstCaps* caps, GstBuffer* first);

}  // namespace livephoto::sink
