// Writes the pair of one capture, whose packets are all there.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <string>
#include <vector>

#include "core/result.h"
#include "gst/livephotosink.h"
#include "gst/sink/kept_still.h"
#include "gst/sink/pattern.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

using gst::adopt;
using gst::Owned;
using gst::retain;
using std::chrono::nanoseconds;

struct LivePacket {
  Owned<GstBuffer> buffer;
  nanoseconds time{0};  // running time at which it is shown or heard
};

struct LiveStream {
  Owned<GstCaps> caps;  // null: there is none
  std::vector<Owned<GstTagList>> tags;
  std::vector<LivePacket> packets;  // from a sync frame on, in decode order
};

// Times are running times.
struct LiveClip {
  std::string identifier;
  std::string location;  // as it is, whatever per cent signs are in it
  SetTags tags{};        // the application's, at the call
  nanoseconds begin{0};
  nanoseconds duration{0};
  nanoseconds still{0};
  KeptPicture kept{};  // the still's picture; empty: its packets are decoded
  LiveStream picture;
  LiveStream sound;
};

// Makes a pipeline of its own with a livephotosink in it that cuts the clip out of the packets,
// lets it end, and takes it down again. It has what `pattern` and the elements in it have been
// set to. Called from a thread of its own; warnings and the like are posted by `pattern`.
// Answers the message `live-photo-written`; after an error neither file is there.
Result<Owned<GstStructure>> write_live_pair(GstLivePhotoSink* pattern, LiveClip clip);

}  // namespace livephoto::sink
