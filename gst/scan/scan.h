// Looks through a video by a pipeline of its own, and tells its moments.
#pragma once

#include <chrono>
#include <cstddef>
#include <functional>
#include <optional>
#include <string>
#include <vector>

#include "core/result.h"
#include "core/select/moments.h"

namespace livephoto::gst {

// Times are stream time, as players show them.
struct ScanRequest {
  std::string uri;
  select::Wanted wanted;
  std::size_t count = 1;  // how many moments at most
  // It is given up when no frame has come and nothing was read for so long; 0: never.
  std::chrono::milliseconds patience{30'000};
  // Given up, too, where more than some seconds would have to be read to get there.
  bool must_be_near = false;
};

struct Scanned {
  std::chrono::nanoseconds first_picture{0};
  std::optional<std::chrono::nanoseconds> end;  // of the video
  std::vector<select::FrameMeasures> frames;    // what was looked at frame by frame, by time
  std::vector<select::Moment> moments;          // the best first, at least one
};

struct ScanProgress {
  double done = 0;         // 0 to 1, of what is to be looked at as far as that is known
  std::size_t frames = 0;  // that were looked at so far
  unsigned reads = 0;      // how many pieces of the source came so far: it may have to skip many
};

// Called for each frame, and several times a second where none comes; false gives up.
using OnScanProgress = std::function<bool(const ScanProgress&)>;

// Waits until it is done. Errors are sentences: Io where the source cannot be read, Unsupported
// where there is no decoder, InvalidInput where there is no picture, it is live, or nothing comes
// any more; InvalidInput also once `on_progress` has given up.
Result<Scanned> scan(const ScanRequest& request, const OnScanProgress& on_progress);

}  // namespace livephoto::gst
