// One pair, made by one pipeline in this process.
#pragma once

#include <functional>

#include "gst/tool/job.h"

namespace livephoto::tool {

// `report` hears now and then how far it is, from 0 to 1, as long as it gets on. GStreamer is
// initialized by it, once it is known that there is something to make.
Outcome make_one(const Job& job, const std::function<void(double)>& report);

}  // namespace livephoto::tool
