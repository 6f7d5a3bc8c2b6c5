// Lists of videos and moments that come from a file or a pipe.
#pragma once

#include <istream>
#include <string>
#include <vector>

#include "core/result.h"
#include "gst/tool/plan.h"

namespace livephoto::tool {

// JSON Lines: on each line an object with "video", and as far as they are known "start",
// "duration", "still" (seconds as a number, or a time as on the command line) and "output". Other
// names are passed over, so that what other programs note stays. `name` is what errors call the
// list.
Result<std::vector<Wish>> read_moments(std::istream& list, const std::string& name);

// Names that end with a zero byte each, as `find -print0` writes them. The last may lack it.
Result<std::vector<std::filesystem::path>> read_names(std::istream& list, const std::string& name);

}  // namespace livephoto::tool
