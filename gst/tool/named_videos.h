// The videos that a command line names: files, folders and lists of names.
#pragma once

#include <filesystem>
#include <fstream>
#include <iostream>
#include <string>
#include <vector>

#include "core/result.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {

// In that order, those of a folder by name. Of a folder what a run has made there, and both halves
// of pairs, are left out, and what is below `output`. `names_list` is a file as `find -print0`
// writes it, "-" the standard input, empty none. InvalidInput for a name that cannot be a video's,
// or a folder without any; Io for what cannot be read.
Result<std::vector<std::filesystem::path>> named_videos(
    const std::vector<std::string>& names,
    const std::string& names_list,
    const std::filesystem::path& output);

// Opened by name, or the standard input as "-". `read` reads it.
template <class Read>
auto read_list(const std::string& name, Read read) -> decltype(read(std::cin, name)) {
  if (name == "-") return read(std::cin, "The standard input");
  std::ifstream file(name, std::ios::binary);
  if (!file)
    return Error{ErrorCode::Io, "The list " + shown(name) + " cannot be read; check its name.", {}};
  return read(file, shown(name));
}

}  // namespace livephoto::tool
