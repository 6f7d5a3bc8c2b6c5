// What the page for choosing shows of one video: its pictures and movies, and what is known of it.
#pragma once

#include <filesystem>
#include <functional>

#include "core/result.h"
#include "gst/tool/suggestions.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {

// Writes it to `file`, as the text that goes into the page. As make_part().
Result<void> make_pick_part(
    const std::filesystem::path& file,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report);

}  // namespace livephoto::tool
