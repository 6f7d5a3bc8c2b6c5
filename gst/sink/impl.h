// What livephotosink consists of, for the files that say what it does; internal.
#pragma once

#include <gst/gst.h>

#include <atomic>
#include <memory>
#include <mutex>
#include <vector>

#include "gst/livephotosink.h"
#include "gst/sink/kept_still.h"
#include "gst/sink/live.h"
#include "gst/sink/pair_files.h"
#include "gst/sink/settings.h"
#include "gst/support/ptr.h"

GST_DEBUG_CATEGORY_EXTERN(live_photo_sink_debug);
#define GST_CAT_DEFAULT live_photo_sink_debug

namespace livephoto::sink {

using gst::adopt;
using gst::Owned;
using gst::retain;

// From READY to PAUSED and back. `mutex` guards what follows it; it is never held
// while anything is linked, added or pushed.
struct Run {
  Settings settings;
  StillFormat still_format = StillFormat::Heic;
  std::mutex mutex;
  std::vector<GstElement*> added{};  // to the bin, which owns them
  Owned<GstPad> sound_pad;           // of the muxer, once there is sound
  Owned<GstStructure> selected;      // the last `live-photo-selected`
  std::shared_ptr<Live> live;        // with mode=trigger
  GstElement* live_sink = nullptr;   // and its sink, which is among those that were added
  std::atomic<bool> video_built = false;
  std::atomic<bool> video_seen = false;     // a buffer of it
  std::atomic<bool> decoded_built = false;  // what is behind a decoder of it
  std::atomic<bool> audio_built = false;
  std::atomic<bool> async_pending = false;
  std::atomic<bool> is_flushing = false;  // the picture, with mode=trigger
  std::atomic<bool> was_flushed = false;
  gulong motion_probe = 0;  // at select's pictures, for a wallpaper
};

struct Impl {
  Settings settings;  // guarded by the object lock
  Run run;
  PairFiles files;
  std::mutex prerolling;
  std::mutex opening_sound;
  guint pairs_begun = 0;
  GstElement* select = nullptr;  // the bin owns its elements and pads
  GstElement* mux = nullptr;
  GstElement* still = nullptr;
  GstElement* movie = nullptr;
  KeptPicture kept;  // for a pair of packets: what the still shows
  GstPad* video = nullptr;
  GstPad* audio = nullptr;
};

}  // namespace livephoto::sink

struct _GstLivePhotoSink {
  GstBin parent;
  livephoto::sink::Impl* impl;
};
