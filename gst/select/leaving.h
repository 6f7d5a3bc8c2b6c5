// What of a clip leaves livephotoselect, and when.
#pragma once

#include <mutex>

#include "core/result.h"
#include "gst/select/impl.h"
#include "gst/select/window.h"

namespace livephoto::select {

// Sends what of the sound is certain, and its EOS once nothing more can come.
Result<void> pump_sound(Impl& impl, bool has_source);

// Lets out what a step decided, under `lock`, holds `next` if the step does, and
// ends the clip if it is complete.
GstFlowReturn follow(
    GstLivePhotoSelect* self,
    std::unique_lock<std::mutex>& lock,
    const Result<Step>& step,
    HeldPicture next = {});
// The same for a picture that comes as packets: `taken_in` says whether the last
// could be.
GstFlowReturn follow_packets(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, const Result<void>& taken_in);

}  // namespace livephoto::select
