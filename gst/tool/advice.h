// What a friend would say of a pair, from what is known without looking at the picture.
#pragma once

#include <vector>

#include "gst/tool/job.h"

namespace livephoto::tool {

// Never a reason not to make it.
std::vector<Advice> advice_on(const Job& job, const MadePair& pair);

}  // namespace livephoto::tool
