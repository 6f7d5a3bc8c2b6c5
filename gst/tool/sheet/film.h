// A stretch of a video decoded once more: some of its pictures, and a small movie of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "gst/tool/sheet/pixels.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {

// From the video's first picture; `from` is when a picture begins.
struct Stretch {
  nanoseconds from{0};
  nanoseconds to{0};

  nanoseconds length() const { return to - from; }
};

struct WantedPicture {
  nanoseconds time{0};  // the one on screen then, in the stretch
  PixelBox box{};
};

struct Film {
  std::vector<Pixels> pictures;  // in the order in which they were wanted
  Bytes movie;                   // MP4, H.264 with AAC; it begins with `shown`
  Stretch shown{};               // what it shows of the video
};

enum class WithMovie { No, Yes };

// Upright. The first error of the pipeline, a sentence; Unsupported where GStreamer lacks an
// element; InvalidInput where nothing is shown there, or nothing comes for half a minute.
Result<Film> film(
    const std::filesystem::path& video,
    const Survey& survey,
    const Stretch& stretch,
    const std::vector<WantedPicture>& wanted,
    WithMovie with_movie);

}  // namespace livephoto::tool
