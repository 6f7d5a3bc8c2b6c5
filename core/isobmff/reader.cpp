#include "core/isobmff/reader.h"

#include <algorithm>
#include <cmath>
#include <limits>

#include "core/isobmff/atom.h"
#include "core/isobmff/field_reader.h"
#include "core/isobmff/movie.h"
#include "core/isobmff/source_metadata.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint64_t kLargestMoov = std::uint64_t{32} * 1024 * 1024;
constexpr std::size_t kMostTracks = 64;
constexpr std::size_t kMostEdits = 128;
constexpr std::size_t kMostReferences = 256;
constexpr std::size_t kLongestConfiguration = 64 * 1024;
constexpr std::size_t kMostUserData = 1024;

// Version 1 of a box has 64 bits where version 0 has 32.
std::size_t time_width(std::uint32_t version_and_flags) {
  return version_and_flags >> 24 == 1 ? 8 : 4;
}

// ISO/IEC 14496-12, 8.2.2 Movie Header Box
void read_mvhd(ByteSpan body, MovieFile& movie) {
  FieldReader reader(body);
  const std::size_t width = time_width(reader.u32());
  movie.creation_time = reader.number(width);
  reader.skip(width);  // modification_time
  movie.timescale = reader.u32();
  movie.duration = reader.number(width);
}

// ISO/IEC 14496-12, 8.3.2 Track Header Box
void read_tkhd(ByteSpan body, Track& track) {
  FieldReader reader(body);
  const auto version_and_flags = reader.u32();
  const std::size_t width = time_width(version_and_flags);
  track.is_enabled = (version_and_flags & 1) != 0;
  reader.skip(2 * width);  // creation and modification time
  track.id = reader.u32();
  reader.skip(4);
  track.duration = reader.number(width);
  reader.skip(8 + 2 + 2 + 2 + 2);  // reserved, layer, group, volume, reserved
  const auto row = [&reader](double& first, double& second) {
    first = reader.fixed_16_16();
    second = reader.fixed_16_16();
    reader.skip(4);
  };
  row(track.matrix.a, track.matrix.b);
  row(track.matrix.c, track.matrix.d);
  row(track.matrix.tx, track.matrix.ty);
  track.width = reader.u32() / 65536.0;
  track.height = reader.u32() / 65536.0;
}

// QuickTime File Format, "Edit list atoms"
std::vector<EditSegment> read_elst(ByteSpan body) {
  FieldReader reader(body);
  const std::size_t width = time_width(reader.u32());
  std::vector<EditSegment> edits;
  for (std::uint32_t left = reader.u32(); left > 0 && edits.size() < kMostEdits; --left) {
    EditSegment edit{.duration = reader.number(width)};
    edit.media_time = width == 8 ? static_cast<std::int64_t>(reader.u64()) : reader.i32();
    edit.rate = reader.fixed_16_16();
    if (!reader.complete()) break;
    edits.push_back(edit);
  }
  return edits;
}

std::vector<TrackReference> read_tref(ByteSpan body) {
  std::vector<TrackReference> references;
  std::size_t left = kMostReferences;
  while (const auto atom = take_atom(body)) {
    if (left == 0) break;
    TrackReference reference{.type = atom->type, .tracks = {}};
    for (FieldReader reader(atom->body); reader.left() >= 4 && left > 0; --left)
      reference.tracks.push_back(reader.u32());
    references.push_back(std::move(reference));
  }
  return references;
}

// ISO/IEC 14496-12, 8.4.2 Media Header Box
void read_mdhd(ByteSpan body, Track& track) {
  FieldReader reader(body);
  const std::size_t width = time_width(reader.u32());
  reader.skip(2 * width);
  track.timescale = reader.u32();
  track.media_duration = reader.number(width);
}

// QuickTime File Format, "Handler Reference Atoms": its name is a Pascal string
// there, and ends with NUL in ISO.
void read_hdlr(ByteSpan body, Track& track) {
  FieldReader reader(body);
  reader.skip(8);
  track.handler = reader.type();
  reader.skip(12);
  ByteSpan name = reader.rest();
  if (!name.empty() && name[0] == name.size() - 1) name = name.subspan(1);
  track.handler_name = text_in(name);
}

void read_colr(ByteSpan body, VideoDescription& video) {
  FieldReader reader(body);
  const FourCC kind = reader.type();
  if (kind == FourCC("prof") || kind == FourCC("rICC")) video.has_icc_profile = true;
  if (kind != FourCC("nclc") && kind != FourCC("nclx")) return;
  Colour colour;
  colour.primaries = reader.u16();
  colour.transfer = reader.u16();
  colour.matrix = reader.u16();
  if (kind == FourCC("nclx")) colour.full_range = (reader.u8() & 0x80) != 0;
  if (reader.complete()) video.colour = colour;
}

bool is_configuration(FourCC type) {
  return type == FourCC("avcC") || type == FourCC("hvcC") || type == FourCC("av1C") ||
         type == FourCC("vpcC");
}

bool is_dolby_vision(FourCC type) {
  return type == FourCC("dvcC") || type == FourCC("dvvC") || type == FourCC("dvwC");
}

// ISO/IEC 14496-12, 12.1.3 Visual Sample Entry, behind its data reference
VideoDescription read_visual(ByteSpan body) {
  VideoDescription video;
  FieldReader reader(body);
  reader.skip(2 + 2 + 4 + 4 + 4);  // version, revision, vendor, qualities
  video.width = reader.u16();
  video.height = reader.u16();
  reader.skip(4 + 4 + 4 + 2);  // resolutions, data size, frame count
  const ByteSpan name = reader.bytes(32);
  if (!name.empty())
    video.compressor = text_in(name.subspan(1, std::min<std::size_t>(name[0], 31)));
  reader.skip(2 + 2);  // depth, colour table
  ByteSpan extensions = reader.rest();
  while (const auto atom = take_atom(extensions)) {
    if (is_configuration(atom->type) && atom->body.size() <= kLongestConfiguration) {
      video.configuration = atom->type;
      video.configuration_record.assign(atom->body.begin(), atom->body.end());
    } else if (is_dolby_vision(atom->type)) {
      video.dolby_vision = atom->type;
      if (atom->body.size() == kDolbyVisionRecord)
        video.dolby_vision_record.assign(atom->body.begin(), atom->body.end());
    } else if (atom->type == FourCC("colr")) {
      read_colr(atom->body, video);
    } else if (atom->type == FourCC("clap")) {
      video.has_clean_aperture = true;
      video.margins = margins_of(atom->body, video.width, video.height);
    } else if (atom->type == FourCC("pasp") && atom->body.size() >= 8) {
      video.pixel_aspect_width = u32_at(atom->body, 0);
      video.pixel_aspect_height = u32_at(atom->body, 4);
    }
  }
  return video;
}

// QuickTime File Format, "Sound Sample Description", versions 0 to 2
SoundDescription read_sound(ByteSpan body) {
  SoundDescription sound;
  FieldReader reader(body);
  const auto version = reader.u16();
  reader.skip(2 + 4);  // revision, vendor
  sound.channels = reader.u16();
  sound.bits = reader.u16();
  reader.skip(2 + 2);  // compression id, packet size
  sound.sample_rate = reader.u32() / 65536.0;
  if (version != 2) return sound;
  reader.skip(4);  // sizeOfStructOnly
  const double rate = std::bit_cast<double>(reader.u64());
  const auto channels = reader.u32();
  reader.skip(4);
  const auto bits = reader.u32();
  if (!reader.complete()) return sound;
  return {
      .channels = channels,
      .sample_rate = std::isfinite(rate) ? rate : 0,
      .bits = bits,
  };
}

void read_stsd(ByteSpan body, Track& track) {
  constexpr std::size_t kBeforeEntries = 8;  // version and flags, count
  constexpr std::size_t kEntryHeader = 8;    // reserved, data reference index
  if (body.size() < kBeforeEntries) return;
  ByteSpan entries = body.subspan(kBeforeEntries);
  // Counted by what is there: ffmpeg leaves the entry of what it does not know away,
  // but not its number.
  while (const auto entry = take_atom(entries)) {
    if (track.descriptions++ > 0 || entry->body.size() < kEntryHeader) continue;
    track.format = entry->type;
    const ByteSpan inside = entry->body.subspan(kEntryHeader);
    if (track.handler == FourCC("vide") || track.handler == FourCC("auxv"))
      track.video = read_visual(inside);
    else if (track.handler == FourCC("soun"))
      track.sound = read_sound(inside);
    else if (entry->type == FourCC("mebx"))
      track.keys = timed_keys(inside);
  }
}

void read_mdia(ByteSpan body, Track& track) {
  if (const auto mdhd = find_atom(body, "mdhd")) read_mdhd(*mdhd, track);
  if (const auto hdlr = find_atom(body, "hdlr")) read_hdlr(*hdlr, track);
  const auto stbl = find_atom(body, {FourCC("minf"), FourCC("stbl")});
  if (!stbl) return;
  track.stbl = *stbl;
  track.samples = sample_count(*stbl);
  if (const auto stsd = find_atom(*stbl, "stsd")) read_stsd(*stsd, track);
}

Track read_trak(ByteSpan body) {
  Track track;
  while (const auto atom = take_atom(body)) {
    if (atom->type == FourCC("tkhd")) {
      read_tkhd(atom->body, track);
    } else if (atom->type == FourCC("edts")) {
      track.edits = read_elst(find_atom(atom->body, "elst").value_or(ByteSpan()));
    } else if (atom->type == FourCC("tref")) {
      track.references = read_tref(atom->body);
    } else if (atom->type == FourCC("tapt")) {
      track.has_apertures = true;
    } else if (atom->type == FourCC("mdia")) {
      read_mdia(atom->body, track);
    }
  }
  return track;
}

void read_udta(ByteSpan body, MovieFile& movie, SourceMetadataReader& texts) {
  for (std::size_t i = 0; i < kMostUserData; ++i) {
    const auto atom = take_atom(body);
    if (!atom) return;
    if (atom->type != FourCC("meta")) {
      texts.add(atom->whole);
      continue;
    }
    movie.user_metadata = items_in_meta(atom->body);
    ByteSpan inside = is_iso_meta(atom->body) ? atom->body.subspan(4) : atom->body;
    while (const auto child = take_atom(inside))
      if (child->type == FourCC("ilst")) texts.add(child->whole);
  }
}

Error no_moov(const FileAtoms& atoms) {
  for (const FileAtom& atom : atoms.atoms)
    if (!atom.is_whole)
      return invalid_input(
          "The movie is cut off: it ends in the middle of its atom \"" + text_of(atom.type) +
          "\", before the one that says what is in it (\"moov\"); copy it again.");
  return invalid_input(
      "The file has no \"moov\" atom, so it is no movie, or one whose recording was never "
      "finished.");
}

Error in_fragments() {
  return Error{
      ErrorCode::Unsupported,
      "The movie is written in fragments, which no camera's Live Photo is; make an ordinary "
      "movie of it, for example with ffmpeg -i IN -c copy OUT.mov.",
      {}};
}

}  // namespace

bool Track::has_key(std::string_view name) const {
  return std::ranges::any_of(keys, [&](const TimedKey& key) { return key.name == name; });
}

bool MovieFile::moov_is_first() const {
  const FileAtom* media = atoms.find("mdat");
  return media != nullptr && moov_atom.offset < media->offset;
}

const Track* MovieFile::track(std::uint32_t id) const {
  const auto found = std::ranges::find(tracks, id, &Track::id);
  return found == tracks.end() ? nullptr : &*found;
}

const MetadataItem* MovieFile::item(std::string_view apple_key) const {
  constexpr std::string_view kApple = "com.apple.quicktime.";
  const auto found = std::ranges::find_if(metadata, [&](const MetadataItem& item) {
    return std::string_view(item.key).starts_with(kApple) &&
           std::string_view(item.key).substr(kApple.size()) == apple_key;
  });
  return found == metadata.end() ? nullptr : &*found;
}

Result<MovieFile> parse_moov(Bytes moov) {
  MovieFile movie;
  movie.moov = std::make_shared<const Bytes>(std::move(moov));
  SourceMetadataReader texts;
  bool has_media = false;
  bool may_have_fragments = false;
  ByteSpan rest(*movie.moov);
  while (const auto atom = take_atom(rest)) {
    if (atom->type == FourCC("mvhd")) {
      read_mvhd(atom->body, movie);
    } else if (atom->type == FourCC("trak")) {
      if (movie.tracks.size() == kMostTracks)
        return Error{
            ErrorCode::Unsupported,
            "The movie has more than " + std::to_string(kMostTracks) + " tracks.",
            {}};
      movie.tracks.push_back(read_trak(atom->body));
      has_media = has_media || movie.tracks.back().samples > 0;
    } else if (atom->type == FourCC("meta")) {
      movie.metadata = items_in_meta(atom->body);
      movie.metadata_is_iso = is_iso_meta(atom->body);
    } else if (atom->type == FourCC("udta")) {
      read_udta(atom->body, movie, texts);
    } else if (atom->type == FourCC("mvex")) {
      may_have_fragments = true;
    } else if (atom->type == FourCC("cmov")) {
      return Error{
          ErrorCode::Unsupported,
          "The movie's header is compressed, as QuickTime did it before 2000; make an ordinary "
          "movie of it, for example with ffmpeg -i IN -c copy OUT.mov.",
          {}};
    }
  }
  if (may_have_fragments && !has_media) return in_fragments();
  if (movie.timescale == 0)
    return invalid_input("The movie has no timescale, so its times mean nothing; it is damaged.");
  texts.add_items(movie.user_metadata);
  texts.add_items(movie.metadata);
  movie.capture = texts.metadata();
  return movie;
}

Result<MovieFile> read_movie(const Source& source) {
  auto atoms = read_file_atoms(source);
  if (!atoms) return atoms.error();
  if (atoms->find("moof") != nullptr) return in_fragments();
  const FileAtom* found = atoms->find("moov");
  if (found == nullptr) return no_moov(*atoms);
  const FileAtom moov_atom = *found;
  auto body = read_body(source, moov_atom, kLargestMoov);
  if (!body) return body.error();
  auto movie = parse_moov(std::move(*body));
  if (!movie) return movie.error();
  movie->type = read_file_type(source, *atoms);
  movie->moov_atom = moov_atom;
  movie->atoms = std::move(*atoms);
  return movie;
}

std::optional<nanoseconds> shown_at(
    const MovieFile& movie, const Track& track, std::int64_t media_time) {
  // Long double has the 64 bits that products of ticks and timescales need here; what
  // is past a century is damage.
  constexpr long double kLongest = 3.2e18L;
  if (movie.timescale == 0 || track.timescale == 0) return std::nullopt;
  const auto in_media = [&](std::int64_t ticks) {
    return static_cast<long double>(ticks) * 1e9L / track.timescale;
  };
  const auto in_movie = [&](std::uint64_t ticks) {
    return static_cast<long double>(ticks) * 1e9L / movie.timescale;
  };
  const auto time = [](long double value) -> std::optional<nanoseconds> {
    if (!(std::abs(value) <= kLongest)) return std::nullopt;
    return nanoseconds(std::llround(value));
  };
  if (track.edits.empty()) return time(in_media(media_time));
  std::uint64_t before = 0;
  for (const EditSegment& edit : track.edits) {
    if (!edit.is_empty() && media_time >= edit.media_time) {
      const long double behind = in_media(media_time) - in_media(edit.media_time);
      // Half a nanosecond: a frame that begins where the edit ends is not in it.
      if (edit.duration == 0 || behind < in_movie(edit.duration) - 0.5L || behind == 0)
        return time(in_movie(before) + behind);
    }
    if (edit.duration > std::numeric_limits<std::uint64_t>::max() - before) return std::nullopt;
    before += edit.duration;
  }
  return std::nullopt;
}

std::optional<Orientation> orientation_of(const Matrix& matrix) {
  for (int value = 1; value <= 8; ++value) {
    const auto orientation = static_cast<Orientation>(value);
    const Matrix wanted = matrix_of(orientation, 0, 0);
    if (matrix.a == wanted.a && matrix.b == wanted.b && matrix.c == wanted.c &&
        matrix.d == wanted.d)
      return orientation;
  }
  return std::nullopt;
}

std::chrono::sys_seconds unix_time(std::uint64_t quicktime_seconds) {
  constexpr std::uint64_t kLatest = std::uint64_t{1} << 40;
  return std::chrono::sys_seconds(std::chrono::seconds(
      static_cast<std::int64_t>(std::min(quicktime_seconds, kLatest)) - kQuickTimeEpoch));
}

}  // namespace livephoto::isobmff
