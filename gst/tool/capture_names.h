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
  // with or without a number's place ("IMG_%04d"). Io where the folder cannot be made.
  static Result<CaptureNames> below(const std::string& place, StillFormat format, Bundle bundle);

  CaptureNames(CaptureNames&& other) noexcept
      : pattern_(std::move(other.pattern_)), format_(other.format_), bundle_(other.bundle_) {}

  // Without extension.
  std::filesystem::path next();

 private:
  CaptureNames(std::string pattern, StillFormat format, Bundle bundle)
      : pattern_(std::move(pattern)), format_(format), bundle_(bundle) {}
  bool is_taken(const std::filesystem::path& base) const;

  std::string pattern_;
  StillFormat format_;
  Bundle bundle_;
  std::mutex mutex_;
  unsigned number_ = 0;  // of the last
};

}  // namespace livephoto::tool
