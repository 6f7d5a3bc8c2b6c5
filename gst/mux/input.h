// What one sink pad of livephotomux has brought since the run began.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/result.h"
#include "gst/mux/packets.h"
#include "gst/mux/sink_caps.h"
#include "gst/support/access_unit.h"
#include "gst/support/ptr.h"

namespace livephoto::mux {

// Knows nothing of other pads, locks or messages.
class Input {
 public:
  Input(TrackKind kind, guint number) : kind_(kind), number_(number) { restart(); }

  TrackKind kind() const { return kind_; }
  guint number() const { return number_; }  // of the pad: 1 in audio_1

  // Forgets everything, as when the element starts.
  void restart();
  // Forgets what a flush takes back: packets, times, and the announcement of a
  // clip that will be announced again. Upstream repeats neither caps nor the
  // tags that describe the source.
  void flush();

  // Unsupported or InvalidInput for caps that the movie cannot hold, and for
  // others than those that the packets so far have.
  Result<void> set_caps(GstCaps* caps, Profiles profiles);
  Result<void> set_segment(const GstSegment& segment);
  void add_tags(GstTagList* tags);
  void set_at_end() { at_end_ = true; }

  // Keeps a packet. InvalidInput where the track cannot have it.
  Result<Sound::Added> add(gst::Owned<GstBuffer> packet, std::uint64_t most_silence);

  bool at_end() const { return at_end_; }
  bool has_caps() const { return caps_ != nullptr; }
  bool has_packets() const;
  std::uint64_t bytes() const { return bytes_; }  // of the packets
  const GstTagList* global_tags() const { return global_tags_.get(); }
  const GstTagList* stream_tags() const { return stream_tags_.get(); }

  // Moves the packets out; the tracks still say what they were.
  std::vector<gst::Owned<GstBuffer>> take_buffers();

  Picture& picture() { return picture_; }
  bool has_dolby_vision() const { return has_dolby_vision_; }  // among the packets
  Sound& sound() { return *sound_; }

  std::optional<Priming> priming;  // of the sound, once known
  bool overlap_reported = false;
  bool flushing = false;

 private:
  std::optional<nanoseconds> running_time(GstClockTime time) const;

  TrackKind kind_;
  guint number_;
  GstSegment segment_{};
  gst::Owned<GstCaps> caps_;
  gst::Owned<GstTagList> global_tags_;
  gst::Owned<GstTagList> stream_tags_;
  gst::AccessUnits access_units_;  // a video pad's, as the next
  Picture picture_;
  bool has_dolby_vision_ = false;
  std::optional<Sound> sound_;  // an audio pad's, once it has caps
  std::uint64_t bytes_ = 0;
  bool at_end_ = false;
};

}  // namespace livephoto::mux
