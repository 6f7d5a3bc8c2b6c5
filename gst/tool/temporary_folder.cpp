#include "gst/tool/temporary_folder.h"

#include <stdlib.h>

#include <cerrno>
#include <string>
#include <system_error>

#include "core/text.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {

namespace fs = std::filesystem;

Result<TemporaryFolder> TemporaryFolder::create() {
  std::error_code error;
  fs::path place = fs::temp_directory_path(error);
  if (error) {
    const char* named = ::getenv("TMPDIR");
    place = named ? named : "/tmp";
  }
  std::string name = (place / "livephoto-XXXXXX").native();
  if (error || ::mkdtemp(name.data()) == nullptr)
    return Error{
        ErrorCode::Io,
        "There is no room for temporary files: no folder can be made in " + shown(place) +
            "; set TMPDIR to one where that works.",
        error ? error.message() : std::generic_category().message(errno)};
  return TemporaryFolder(name);
}

TemporaryFolder::TemporaryFolder(TemporaryFolder&& other) noexcept
    : path_(std::exchange(other.path_, {})) {}

TemporaryFolder::~TemporaryFolder() {
  std::error_code ignored;
  if (!path_.empty()) fs::remove_all(path_, ignored);
}

}  // namespace livephoto::tool
