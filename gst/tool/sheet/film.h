// A stretch of a video decoded once more: some of its pictures, and a small movie of it.
#pragma once

#include <chrono>
#include <filesystem>
#include <functional>
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

// Upright. No movie is made where `movie_work` is empty; else it is a name for a file that is
// needed meanwhile, in a place from where it is taken away also after a crash. `alive` is called
// while it gets on. The first error of the pipeline, a sentence; Unsupported where GStreamer lacks
// an element; InvalidInput where nothing is shown there.
Result<Film> film(
    const std::filesystem::path& video,
    const Survey& survey,
    const Stretch& stretch,
    const std::vector<WantedPicture>& wanted,
    const std::filesystem::path& movie_work,
    const std::function<void()>& alive);

}  // namespace livephoto::tool
