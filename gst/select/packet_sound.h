// Coded sound, cut to the clip by whole packets.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <optional>
#include <vector>

#include "core/result.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

using std::chrono::nanoseconds;

// Keeps AAC or ALAC until it is known which packets belong to the clip. They
// leave unchanged; what a decoder needs before the clip's first sample leaves
// with them, and has times before the clip. Knows nothing of pads or threads.
class PacketSound {
 public:
  struct Taken {
    gst::Owned<GstBuffer> buffer;
    nanoseconds time;  // from the clip's first frame; negative: only to be decoded
  };

  // What a packet of `caps` holds. InvalidInput for a damaged configuration.
  Result<void> set_caps(GstCaps* caps);
  // A packet whose first sample is heard at `time` (the source's stream time);
  // without a time it follows the one before.
  void add(gst::Owned<GstBuffer> packet, std::optional<nanoseconds> time);
  // Drops what no clip needs that begins at `time` or later.
  void forget_before(nanoseconds time);

  void clear() { packets_.clear(); }  // a flush; the configuration stays

  bool reaches(nanoseconds time) const;

  // The sound of [begin, end). Moves it out.
  std::vector<Taken> take(nanoseconds begin, nanoseconds end);

 private:
  struct Packet {
    gst::Owned<GstBuffer> buffer;
    nanoseconds time;
  };

  nanoseconds time_of_packets(std::size_t count) const;
  nanoseconds first_time(std::size_t first, std::size_t last) const;

  std::deque<Packet> packets_;
  std::uint32_t rate_ = 0;  // samples a second
  std::uint32_t samples_per_packet_ = 0;
  std::size_t preroll_ = 0;  // packets that a decoder needs to swing in
};

}  // namespace livephoto::select
