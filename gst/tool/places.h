// What stands under a name.
#pragma once

#include <filesystem>

namespace livephoto::tool {

// A folder of other files, which the .pvt folder of a pair is not.
bool is_folder_of_pairs(const std::filesystem::path& path);

// A file, a folder, or a link that may lead nowhere.
bool is_there(const std::filesystem::path& path);

}  // namespace livephoto::tool
