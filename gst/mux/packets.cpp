#include "gst/mux/packets.h"

#include <gst/audio/audio.h>

#include <algorithm>
#include <limits>
#include <string>
#include <utility>

#include "core/text.h"

namespace livephoto::mux {
namespace {

using gst::adopt;
using gst::Owned;

// Below it a gap is jitter, or a packet's worth of an encoder's delay; sound
// that lags by more than this is seen.
constexpr nanoseconds kHeardGap{60'000'000};
// Matroska's stamps are whole milliseconds.
constexpr nanoseconds kRounding{1'000'000};
constexpr std::uint64_t kMostSamples = std::numeric_limits<std::int32_t>::max();

Error too_long() {
  return invalid_input("The sound is too long for a movie; choose a shorter duration.");
}

std::optional<nanoseconds> duration_of(GstBuffer* buffer) {
  if (!GST_BUFFER_DURATION_IS_VALID(buffer) || GST_BUFFER_DURATION(buffer) > G_MAXINT64 / 4)
    return std::nullopt;
  return nanoseconds(static_cast<std::int64_t>(GST_BUFFER_DURATION(buffer)));
}

std::uint64_t samples_of(nanoseconds time, std::uint32_t rate) {
  if (time.count() <= 0) return 0;
  return gst_util_uint64_scale_round(static_cast<guint64>(time.count()), rate, GST_SECOND);
}

nanoseconds time_of(std::uint64_t samples, std::uint32_t rate) {
  return nanoseconds(
      static_cast<std::int64_t>(gst_util_uint64_scale_round(samples, GST_SECOND, rate)));
}

std::uint32_t clip_in_samples(GstFormat format, guint64 amount, std::uint32_t rate) {
  const guint64 samples =
      format == GST_FORMAT_TIME ? gst_util_uint64_scale_round(amount, rate, GST_SECOND) : amount;
  return static_cast<std::uint32_t>(std::min<guint64>(samples, kMostSamples));
}

std::uint64_t frame_bytes(const AudioFormat& format) {
  return std::uint64_t{format.channels} * format.bits / 8;
}

Owned<GstBuffer> silence(std::uint64_t bytes) {
  auto buffer = adopt(gst_buffer_new_allocate(nullptr, static_cast<gsize>(bytes), nullptr));
  gst_buffer_memset(buffer.get(), 0, 0, static_cast<gsize>(bytes));
  return buffer;
}

}  // namespace

void Picture::add(Owned<GstBuffer> buffer, std::optional<nanoseconds> time, bool is_sync) {
  track.packets.push_back({
      .size = static_cast<std::uint32_t>(gst_buffer_get_size(buffer.get())),
      .presentation_time = time,
      .duration = duration_of(buffer.get()),
      .is_sync = is_sync,
  });
  buffers.push_back(std::move(buffer));
}

void Sound::set_format(SoundFormat format) {
  track_.format = std::move(format.format);
  samples_per_packet_ = format.samples_per_packet;
}

std::uint32_t Sound::samples_in(GstBuffer* buffer) const {
  if (track_.format.codec != AudioFormat::Codec::Lpcm) return samples_per_packet_;
  return static_cast<std::uint32_t>(gst_buffer_get_size(buffer) / frame_bytes(track_.format));
}

void Sound::note_clipping(GstBuffer* buffer, std::uint32_t samples) {
  clipped_at_end_ = 0;
  const auto* meta = gst_buffer_get_audio_clipping_meta(buffer);
  const std::uint32_t rate = track_.format.sample_rate;
  const std::uint32_t start = meta ? clip_in_samples(meta->format, meta->start, rate) : 0;
  if (at_start_ && start > 0) clipped_ = clipped_.value_or(0) + std::min(start, samples);
  if (start < samples) at_start_ = false;
  if (meta) clipped_at_end_ = std::min(clip_in_samples(meta->format, meta->end, rate), samples - 1);
}

// Packets that say what to leave out have the times of what is heard; an encoder
// that does not say it stamps as if all were heard.
nanoseconds Sound::expected_time() const {
  const std::uint32_t rate = track_.format.sample_rate;
  return *start_ + time_of(position_, rate) - time_of(clipped_.value_or(0), rate);
}

Result<std::uint64_t> Sound::keep_gap(std::uint64_t samples, std::uint64_t most_silence) {
  if (position_ + samples > kMostSamples) return too_long();
  position_ += samples;
  if (track_.format.codec != AudioFormat::Codec::Lpcm) {
    track_.packets.back().samples += static_cast<std::uint32_t>(samples);
    return std::uint64_t{0};
  }
  const std::uint64_t bytes = samples * frame_bytes(track_.format);
  if (bytes > most_silence) {
    return invalid_input(
        "The sound has a gap of " + seconds_text(time_of(samples, track_.format.sample_rate)) +
        ", whose silence is more than the movie may hold; choose a shorter clip, or raise "
        "max-size-bytes.");
  }
  track_.packets.push_back(
      {.size = static_cast<std::uint32_t>(bytes), .samples = static_cast<std::uint32_t>(samples)});
  buffers_.push_back(silence(bytes));
  return bytes;
}

Result<Sound::Added> Sound::add(
    Owned<GstBuffer> buffer, std::optional<nanoseconds> time, std::uint64_t most_silence) {
  const std::uint64_t size = gst_buffer_get_size(buffer.get());
  const bool pcm = track_.format.codec == AudioFormat::Codec::Lpcm;
  if (pcm && size % frame_bytes(track_.format) != 0) {
    return invalid_input(
        "A buffer of " + std::to_string(size) +
        " bytes of PCM sound does not hold whole samples "
        "of " +
        std::to_string(frame_bytes(track_.format)) +
        " bytes; put audioconvert or rawaudioparse before the muxer.");
  }
  const std::uint32_t samples = samples_in(buffer.get());
  if (position_ + samples > kMostSamples) return too_long();

  Added added{.bytes = size};
  if (time && start_) {
    const nanoseconds ahead = *time - expected_time();
    if (ahead > kHeardGap) {
      const auto kept = keep_gap(samples_of(ahead, track_.format.sample_rate), most_silence);
      if (!kept) return kept.error();
      added.bytes += *kept;
    } else if (ahead < -kHeardGap) {
      added.overlap = -ahead;
    }
  } else if (time) {
    start_ = *time - time_of(position_, track_.format.sample_rate);
  }
  if (!pcm) note_clipping(buffer.get(), samples);
  position_ += samples;
  last_duration_ = GST_BUFFER_DURATION(buffer.get());
  track_.packets.push_back({.size = static_cast<std::uint32_t>(size), .samples = samples});
  buffers_.push_back(std::move(buffer));
  return added;
}

AudioTrack Sound::finished(Priming priming) const {
  AudioTrack track = track_;
  track.start = start_.value_or(nanoseconds(0));
  track.priming = priming.source == Priming::Source::User ? priming.samples
                                                          : clipped_.value_or(priming.samples);
  if (track.packets.empty() || track.format.codec == AudioFormat::Codec::Lpcm) return track;

  std::uint32_t& last = track.packets.back().samples;
  const nanoseconds whole = time_of(last, track.format.sample_rate);
  // Behind an encoder that delays, the last packets hold sound that came
  // before: what they say of their length is not true.
  const auto said = GST_CLOCK_TIME_IS_VALID(last_duration_) && track.priming == 0
                        ? nanoseconds(static_cast<std::int64_t>(last_duration_))
                        : whole;
  if (clipped_at_end_ > 0)
    last -= clipped_at_end_;
  else if (said.count() > 0 && said + kRounding < whole)
    last = static_cast<std::uint32_t>(samples_of(said, track.format.sample_rate));
  return track;
}

}  // namespace livephoto::mux
