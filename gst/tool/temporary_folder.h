// A folder for files that are needed for a while.
#pragma once

#include <filesystem>
#include <utility>

#include "core/result.h"

namespace livephoto::tool {

// A folder that is gone with this object, with all in it.
class TemporaryFolder {
 public:
  // Io where the system's folder for such does not take it.
  static Result<TemporaryFolder> create();
  TemporaryFolder(TemporaryFolder&& other) noexcept;
  TemporaryFolder& operator=(TemporaryFolder&&) = delete;
  ~TemporaryFolder();

  const std::filesystem::path& path() const { return path_; }

 private:
  explicit TemporaryFolder(std::filesystem::path path) : path_(std::move(path)) {}

  std::filesystem::path path_;
};

}  // namespace livephoto::tool
