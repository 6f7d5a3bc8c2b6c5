// The videos in a folder.
#pragma once

#include <filesystem>
#include <functional>
#include <vector>

#include "core/result.h"

namespace livephoto::tool {

// What lies in `folder` and the folders below it and is called like a video, by name. What is
// hidden (".Trash") and what is in .pvt bundles is left out, and so is `output`, if that lies
// below: what was made there is no source. Links to folders are not followed. `is_half` is asked
// for each movie that could be half of a pair; such a one is left out too. Io if a folder cannot be
// read.
Result<std::vector<std::filesystem::path>> videos_in(
    const std::filesystem::path& folder,
    const std::filesystem::path& output,
    const std::function<bool(const std::filesystem::path&)>& is_half);

// By its extension.
bool is_called_like_a_video(const std::filesystem::path& path);

}  // namespace livephoto::tool
