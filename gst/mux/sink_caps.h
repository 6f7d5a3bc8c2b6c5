// Which streams livephotomux takes.
#pragma once

#include <gst/gst.h>

#include "gst/support/ptr.h"

namespace livephoto::mux {

enum class TrackKind { Video, Audio };

enum class Profiles {
  Apple,  // what Apple's decoders play
  Any,    // all that the codec has
};

gst::Owned<GstCaps> sink_caps(TrackKind kind, Profiles profiles);

// True for a profile, as in caps, that Apple's decoders play.
bool apple_plays(const gchar* media_type, const gchar* profile);

}  // namespace livephoto::mux
