// How the pairs of one capture run are called.
#pragma once

#include <filesystem>
#include <mutex>
#include <string>

#include "core/pair/bundle.h"
#include "core/pair/names.h"
#include "core/result.h"

namespace livephoto::tool {

// One after the other, and never one that is there already. From any thread.
class CaptureNames {
 public:
  // `place` is a folder, if it exists or ends in a slash (it is made if it is missing), or a name
  // with or without a number's place ("IMG_%04d"); a per cent sign in a folder's name is one. Io
  // where the folder cannot be made.
  static Result<CaptureNames> below(const std::string& place, StillFormat format, Bundle bundle);

  CaptureNames(CaptureNames&& other) noexcept
      : folder_(std::move(other.folder_)),
        pattern_(std::move(other.pattern_)),
        format_(other.format_),
        bundle_(other.bundle_) {}

  // Without extension.
  std::filesystem::path next();

 private:
  CaptureNames(std::filesystem::path folder, std::string pattern, StillFormat format, Bundle bundle)
      : folder_(std::move(folder)),
        pattern_(std::move(pattern)),
        format_(format),
        bundle_(bundle) {}
  bool is_taken(const std::filesystem::path& base) const;

  std::filesystem::path folder_;
  std::string pattern_;  // of the names in it
  StillFormat format_;
  Bundle bundle_;
  std::mutex mutex_;
  unsigned number_ = 0;  // of the last
};

}  // namespace livephoto::tool
