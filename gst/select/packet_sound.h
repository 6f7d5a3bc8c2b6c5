// Coded sound, cut to the clip by whole packets.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <memory>
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
  struct Packet {
    gst::Owned<GstBuffer> buffer;
    nanoseconds time;
  };
  struct Taken {
    gst::Owned<GstCaps> caps;     // null where there is no sound
    std::vector<Packet> packets;  // from the clip's first frame; before it: only to be decoded
  };

  // Of the packets that come next. InvalidInput for a damaged configuration.
  Result<void> set_caps(GstCaps* caps);
  // A packet whose first sample is heard at `time` (the source's stream time);
  // without a time it follows the one before.
  void add(gst::Owned<GstBuffer> packet, std::optional<nanoseconds> time);
  // The source says that it is silent until `time`.
  void silent_until(nanoseconds time) { silent_until_ = time; }
  // The times told so far were too early by `delay`.
  void correct(nanoseconds delay);
  // Drops what no clip needs that begins at `time` or later.
  void forget_before(nanoseconds time);
  void clear();  // a flush; the format stays

  // Whether nothing more can come from before `time`.
  bool reaches(nanoseconds time) const;

  // The sound of [begin, end). Moves it out. InvalidInput where its format
  // changes on the way.
  Result<Taken> take(nanoseconds begin, nanoseconds end);

 private:
  struct Format {
    gst::Owned<GstCaps> caps;
    std::uint32_t rate = 0;  // samples a second
    std::uint32_t samples_per_packet = 0;
    std::size_t preroll = 0;  // packets that a decoder needs to swing in

    nanoseconds time_of(std::size_t packets) const;
  };
  struct Kept {
    Packet packet;
    std::shared_ptr<const Format> format;
  };

  nanoseconds first_time(std::size_t first, std::size_t last) const;

  std::shared_ptr<const Format> format_;
  std::deque<Kept> kept_;
  nanoseconds silent_until_ = nanoseconds::min();
};

}  // namespace livephoto::select
