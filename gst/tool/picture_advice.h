// What may be a pity about a moment, in words.
#pragma once

#include <vector>

#include "gst/tool/job.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

// With a stable code. Times count from the video's first picture.
Advice in_words(const select::PictureAdvice& advice);
std::vector<Advice> in_words(const std::vector<select::PictureAdvice>& advice);

}  // namespace livephoto::tool
