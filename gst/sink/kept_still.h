// Puts a picture that was kept raw in place of the packets that it was encoded to.
#pragma once

#include <gst/gst.h>

#include "gst/support/ptr.h"

namespace livephoto::sink {

// One raw picture; empty where none was kept.
struct KeptPicture {
  gst::Owned<GstBuffer> buffer;
  gst::Owned<GstCaps> caps;
};

// Stands where the still's decoder would, and is in no registry: instead of what the packets
// show it puts out `picture`, at the begin of the segment. Tags and the questions of the
// handshake (gst/support/handshake.h) pass.
gst::Owned<GstElement> new_kept_still(KeptPicture picture);

}  // namespace livephoto::sink
