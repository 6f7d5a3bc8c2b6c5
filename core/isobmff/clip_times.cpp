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

// One frame of the rate; nothing where there is none, or no use in it.
std::optional<nanoseconds> frame_of(const VideoFormat& format) {
  if (format.frame_rate_numerator == 0) return std::nullopt;
  const nanoseconds frame(
      kNanosecondsPerSecond * format.frame_rate_denominator / format.frame_rate_numerator);
  return frame < kLongestFrame ? std::optional(frame) : std::nullopt;
}

// How long the frame shown last stays: what its packet says, else as long as
// the one before it, else one frame of the rate, else a thirtieth of a second.
nanoseconds last_duration(
    const VideoTrack& video, std::size_t last_packet, std::span<const nanoseconds> shown_at) {
  const auto& said = video.packets[last_packet].duration;
  if (said && said->count() > 0 && *said < kLongestFrame) return *said;
  if (shown_at.size() > 1) return shown_at[shown_at.size() - 1] - shown_at[shown_at.size() - 2];
  return frame_of(video.format).value_or(nanoseconds(kNanosecondsPerSecond / 30));
}

// ---- Where frames lie in the media -------------------------------------------

// Hidden frames are a tick apart: a reader that does not apply the edit is past
// them at once. Ticks are fine enough then that all of them together take a few
// milliseconds. Before the first frame shown there is a pause as long as a frame,
// because GStreamer's parsers give each frame the duration of the nominal rate, and
// its decoders show what reaches into an edit. GStreamer's qtdemux (1.22) also takes
// the edit's media time for movie time when it looks for the movie's end, which it
// notices at sync samples: the media time has to be shorter than the movie, and the
// samples that lie so near to the end are not listed as sync.
constexpr std::uint32_t kFineTimescale = 60'000;

constexpr nanoseconds kShortestPause{40'000'000};  // what a decoder takes an unknown duration for
constexpr nanoseconds kLongestPause{250'000'000};

// Frames in the order in which they are shown.
struct Shown {
  std::size_t first = 0;     // the first that is not hidden
  std::size_t past_end = 0;  // the first that is hidden again
  std::size_t count = 0;

  bool is_all() const { return first == 0 && past_end == count; }
};

// Decode times in ascending order, none after the frame is shown: qtdemux stops
// by them at an edit's end. `presentation` is by packet, in decode order; the
// times are moved if the first would be before 0, and by how much is returned.
std::uint64_t decode_before_presenting(
    std::vector<std::uint64_t>& presentation, std::vector<std::uint64_t>& decode) {
  std::vector<std::int64_t> times(presentation.size());
  auto next = std::numeric_limits<std::int64_t>::max();
  for (std::size_t i = presentation.size(); i-- > 0;)
    next = times[i] = std::min(static_cast<std::int64_t>(presentation[i]), next - 1);
  const auto moved = static_cast<std::uint64_t>(-times.front());  // one packet is shown at 0
  for (std::uint64_t& tick : presentation) tick += moved;
  for (const std::int64_t time : times)
    decode.push_back(static_cast<std::uint64_t>(time - times.front()));
  return moved;
}

// In ticks, before the first frame shown; 0 where none is hidden before it.
std::uint64_t pause_before(const VideoTimes& times, const Shown& shown, const VideoFormat& format) {
  if (shown.first == 0) return 0;
  nanoseconds longest = kShortestPause;
  for (std::size_t rank = shown.first; rank + 1 < shown.past_end; ++rank)
    longest = std::max(longest, times.times[rank + 1] - times.times[rank]);
  longest = std::min(longest, kLongestPause);
  const nanoseconds nominal = frame_of(format).value_or(longest);
  if (to_ticks(nominal, times.timescale) + 1 + shown.first < times.end)
    longest = std::max(longest, nominal);
  return to_ticks(longest, times.timescale) + 1;
}

// `order` are the packets as they are shown.
void lay_out(
    VideoTimes& times,
    const std::vector<std::size_t>& order,
    const Shown& shown,
    const VideoFormat& format) {
  times.media_time = shown.first + pause_before(times, shown, format);
  times.media_end = times.media_time + times.end + (shown.count - shown.past_end);
  const auto tick_of = [&, start = times.media_time](std::size_t rank) -> std::uint64_t {
    if (rank < shown.first) return rank;
    if (rank >= shown.past_end) return start + times.end + (rank - shown.past_end);
    return start + static_cast<std::uint64_t>(times.ticks[rank]);
  };
  times.presentation.resize(shown.count);
  for (std::size_t rank = 0; rank < shown.count; ++rank)
    times.presentation[order[rank]] = tick_of(rank);
  if (shown.is_all()) {
    // As cameras do: the media begins at 0 and needs no shift by the edit.
    for (std::size_t rank = 0; rank < shown.count; ++rank) times.decode.push_back(tick_of(rank));
    return;
  }
  const auto moved = decode_before_presenting(times.presentation, times.decode);
  times.media_time += moved;
  times.media_end += moved;
}

}  // namespace

Result<VideoTimes> video_times(const VideoTrack& video, std::optional<nanoseconds> duration) {
  const auto times = complete_times(video.packets);
  if (!times) return times.error();

  std::vector<std::size_t> order(times->size());
  std::iota(order.begin(), order.end(), std::size_t{0});
  std::ranges::stable_sort(order, {}, [&](std::size_t i) { return (*times)[i]; });

  Shown shown{.first = 0, .past_end = order.size(), .count = order.size()};
  if (video.start) {
    const auto is_before = [&](std::size_t i) {
      return (*times)[i] < *video.start - kOnScreenTolerance;
    };
    shown.first =
        static_cast<std::size_t>(std::ranges::partition_point(order, is_before) - order.begin());
    if (shown.first == order.size())
      return invalid_input("No picture of the clip is shown; all are before its start.");
  }

  VideoTimes result;
  result.origin = (*times)[order[shown.first]];
  std::vector<nanoseconds> since_first;
  for (const std::size_t i : order) {
    since_first.push_back((*times)[i] - (*times)[order.front()]);
    result.times.push_back((*times)[i] - result.origin);
  }
  if (duration && duration->count() > 0) {
    // A frame that begins there, but for a rounding, is the first to be hidden.
    const auto hidden = std::ranges::lower_bound(result.times, *duration - kOnScreenTolerance);
    shown.past_end =
        std::max(static_cast<std::size_t>(hidden - result.times.begin()), shown.first + 1);
  }

  auto timebase = timebase_of(
      since_first,
      {video.format.frame_rate_numerator, video.format.frame_rate_denominator});
  result.timescale = timebase.timescale;
  if (const auto finer = kFineTimescale / timebase.timescale; !shown.is_all() && finer > 1) {
    result.timescale *= finer;
    for (std::uint64_t& tick : timebase.ticks) tick *= finer;
  }
  const std::uint64_t start = timebase.ticks[shown.first];
  for (const std::uint64_t tick : timebase.ticks)
    result.ticks.push_back(static_cast<std::int64_t>(tick) - static_cast<std::int64_t>(start));

  const auto last_shown = static_cast<std::uint64_t>(result.ticks[shown.past_end - 1]);
  const bool ends_with_next = duration && shown.past_end < shown.count &&
                              result.times[shown.past_end] <= *duration + kOnScreenTolerance;
  if (ends_with_next) {
    result.end = static_cast<std::uint64_t>(result.ticks[shown.past_end]);
  } else if (duration && *duration > result.times[shown.past_end - 1]) {
    result.end = to_ticks(*duration, result.timescale);
  } else {
    const nanoseconds end = since_first[shown.past_end - 1] +
                            last_duration(video, order[shown.past_end - 1], since_first);
    result.end = to_ticks(end, result.timescale) - start;
  }
  result.end = std::max(result.end, last_shown + 1);
  lay_out(result, order, shown, video.format);
  if (result.media_end > kLargestDuration)
    return invalid_input("The clip is too long for a movie; choose a shorter duration.");
  return result;
}

Result<std::uint64_t> marker_tick(const VideoTimes& times, nanoseconds still_time) {
  const auto after = std::ranges::upper_bound(times.times, still_time + kOnScreenTolerance);
  const auto frame = after - times.times.begin() - 1;
  const bool past_end =
      still_time.count() > 0 && to_ticks(still_time, times.timescale) >= times.end;
  if (frame < 0 || times.ticks[static_cast<std::size_t>(frame)] < 0 || past_end) {
    return invalid_input(
        "The still's time, " + seconds_text(still_time) + ", is outside the clip of " +
        seconds_text(nanoseconds(times.end * kNanosecondsPerSecond / times.timescale)) +
        "; choose a still inside it.");
  }
  return static_cast<std::uint64_t>(times.ticks[static_cast<std::size_t>(frame)]);
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
