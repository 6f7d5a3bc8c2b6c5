// Looks through a video for its moments.
#pragma once

#include <cstddef>
#include <functional>

#include "core/result.h"
#include "core/select/moments.h"
#include "gst/tool/job.h"
#include "gst/tool/suggestions.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {

enum class Reach { Anywhere, Near };  // Near: not where much would have to be read to get there

// `wanted` counts from the first picture, and so does all that comes back: at most `count` moments,
// the best first, with what may be a pity about each. `report` is told how far it is while it gets
// on. The errors of scan().
Result<VideoSuggestions> look(
    const Job& job,
    const Survey& survey,
    const select::Wanted& wanted,
    std::size_t count,
    const std::function<void(double)>& report,
    Reach reach = Reach::Anywhere);

// What the job fixes of the moment.
select::Wanted wanted_of(const Job& job);

}  // namespace livephoto::tool
