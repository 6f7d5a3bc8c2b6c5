#include "gst/tool/places.h"

#include <system_error>

#include "core/pair/names.h"

namespace livephoto::tool {

namespace fs = std::filesystem;

bool is_folder_of_pairs(const fs::path& path) {
  std::error_code ignored;
  return lower_case_extension(path) != ".pvt" && fs::is_directory(path, ignored);
}

bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

}  // namespace livephoto::tool
