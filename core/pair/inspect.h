// What the two files of a Live Photo say of themselves, whoever wrote them.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "../capture.h"
#include "../isobmff/live_photo_info.h"
#include "../result.h"
#include "../still/maker_note.h"

namespace livephoto {

enum class StillKind { Heic, Avif, OtherHeif, Jpeg };

struct StillFacts {
  std::filesystem::path path{};
  std::uint64_t size = 0;  // of the file, in bytes
  StillKind format = StillKind::Jpeg;
  std::string brand{};                // HEIF: the major one
  std::vector<std::string> brands{};  // HEIF: the compatible ones
  std::string coding{};               // "hvc1", "grid", "av01" …; "JPEG"

  std::uint32_t width = 0;  // in pixels, as stored
  std::uint32_t height = 0;
  Orientation orientation = Orientation::Normal;  // by which a reader turns it
  int bit_depth = 0;                              // 0: unknown
  std::optional<Colour> colour{};                 // HEIF: nclx
  bool has_icc_profile = false;
  std::uint32_t tiles = 0;               // HEIF: of a grid
  std::uint32_t thumbnails = 0;          // HEIF
  std::vector<std::string> auxiliary{};  // HEIF: gain map, depth and the like, as URNs

  // A sentence where the picture is not all there: of a HEIF an item, but for Exif, that lies
  // outside the file or in what describes it; of a JPEG the end.
  std::string item_problem{};
  std::string item_oddity{};  // HEIF: a sentence where one lies in an atom that is not for media

  bool has_exif = false;
  std::string exif_problem{};                     // a sentence where it cannot be read
  std::uint64_t exif_offset = 0;                  // of its segment or item, in the file
  std::optional<Orientation> exif_orientation{};  // in a HEIF it does not count
  CaptureInfo capture{};
  bool has_maker_note = false;            // of any maker
  std::optional<AppleMakerNote> apple{};  // where it is Apple's
  // 0x0011 of Apple's MakerNote, and the same where its value lies in the Exif block,
  // but outside the note: ExifTool reads that too.
  std::optional<std::string> identifier{};
  std::optional<std::string> stray_identifier{};
  // What ExifTool finds, and the galleries by it, either of the two: it reads all Exif blocks
  // of which the last one counts, but none in a HEIF's `idat`.
  std::optional<std::string> last_identifier{};
  std::uint32_t exif_blocks = 0;
  bool exif_in_idat = false;  // the first of them
};

struct MetadataFact {
  std::string key{};
  std::string type{};  // "UTF-8", "int8" …
  std::string value{};
};

struct EditFact {
  std::chrono::nanoseconds duration{0};                  // 0: to the end of the media
  std::optional<std::chrono::nanoseconds> media_time{};  // nothing: an empty edit
  double rate = 1;
};

struct ReferenceFact {
  std::string type{};  // "cdsc" …
  std::vector<std::uint32_t> tracks{};
};

struct TimedKeyFact {
  std::uint32_t local_id = 0;
  std::string name{};
  std::string type{};
};

struct VideoFact {
  std::uint32_t width = 0;  // in pixels, as coded
  std::uint32_t height = 0;
  double shown_width = 0;  // with square pixels, before it is turned
  double shown_height = 0;
  std::optional<Orientation> orientation{};  // of the matrix; nothing: no right angle
  std::string profile{};                     // "High", "Main 10" …; empty: unknown
  std::string chroma{};                      // "4:2:0" …; empty: unknown
  int bit_depth = 0;                         // 0: unknown
  bool has_configuration = false;            // avcC, hvcC and the like
  std::optional<Colour> colour{};
  bool has_dolby_vision = false;
  bool has_clean_aperture = false;
  std::vector<std::chrono::nanoseconds> frames{};  // when each is shown, ascending
};

struct SoundFact {
  std::uint32_t channels = 0;
  double sample_rate = 0;  // samples a second
  std::uint32_t bits = 0;
};

struct TrackFacts {
  std::uint32_t id = 0;
  std::string kind{};          // "video", "sound", "metadata", "auxiliary video", or its handler
  std::string handler_name{};  // as its maker calls it
  std::string format{};        // "hvc1", "lpcm", "mebx" …; empty where it has no description
  bool is_enabled = false;
  std::uint32_t timescale = 0;           // of the media
  std::chrono::nanoseconds duration{0};  // as shown
  std::chrono::nanoseconds media_duration{0};
  std::uint32_t samples = 0;
  std::vector<EditFact> edits{};
  std::vector<ReferenceFact> references{};
  bool has_apertures = false;  // `tapt`
  std::optional<VideoFact> video{};
  std::optional<SoundFact> sound{};
  std::vector<TimedKeyFact> keys{};
  // A sentence where its samples cannot be read, lie outside the file, or in what describes it.
  std::string problem{};
  std::string oddity{};  // a sentence where they lie in an atom that is not for media
};

// A track that has the key still-image-time, or had it before a program that does not
// know timed metadata copied the movie.
struct MarkerFacts {
  std::uint32_t track = 0;          // its number, as TrackFacts::id
  std::size_t place = 0;            // its track's, in MovieFacts::tracks
  std::size_t metadata_number = 0;  // 1: the first of the metadata tracks
  bool is_lost = false;             // the description is gone, the sample is there
  std::uint32_t timescale = 0;
  std::uint32_t samples = 0;
  std::vector<std::chrono::nanoseconds> times{};  // of each sample shown; at most 16
  std::string type{};                             // "int8"
  std::string value{};                            // of the first sample, "-1"
  std::vector<MetadataFact> beside{};             // its other values: transform, dimensions
  std::string problem{};                          // a sentence where the sample cannot be read
};

struct TimedInfo {
  std::chrono::nanoseconds shown{0};  // in movie time
  LivePhotoInfo info{};
};

struct InfoTrackFacts {
  std::uint32_t track = 0;
  std::uint32_t samples = 0;
  std::optional<std::int64_t> setup_version{};  // of its set-up data
  std::string capture_core{};                   // the version of CMCaptureCore in its set-up
  std::string system_version{};                 // of iOS
  std::uint32_t width = 0;                      // the size in which its homographies count
  std::uint32_t height = 0;
  std::vector<TimedInfo> records{};  // at most 10,000
  std::uint32_t unread = 0;          // samples of another version, or damaged
};

struct MovieFacts {
  std::filesystem::path path{};
  std::uint64_t size = 0;  // of the file, in bytes
  std::string brand{};     // the major one; empty where the file names none
  std::vector<std::string> brands{};
  bool moov_is_first = false;
  std::uint32_t timescale = 0;
  std::chrono::nanoseconds duration{0};
  std::optional<std::chrono::sys_seconds> creation{};  // of mvhd; UTC

  std::vector<MetadataFact> metadata{};          // of moov/meta
  bool metadata_is_iso = false;                  // it has version and flags, as QuickTime's has not
  std::vector<MetadataFact> user_metadata{};     // of moov/udta/meta
  CaptureInfo capture{};                         // what both and user data texts say
  std::optional<std::string> identifier{};       // of moov/meta
  std::optional<std::string> user_identifier{};  // of moov/udta/meta
  bool has_static_marker = false;                // still-image-time as a key in moov/meta

  std::vector<TrackFacts> tracks{};
  std::vector<MarkerFacts> markers{};  // those that work first, then lost ones
  std::vector<InfoTrackFacts> infos{};
  std::optional<int> video_orientation{};  // of a track of that name

  const TrackFacts* track(std::uint32_t id) const;
  // The one that is shown: the first enabled video track that has frames.
  const TrackFacts* video() const;
  // The first that works and is shown; null: none.
  const MarkerFacts* marker() const;
};

// InvalidInput, Unsupported or Io, with a sentence that names what is wrong, where the
// file is no still (no HEIF, no JPEG) or no movie that can be read. The sentence does
// not name the file.
Result<StillFacts> inspect_still(const std::filesystem::path& path);
Result<MovieFacts> inspect_movie(const std::filesystem::path& path);

// What a camera's pair has and this one has not, or has otherwise; nothing of it is
// needed to make a pair.
struct CameraDifference {
  std::string where{};   // "movie", "still"
  std::string camera{};  // what Apple's camera writes
  std::string here{};    // what is there
};
std::vector<CameraDifference> camera_differences(const StillFacts& still, const MovieFacts& movie);

// For people: a few lines each, every one ended by a line feed.
std::string inspect_text(const StillFacts& still);
std::string inspect_text(const MovieFacts& movie);
std::string inspect_text(const std::vector<CameraDifference>& differences);

// The time of day as "2024-05-17 10:20:30.250 +02:00"; without what is not known.
std::string time_text(const CaptureTime& time);

}  // namespace livephoto
