#include "gst/select/sound.h"

#include <algorithm>
#include <cstdlib>
#include <string>
#include <utility>

#include "core/text.h"

namespace livephoto::select {
namespace {

std::int64_t samples_in(nanoseconds time, const GstAudioInfo& info) {
  // Rounded to the nearest, also below zero.
  const auto scaled = gst_util_uint64_scale_round(
      static_cast<guint64>(std::abs(time.count())),
      static_cast<guint64>(info.rate),
      GST_SECOND);
  const auto samples = static_cast<std::int64_t>(scaled);
  return time.count() < 0 ? -samples : samples;
}

GstClockTime time_of(std::int64_t samples, const GstAudioInfo& info) {
  return gst_util_uint64_scale_round(
      static_cast<guint64>(samples),
      GST_SECOND,
      static_cast<guint64>(info.rate));
}

gst::Owned<GstBuffer> silence(std::int64_t samples, const GstAudioInfo& info) {
  const gsize size = static_cast<gsize>(samples) * static_cast<gsize>(info.bpf);
  auto buffer = gst::adopt(gst_buffer_new_allocate(nullptr, size, nullptr));
  GstMapInfo map;
  if (gst_buffer_map(buffer.get(), &map, GST_MAP_WRITE)) {
    gst_audio_format_info_fill_silence(info.finfo, map.data, map.size);
    gst_buffer_unmap(buffer.get(), &map);
  }
  return buffer;
}

std::string words_for(const GstAudioInfo& info) {
  return std::to_string(info.channels) + " channels of " + std::to_string(info.rate) + " Hz " +
         gst_audio_format_to_string(GST_AUDIO_INFO_FORMAT(&info));
}

// Gives `buffer` the place of samples [position, position + samples).
void stamp(
    GstBuffer* buffer, std::int64_t position, std::int64_t samples, const GstAudioInfo& info) {
  GST_BUFFER_PTS(buffer) = time_of(position, info);
  GST_BUFFER_DTS(buffer) = GST_CLOCK_TIME_NONE;
  GST_BUFFER_DURATION(buffer) = time_of(position + samples, info) - GST_BUFFER_PTS(buffer);
  GST_BUFFER_OFFSET(buffer) = static_cast<guint64>(position);
  GST_BUFFER_OFFSET_END(buffer) = static_cast<guint64>(position + samples);
}

}  // namespace

void Sound::add(
    gst::Owned<GstBuffer> buffer, const GstAudioInfo& info, std::optional<nanoseconds> time) {
  const auto samples =
      static_cast<std::int64_t>(gst_buffer_get_size(buffer.get())) / std::int64_t{info.bpf};
  if (!time && !heard_until_) return;  // sound that belongs nowhere
  const nanoseconds begin = time.value_or(heard_until_.value_or(nanoseconds{0}));
  heard_until_ = begin + nanoseconds(static_cast<std::int64_t>(time_of(samples, info)));
  pieces_.push_back({std::move(buffer), info, begin, samples});
}

void Sound::silent_until(nanoseconds time) {
  if (!heard_until_ || *heard_until_ < time) heard_until_ = time;
  if (!silent_until_ || *silent_until_ < time) silent_until_ = time;
}

void Sound::correct(nanoseconds delay) {
  for (Piece& piece : pieces_) piece.time += delay;
  if (heard_until_) *heard_until_ += delay;
  if (silent_until_) *silent_until_ += delay;
}

void Sound::forget_before(nanoseconds time) {
  while (!pieces_.empty()) {
    const Piece& piece = pieces_.front();
    const auto length = static_cast<std::int64_t>(time_of(piece.samples, piece.info));
    if (piece.time + nanoseconds(length) > time) return;
    pieces_.pop_front();
  }
}

Result<std::vector<gst::Owned<GstBuffer>>> Sound::take(
    nanoseconds begin, nanoseconds until, std::optional<nanoseconds> end) {
  std::vector<gst::Owned<GstBuffer>> taken;
  while (!pieces_.empty()) {
    const GstAudioInfo info = pieces_.front().info;
    const bool is_other = format_ && !gst_audio_info_is_equal(&*format_, &info);
    std::int64_t first = samples_in(pieces_.front().time - begin, info);
    // Matroska rounds to 1 ms and decoders resynchronise by a few: what is near
    // to where it should be follows on without a break.
    if (position_ && !is_other && std::abs(first - *position_) < samples_in(kJitter, info))
      first = *position_;
    const std::int64_t after = first + pieces_.front().samples;
    const std::int64_t limit = samples_in(end.value_or(until) - begin, info);
    if (!end && after > limit) break;

    Piece piece = std::move(pieces_.front());
    pieces_.pop_front();
    if (end && after >= limit) reached_end_ = true;
    if (is_other) {
      if (end && first >= limit) continue;
      return invalid_input(
          "The sound changes its format inside the clip, from " + words_for(*format_) + " to " +
          words_for(info) + "; choose a clip on one side of the change.");
    }
    const std::int64_t keep_from = std::max<std::int64_t>({first, position_.value_or(0), 0});
    const std::int64_t keep_to = end ? std::min(after, limit) : after;
    if (keep_to <= keep_from) continue;
    format_ = info;
    if (position_ && keep_from > *position_) {
      auto gap = silence(keep_from - *position_, info);
      stamp(gap.get(), *position_, keep_from - *position_, info);
      taken.push_back(std::move(gap));
    }
    // Takes the buffer's reference and gives back a writable one of its own.
    auto kept = gst::adopt(gst_audio_buffer_truncate(
        piece.buffer.release(),
        info.bpf,
        static_cast<gsize>(keep_from - first),
        static_cast<gsize>(keep_to - keep_from)));
    kept = gst::adopt(gst_buffer_make_writable(kept.release()));
    stamp(kept.get(), keep_from, keep_to - keep_from, info);
    if (position_)
      GST_BUFFER_FLAG_UNSET(kept.get(), GST_BUFFER_FLAG_DISCONT);
    else
      GST_BUFFER_FLAG_SET(kept.get(), GST_BUFFER_FLAG_DISCONT);
    taken.push_back(std::move(kept));
    position_ = keep_to;
  }
  if (end && silent_until_ && *silent_until_ >= *end) reached_end_ = true;
  return taken;
}

}  // namespace livephoto::select
