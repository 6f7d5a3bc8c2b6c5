// File names, which are bytes, as text: for JSON and for people.
#pragma once

#include <filesystem>
#include <string>
#include <string_view>

#include "core/result.h"

namespace livephoto::tool {

// A name that is UTF-8 as it is; any other, and one that begins like a URI, as a file:// URI.
std::string path_text(const std::filesystem::path& path);

// The same the other way round. InvalidInput for a URI that names no file of this machine.
Result<std::filesystem::path> path_of(std::string_view text);

// For a person: control characters, which could do anything to a terminal, and bytes that are no
// UTF-8 are written as \n or \x1b.
std::string shown(std::string_view text);
inline std::string shown(const std::string& text) { return shown(std::string_view(text)); }
inline std::string shown(const std::filesystem::path& path) { return shown(path.native()); }

}  // namespace livephoto::tool
