// The timed metadata track whose one sample is shown at the still's instant.
#pragma once

#include <cstdint>

#include "core/isobmff/boxes.h"
#include "core/isobmff/sample_table.h"

namespace livephoto::isobmff {

// A track's media, whose data lie in the movie's own file.
Box mdia(const MediaHeader& header, const Box& handler, const Box& media_header, const Box& stbl);

struct MarkerTrack {
  std::uint32_t creation_time = 0;  // seconds since 1904-01-01 UTC; 0: unknown
  std::uint32_t track_id = 0;
  std::uint32_t video_track_id = 0;  // which it describes
  std::uint32_t timescale = 600;     // the movie's
  std::uint32_t time = 0;            // of the still, in ticks of the movie
  std::uint32_t sample_size = 0;     // of still_image_time_sample(), in bytes
  std::uint64_t sample_offset = 0;   // in the file
};

// docs/live-photo-format.md, "The marker".
Box marker_track(const MarkerTrack& marker);

}  // namespace livephoto::isobmff
