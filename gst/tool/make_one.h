// One pair, made by one pipeline in this process.
#pragma once

#include <functional>

#include "gst/tool/job.h"

namespace livephoto::tool {

// `report` hears now and then how far it is, from 0 to 1, as long as it gets on. GStreamer is
// initialized by it, once it is known that there is something to make. `on_made` hears of the pair
// before its pictures are looked at for advice, which only the result has.
Outcome make_one(
    const Job& job,
    const std::function<void(double)>& report,
    const std::function<void(const Outcome&)>& on_made);

}  // namespace livephoto::tool
