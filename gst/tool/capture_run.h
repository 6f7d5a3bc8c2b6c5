// A run of capture: what takes Live Photos, when it ends, and what it tells.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/pair/bundle.h"
#include "core/pair/names.h"
#include "gst/tool/words.h"

namespace livephoto::tool {

struct CaptureWish {
  std::string source;
  std::string place;
  std::optional<nanoseconds> before;
  std::optional<nanoseconds> after;
  std::optional<std::chrono::milliseconds> every;
  unsigned count = 0;  // 0: until the source or the user ends it
  StillFormat still_format = StillFormat::Heic;
  Bundle bundle = Bundle::Pair;
  PixelSize size;
  bool crop = false;
  bool as_json = false;
};

// The exit status.
int capture(const CaptureWish& wish);

}  // namespace livephoto::tool
