// What is in a video, by a first look that decodes nothing.
#pragma once

#include <filesystem>
#include <functional>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/tool/words.h"

namespace livephoto::tool {

struct Survey {
  nanoseconds first_picture{};        // in stream time, which need not begin with it
  std::optional<nanoseconds> length;  // from there to the end
  std::string codec;                  // of the picture, for people: "H.264 (Main Profile)"
  bool can_be_sought = true;          // AV1 cannot, by GStreamer 1.22: its decoder fails at the end
  bool packets_are_taken = true;      // by livephotosink, of picture and sound
};

// `alive` is called while something of it is read.
Result<Survey> survey(const std::filesystem::path& video, const std::function<void()>& alive);

}  // namespace livephoto::tool
