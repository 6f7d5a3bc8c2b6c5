// Gathers what a movie says of itself: its tracks, its metadata, and the samples of its timed
// metadata.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/binary_plist.h"
#include "core/isobmff/atom.h"
#include "core/isobmff/field_reader.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/reader.h"
#include "core/pair/inspect_source.h"

namespace livephoto {
namespace {

using namespace isobmff;
using std::chrono::nanoseconds;

constexpr std::string_view kVideoOrientation = "com.apple.quicktime.video-orientation";
// In ffmpeg's copies the tracks that it does not know have its own data handler's type.
constexpr FourCC kUnknownHandler("url ");

constexpr std::size_t kMostMarkerTimes = 16;
constexpr std::uint32_t kMostMarkerSamples = 1000;
constexpr std::uint32_t kLargestMarkerSample = 64 * 1024;
constexpr std::uint32_t kMostInfos = 10'000;
constexpr std::uint32_t kLargestInfo = 64 * 1024;
// Of all tracks together: what a hostile movie may make us read.
constexpr std::uint64_t kMostSampleBytes = std::uint64_t{4} * 1024 * 1024;
constexpr std::uint32_t kMostFrames = kMostSamples;

nanoseconds time_of(std::uint64_t ticks, std::uint32_t timescale) {
  constexpr long double kLongest = 9.2e18L;
  if (timescale == 0) return nanoseconds(0);
  const long double time = static_cast<long double>(ticks) * 1e9L / timescale;
  return nanoseconds(std::llround(std::min(time, kLongest)));
}

std::string kind_of(const Track& track) {
  if (track.handler == FourCC("vide")) return "video";
  if (track.handler == FourCC("soun")) return "sound";
  if (track.handler == FourCC("meta")) return "metadata";
  if (track.handler == FourCC("auxv")) return "auxiliary video";
  return text_of(track.handler);
}

std::string type_text(const TimedKey& key) {
  return key.type ? shown_type(*key.type) : key.own_type;
}

// ---- Codecs --------------------------------------------------------------------

// Rec. ITU-T H.264, A.2, as the second byte of AVCDecoderConfigurationRecord
// (ISO/IEC 14496-15, 5.3.3.1) has it.
void take_avc(ByteSpan record, VideoFact& video) {
  if (record.size() < 4) return;
  struct Profile {
    unsigned idc;
    const char* name;
    const char* chroma;
    int bit_depth;  // 0: more than one
  };
  constexpr Profile kProfiles[] = {
      {66, "Baseline", "4:2:0", 8},
      {77, "Main", "4:2:0", 8},
      {88, "Extended", "4:2:0", 8},
      {100, "High", "4:2:0", 8},
      {110, "High 10", "4:2:0", 0},
      {122, "High 4:2:2", "4:2:2", 0},
      {244, "High 4:4:4 Predictive", "4:4:4", 0},
  };
  const auto* found = std::ranges::find(kProfiles, record[1], &Profile::idc);
  if (found == std::end(kProfiles)) return;
  const bool is_constrained = record[1] == 66 && (record[2] & 0x40) != 0;
  video.profile = is_constrained ? "Constrained Baseline" : found->name;
  video.chroma = found->chroma;
  video.bit_depth = found->bit_depth;
}

// HEVCDecoderConfigurationRecord: ISO/IEC 14496-15, 8.3.3.1
void take_hevc(ByteSpan record, VideoFact& video) {
  if (record.size() < 23) return;
  constexpr const char* kProfiles[] =
      {"", "Main", "Main 10", "Main Still Picture", "Range Extensions"};
  constexpr const char* kChroma[] = {"4:0:0", "4:2:0", "4:2:2", "4:4:4"};
  const unsigned profile = record[1] & 0x1F;
  if (profile < std::size(kProfiles)) video.profile = kProfiles[profile];
  video.chroma = kChroma[record[16] & 3];
  video.bit_depth = 8 + (record[17] & 7);
}

VideoFact video_of(
    const MovieFile& movie, const Track& track, const std::vector<StoredSample>& samples) {
  VideoFact video;
  video.shown_width = track.width;
  video.shown_height = track.height;
  video.orientation = orientation_of(track.matrix);
  if (track.video) {
    video.width = track.video->width;
    video.height = track.video->height;
    video.has_configuration = track.video->configuration.has_value();
    video.colour = track.video->colour;
    video.has_dolby_vision = track.video->dolby_vision.has_value();
    video.has_clean_aperture = track.video->has_clean_aperture;
    if (track.video->configuration == FourCC("avcC"))
      take_avc(track.video->configuration_record, video);
    if (track.video->configuration == FourCC("hvcC"))
      take_hevc(track.video->configuration_record, video);
  }
  for (const StoredSample& sample : samples)
    if (const auto time = shown_at(movie, track, sample.presentation))
      video.frames.push_back(*time);
  std::ranges::sort(video.frames);
  return video;
}

// ---- Tracks --------------------------------------------------------------------

std::vector<EditFact> edits_of(const MovieFile& movie, const Track& track) {
  std::vector<EditFact> edits;
  for (const EditSegment& edit : track.edits) {
    EditFact fact{.duration = time_of(edit.duration, movie.timescale), .rate = edit.rate};
    if (!edit.is_empty())
      fact.media_time = time_of(static_cast<std::uint64_t>(edit.media_time), track.timescale);
    edits.push_back(fact);
  }
  return edits;
}

// Behind the last atom is something that none is.
bool lies_behind_atoms(const MovieFile& movie, ByteRange range) {
  return movie.atoms.garbage_at && *movie.atoms.garbage_at <= range.begin;
}

// Whether all samples lie where samples may.
void take_places(
    const MovieFile& movie, const Track& track, std::uint64_t file_size, TrackFacts& facts) {
  bool is_cut_off = false;
  bool is_in_header = false;
  const FileAtom* odd = nullptr;
  const auto read = each_chunk(track.stbl, [&](ByteRange chunk) {
    const FileAtom* atom = movie.atoms.holding(chunk);
    if (chunk.end > file_size)
      is_cut_off = true;
    else if (atom ? describes_file(atom->type) : !lies_behind_atoms(movie, chunk))
      is_in_header = true;
    else if (atom && atom->type != FourCC("mdat"))
      odd = atom;
  });
  if (!read)
    facts.problem = read.error().message;
  else if (is_cut_off)
    facts.problem = "Samples of the track lie behind the end of the file; the movie is cut off.";
  else if (is_in_header)
    facts.problem =
        "Samples of the track lie in what describes the file and not in its media, so that they "
        "are no samples.";
  if (odd)
    facts.oddity = "Samples of the track lie in an atom called \"" + text_of(odd->type) +
                   "\", which programs may take for unused.";
}

// `frames_left` are those that may still be read, in all tracks together.
void take_video(
    const MovieFile& movie, const Track& track, std::uint32_t& frames_left, TrackFacts& facts) {
  const auto samples = read_samples(track.stbl, frames_left);
  if (samples)
    frames_left -= static_cast<std::uint32_t>(samples->size());
  else if (facts.problem.empty())
    facts.problem = samples.error().message;
  facts.video = video_of(movie, track, samples ? *samples : std::vector<StoredSample>());
}

TrackFacts facts_of(const MovieFile& movie, const Track& track, std::uint64_t file_size) {
  TrackFacts facts{
      .id = track.id,
      .kind = kind_of(track),
      .handler_name = track.handler_name,
      .format = track.format ? text_of(*track.format) : std::string(),
      .is_enabled = track.is_enabled,
      .timescale = track.timescale,
      .duration = time_of(track.duration, movie.timescale),
      .media_duration = time_of(track.media_duration, track.timescale),
      .samples = track.samples,
      .edits = edits_of(movie, track),
      .has_apertures = track.has_apertures};
  if (track.samples > 0) take_places(movie, track, file_size, facts);
  for (const TrackReference& reference : track.references)
    facts.references.push_back({text_of(reference.type), reference.tracks});
  for (const TimedKey& key : track.keys)
    facts.keys.push_back({key.local_id, key.name, type_text(key)});
  if (track.sound)
    facts.sound = SoundFact{track.sound->channels, track.sound->sample_rate, track.sound->bits};
  return facts;
}

// ---- Timed metadata ------------------------------------------------------------

// Reads samples, as long as they are few and small.
class SampleBytes {
 public:
  explicit SampleBytes(const Source& source) : source_(source) {}

  Result<Bytes> read(const StoredSample& sample) {
    if (sample.size > left_)
      return Error{ErrorCode::Unsupported, "The movie's timed metadata is too large.", {}};
    left_ -= sample.size;
    return read_bytes(source_, sample.offset, sample.size);
  }

 private:
  const Source& source_;
  std::uint64_t left_ = kMostSampleBytes;
};

std::string value_text(const TimedKey& key, ByteSpan value) {
  if (key.type) return shown_value(*key.type, value);
  return std::to_string(value.size()) + " bytes";
}

void take_values(const Track& track, ByteSpan sample, MarkerFacts& marker) {
  for (const TimedValue& value : timed_values(sample)) {
    const auto key = std::ranges::find(track.keys, value.local_id, &TimedKey::local_id);
    if (key == track.keys.end()) continue;
    if (key->name == kStillImageTime)
      marker.value = value_text(*key, value.value);
    else
      marker.beside.push_back({key->name, type_text(*key), value_text(*key, value.value)});
  }
  if (marker.value.empty())
    marker.problem = "The marker's sample has no value of the key still-image-time.";
}

MarkerFacts marker_of(const MovieFile& movie, const Track& track, SampleBytes& bytes) {
  MarkerFacts marker{.track = track.id, .timescale = track.timescale, .samples = track.samples};
  const auto key = std::ranges::find(track.keys, kStillImageTime, &TimedKey::name);
  if (key != track.keys.end()) marker.type = type_text(*key);
  const auto samples = read_samples(track.stbl, kMostMarkerSamples);
  if (!samples) {
    marker.problem = samples.error().message;
    if (const auto time = shown_at(movie, track, 0)) marker.times.push_back(*time);
    return marker;
  }
  for (const StoredSample& sample : *samples) {
    if (marker.times.size() == kMostMarkerTimes) break;
    if (const auto time = shown_at(movie, track, sample.presentation))
      marker.times.push_back(*time);
  }
  if (samples->empty()) {
    marker.problem = "The marker's track has no sample.";
  } else if (samples->front().size > kLargestMarkerSample) {
    marker.problem = "The marker's sample is too large to be one.";
  } else if (const auto sample = bytes.read(samples->front()); !sample) {
    marker.problem = "The marker's sample lies outside the file.";
  } else {
    take_values(track, *sample, marker);
  }
  return marker;
}

// Whether a track without a description has one sample that holds what a marker's
// does: a value of one byte, the first of its local numbers.
bool was_marker(const Track& track, SampleBytes& bytes) {
  const bool may_be = track.handler == kUnknownHandler || track.handler == FourCC("meta");
  if (!may_be || track.format || track.samples != 1) return false;
  const auto samples = read_samples(track.stbl, 1);
  if (!samples || samples->front().size > 1024) return false;
  const auto sample = bytes.read(samples->front());
  if (!sample) return false;
  const auto values = timed_values(*sample);
  return !values.empty() && values[0].local_id == 1 && values[0].value.size() == 1;
}

void take_setup(const Track& track, InfoTrackFacts& facts) {
  const auto key = std::ranges::find(track.keys, isobmff::kLivePhotoInfo, &TimedKey::name);
  ByteSpan setup = key->setup;
  while (const auto atom = take_atom(setup)) {
    FieldReader reader(atom->body);
    if (atom->type == FourCC("dims")) {
      facts.width = reader.u32();
      facts.height = reader.u32();
    }
    const auto list = atom->type == FourCC("cfgv") ? BinaryPlist::open(atom->body) : std::nullopt;
    if (!list) continue;
    facts.setup_version = list->integer({"LivePhotoMetadataSetupDataVersion"});
    facts.capture_core = list->text({"FrameworkVersions", "CMCaptureCore"}).value_or("");
    facts.system_version = list->text({"SystemVersion", "ProductVersion"}).value_or("");
  }
}

InfoTrackFacts infos_of(const MovieFile& movie, const Track& track, SampleBytes& bytes) {
  InfoTrackFacts facts{.track = track.id, .samples = track.samples};
  take_setup(track, facts);
  const auto key = std::ranges::find(track.keys, isobmff::kLivePhotoInfo, &TimedKey::name);
  const auto samples = read_samples(track.stbl, kMostInfos);
  if (!samples) {
    facts.unread = track.samples;
    return facts;
  }
  for (const StoredSample& stored : *samples) {
    const auto sample = stored.size <= kLargestInfo ? bytes.read(stored) : Result<Bytes>(Bytes());
    std::optional<LivePhotoInfo> info;
    if (sample)
      for (const TimedValue& value : timed_values(*sample))
        if (value.local_id == key->local_id && !info) info = parse_live_photo_info(value.value);
    const auto time = shown_at(movie, track, stored.presentation);
    if (!info)
      ++facts.unread;
    else if (time)
      facts.records.push_back({*time, *info});
  }
  return facts;
}

std::optional<int> orientation_in(const Track& track, SampleBytes& bytes) {
  const auto key = std::ranges::find(track.keys, kVideoOrientation, &TimedKey::name);
  const auto samples = read_samples(track.stbl, 16);
  if (key == track.keys.end() || !samples || samples->empty()) return std::nullopt;
  const auto sample =
      samples->front().size <= 1024 ? bytes.read(samples->front()) : Result<Bytes>(Bytes());
  if (!sample) return std::nullopt;
  for (const TimedValue& value : timed_values(*sample))
    if (value.local_id == key->local_id && value.value.size() == 2)
      return FieldReader(value.value).u16();
  return std::nullopt;
}

void take_timed_metadata(const MovieFile& movie, const Source& source, MovieFacts& facts) {
  SampleBytes bytes(source);
  std::vector<MarkerFacts> lost;
  std::size_t metadata_number = 0;
  for (std::size_t place = 0; place < movie.tracks.size(); ++place) {
    const Track& track = movie.tracks[place];
    if (track.handler == FourCC("meta")) ++metadata_number;
    const bool works = track.has_key(kStillImageTime);
    if (works || was_marker(track, bytes)) {
      auto& markers = works ? facts.markers : lost;
      markers.push_back(marker_of(movie, track, bytes));
      markers.back().place = place;
      markers.back().metadata_number = works ? metadata_number : 0;
      markers.back().is_lost = !works;
      if (!works) markers.back().problem.clear();
    }
    if (track.has_key(isobmff::kLivePhotoInfo))
      facts.infos.push_back(infos_of(movie, track, bytes));
    if (track.has_key(kVideoOrientation) && !facts.video_orientation)
      facts.video_orientation = orientation_in(track, bytes);
  }
  facts.markers.insert(facts.markers.end(), lost.begin(), lost.end());
}

// ---- Metadata ------------------------------------------------------------------

std::vector<MetadataFact> facts_of(const std::vector<MetadataItem>& items) {
  std::vector<MetadataFact> facts;
  for (const MetadataItem& item : items)
    facts.push_back({item.key, shown_type(item.type), shown_value(item.type, item.value)});
  return facts;
}

std::optional<std::string> identifier_in(const std::vector<MetadataItem>& items) {
  for (const MetadataItem& item : items)
    if (item.key == kContentIdentifier && item.type == DataType::Utf8) return text_in(item.value);
  return std::nullopt;
}

}  // namespace

const TrackFacts* MovieFacts::track(std::uint32_t id) const {
  const auto found = std::ranges::find(tracks, id, &TrackFacts::id);
  return found == tracks.end() ? nullptr : &*found;
}

const TrackFacts* MovieFacts::video() const {
  const auto has_frames = [](const TrackFacts& track) {
    return track.video && track.is_enabled && !track.video->frames.empty();
  };
  const auto found = std::ranges::find_if(tracks, has_frames);
  return found == tracks.end() ? nullptr : &*found;
}

const MarkerFacts* MovieFacts::marker() const {
  const auto found = std::ranges::find_if(markers, [](const MarkerFacts& marker) {
    return !marker.is_lost && !marker.times.empty();
  });
  return found == markers.end() ? nullptr : &*found;
}

Result<MovieFacts> inspect_movie(const Source& source) {
  const auto movie = read_movie(source);
  if (!movie) return movie.error();
  MovieFacts facts{
      .size = source.size(),
      .moov_is_first = movie->moov_is_first(),
      .timescale = movie->timescale,
      .duration = time_of(movie->duration, movie->timescale),
      .metadata = facts_of(movie->metadata),
      .metadata_is_iso = movie->metadata_is_iso,
      .user_metadata = facts_of(movie->user_metadata),
      .capture = movie->capture,
      .identifier = identifier_in(movie->metadata),
      .user_identifier = identifier_in(movie->user_metadata)};
  if (movie->type) {
    facts.brand = text_of(movie->type->major);
    for (const FourCC brand : movie->type->compatible) facts.brands.push_back(text_of(brand));
  }
  if (movie->creation_time != 0) facts.creation = unix_time(movie->creation_time);
  facts.has_static_marker = std::ranges::any_of(movie->metadata, [](const MetadataItem& item) {
    return item.key == kStillImageTime;
  });
  std::uint32_t frames_left = kMostFrames;
  for (const Track& track : movie->tracks) {
    facts.tracks.push_back(facts_of(*movie, track, facts.size));
    if (track.handler == FourCC("vide"))
      take_video(*movie, track, frames_left, facts.tracks.back());
  }
  take_timed_metadata(*movie, source, facts);
  return facts;
}

Result<MovieFacts> inspect_movie(const std::filesystem::path& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  auto facts = inspect_movie(**source);
  if (facts) facts->path = path;
  return facts;
}

}  // namespace livephoto
