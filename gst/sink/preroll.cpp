#include "gst/sink/preroll.h"

#include <mutex>

#include "gst/sink/impl.h"

namespace livephoto::sink {
namespace {

// The bin holds nothing for its preroll, so a pipeline does not play before its source does.
// Who posts "async done" keeps `prerolling`, and the way to PLAYING waits for it, as GstBaseSink
// does with its preroll lock: GStreamer 1.22 posts that the pipeline is in PAUSED, and notes only
// then that it is not in PLAYING. An application that answered the message meanwhile
// would never get its EOS.
void handle(GstLivePhotoSink* self, GstMessage* message) {
  GST_BIN_CLASS(g_type_class_peek(GST_TYPE_BIN))->handle_message(GST_BIN(self), message);
}

bool captures(GstLivePhotoSink* self) {
  const std::lock_guard lock(self->impl->run.mutex);
  return self->impl->run.live != nullptr;
}

void lose_preroll(GstLivePhotoSink* self) {
  const std::lock_guard lock(self->impl->prerolling);
  self->impl->run.was_flushed = true;
  if (!self->impl->run.async_pending.exchange(true))
    handle(self, gst_message_new_async_start(GST_OBJECT(self)));
}

}  // namespace

void begin_preroll(GstLivePhotoSink* self) {
  self->impl->run.is_flushing = false;
  self->impl->run.was_flushed = false;
  self->impl->run.async_pending = true;
  handle(self, gst_message_new_async_start(GST_OBJECT(self)));
}

void end_preroll(GstLivePhotoSink* self) {
  const std::lock_guard lock(self->impl->prerolling);
  if (self->impl->run.async_pending.exchange(false))
    handle(self, gst_message_new_async_done(GST_OBJECT(self), GST_CLOCK_TIME_NONE));
}

// After a flush only a picture says that the stream is there again: sound of before may still be
// on its way.
void preroll_with(GstLivePhotoSink* self, GstPad* pad) {
  const Run& run = self->impl->run;
  if (run.is_flushing || (run.was_flushed && pad != self->impl->video)) return;
  end_preroll(self);
}

void preroll_flush(GstLivePhotoSink* self, GstPad* pad, GstEvent* event) {
  if (pad != self->impl->video || !captures(self)) return;
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_START) {
    self->impl->run.is_flushing = true;
    lose_preroll(self);
  } else if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) {
    gboolean resets_time = FALSE;
    gst_event_parse_flush_stop(event, &resets_time);
    // Before any data: the pipeline takes its new base time on the way to PLAYING.
    if (resets_time)
      gst_element_post_message(GST_ELEMENT(self), gst_message_new_reset_time(GST_OBJECT(self), 0));
    self->impl->run.is_flushing = false;
  }
}

}  // namespace livephoto::sink
