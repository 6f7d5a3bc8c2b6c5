// Up to which time no packet comes any more, in a stream whose pictures are reordered.
#pragma once

#include <algorithm>
#include <chrono>
#include <cstddef>
#include <limits>
#include <optional>
#include <set>

namespace livephoto::sink {

using std::chrono::nanoseconds;

// A picture is not shown before it is decoded; where decode times are not told, at most
// 16 pictures are decoded before one that is shown earlier (ISO/IEC 14496-10, A.3.1).
class Watermark {
 public:
  // False where level() is known and stays: the times of the stream have gone back.
  bool add(nanoseconds shown, std::optional<nanoseconds> decoded) {
    const nanoseconds before = level_;
    latest_.insert(shown);
    if (latest_.size() > kMostDecodedEarly + 1) latest_.erase(latest_.begin());
    if (latest_.size() > kMostDecodedEarly) level_ = std::max(level_, *latest_.begin());
    if (decoded && *decoded <= shown) level_ = std::max(level_, *decoded);
    return level_ > before || level_ == nanoseconds::min();
  }

  // Pictures to come are shown at this time or later.
  nanoseconds level() const { return level_; }

 private:
  static constexpr std::size_t kMostDecodedEarly = 16;

  std::multiset<nanoseconds> latest_;
  nanoseconds level_ = nanoseconds::min();
};

}  // namespace livephoto::sink
