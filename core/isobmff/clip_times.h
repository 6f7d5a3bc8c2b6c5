// When everything in a clip is shown and heard, in the movie's ticks.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <vector>

#include "core/isobmff/boxes.h"
#include "core/isobmff/movie.h"

namespace livephoto::isobmff {

// The picture's times. The media begins with the earliest frame, the movie with
// the first one that is not hidden.
struct VideoTimes {
  std::uint32_t timescale = 600;
  std::vector<std::uint64_t> presentation;  // ticks of the media, by packet, in decode order
  // The frames' times in ascending order: of decoding, the first at 0. Where all is
  // shown, they are those of `presentation` too; else that may be later.
  std::vector<std::uint64_t> decode;
  std::vector<std::chrono::nanoseconds> times;  // of the frames in that order, from `origin`
  std::uint64_t media_end = 0;                  // of the last frame, in ticks of `decode`

  std::uint64_t start = 0;             // movie time 0, in ticks of `decode`
  std::uint64_t media_time = 0;        // the same, in ticks of `presentation`
  std::uint64_t end = 0;               // of the last frame shown, in ticks of the movie
  std::chrono::nanoseconds origin{0};  // movie time 0 on the source's clock
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
