// When everything in a clip is shown and heard, in the movie's ticks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/isobmff/boxes.h"
#include "core/isobmff/movie.h"

namespace livephoto::isobmff {

// The picture's times: in the movie, from the first frame that is not hidden, and
// in the media, which holds the hidden ones too.
struct VideoTimes {
  std::uint32_t timescale = 600;
  // The frames as they are shown, from movie time 0; negative: hidden before it.
  std::vector<std::int64_t> ticks;
  std::vector<std::chrono::nanoseconds> times;  // the source's, not rounded
  std::uint64_t end = 0;                        // of the last frame shown, in ticks
  std::chrono::nanoseconds origin{0};           // movie time 0 on the source's clock

  // Ticks of the media, by packet, in decode order.
  std::vector<std::uint64_t> presentation;
  std::vector<std::uint64_t> decode;  // ascending, the first at 0
  std::uint64_t media_end = 0;
  std::uint64_t media_time = 0;  // movie time 0, among `presentation`
};

// InvalidInput for a time that is missing and cannot be derived, and for a clip
// whose length does not fit the format. `video` has at least one packet;
// `duration` is Clip's.
Result<VideoTimes> video_times(
    const VideoTrack& video, std::optional<std::chrono::nanoseconds> duration);

// The tick of the frame on screen `still_time` after the first one; InvalidInput
// where the clip is over by then.
Result<std::uint64_t> marker_tick(const VideoTimes& times, std::chrono::nanoseconds still_time);

struct AudioTimes {
  std::vector<Edit> edits;
  std::uint64_t samples = 0;  // of the whole media, per channel
};

// The edits that let exactly the sound between the picture's first and last
// instant be heard; nothing where there is none.
std::optional<AudioTimes> audio_times(const AudioTrack& audio, const VideoTimes& video);

}  // namespace livephoto::isobmff
