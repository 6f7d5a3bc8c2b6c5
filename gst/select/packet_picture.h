// The encoded picture of a clip, kept as packets and let out unchanged.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstddef>
#include <cstdint>
#include <deque>
#include <vector>

#include "core/result.h"
#include "gst/select/packet_clip.h"
#include "gst/select/window.h"
#include "gst/support/access_unit.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

// Packets before the clip's first frame have times before the segment, so the
// segment begins where there is room for them. x264enc does the same.
inline constexpr GstClockTime kPacketOrigin = 1000 * 3600 * GST_SECOND;

// [begin, end) of the clip, from its first frame, as a segment with that origin.
GstSegment packet_segment(std::chrono::nanoseconds begin, std::chrono::nanoseconds end);

// A packet shown `time` after the clip's first frame; the payload is shared.
gst::Owned<GstBuffer> packet_at(GstBuffer* packet, std::chrono::nanoseconds time);

// Knows nothing of pads or threads.
class PacketPicture {
 public:
  // What decoders show of the packets lies in the segment beside them.
  struct Stream {
    GstSegment segment{};
    std::vector<gst::Owned<GstBuffer>> packets;
  };
  struct Taken {
    gst::Owned<GstCaps> caps;
    Stream clip;
    Stream still;  // from a sync frame on; of it one frame is shown
  };

  // `most` is how many bytes of packets are kept at once.
  explicit PacketPicture(std::uint64_t most) : most_(most) {}

  // InvalidInput for a packet without a time, for more than is kept, and as
  // Window::frame() has it. Unsupported for interlaced pictures.
  Result<void> add(
      gst::Owned<GstBuffer> packet,
      GstCaps* caps,
      const GstSegment& segment,
      std::chrono::nanoseconds start,
      Window& window);
  // Whether the clip could begin with the packet.
  bool is_sync(GstBuffer* packet, GstCaps* caps) { return access_units_.is_sync(packet, caps); }
  // As Window::correct() has it; once the window has taken it.
  void correct(std::chrono::nanoseconds delay);
  Result<void> end(Window& window) { return clip_.end(window); }
  void clear() { *this = PacketPicture(most_); }

  // Once the window has its end. `caps` are the stream's newest. InvalidInput
  // where they change within the clip.
  Result<Taken> take(const Window& window, GstCaps* caps);

 private:
  struct Kept {
    gst::Owned<GstBuffer> buffer;
    gst::Owned<GstCaps> caps;
    std::chrono::nanoseconds time;
  };

  Result<gst::Owned<GstCaps>> caps_of(const PacketRange& range, GstCaps* newest) const;
  void forget(std::size_t packets);  // from the front

  gst::AccessUnits access_units_;
  PacketClip clip_;
  std::deque<Kept> kept_;
  std::uint64_t bytes_ = 0;  // of them
  std::uint64_t most_;
};

}  // namespace livephoto::select
