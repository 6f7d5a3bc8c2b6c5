// What capture takes Live Photos of, as a pipeline that ends in livephotosink.
#pragma once

#include <gst/gst.h>

#include <string>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {

// Before its pads are queues of the names "picture" and "sound", once there are such streams.
struct CapturePipeline {
  gst::Owned<GstElement> pipeline;
  GstElement* sink = nullptr;  // livephotosink mode=trigger; the pipeline owns it
};

// `source` is "test", a camera (/dev/video0), a URI, or a file, which is played in its own time.
// InvalidInput or Io where it is none of these, Unsupported where an element is missing.
Result<CapturePipeline> new_capture_pipeline(const std::string& source);

}  // namespace livephoto::tool
