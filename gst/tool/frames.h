// The frames of a movie as pictures.
#pragma once

#include <chrono>
#include <cstddef>
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

// Written beside their names, where they go again with this object, unless they are kept.
class FrameFiles {
 public:
  FrameFiles() = default;
  FrameFiles(FrameFiles&& other) noexcept;
  FrameFiles& operator=(FrameFiles&& other) noexcept;
  ~FrameFiles();

  // Under a hidden name in the same folder. The errors of write_file().
  Result<void> write(FrameFile file, ByteSpan png);
  std::size_t count() const { return files_.size(); }
  // Gives each its name, in the place of what has it. Io.
  Result<std::vector<FrameFile>> keep();

 private:
  std::vector<FrameFile> files_;
};

// Decodes those that are shown, upright, and writes each as PNG with 8 bits: BASE-0001.png
// and so on, or BASE-frame.png where one was asked for. Unsupported where GStreamer has no
// decoder; Io where a file cannot be written, or is there and may not be replaced.
Result<FrameFiles> write_frames(const std::filesystem::path& movie, const FramePlan& plan);

}  // namespace livephoto::tool
