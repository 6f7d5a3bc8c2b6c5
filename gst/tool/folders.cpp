#include "gst/tool/folders.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>
#include <string_view>

#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr std::array<std::string_view, 24> kExtensions{
    ".3g2", ".3gp",  ".asf", ".avi", ".divx", ".dv",  ".f4v",  ".flv",
    ".m2t", ".m2ts", ".m4v", ".mkv", ".mov",  ".mp4", ".mpeg", ".mpg",
    ".mts", ".mxf",  ".ogv", ".qt",  ".ts",   ".vob", ".webm", ".wmv"};

bool has_extension(const fs::path& path, std::string_view extension) {
  return g_ascii_strcasecmp(path.extension().c_str(), std::string(extension).c_str()) == 0;
}

bool is_hidden(const fs::path& path) { return path.filename().native().starts_with('.'); }

bool is_same(const fs::path& one, const fs::path& other) {
  std::error_code ignored;
  return !other.empty() && fs::equivalent(one, other, ignored);
}

}  // namespace

bool is_called_like_a_video(const fs::path& path) {
  return std::ranges::any_of(kExtensions, [&path](std::string_view extension) {
    return has_extension(path, extension);
  });
}

Result<std::vector<fs::path>> videos_in(
    const fs::path& folder,
    const fs::path& output,
    const std::function<bool(const fs::path&)>& is_half) {
  std::vector<fs::path> videos;
  std::error_code error;
  fs::recursive_directory_iterator entries(folder, error);
  for (; !error && entries != fs::recursive_directory_iterator(); entries.increment(error)) {
    const fs::path& path = entries->path();
    std::error_code ignored;
    if (entries->is_directory(ignored)) {
      if (is_hidden(path) || has_extension(path, ".pvt") || is_same(path, output))
        entries.disable_recursion_pending();
      continue;
    }
    if (is_hidden(path) || !is_called_like_a_video(path) || !entries->is_regular_file(ignored))
      continue;
    if (has_extension(path, ".mov") && is_half(path)) continue;
    videos.push_back(path);
  }
  if (error) {
    return Error{
        ErrorCode::Io,
        "The folder " + shown(folder) + " cannot be read to its end (" + error.message() +
            "); check its permissions.",
        error.message()};
  }
  std::ranges::sort(videos);
  return videos;
}

}  // namespace livephoto::tool
