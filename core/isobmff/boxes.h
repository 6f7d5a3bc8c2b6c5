// The boxes of ISO/IEC 14496-12 that a movie is made of, but for its sample tables.
#pragma once

#include <array>
#include <cstdint>
#include <optional>
#include <string_view>
#include <vector>

#include "core/capture.h"
#include "core/colour.h"
#include "core/isobmff/box.h"

namespace livephoto::isobmff {

// Seconds from 1904 to 1970, QuickTime's epoch to Unix's
inline constexpr std::int64_t kQuickTimeEpoch = 2'082'844'800;

struct MovieHeader {
  std::uint32_t creation_time = 0;  // seconds since 1904-01-01 UTC; 0: unknown
  std::uint32_t timescale = 600;
  std::uint32_t duration = 0;  // in timescale
  std::uint32_t next_track_id = 1;
};

// Where a stored point (x, y) is shown: (a x + c y + tx, b x + d y + ty).
struct Matrix {
  double a = 1, b = 0, c = 0, d = 1, tx = 0, ty = 0;
};

// Turns a stored picture of `width` x `height` upright, its corner at (0, 0).
Matrix matrix_of(Orientation orientation, std::uint32_t width, std::uint32_t height);

struct TrackHeader {
  std::uint32_t creation_time = 0;
  std::uint32_t track_id = 0;
  std::uint32_t duration = 0;  // in the movie's timescale
  double volume = 0;           // 1 for sound
  Matrix matrix;
  std::uint32_t width = 0;  // in pixels, as shown before the matrix
  std::uint32_t height = 0;
};

struct Edit {
  static constexpr std::int32_t kEmpty = -1;

  std::uint32_t segment_duration = 0;  // in the movie's timescale
  std::int32_t media_time = 0;         // in the media's timescale, or kEmpty
};

struct MediaHeader {
  std::uint32_t creation_time = 0;
  std::uint32_t timescale = 600;
  std::uint32_t duration = 0;  // in timescale
};

// Which decoder a stream needs, and what it must be told first.
struct VisualSampleEntry {
  FourCC format;         // avc1, hvc1
  FourCC configuration;  // avcC, hvcC
  Bytes configuration_record;
  Bytes dolby_vision;  // its record; empty: none
  std::uint16_t width = 0;
  std::uint16_t height = 0;
  std::optional<Colour> colour;
  std::optional<MasteringDisplay> mastering_display;
  std::optional<ContentLight> content_light;
  std::uint32_t h_spacing = 1;  // a pixel's width to its height; 1 to 1: square
  std::uint32_t v_spacing = 1;
};

Box mvhd(const MovieHeader& movie);
Box tkhd(const TrackHeader& track);
Box edts(const std::vector<Edit>& edits);
Box mdhd(const MediaHeader& media);
Box vmhd();
Box smhd();
// A description for the one entry of a track that needs no more.
Box stsd(const Box& entry);
Box visual_sample_entry(const VisualSampleEntry& video);
// Full range can only be said by `nclx`; else QuickTime's `nclc`.
Box colr(const Colour& colour);
// Which of its boxes holds a DOVIDecoderConfigurationRecord, the profile says.
Box dolby_vision(ByteSpan record);
Box mdcv(const MasteringDisplay& display);
Box clli(const ContentLight& light);
// `cdsc`: this track describes the track `track_id`.
Box tref(FourCC type, std::uint32_t track_id);

}  // namespace livephoto::isobmff
