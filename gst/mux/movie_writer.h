// A planned movie, pushed out of a pad.
#pragma once

#include <gst/gst.h>

#include <string>
#include <vector>

#include "core/isobmff/movie.h"
#include "gst/support/ptr.h"

namespace livephoto::mux {

// The packets by PacketReference::track.
using TrackBuffers = std::vector<std::vector<gst::Owned<GstBuffer>>>;

// Pushes a whole stream, from stream-start to EOS: the head, the memory of the
// packets as it came, the tail. Stops at the first push that fails; then there
// is no EOS. The caller holds the pad's stream lock.
GstFlowReturn push_movie(
    GstPad* source, const Movie& movie, TrackBuffers tracks, const std::string& stream_id);

}  // namespace livephoto::mux
