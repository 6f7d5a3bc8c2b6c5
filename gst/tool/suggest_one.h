// Finds the moments of one video and shows them for a sheet, in the process that is there for it.
#pragma once

#include <functional>

#include "gst/tool/job.h"

namespace livephoto::tool {

// `report` is called while it gets on, with how far it is.
Outcome suggest_one(const Job& job, const std::function<void(double)>& report);

}  // namespace livephoto::tool
