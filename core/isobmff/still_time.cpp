#include "core/isobmff/still_time.h"

#include "core/isobmff/live_photo.h"

namespace livephoto {

std::optional<std::chrono::nanoseconds> still_time_in(const isobmff::MovieFile& movie) {
  for (const auto& track : movie.tracks) {
    if (!track.has_key(isobmff::kStillImageTime)) continue;
    const auto samples = isobmff::read_samples(track.stbl, isobmff::kMostSamples);
    const bool is_known = samples && !samples->empty();
    return isobmff::shown_at(movie, track, is_known ? samples->front().presentation : 0);
  }
  return std::nullopt;
}

std::optional<std::chrono::nanoseconds> still_time_of(const std::filesystem::path& movie) {
  const auto source = open_source(movie);
  if (!source) return std::nullopt;
  const auto read = isobmff::read_movie(**source);
  return read ? still_time_in(*read) : std::nullopt;
}

}  // namespace livephoto
