// The packets of one pad, kept as they came until the movie is written.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/isobmff/movie.h"
#include "core/result.h"
#include "gst/mux/track_format.h"
#include "gst/support/ptr.h"

namespace livephoto::mux {

using std::chrono::nanoseconds;

struct Picture {
  VideoTrack track;
  std::vector<gst::Owned<GstBuffer>> buffers;  // of track.packets

  void add(gst::Owned<GstBuffer> buffer, std::optional<nanoseconds> time, bool is_sync);
};

// Samples at the start of the first packets that are not in the sound.
struct Priming {
  enum class Source { User, Guess };

  std::uint32_t samples = 0;
  Source source = Source::Guess;  // what the packets say wins over a guess
};

// Sound is counted, not timed: a packet begins where the one before ended,
// whatever jitter its stamp has. Only where the stamps leave a gap that would be
// heard as a loss of sync, the gap is kept.
class Sound {
 public:
  explicit Sound(SoundFormat format) { set_format(std::move(format)); }

  void set_format(SoundFormat format);
  const AudioFormat& format() const { return track_.format; }

  struct Added {
    std::uint64_t bytes = 0;  // kept, with the silence for a gap
    nanoseconds overlap{0};   // with the packets before, where it could be heard
  };
  // InvalidInput for half a sample of PCM, and for a gap of more than
  // `most_silence` bytes or longer than the format can say.
  Result<Added> add(
      gst::Owned<GstBuffer> buffer, std::optional<nanoseconds> time, std::uint64_t most_silence);

  bool empty() const { return buffers_.empty(); }

  // The track, when no packet comes any more.
  AudioTrack finished(Priming priming) const;
  std::vector<gst::Owned<GstBuffer>>& buffers() { return buffers_; }

 private:
  std::uint32_t samples_in(GstBuffer* buffer) const;
  void note_clipping(GstBuffer* buffer, std::uint32_t samples);
  nanoseconds expected_time() const;
  Result<std::uint64_t> keep_gap(std::uint64_t samples, std::uint64_t most_silence);

  AudioTrack track_;
  std::uint32_t samples_per_packet_ = 0;
  std::vector<gst::Owned<GstBuffer>> buffers_;  // of track_.packets
  std::uint64_t position_ = 0;                  // samples up to now
  std::optional<nanoseconds> start_;            // time of the first sample that is heard
  std::optional<std::uint32_t> clipped_;        // at the start, by GstAudioClippingMeta
  bool at_start_ = true;                        // nothing that is heard has come
  std::uint32_t clipped_at_end_ = 0;            // of the last packet
  GstClockTime last_duration_ = GST_CLOCK_TIME_NONE;
};

}  // namespace livephoto::mux
