// The frames of a movie as pictures.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>
#include <vector>

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

// Decodes those that are shown, upright, and writes each as PNG with 8 bits: BASE-0001.png
// and so on, or BASE-frame.png where one was asked for. Unsupported where GStreamer has no
// decoder; Io where a file cannot be written, or is there and may not be replaced.
Result<std::vector<FrameFile>> write_frames(
    const std::filesystem::path& movie, const FramePlan& plan);

}  // namespace livephoto::tool
