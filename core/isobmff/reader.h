// Reads QuickTime and MP4 movies that others wrote: everything but the packets themselves.
#pragma once

#include <chrono>
#include <cstdint>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/capture.h"
#include "core/isobmff/boxes.h"
#include "core/isobmff/clean_aperture.h"
#include "core/isobmff/file_atoms.h"
#include "core/isobmff/metadata_items.h"
#include "core/isobmff/sample_reader.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto::isobmff {

// "Edit list atoms". Durations of 0 mean: to the end of the media.
struct EditSegment {
  std::uint64_t duration = 0;   // in the movie's timescale
  std::int64_t media_time = 0;  // in the media's timescale; negative: nothing is shown
  double rate = 1;

  bool is_empty() const { return media_time < 0; }
};

struct TrackReference {
  FourCC type;  // cdsc, cdep, vmap …
  std::vector<std::uint32_t> tracks;
};

// What a visual sample description says.
struct VideoDescription {
  std::uint32_t width = 0;  // in pixels, as coded
  std::uint32_t height = 0;
  std::string compressor;                // as its maker names it
  std::optional<FourCC> configuration;   // avcC, hvcC, av1C, vpcC
  Bytes configuration_record;            // without the atom's header; at most 64 KiB
  std::optional<FourCC> dolby_vision;    // dvcC, dvvC, dvwC
  Bytes dolby_vision_record;             // kDolbyVisionRecord bytes; empty: none of that length
  std::optional<Colour> colour;          // of `colr` as nclc or nclx
  bool has_icc_profile = false;          // of `colr` as prof or rICC
  std::uint32_t pixel_aspect_width = 1;  // of `pasp`
  std::uint32_t pixel_aspect_height = 1;
  bool has_clean_aperture = false;  // `clap`
  std::optional<Margins> margins;   // around it; nothing where there are none
};

struct SoundDescription {
  std::uint32_t channels = 0;
  double sample_rate = 0;  // samples a second
  std::uint32_t bits = 0;  // of a sample; what packets of a codec say is of no use
};

struct Track {
  std::uint32_t id = 0;
  bool is_enabled = false;
  std::uint64_t duration = 0;  // in the movie's timescale, as `tkhd` says
  Matrix matrix;
  double width = 0;  // in pixels, as shown before the matrix
  double height = 0;
  std::vector<EditSegment> edits;  // at most 128
  std::vector<TrackReference> references;
  bool has_apertures = false;  // `tapt`

  FourCC handler{0u};  // vide, soun, meta …
  std::string handler_name;
  std::uint32_t timescale = 0;       // of the media
  std::uint64_t media_duration = 0;  // in that

  std::optional<FourCC> format;  // of the first description; nothing where it has none
  std::uint32_t descriptions = 0;
  std::optional<VideoDescription> video;
  std::optional<SoundDescription> sound;
  std::vector<TimedKey> keys;  // of timed metadata

  std::uint32_t samples = 0;
  ByteSpan stbl;  // the whole table, for read_samples(); lies in Movie::moov

  bool has_key(std::string_view name) const;
};

struct MovieFile {
  FileAtoms atoms;
  std::optional<FileType> type;
  FileAtom moov_atom{.type = FourCC(0u)};
  std::shared_ptr<const Bytes> moov;  // its body

  std::uint32_t timescale = 0;  // never 0 in a movie that was read
  std::uint64_t duration = 0;
  std::uint64_t creation_time = 0;  // seconds since 1904-01-01 UTC; 0: unknown
  std::vector<Track> tracks;        // at most 64, in the file's order

  std::vector<MetadataItem> metadata;       // of moov/meta
  bool metadata_is_iso = false;             // moov/meta has version and flags
  std::vector<MetadataItem> user_metadata;  // of moov/udta/meta
  CaptureInfo capture;                      // what they and user data texts say

  bool moov_is_first() const;  // before the media
  const Track* track(std::uint32_t id) const;
  // The first value of a key of moov/meta, given without "com.apple.quicktime.".
  const MetadataItem* item(std::string_view apple_key) const;
};

// Reads headers of atoms and the `moov`, of at most 32 MiB, and nothing else.
// InvalidInput for what is no movie or is damaged there; Unsupported for movies in
// fragments, with compressed headers, or larger than the limits. Damage in one
// track shows as what that track lacks.
Result<MovieFile> read_movie(const Source& source);

// Of a `moov` alone, given without its header.
Result<MovieFile> parse_moov(Bytes moov);

// When something at `media_time` of a track is shown, in movie time, after its
// edits; nothing where no edit shows it. Without edits: at once.
std::optional<std::chrono::nanoseconds> shown_at(
    const MovieFile& movie, const Track& track, std::int64_t media_time);

// What read_samples() is asked for here.
inline constexpr std::uint32_t kMostSamples = 250'000;

// The orientation that a matrix turns by, wherever it puts the corner; nothing where
// it does more than turn and mirror by right angles.
std::optional<Orientation> orientation_of(const Matrix& matrix);

// The Unix time of a QuickTime one.
std::chrono::sys_seconds unix_time(std::uint64_t quicktime_seconds);

}  // namespace livephoto::isobmff
