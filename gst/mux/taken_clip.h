// A clip whose last packet has come, out of reach of the streaming threads.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/isobmff/movie.h"
#include "core/result.h"
#include "gst/mux/movie_writer.h"
#include "gst/mux/sinks.h"
#include "gst/support/ptr.h"

namespace livephoto::mux {

// What the user says of the clip; it wins over the streams' tags.
struct Wishes {
  std::string content_identifier{};                // empty: by tag
  GstClockTime marker_time = GST_CLOCK_TIME_NONE;  // none: by tag
  MovieLayout layout = MovieLayout::Camera;
  std::string fingerprint{};
};

struct TakenClip {
  Clip clip{};  // but for its capture info
  TrackBuffers buffers{};
  bool has_still_time = false;
  bool has_dolby_vision = false;
  gst::Owned<GstTagList> tags{};  // of the streams; null if there are none
};

// Moves the packets out of the pads.
TakenClip take_clip(const Sinks& sinks, const Wishes& wishes);

// InvalidInput, with a sentence, for a clip that is no Live Photo's.
Result<Movie> plan(const TakenClip& taken);

}  // namespace livephoto::mux
