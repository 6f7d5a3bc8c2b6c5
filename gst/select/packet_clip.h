// Which packets of an encoded stream are the clip, and which of them the still.
#pragma once

#include <chrono>
#include <cstddef>
#include <deque>
#include <optional>
#include <vector>

#include "core/result.h"
#include "gst/select/window.h"

namespace livephoto::select {

using std::chrono::nanoseconds;

// One frame, in the order in which it is decoded.
struct Packet {
  nanoseconds time{0};      // when it is shown, in stream time
  nanoseconds duration{0};  // zero: not known
  bool is_sync = false;     // can be decoded by itself
  bool is_shown = true;     // false: the source hides it (an edit, a segment)
};

// Indices into the packets that are kept; `last` is the last itself.
struct PacketRange {
  std::size_t first = 0;
  std::size_t last = 0;
};

// What the clip needs, all of it in one piece of the decode order.
struct PacketCut {
  PacketRange clip;   // from a sync frame to the last frame that is shown
  PacketRange still;  // from a sync frame to the still's frame
  // The first frame shown. It may begin before the clip does, where it stands long.
  std::size_t first_shown = 0;
};

// The frames of a stream in the order in which they are shown. ISO/IEC 14496-10
// (A.3.1) and 23008-2 (A.4.2) let at most 16 frames be decoded before one that
// is shown earlier than they, so a frame is next when more have come that are later.
class Reordering {
 public:
  struct Frame {
    nanoseconds time;
    nanoseconds duration;
  };

  void add(const Frame& frame);
  void correct(nanoseconds delay);
  // The next frame shown, once it is known; with `at_end`, whatever is left.
  std::optional<Frame> next(bool at_end);

 private:
  static constexpr std::size_t kMostDecodedEarly = 16;

  std::deque<Frame> pending_;  // ascending
};

// Packets are kept from the last sync frame that is shown no later than the clip
// begins, until the clip is complete: the caller keeps the packets themselves,
// in the same order, and forgets what it is told to. The window decides on the
// frames as they are shown.
class PacketClip {
 public:
  // How many of the packets kept so far, from the front, are not needed, and
  // whether the one that came is. InvalidInput as Window::frame() has it.
  struct Added {
    std::size_t forget = 0;
    bool keep = false;
  };
  // `start` is where the clip was asked to begin.
  Result<Added> add(const Packet& packet, nanoseconds start, Window& window);
  // As Window::correct() has it; once the window has taken it.
  void correct(nanoseconds delay);
  // No packet comes any more.
  // InvalidInput also where none of those that came could begin a clip.
  Result<void> end(Window& window);

  // Once the window has its end. InvalidInput where the source hides packets in
  // the middle of the clip: left as they are, they would be shown.
  Result<PacketCut> cut() const;

 private:
  Result<void> show(bool at_end, Window& window);
  void note(const Step& step, nanoseconds time);

  std::deque<Packet> packets_;
  bool seen_any_ = false;
  Reordering reordering_;
  nanoseconds held_{0};  // the frame that the window holds
  std::optional<nanoseconds> first_shown_;
  nanoseconds last_shown_{0};
  nanoseconds still_{0};
};

}  // namespace livephoto::select
