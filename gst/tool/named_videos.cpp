#include "gst/tool/named_videos.h"

#include "core/text.h"
#include "gst/tool/fingerprint.h"
#include "gst/tool/folders.h"
#include "gst/tool/lists.h"
#include "gst/tool/standing.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

Result<std::vector<fs::path>> videos_at(const fs::path& name, const fs::path& output) {
  std::error_code ignored;
  const bool is_folder = fs::is_directory(name, ignored);
  if (!is_folder && !name.has_filename())
    return invalid_input(shown(name) + " is not a folder; leave out the \"/\" behind a video.");
  if (!is_folder) return std::vector{name};
  auto videos = videos_in(name, output, [](const fs::path& movie) {
    return fingerprint_in(movie).has_value() || is_half_of_pair(movie);
  });
  if (videos && videos->empty())
    return invalid_input("There is no video in the folder " + shown(name) + ".");
  return videos;
}

}  // namespace

Result<std::vector<fs::path>> named_videos(
    const std::vector<std::string>& names, const std::string& names_list, const fs::path& output) {
  std::vector<fs::path> named(names.begin(), names.end());
  for (const fs::path& name : named) {
    if (name.empty())
      return invalid_input("A video has no name; in a script, look for a variable that is empty.");
    if (name == "-")
      return invalid_input(
          "A video cannot come from the standard input, because moments are sought in it; save it "
          "to a file first (a file that is called \"-\" is ./-).");
  }
  if (!names_list.empty()) {
    const auto listed = read_list(names_list, read_names);
    if (!listed) return listed.error();
    named.insert(named.end(), listed->begin(), listed->end());
  }
  std::vector<fs::path> videos;
  for (const fs::path& name : named) {
    const auto found = videos_at(name, output);
    if (!found) return found.error();
    videos.insert(videos.end(), found->begin(), found->end());
  }
  return videos;
}

}  // namespace livephoto::tool
