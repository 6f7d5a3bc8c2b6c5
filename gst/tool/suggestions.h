// The moments that a video has to offer, as the sheets show them.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/select/advice.h"
#include "core/select/frame_measures.h"
#include "core/select/moments.h"

namespace livephoto::tool {

struct Suggestion {
  select::Moment moment;  // times count from the video's first picture
  std::string reason;
  std::vector<select::PictureAdvice> advice;
};

struct VideoSuggestions {
  std::filesystem::path video;
  std::chrono::nanoseconds first_picture{};          // in stream time
  std::optional<std::chrono::nanoseconds> length{};  // from the first picture on
  std::vector<select::FrameMeasures>
      frames;                           // all that were looked at, by time from the first picture
  std::vector<Suggestion> suggestions;  // the best first
};

}  // namespace livephoto::tool
