// docs/live-photo-format.md, "live-photo-info" and "video-orientation".
#include "core/isobmff/wallpaper_tracks.h"

#include <algorithm>
#include <span>
#include <string>

#include "core/binary_plist_writer.h"
#include "core/isobmff/centre_motion.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/live_photo_info.h"
#include "core/isobmff/marker_track.h"
#include "core/isobmff/quicktime.h"
#include "core/isobmff/sample_table.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

using std::chrono::nanoseconds;

constexpr std::string_view kOrientationKey = "com.apple.quicktime.video-orientation";

// Frames that a converter of rates has put on its grid, on two clocks.
constexpr nanoseconds kOneInstant{1'000'000};

// Records count time from a second on: 0 might stand for no time.
constexpr nanoseconds kFirstRecord{1'000'000'000};
constexpr std::uint32_t kAllValues = 0xFF;
constexpr std::uint32_t kBlurOnly = 0x08;
constexpr std::uint32_t kHomographyAndTimes = 0x07;

// The frames that are shown, in ticks and on the source's clock from the first on.
struct ShownFrames {
  std::vector<std::uint32_t> ticks;
  std::vector<nanoseconds> times;
};

ShownFrames shown_frames(const VideoTimes& times) {
  ShownFrames shown;
  for (std::size_t i = 0; i < times.ticks.size(); ++i) {
    if (times.ticks[i] < 0 || static_cast<std::uint64_t>(times.ticks[i]) >= times.end) continue;
    shown.ticks.push_back(static_cast<std::uint32_t>(times.ticks[i]));
    shown.times.push_back(times.times[i]);
  }
  return shown;
}

// Null where none was measured.
const FramePlace* place_at(const Wallpaper& wallpaper, nanoseconds time) {
  const auto next =
      std::ranges::lower_bound(wallpaper.places, time - kOneInstant, {}, &FramePlace::time);
  const bool is_there = next != wallpaper.places.end() && next->time <= time + kOneInstant;
  return is_there ? &*next : nullptr;
}

// ---- Boxes ---------------------------------------------------------------------

Box key_name(std::string_view name) { return box("keyd", u32(FourCC("mdta")), name); }

// What cameras write: the samples do not depend on what another program changes.
Box dependency() { return box("sdpd", box("sdpi", u32(0))); }

Box orientation_description() {
  return mebx(
      box(FourCC(1u),
          key_name(kOrientationKey),
          box("dtyp", u32(0), u32(static_cast<std::uint32_t>(DataType::Int16))),
          dependency()));
}

// Of the form that cameras write, with nobody's numbers in it: a version of the layout, which is
// known, and one of a capture, which there was not.
Bytes set_up_data() {
  return write_binary_plist(
      {{"FrameworkVersions", PlistDictionary{{"CMCaptureCore", "446.0.0"}}},
       {"LivePhotoMetadataSetupDataVersion", 1}});
}

Box info_description(const Clip& clip) {
  const VideoFormat& format = clip.video.format;
  std::optional<Box> set_up;
  if (clip.wallpaper->has_set_up) {
    const Bytes data = set_up_data();
    set_up =
        box("setu",
            box("cfgv", ByteSpan(data)),
            box("dims", u32(format.width), u32(format.height)));
  }
  return mebx(
      box(FourCC(1u),
          key_name(kLivePhotoInfo),
          box("dtyp", u32(1), kLivePhotoInfoType),  // a type by its name
          dependency(),
          set_up,
          box("ctps", box("dtyp", u32(0), u32(0)))));
}

Box metadata_track(const MetadataTrack& track, const Box& description, const SampleTable& table) {
  return box(
      "trak",
      tkhd({
          .creation_time = track.creation_time,
          .track_id = track.track_id,
          .duration = track.duration,
          .matrix = {},
      }),
      edts({{.segment_duration = track.duration, .media_time = 0}}),
      box("tref", box("cdsc", u32(track.video_track_id)), box("cdep", u32(track.video_track_id))),
      mdia(
          {track.creation_time, track.timescale, track.duration},
          media_handler("meta", "Core Media Metadata"),
          gmhd(),
          stbl(stsd(description), table)));
}

// ---- Records -------------------------------------------------------------------

// From a plane that all frames share, here the still's, to the frame: so the pictures of a camera's
// movie move by its records (an iPhone 6s of iOS 14).
Homography from_still(const FramePlace& place) {
  Homography map = inverse(place.over_still).value_or(kSamePlace);
  const double scale = map[8];
  for (double& value : map) value /= scale;
  return map;
}

LivePhotoInfo record_of(
    const Clip& clip, const Homography& from_still, const PlanePoint& motion, nanoseconds time) {
  LivePhotoInfo info;
  info.version = 3;
  info.exposure_seconds = 1.0F / 60;
  info.focus_status = 2;
  info.motion = {static_cast<float>(motion.x), static_cast<float>(motion.y)};
  info.validity = clip.wallpaper->has_camera_values ? kAllValues : kBlurOnly;
  info.frame_validity = kHomographyAndTimes;
  std::ranges::transform(from_still, info.homography.begin(), [](double value) {
    return static_cast<float>(value);
  });
  info.time = kFirstRecord + time;
  info.original_time = info.time;
  return info;
}

}  // namespace

Result<void> check_wallpaper(const Clip& clip, const VideoTimes& times, std::uint64_t marker) {
  if (clip.wallpaper->needs_length && times.end < kWallpaperShortest.count() * times.timescale) {
    return invalid_input(
        "The clip lasts " + seconds_text(nanoseconds(times.end * 1'000'000'000 / times.timescale)) +
        "; for a lock screen it needs 1 s at least: choose a longer duration, or a moment that is "
        "farther from the end of the video.");
  }
  const auto shown = shown_frames(times);
  const auto before = static_cast<std::size_t>(
      std::ranges::count_if(shown.ticks, [marker](std::uint32_t tick) { return tick < marker; }));
  if (clip.wallpaper->needs_frames_before && before < kWallpaperFramesBefore) {
    return invalid_input(
        "Only " + std::to_string(before) +
        " frames come before the still, and a lock screen shows those; choose a still with " +
        std::to_string(kWallpaperFramesBefore) + " frames before it at least.");
  }
  if (clip.wallpaper->places.empty()) return {};
  for (const nanoseconds time : shown.times) {
    if (place_at(*clip.wallpaper, time + times.origin)) continue;
    return invalid_input(
        "How the frame at " + seconds_text(time) +
        " moves was not measured; write the movie with motion=neutral.");
  }
  return {};
}

Bytes orientation_sample(Orientation orientation) {
  const Bytes value = fields(u16(static_cast<std::uint16_t>(orientation)));
  return timed_value(1, value).bytes;
}

Box orientation_track(const MetadataTrack& track) {
  SampleTable table;
  table.durations = {{1, track.duration}};
  table.sizes = {
      .each = static_cast<std::uint32_t>(orientation_sample(Orientation::Normal).size()),
      .count = 1,
      .sizes = {}};
  table.chunks = {{track.sample_offset, 1}};
  return metadata_track(track, orientation_description(), table);
}

Bytes info_samples(const Clip& clip, const VideoTimes& times) {
  const PlanePoint centre{clip.video.format.width / 2.0, clip.video.format.height / 2.0};
  Bytes samples;
  std::optional<Homography> before;
  PlanePoint motion;
  for (const nanoseconds time : shown_frames(times).times) {
    const FramePlace* place = place_at(*clip.wallpaper, time + times.origin);
    const Homography map = place ? from_still(*place) : kSamePlace;
    const PlanePoint step = centre_motion(before.value_or(map), map, centre).value_or(PlanePoint());
    motion = {motion.x + step.x, motion.y + step.y};
    append(samples, timed_value(1, live_photo_info_payload(record_of(clip, map, motion, time))));
    before = map;
  }
  return samples;
}

Box info_track(const MetadataTrack& track, const Clip& clip, const VideoTimes& times) {
  const auto ticks = shown_frames(times).ticks;
  std::vector<std::uint32_t> durations;
  for (std::size_t i = 0; i < ticks.size(); ++i)
    durations.push_back((i + 1 < ticks.size() ? ticks[i + 1] : track.duration) - ticks[i]);
  const auto count = static_cast<std::uint32_t>(ticks.size());
  SampleTable table;
  table.durations = runs_of(durations);
  table.sizes = {
      .each = static_cast<std::uint32_t>(timed_value(1, live_photo_info_payload({})).bytes.size()),
      .count = count,
      .sizes = {}};
  table.chunks = {{track.sample_offset, count}};
  return metadata_track(track, info_description(clip), table);
}

}  // namespace livephoto::isobmff
