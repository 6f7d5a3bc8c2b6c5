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

enum class SheetForm { Page, Picture };

// What a sheet shows of one video, in a file of its own until all are there.
struct SheetPart {
  SheetForm form = SheetForm::Page;
  std::filesystem::path file;  // whose name no other part of the sheet has
};

}  // namespace livephoto::tool
