// The request pads of livephotomux, in the order of the movie's tracks.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <memory>
#include <optional>
#include <vector>

#include "gst/mux/input.h"
#include "gst/mux/sink_caps.h"

namespace livephoto::mux {

// A pad, which belongs to the element, and what came by it.
struct Sink {
  GstPad* pad;
  Input input;
};

// Video first, then audio by the pads' numbers. Not thread-safe.
class Sinks {
 public:
  // The number in the requested name, else the lowest that is free; nothing if
  // it is taken, or if there is a video pad already.
  std::optional<guint> free_number(TrackKind kind, const gchar* requested_name) const;
  void insert(GstPad* pad, TrackKind kind, guint number);
  std::unique_ptr<Sink> take(const GstPad* pad);
  Sink* find(const GstPad* pad);     // null for a pad that was released
  gst::Owned<GstPad> video() const;  // its pad, or null

  std::vector<std::vector<gst::Owned<GstBuffer>>> take_buffers();
  void restart();
  std::uint64_t bytes() const;  // of all packets
  bool any_flushing() const;
  bool all_at_end() const;  // and there is one at all

  auto begin() const { return sinks_.begin(); }
  auto end() const { return sinks_.end(); }

 private:
  std::vector<std::unique_ptr<Sink>> sinks_;
};

}  // namespace livephoto::mux
