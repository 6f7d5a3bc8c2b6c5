#include "core/isobmff/clip_times.h"

#include <algorithm>
#include <limits>
#include <numeric>
#include <span>
#include <string>
#include <utility>

#include "core/isobmff/timebase.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

using std::chrono::nanoseconds;

__extension__ typedef __int128 Wide;

constexpr std::uint64_t kNanosecondsPerSecond = 1'000'000'000;
constexpr std::uint32_t kLargestDuration = std::numeric_limits<std::int32_t>::max();
// What a packet says of its duration beyond this is damage, and would overflow.
constexpr nanoseconds kLongestFrame = std::chrono::hours(24);
// Times are typed in milliseconds and segments round: a frame this much later
// still counts as on screen.
constexpr nanoseconds kOnScreenTolerance{500'000};

// ---- Times of the picture ----------------------------------------------------

Result<std::vector<nanoseconds>> complete_times(const std::vector<VideoPacket>& packets) {
  std::vector<nanoseconds> times(packets.size());
  std::optional<nanoseconds> previous;
  bool reorders = false;
  for (const VideoPacket& packet : packets) {
    if (packet.presentation_time && previous && *packet.presentation_time < *previous)
      reorders = true;
    if (packet.presentation_time) previous = packet.presentation_time;
  }
  for (std::size_t i = 0; i < packets.size(); ++i) {
    if (packets[i].presentation_time) {
      times[i] = *packets[i].presentation_time;
      continue;
    }
    const bool has_neighbours =
        i > 0 && i + 1 < packets.size() && packets[i + 1].presentation_time.has_value();
    if (reorders || !has_neighbours) {
      return invalid_input(
          "Picture " + std::to_string(i + 1) +
          " of the clip has no presentation time and none can be derived; put a parser "
          "(h264parse or h265parse) or an encoder before the muxer.");
    }
    times[i] = times[i - 1] + (*packets[i + 1].presentation_time - times[i - 1]) / 2;
  }
  return times;
}

// How long the frame shown last stays: what its packet says, else as long as
// the one before it, else one frame of the rate, else a thirtieth of a second.
nanoseconds last_duration(
    const VideoTrack& video, std::size_t last_packet, std::span<const nanoseconds> shown_at) {
  const auto& said = video.packets[last_packet].duration;
  if (said && said->count() > 0 && *said < kLongestFrame) return *said;
  if (shown_at.size() > 1) return shown_at[shown_at.size() - 1] - shown_at[shown_at.size() - 2];
  const auto& format = video.format;
  if (format.frame_rate_numerator != 0) {
    return nanoseconds(
        kNanosecondsPerSecond * format.frame_rate_denominator / format.frame_rate_numerator);
  }
  return nanoseconds(kNanosecondsPerSecond / 30);
}

// Shifts the presentation so that no frame is decoded after it is shown. Where
// an edit ends before the media, GStreamer's qtdemux (1.22) stops at its end by
// decode times, and would leave out frames that are shown before.
void present_after_decoding(VideoTimes& times) {
  std::uint64_t latest = 0;
  for (std::size_t i = 0; i < times.presentation.size(); ++i)
    if (times.decode[i] > times.presentation[i])
      latest = std::max(latest, times.decode[i] - times.presentation[i]);
  for (std::uint64_t& tick : times.presentation) tick += latest;
  times.media_time += latest;
}

}  // namespace

Result<VideoTimes> video_times(const VideoTrack& video, std::optional<nanoseconds> duration) {
  const auto times = complete_times(video.packets);
  if (!times) return times.error();

  std::vector<std::size_t> order(times->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return (*times)[i]; });

  VideoTimes result;
  std::vector<nanoseconds> since_first;
  for (const std::size_t i : order) since_first.push_back((*times)[i] - (*times)[order.front()]);
  auto timebase = timebase_of(
      since_first,
      {video.format.frame_rate_numerator, video.format.frame_rate_denominator});
  result.timescale = timebase.timescale;
  result.decode = std::move(timebase.ticks);
  result.presentation.resize(order.size());
  for (std::size_t rank = 0; rank < order.size(); ++rank)
    result.presentation[order[rank]] = result.decode[rank];
  const nanoseconds media_end =
      since_first.back() + last_duration(video, order.back(), since_first);
  result.media_end = std::max(to_ticks(media_end, result.timescale), result.decode.back() + 1);

  std::size_t first = 0;
  if (video.start) {
    const auto is_hidden = [&](std::size_t i) {
      return (*times)[i] < *video.start - kOnScreenTolerance;
    };
    first =
        static_cast<std::size_t>(std::ranges::partition_point(order, is_hidden) - order.begin());
    if (first == order.size())
      return invalid_input("No picture of the clip is shown; all are before its start.");
  }
  result.start = result.decode[first];
  result.origin = (*times)[order[first]];
  for (const std::size_t i : order) result.times.push_back((*times)[i] - result.origin);

  result.end = result.media_end - result.start;
  if (duration && duration->count() > 0) {
    result.end = std::max<std::uint64_t>(to_ticks(*duration, result.timescale), 1);
    // A frame that begins there, but for a rounding, is the first to be hidden.
    const auto hidden = std::ranges::lower_bound(result.times, *duration - kOnScreenTolerance);
    if (hidden != result.times.end() && *hidden <= *duration + kOnScreenTolerance)
      result.end =
          result.decode[static_cast<std::size_t>(hidden - result.times.begin())] - result.start;
    result.media_end = std::max(result.media_end, result.start + result.end);
  }
  if (result.media_end > kLargestDuration)
    return invalid_input("The clip is too long for a movie; choose a shorter duration.");
  result.media_time = result.start;
  if (result.media_end > result.end) present_after_decoding(result);
  return result;
}

Result<std::uint64_t> marker_tick(const VideoTimes& times, nanoseconds still_time) {
  const auto after = std::ranges::upper_bound(times.times, still_time + kOnScreenTolerance);
  const auto frame = after - times.times.begin() - 1;
  const auto first = std::ranges::lower_bound(times.times, nanoseconds{0}) - times.times.begin();
  const bool past_end =
      still_time.count() > 0 && to_ticks(still_time, times.timescale) >= times.end;
  if (frame < first || past_end) {
    return invalid_input(
        "The still's time, " + seconds_text(still_time) + ", is outside the clip of " +
        seconds_text(nanoseconds(times.end * kNanosecondsPerSecond / times.timescale)) +
        "; choose a still inside it.");
  }
  return times.decode[static_cast<std::size_t>(frame)] - times.start;
}

// ---- Times of the sound ------------------------------------------------------

std::optional<AudioTimes> audio_times(const AudioTrack& audio, const VideoTimes& video) {
  const Wide rate = audio.format.sample_rate;
  const Wide timescale = video.timescale;
  const Wide second = kNanosecondsPerSecond;
  AudioTimes times;
  for (const AudioPacket& packet : audio.packets) times.samples += packet.samples;

  const Wide start = (audio.start - video.origin).count();
  Wide empty = 0;  // movie ticks before the sound begins
  Wide media_time = audio.priming;
  if (start > 0) {
    // Rounded up to a tick; the media time takes up what that skips.
    empty = (start * timescale + second - 1) / second;
    const Wide skipped = empty * second - start * timescale;  // in ticks and nanoseconds
    media_time += (skipped * rate + timescale * second / 2) / (timescale * second);
  } else {
    media_time += (-start * rate + second / 2) / second;
  }

  const Wide heard = Wide{times.samples} - media_time;
  const Wide length = std::min<Wide>(Wide{video.end} - empty, heard * timescale / rate);
  if (heard <= 0 || length <= 0 || times.samples > kLargestDuration) return std::nullopt;
  if (empty > 0) times.edits.push_back({static_cast<std::uint32_t>(empty), Edit::kEmpty});
  times.edits.push_back(
      {static_cast<std::uint32_t>(length), static_cast<std::int32_t>(media_time)});
  return times;
}

}  // namespace livephoto::isobmff
