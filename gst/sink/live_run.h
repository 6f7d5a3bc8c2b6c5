// livephotosink mode=trigger from READY to PAUSED and back.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "core/result.h"
#include "gst/livephotosink.h"

namespace livephoto::sink {

bool waits_for_trigger(GstLivePhotoSink* self);

// Puts the sink for captures into the bin, in place of the elements of a single pair, which stay
// as the pattern of each capture's. InvalidInput, or as PairFiles::begin(), where no capture
// could be written.
Result<void> start_live(GstLivePhotoSink* self);

// Whatever the state is: takes down what start_live() has built. The elements are in READY or
// below.
void stop_live(GstLivePhotoSink* self);

// Begins a capture of what is on screen. InvalidInput, with what to do, where that cannot be.
Result<std::string> capture_now(GstLivePhotoSink* self);

// What a handler of `format-location` answers for `number`; nothing where there is none, or NULL.
std::optional<std::string> answered_location(GstLivePhotoSink* self, guint number);
// A location for `number`: the application's, or that of the property. Empty where there is none.
std::string location_of(GstLivePhotoSink* self, guint number);
// Whether the application names each pair itself.
bool is_named_by_application(GstLivePhotoSink* self);

}  // namespace livephoto::sink
