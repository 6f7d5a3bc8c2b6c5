// The frames of a movie as pictures.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace livephoto::tool {

struct FramePlan {
  std::filesystem::path base;                      // of the files' names
  std::optional<std::chrono::nanoseconds> only{};  // the frame on screen then, in movie time
  bool may_replace = false;
};

struct FrameFile {
  std::filesystem::path path;
  std::chrono::nanoseconds time{0};  // in movie time
};

// What was written goes again with this object, unless all else came to be too; what was there
// before under its name stays replaced.
class FrameFiles {
 public:
  FrameFiles() = default;
  FrameFiles(FrameFiles&& other) noexcept;
  FrameFiles& operator=(FrameFiles&& other) noexcept;
  ~FrameFiles();

  Result<void> write(FrameFile file, ByteSpan png);
  // They stay.
  std::vector<FrameFile> keep();

 private:
  std::vector<FrameFile> files_;
  std::vector<std::filesystem::path> new_files_;
};

// Decodes those that are shown, upright, and writes each as PNG with 8 bits: BASE-0001.png
// and so on, or BASE-frame.png where one was asked for. Unsupported where GStreamer has no
// decoder; Io where a file cannot be written, or is there and may not be replaced.
Result<FrameFiles> write_frames(const std::filesystem::path& movie, const FramePlan& plan);

}  // namespace livephoto::tool
