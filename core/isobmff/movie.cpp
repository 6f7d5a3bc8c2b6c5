// Plans fallibly, then writes infallibly: everything that can be wrong with a
// clip is found while its times are laid out; after that only boxes are built.
#include "core/isobmff/movie.h"

#include <algorithm>
#include <chrono>
#include <cmath>
#include <limits>
#include <span>
#include <utility>

#include "core/colour.h"
#include "core/content_identifier.h"
#include "core/isobmff/boxes.h"
#include "core/isobmff/clip_times.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/marker_track.h"
#include "core/isobmff/quicktime.h"
#include "core/isobmff/sample_table.h"
#include "core/isobmff/wallpaper_tracks.h"
#include "core/text.h"

namespace livephoto {
namespace {

using std::chrono::nanoseconds;
using namespace isobmff;

constexpr std::uint32_t kVideoTrackId = 1;
// The matrix of a track has 16.16 bits, one of them the sign.
constexpr std::uint32_t kLargestSide = 0x7FFF;
constexpr std::uint32_t kLargestCount = std::numeric_limits<std::int32_t>::max();
// What a reader has to buffer of one track before it meets the other.
constexpr nanoseconds kChunkDuration{500'000'000};

// A track of sound that is heard; the others are left out.
struct HeardTrack {
  const AudioTrack* track;
  std::uint32_t number;  // in Clip::audio
  AudioTimes times;
};

// Packets of one track that lie side by side, and when the first is decoded.
struct PlannedChunk {
  std::uint32_t track;  // 0 is the picture, n the n-th track that is heard
  std::uint32_t first_packet;
  nanoseconds time;
  std::uint32_t packets = 0;
  std::uint32_t samples = 0;
  std::uint64_t bytes = 0;
};

struct Layout {
  std::vector<PlannedChunk> order;
  std::vector<std::vector<Chunk>> tracks;  // offsets from the payload's first byte
  std::uint64_t metadata_offset = 0;
  std::uint64_t payload = 0;  // bytes in mdat
};

// Everything the boxes are made from; nothing in it can be wrong any more.
struct Plan {
  const Clip* clip = nullptr;
  std::string content_identifier;  // in upper case
  VideoTimes video;
  std::vector<HeardTrack> sound;
  Layout layout;
  Bytes orientation_sample;  // of a wallpaper's tracks
  Bytes info_samples;
  Bytes marker_sample;
  std::uint32_t marker = 0;         // in ticks
  std::uint32_t creation_time = 0;  // seconds since 1904

  bool has_orientation() const { return !orientation_sample.empty(); }
  bool has_info() const { return !info_samples.empty(); }
  // Of the tracks behind the sound, in this order.
  std::uint32_t orientation_track_id() const {
    return kVideoTrackId + static_cast<std::uint32_t>(sound.size()) + 1;
  }
  std::uint32_t info_track_id() const {
    return orientation_track_id() + (has_orientation() ? 1 : 0);
  }
  std::uint32_t marker_track_id() const { return info_track_id() + (has_info() ? 1 : 0); }
  // The samples of timed metadata, in the order of their tracks.
  Bytes metadata_samples() const {
    return fields(ByteSpan(orientation_sample), ByteSpan(info_samples), ByteSpan(marker_sample));
  }
};

// ---- Where the packets go ----------------------------------------------------

// Cuts a track into chunks of kChunkDuration while its packets are added.
class ChunkCutter {
 public:
  explicit ChunkCutter(std::uint32_t track) : track_(track) {}

  void add(std::uint32_t size, std::uint32_t samples, nanoseconds time) {
    if (chunks_.empty() || time >= chunks_.back().time + kChunkDuration)
      chunks_.push_back({.track = track_, .first_packet = packets_, .time = time});
    PlannedChunk& chunk = chunks_.back();
    ++chunk.packets;
    chunk.samples += samples;
    chunk.bytes += size;
    ++packets_;
  }
  const std::vector<PlannedChunk>& chunks() const { return chunks_; }

 private:
  std::uint32_t track_;
  std::uint32_t packets_ = 0;
  std::vector<PlannedChunk> chunks_;
};

std::vector<PlannedChunk> video_chunks(const VideoTrack& video, const VideoTimes& times) {
  ChunkCutter cutter(0);
  for (std::size_t i = 0; i < video.packets.size(); ++i)
    cutter.add(video.packets[i].size, 1, times.times[i]);
  return cutter.chunks();
}

std::vector<PlannedChunk> audio_chunks(std::uint32_t number, const AudioTrack& audio) {
  const bool one_sample_a_frame = audio.format.codec == AudioFormat::Codec::Lpcm;
  ChunkCutter cutter(number);
  double samples = 0;
  for (const AudioPacket& packet : audio.packets) {
    const double seconds = samples / audio.format.sample_rate;
    cutter.add(
        packet.size,
        one_sample_a_frame ? packet.samples : 1,
        nanoseconds(static_cast<std::int64_t>(seconds * 1e9)));
    samples += packet.samples;
  }
  return cutter.chunks();
}

// All tracks' chunks by time, at one time the picture's first; the samples of timed
// metadata lie behind them.
Layout lay_out(const Plan& plan) {
  Layout layout;
  layout.order = video_chunks(plan.clip->video, plan.video);
  for (std::size_t i = 0; i < plan.sound.size(); ++i) {
    const auto chunks = audio_chunks(static_cast<std::uint32_t>(i) + 1, *plan.sound[i].track);
    layout.order.insert(layout.order.end(), chunks.begin(), chunks.end());
  }
  std::ranges::stable_sort(layout.order, {}, [](const PlannedChunk& chunk) {
    return std::pair(chunk.time, chunk.track);
  });

  layout.tracks.resize(1 + plan.sound.size());
  for (const PlannedChunk& chunk : layout.order) {
    layout.tracks[chunk.track].push_back({layout.payload, chunk.samples});
    layout.payload += chunk.bytes;
  }
  layout.metadata_offset = layout.payload;
  layout.payload += plan.metadata_samples().size();
  return layout;
}

std::vector<Chunk> shifted(std::vector<Chunk> chunks, std::uint64_t by) {
  for (Chunk& chunk : chunks) chunk.offset += by;
  return chunks;
}

// A time without a zone is taken as UTC; 0 stands for "unknown".
std::uint32_t quicktime_seconds(const std::optional<CaptureTime>& time) {
  if (!time) return 0;
  using namespace std::chrono;
  const auto day = sys_days(
      year(time->year) / month(static_cast<unsigned>(time->month)) /
      std::chrono::day(static_cast<unsigned>(time->day)));
  const auto instant = day.time_since_epoch() + hours(time->hour) + minutes(time->minute) +
                       seconds(time->second) - minutes(time->utc_offset_minutes.value_or(0));
  const auto since_1904 = duration_cast<seconds>(instant).count() + kQuickTimeEpoch;
  if (since_1904 < 0 || since_1904 > std::numeric_limits<std::uint32_t>::max()) return 0;
  return static_cast<std::uint32_t>(since_1904);
}

// The size the picture is shown at before it is turned: pixels made square.
std::pair<std::uint32_t, std::uint32_t> display_size(const VideoFormat& format) {
  const double aspect = static_cast<double>(format.pixel_aspect_numerator) /
                        static_cast<double>(format.pixel_aspect_denominator);
  const double width = std::round(static_cast<double>(format.width) * aspect);
  // Cut off where no movie would take it anyway.
  return {static_cast<std::uint32_t>(std::min(width, 1e9)), format.height};
}

Box video_description(const VideoFormat& format) {
  const bool hevc = format.codec == VideoFormat::Codec::H265;
  return stsd(visual_sample_entry({
      .format = hevc ? FourCC("hvc1") : FourCC("avc1"),
      .configuration = hevc ? FourCC("hvcC") : FourCC("avcC"),
      .configuration_record = format.configuration,
      .dolby_vision = format.dolby_vision,
      .width = static_cast<std::uint16_t>(format.width),
      .height = static_cast<std::uint16_t>(format.height),
      .colour = stated_colour(format.colour.value_or(Colour{}), format.height),
      .mastering_display = format.mastering_display,
      .content_light = format.content_light,
      .h_spacing = format.pixel_aspect_numerator,
      .v_spacing = format.pixel_aspect_denominator,
  }));
}

// Whether a sync sample is listed as one. Where frames are hidden before the clip,
// GStreamer's qtdemux (1.22) begins with the last that is decoded by then, although
// its leading pictures are shown and need the one before; and it may end at one
// that is near the end (clip_times.cpp). A list need not be complete.
bool is_listed(const VideoTimes& times, std::size_t packet) {
  if (packet == 0 || times.media_time == 0) return true;
  const bool has_leading_shown =
      times.decode[packet] <= times.media_time && times.presentation[packet] > times.media_time;
  const bool is_last = packet + 1 == times.decode.size();
  return !has_leading_shown && (is_last || times.decode[packet + 1] < times.end);
}

SampleTable video_table(const Plan& plan, std::uint64_t media_offset) {
  const auto& packets = plan.clip->video.packets;
  SampleTable table;
  // Decode times are the presentation times in ascending order, so the media
  // begins at 0 and lasts as long as the picture; what is decoded early has a
  // positive offset, what is decoded late a negative one. So do cameras. (Where
  // frames are hidden, none is negative.)
  std::vector<std::uint32_t> durations;
  std::vector<std::int32_t> offsets;
  bool reordered = false;
  for (std::size_t i = 0; i < packets.size(); ++i) {
    const auto decode = plan.video.decode[i];
    const auto next = i + 1 < packets.size() ? plan.video.decode[i + 1] : plan.video.media_end;
    durations.push_back(static_cast<std::uint32_t>(next - decode));
    offsets.push_back(static_cast<std::int32_t>(
        static_cast<std::int64_t>(plan.video.presentation[i]) - static_cast<std::int64_t>(decode)));
    reordered = reordered || offsets.back() != 0;
    if (packets[i].is_sync && is_listed(plan.video, i))
      table.sync_samples.push_back(static_cast<std::uint32_t>(i + 1));
    else
      table.all_sync = false;
    table.sizes.sizes.push_back(packets[i].size);
  }
  table.durations = runs_of(durations);
  if (reordered) table.composition_offsets = runs_of(offsets);
  table.sizes.count = static_cast<std::uint32_t>(packets.size());
  table.chunks = shifted(plan.layout.tracks[0], media_offset);
  return table;
}

Box video_track(const Plan& plan, std::uint64_t media_offset) {
  const VideoFormat& format = plan.clip->video.format;
  const auto duration = static_cast<std::uint32_t>(plan.video.end);
  const auto [width, height] = display_size(format);
  return box(
      "trak",
      tkhd({
          .creation_time = plan.creation_time,
          .track_id = 1,
          .duration = duration,
          .matrix = matrix_of(plan.clip->capture.orientation, width, height),
          .width = width,
          .height = height,
      }),
      edts(
          {{.segment_duration = duration,
            .media_time = static_cast<std::int32_t>(plan.video.media_time)}}),
      mdia(
          {plan.creation_time,
           plan.video.timescale,
           static_cast<std::uint32_t>(plan.video.media_end)},
          media_handler("vide", "Core Media Video"),
          vmhd(),
          stbl(video_description(format), video_table(plan, media_offset))));
}

BitRate bit_rate_of(const AudioTrack& audio) {
  BitRate rate;
  std::uint64_t bytes = 0;
  std::uint64_t samples = 0;
  for (const AudioPacket& packet : audio.packets) {
    rate.buffer_bytes = std::max(rate.buffer_bytes, packet.size);
    bytes += packet.size;
    samples += packet.samples;
  }
  if (samples != 0)
    rate.average = static_cast<std::uint32_t>(bytes * 8 * audio.format.sample_rate / samples);
  rate.maximum = rate.average;
  return rate;
}

// ALACSpecificConfig begins with frameLength, the samples of a full packet.
std::uint32_t alac_frame_length(const AudioFormat& format) {
  const Bytes& cookie = format.configuration;
  return std::uint32_t{cookie[0]} << 24 | std::uint32_t{cookie[1]} << 16 |
         std::uint32_t{cookie[2]} << 8 | cookie[3];
}

Box audio_description(const AudioTrack& audio) {
  const AudioFormat& format = audio.format;
  const SoundShape sound{.channels = format.channels, .sample_rate = format.sample_rate};
  switch (format.codec) {
    case AudioFormat::Codec::Aac:
      return stsd(
          mp4a(sound, format.configuration, audio.packets.front().samples, bit_rate_of(audio)));
    case AudioFormat::Codec::Alac:
      return stsd(alac(sound, format.configuration, alac_frame_length(format), format.bits));
    case AudioFormat::Codec::Lpcm:
      break;
  }
  return stsd(lpcm(
      sound,
      {.bits = format.bits, .is_float = format.is_float, .is_big_endian = format.is_big_endian}));
}

// One of each sample. Where chunks differ, the last sample has a run of its own: qtdemux 1.22
// gives all sound the time 0 where one run meets several entries of `stsc`
// (qtdemux_merge_sample_table() gives up behind the run that it has read).
std::vector<Run<std::uint32_t>> lpcm_durations(
    std::uint32_t samples, const std::vector<Chunk>& chunks) {
  const auto other =
      std::ranges::adjacent_find(chunks, std::ranges::not_equal_to{}, &Chunk::samples);
  if (other == chunks.end()) return {{samples, 1}};
  return {{samples - 1, 1}, {1, 1}};
}

SampleTable audio_table(const AudioTrack& audio, std::uint64_t samples, std::vector<Chunk> chunks) {
  SampleTable table;
  table.chunks = std::move(chunks);
  if (audio.format.codec == AudioFormat::Codec::Lpcm) {
    const auto count = static_cast<std::uint32_t>(samples);
    table.durations = lpcm_durations(count, table.chunks);
    table.sizes = {
        .each = audio.format.channels * audio.format.bits / 8,
        .count = count,
        .sizes = {}};
    return table;
  }
  std::vector<std::uint32_t> durations;
  for (const AudioPacket& packet : audio.packets) {
    durations.push_back(packet.samples);
    table.sizes.sizes.push_back(packet.size);
  }
  table.durations = runs_of(durations);
  table.sizes.count = static_cast<std::uint32_t>(audio.packets.size());
  return table;
}

Box audio_track(const Plan& plan, std::size_t index, std::uint64_t media_offset) {
  const auto& [track, number, times] = plan.sound[index];
  std::uint32_t duration = 0;
  for (const Edit& edit : times.edits) duration += edit.segment_duration;
  auto chunks = shifted(plan.layout.tracks[index + 1], media_offset);
  return box(
      "trak",
      tkhd({
          .creation_time = plan.creation_time,
          .track_id = kVideoTrackId + 1 + static_cast<std::uint32_t>(index),
          .duration = duration,
          .volume = 1,
          .matrix = {},
      }),
      edts(times.edits),
      mdia(
          {plan.creation_time,
           track->format.sample_rate,
           static_cast<std::uint32_t>(times.samples)},
          media_handler("soun", "Core Media Audio"),
          smhd(),
          stbl(audio_description(*track), audio_table(*track, times.samples, std::move(chunks)))));
}

// The tracks that only a wallpaper has.
std::vector<Box> wallpaper_tracks(const Plan& plan, std::uint64_t metadata_offset) {
  MetadataTrack track{
      .creation_time = plan.creation_time,
      .track_id = plan.orientation_track_id(),
      .video_track_id = kVideoTrackId,
      .timescale = plan.video.timescale,
      .duration = static_cast<std::uint32_t>(plan.video.end),
      .sample_offset = metadata_offset};
  std::vector<Box> tracks;
  if (plan.has_orientation()) tracks.push_back(orientation_track(track));
  track.track_id = plan.info_track_id();
  track.sample_offset += plan.orientation_sample.size();
  if (plan.has_info()) tracks.push_back(info_track(track, *plan.clip, plan.video));
  return tracks;
}

Box moov(const Plan& plan, std::uint64_t media_offset) {
  const std::uint64_t metadata_offset = plan.layout.metadata_offset + media_offset;
  std::vector<Box> sound;
  for (std::size_t i = 0; i < plan.sound.size(); ++i)
    sound.push_back(audio_track(plan, i, media_offset));
  return box(
      "moov",
      mvhd({
          .creation_time = plan.creation_time,
          .timescale = plan.video.timescale,
          .duration = static_cast<std::uint32_t>(plan.video.end),
          .next_track_id = plan.marker_track_id() + 1,
      }),
      video_track(plan, media_offset),
      sound,
      wallpaper_tracks(plan, metadata_offset),
      marker_track({
          .creation_time = plan.creation_time,
          .track_id = plan.marker_track_id(),
          .video_track_id = kVideoTrackId,
          .timescale = plan.video.timescale,
          .time = plan.marker,
          .sample_size = static_cast<std::uint32_t>(plan.marker_sample.size()),
          .sample_offset =
              metadata_offset + plan.orientation_sample.size() + plan.info_samples.size(),
      }),
      meta(movie_metadata(
          plan.content_identifier,
          plan.clip->capture,
          plan.clip->fingerprint,
          plan.clip->wallpaper ? plan.clip->wallpaper->vitality : std::nullopt)));
}

// ---- Checks and assembly -----------------------------------------------------

Result<void> check_video(const VideoTrack& video) {
  if (video.packets.empty()) {
    return invalid_input(
        "There is no picture in the clip; check that the source has video at that time.");
  }
  if (!video.packets.front().is_sync) {
    return invalid_input(
        "The clip's first packet cannot be decoded by itself; begin the movie at a sync frame.");
  }
  if (video.format.configuration.empty()) {
    return invalid_input(
        "The video has no decoder configuration; put h264parse or h265parse before the muxer.");
  }
  const Bytes& dolby = video.format.dolby_vision;
  if (!dolby.empty() && dolby.size() != kDolbyVisionRecord) {
    return invalid_input(
        "The video's Dolby Vision configuration has " + std::to_string(dolby.size()) +
        " bytes, not " + std::to_string(kDolbyVisionRecord) + "; leave it away.");
  }
  const auto [width, height] = display_size(video.format);
  const auto fits = [](std::uint32_t side) { return side >= 1 && side <= kLargestSide; };
  if (!fits(video.format.width) || !fits(video.format.height) || !fits(width) || !fits(height)) {
    return invalid_input(
        "A picture of " + std::to_string(video.format.width) + "x" +
        std::to_string(video.format.height) +
        " does not fit a movie; scale it to between 1 and 32767 pixels a side.");
  }
  return {};
}

Result<void> check_audio(const AudioTrack& audio) {
  const AudioFormat& format = audio.format;
  if (format.sample_rate == 0 || format.sample_rate > kLargestCount || format.channels == 0 ||
      format.channels > 0xFFFF)
    return invalid_input("The sound has no usable sample rate or number of channels.");
  if (format.codec != AudioFormat::Codec::Lpcm && format.configuration.empty()) {
    return invalid_input(
        "The sound has no decoder configuration; put a parser (aacparse) before the muxer.");
  }
  constexpr std::size_t kAlacCookie = 24;
  if (format.codec == AudioFormat::Codec::Alac && format.configuration.size() != kAlacCookie)
    return invalid_input("The sound's ALAC configuration is damaged; encode the sound again.");
  std::uint64_t samples = audio.priming;
  for (const AudioPacket& packet : audio.packets) samples += packet.samples;
  if (samples > kLargestCount)
    return invalid_input("The sound is too long for a movie; choose a shorter duration.");
  return {};
}

Result<Plan> plan_of(const Clip& clip) {
  auto identifier = parse_content_identifier(clip.content_identifier);
  if (!identifier) return identifier.error();
  if (const auto good = check_video(clip.video); !good) return good.error();

  Plan plan;
  plan.clip = &clip;
  plan.content_identifier = std::move(*identifier);
  auto video = video_times(clip.video, clip.duration);
  if (!video) return video.error();
  plan.video = std::move(*video);
  const auto marker = marker_tick(plan.video, clip.still_time);
  if (!marker) return marker.error();
  plan.marker = static_cast<std::uint32_t>(*marker);

  for (std::uint32_t i = 0; i < clip.audio.size(); ++i) {
    if (const auto good = check_audio(clip.audio[i]); !good) return good.error();
    if (auto times = audio_times(clip.audio[i], plan.video))
      plan.sound.push_back({&clip.audio[i], i, std::move(*times)});
  }

  const auto [width, height] = display_size(clip.video.format);
  plan.marker_sample = still_image_time_sample(width, height);
  if (const auto& wallpaper = clip.wallpaper) {
    if (const auto good = check_wallpaper(clip, plan.video, plan.marker); !good)
      return good.error();
    if (wallpaper->has_orientation)
      plan.orientation_sample = orientation_sample(clip.capture.orientation);
    plan.info_samples = info_samples(clip, plan.video);
  }
  plan.creation_time = quicktime_seconds(clip.capture.time);
  plan.layout = lay_out(plan);
  return plan;
}

std::vector<PacketReference> packet_order(const Plan& plan) {
  std::vector<PacketReference> order;
  for (const PlannedChunk& chunk : plan.layout.order) {
    const std::uint32_t track =
        chunk.track == 0 ? PacketReference::kVideo : plan.sound[chunk.track - 1].number + 1;
    for (std::uint32_t i = 0; i < chunk.packets; ++i)
      order.push_back({track, chunk.first_packet + i});
  }
  return order;
}

}  // namespace

Result<Movie> plan_movie(const Clip& clip) {
  const auto planned = plan_of(clip);
  if (!planned) return planned.error();
  const Plan& plan = *planned;

  Movie movie;
  const Bytes mdat = wide_and_mdat_header(plan.layout.payload);
  if (clip.layout == MovieLayout::FastStart) {
    // Offsets have a fixed width, so the second moov is as long as the first;
    // only past 4 GiB does the true offset ask for another, longer one.
    const auto offset_behind = [&](std::uint64_t guess) {
      return ftyp().size() + moov(plan, guess).size() + mdat.size();
    };
    const std::uint64_t media_offset = offset_behind(offset_behind(0));
    movie.head = fields(ftyp(), moov(plan, media_offset), ByteSpan(mdat));
    movie.tail = plan.metadata_samples();
  } else {
    movie.head = fields(ftyp(), ByteSpan(mdat));
    const Bytes samples = plan.metadata_samples();
    movie.tail = fields(ByteSpan(samples), moov(plan, movie.head.size()));
  }
  movie.packets = packet_order(plan);
  movie.size = movie.head.size() + plan.layout.metadata_offset + movie.tail.size();
  movie.timescale = plan.video.timescale;
  movie.duration = plan.video.end;
  movie.marker = plan.marker;
  return movie;
}

}  // namespace livephoto
