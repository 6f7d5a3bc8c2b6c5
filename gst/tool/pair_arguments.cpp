#include "gst/tool/pair_arguments.h"

#include <iostream>
#include <system_error>

#include "core/pair/names.h"
#include "core/text.h"
#include "gst/tool/command.h"
#include "gst/tool/folders.h"
#include "gst/tool/inspection.h"
#include "gst/tool/json_text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {

namespace fs = std::filesystem;

Result<PairPaths> pair_named(const std::vector<std::string>& names) {
  if (names.empty()) return invalid_input("There is no pair; --help shows how to name one.");
  const auto subjects = pairs_of({names.begin(), names.end()});
  if (!subjects) return subjects.error();
  if (subjects->size() != 1)
    return invalid_input("Name one pair: a still and a movie, or their common name.");
  const auto files = files_of(subjects->front());
  if (!files) return files.error();
  if (files->size() == 1) {
    const auto partner = find_pair(pair_base(files->front()));
    return partner ? invalid_input(shown(files->front()) + " has no partner; name both files.")
                   : partner.error();
  }
  return in_order((*files)[0], (*files)[1]);
}

Result<fs::path> new_base(
    const PairPaths& pair, const std::string& place, const std::string& ending) {
  fs::path name = pair_base(pair.movie).filename();
  name += ending;
  if (place.empty()) return pair.movie.parent_path() / name;
  std::error_code ignored;
  if (place.ends_with('/') || fs::is_directory(place, ignored)) return fs::path(place) / name;
  const std::string extension = lower_case_extension(place);
  const bool is_called_otherwise =
      is_called_like_a_video(place) && pair_base(place) == fs::path(place);
  if (extension == ".pvt" || extension == ".zip" || is_called_otherwise)
    return invalid_input(
        shown(place) + " is no name for a still and a movie; leave out its " + shown(extension) +
        ", or name a folder, with \"/\" at its end.");
  return pair_base(place);
}

int tell_failure(const PairPaths& pair, const Error& error, bool as_json) {
  if (as_json) {
    json object = event("failed");
    object["message"] = error.message;
    std::cout << line_of(object) << std::flush;
  } else {
    std::cerr << shown(pair.still) << " + " << shown(pair.movie) << ": " << printable(error.message)
              << '\n';
  }
  return kSomeFailed;
}

Result<void> prepare(const std::vector<fs::path>& files, bool may_replace) {
  for (const fs::path& file : files)
    if (!may_replace && is_there(file))
      return Error{
          ErrorCode::Io,
          shown(file) +
              " is there already; choose another name, or replace it with "
              "--force.",
          {}};
  for (const fs::path& file : files) {
    if (!file.has_parent_path()) continue;
    std::error_code problem;
    fs::create_directories(file.parent_path(), problem);
    if (problem)
      return Error{
          ErrorCode::Io,
          "The folder " + shown(file.parent_path()) + " cannot be made: " + problem.message() + ".",
          {}};
  }
  return {};
}

}  // namespace livephoto::tool
