#include "core/isobmff/marker_track.h"

#include <vector>

#include "core/isobmff/live_photo.h"
#include "core/isobmff/quicktime.h"

namespace livephoto::isobmff {

Box mdia(const MediaHeader& header, const Box& handler, const Box& media_header, const Box& table) {
  return box(
      "mdia",
      mdhd(header),
      handler,
      box("minf", media_header, data_handler(), dinf(), table));
}

// One sample, one tick long, whose presentation time is the information.
Box marker_track(const MarkerTrack& marker) {
  std::vector<Edit> edits;
  if (marker.time > 0)
    edits.push_back({.segment_duration = marker.time, .media_time = Edit::kEmpty});
  edits.push_back({.segment_duration = 1, .media_time = 0});
  SampleTable table;
  table.durations = {{1, 1}};
  table.sizes = {.each = marker.sample_size, .count = 1, .sizes = {}};
  table.chunks = {{marker.sample_offset, 1}};
  return box(
      "trak",
      tkhd({
          .creation_time = marker.creation_time,
          .track_id = marker.track_id,
          .duration = marker.time + 1,
          .matrix = {},
      }),
      edts(edits),
      tref("cdsc", marker.video_track_id),
      mdia(
          {marker.creation_time, marker.timescale, 1},
          media_handler("meta", "Core Media Metadata"),
          gmhd(),
          stbl(stsd(mebx(still_image_time_keys())), table)));
}

}  // namespace livephoto::isobmff
