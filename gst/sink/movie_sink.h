// Takes the movie from livephotomux into a file that waits for its name.
#pragma once

#include <gst/gst.h>

#include <functional>
#include <span>

#include "core/bytes.h"
#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::sink {

struct MovieReceiver {
  std::function<Result<void>(std::span<const ByteSpan>)> write;  // the next pieces of it
  std::function<void()> forget;                                  // a flush: it begins again
};

// A sink for bytes, async=false and sync=false, that is in no registry. It calls
// `receiver` from the streaming thread, and posts what that finds wrong.
gst::Owned<GstElement> new_movie_sink(MovieReceiver receiver);

}  // namespace livephoto::sink
