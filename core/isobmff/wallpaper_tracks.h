// The tracks of timed metadata that the movie of a lock screen has beside the marker.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isobmff/boxes.h"
#include "core/isobmff/clip_times.h"
#include "core/isobmff/movie.h"

namespace livephoto::isobmff {

// InvalidInput, with a sentence, for a clip of which no lock screen can be hoped to move: shorter
// than a second, or with fewer than fourteen frames before the still, where its wallpaper needs
// them; and for frames of unknown motion.
Result<void> check_wallpaper(const Clip& clip, const VideoTimes& times, std::uint64_t marker);

// A track whose samples lie one behind the other.
struct MetadataTrack {
  std::uint32_t creation_time = 0;  // seconds since 1904-01-01 UTC; 0: unknown
  std::uint32_t track_id = 0;
  std::uint32_t video_track_id = 0;  // which it describes
  std::uint32_t timescale = 600;     // the movie's
  std::uint32_t duration = 0;        // of the movie, in ticks
  std::uint64_t sample_offset = 0;   // in the file
};

// One sample that says how the picture is to be turned.
Box orientation_track(const MetadataTrack& track);
Bytes orientation_sample(Orientation orientation);

// A record for each frame that is shown, at its time. `clip` has a wallpaper that was checked.
Box info_track(const MetadataTrack& track, const Clip& clip, const VideoTimes& times);
Bytes info_samples(const Clip& clip, const VideoTimes& times);

}  // namespace livephoto::isobmff
