// The last seconds of a stream, kept from a place on where it can be decoded.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>

#include "gst/support/ptr.h"

namespace livephoto::gst {

using std::chrono::nanoseconds;

// A reference to it, to be kept for long; a copy where it is of a pool that could run dry, and
// its source would wait.
Owned<GstBuffer> keepable(GstBuffer* buffer);

// Buffers are kept by reference, in the order in which they came. What goes, goes in
// whole groups: from a buffer that is a start (a sync frame; of raw pictures and of sound
// each is one) to the next. Knows nothing of pads or threads.
class Ring {
 public:
  struct Item {
    Owned<GstBuffer> buffer;
    nanoseconds time{0};  // when it is shown; behind a start it may be earlier than that
    bool is_start = false;
  };

  // `most` is how many bytes are kept at once.
  explicit Ring(std::uint64_t most) : most_(most) {}

  // Dropped where nothing is kept that it could follow. Past `most` the oldest groups go,
  // and if one is too large by itself, all: the next start begins anew.
  void add(Item item);

  // Drops the groups in front that nothing from `time` on needs.
  void keep_from(nanoseconds time);

  void clear();

  const std::deque<Item>& items() const { return items_; }
  std::uint64_t bytes() const { return bytes_; }
  // Where what is kept begins, and its latest time.
  std::optional<nanoseconds> begin() const;
  std::optional<nanoseconds> latest() const { return latest_; }
  // Of the last group.
  std::optional<nanoseconds> last_start() const { return last_start_; }
  // The first item that is needed from `time` on: the last start that is not later, or
  // the first item.
  std::size_t first_needed(nanoseconds time) const;

 private:
  void forget(std::size_t count);

  std::deque<Item> items_;
  std::uint64_t bytes_ = 0;
  std::uint64_t most_;
  std::optional<nanoseconds> latest_;
  std::optional<nanoseconds> last_start_;
};

}  // namespace livephoto::gst
