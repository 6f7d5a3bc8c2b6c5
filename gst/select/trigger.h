// mode=trigger: keeps what comes until capture is called, and lets it into the clip then.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/livephotoselect.h"
#include "gst/select/settings.h"
#include "gst/support/ring.h"

namespace livephoto::select {

using std::chrono::nanoseconds;

// Guarded by Impl::mutex.
struct Trigger {
  enum class State {
    Off,      // another mode
    Waiting,  // for the call
    Called    // the window is known; what is kept leaves before what comes
  };
  State state = State::Off;
  nanoseconds before{0};
  nanoseconds after{0};
  nanoseconds latency{0};  // of the pipeline: so much later a picture is on screen
  gst::Ring pictures{0};
  gst::Ring sounds{0};
  gst::Owned<GstEvent> sound_eos;  // the sound has ended already

  // Waits for the next call, if that is the mode.
  void arm(const Settings& settings);
};

// Begins the clip: the identifier of the pair to come. InvalidInput, with what to do, where
// that cannot be. From any thread.
Result<std::string> capture_now(GstLivePhotoSelect* self);

// Functions of the pads, before those of arriving.h, sink_events.h and answers.h.
GstFlowReturn trigger_chain(GstPad* pad, GstObject* parent, GstBuffer* buffer);
gboolean trigger_sink_event(GstPad* pad, GstObject* parent, GstEvent* event);
gboolean trigger_src_event(GstPad* pad, GstObject* parent, GstEvent* event);

}  // namespace livephoto::select
