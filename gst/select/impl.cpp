#include "gst/select/impl.h"

#include <utility>

#include "gst/select/pad_caps.h"
#include "gst/support/error.h"

namespace livephoto::select {

bool is_video(const Impl& impl, const GstPad* pad) { return pad == impl.video_sink; }

Input& input_of(Impl& impl, const GstPad* pad) {
  return is_video(impl, pad) ? impl.run.video : impl.run.audio;
}

GstFlowReturn fail(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, const Error& error) {
  const bool first = !std::exchange(self->impl->run.failed, true);
  lock.unlock();
  if (first) gst::post_error(self, error);
  return GST_FLOW_ERROR;
}

void branch_failed(GstLivePhotoSelect* self, GstPad* source, GstFlowReturn flow) {
  Impl& impl = *self->impl;
  std::unique_lock lock(impl.mutex);
  const bool first = !std::exchange(impl.run.failed, true);
  const Input& input = source == impl.audio_src ? impl.run.audio : impl.run.video;
  const auto sent = input.sent_caps ? retain(input.sent_caps.get()) : nullptr;
  lock.unlock();
  if (flow == GST_FLOW_NOT_NEGOTIATED && first) {
    const auto sentence = not_taken(source, sent.get());
    GST_ELEMENT_ERROR(self, CORE, NEGOTIATION, ("%s", sentence.c_str()), (nullptr));
  }
}

}  // namespace livephoto::select
