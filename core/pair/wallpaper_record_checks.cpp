// What is known of the track live-photo-info, rule by rule.
#include <algorithm>
#include <cmath>
#include <limits>
#include <optional>
#include <span>
#include <string>

#include "core/homography.h"
#include "core/isobmff/centre_motion.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/wallpaper.h"
#include "core/pair/wallpaper_checks.h"
#include "core/text.h"

namespace livephoto::pair::wallpaper {
namespace {

using std::chrono::nanoseconds;

constexpr std::uint32_t kHasMotion = 4;  // of LivePhotoInfo::validity
constexpr std::uint32_t kHasBlur = 8;
constexpr std::uint32_t kHasHomography = 1;
constexpr double kMostMotionError = 1;  // pixels
constexpr nanoseconds kRounded{1'000};  // far less than a tick

// As they are shown. A hostile movie has ten thousand beside a quarter of a million frames: what is
// looked for is found by halving.
using Records = std::vector<const TimedInfo*>;

nanoseconds shown(const TimedInfo* record) { return record->shown; }

Records records_of(const InfoTrackFacts& track) {
  Records records;
  records.reserve(track.records.size());
  for (const TimedInfo& record : track.records) records.push_back(&record);
  std::ranges::stable_sort(records, {}, shown);
  return records;
}

// The end where there is none.
Records::const_iterator record_at(const Records& records, nanoseconds time) {
  const auto next = std::ranges::lower_bound(records, time - kOneInstant, {}, shown);
  return next != records.end() && (*next)->shown <= time + kOneInstant ? next : records.end();
}

Homography homography_of(const LivePhotoInfo& info) {
  Homography map{};
  std::ranges::copy(info.homography, map.begin());
  return map;
}

// ---- The track -----------------------------------------------------------------

void check_type(const TrackFacts& track, Checks& checks) {
  constexpr Rule kRule{"wallpaper-info-type", Basis::CameraFiles};
  const auto key = std::ranges::find(track.keys, isobmff::kLivePhotoInfo, &TimedKeyFact::name);
  if (key == track.keys.end()) return;
  if (key->type == isobmff::kLivePhotoInfoType)
    return checks.pass(kRule, "The records are of the type that cameras name.");
  checks.fail(
      kRule,
      "The records of live-photo-info are of the type " + key->type +
          "; cameras, TouSC and goLive name " + std::string(isobmff::kLivePhotoInfoType) + ".");
}

void check_setup(const InfoTrackFacts& track, const VideoFact& video, Checks& checks) {
  constexpr Rule kRule{"wallpaper-set-up", Basis::CameraFiles};
  constexpr Rule kVersions{"wallpaper-set-up", Basis::Hypothesis};
  if (track.setup_version != 1)
    checks.fail(
        kRule,
        track.setup_version
            ? "The set-up data of live-photo-info are of version " +
                  std::to_string(*track.setup_version) + "; all that are known are of version 1."
            : std::string("live-photo-info has no set-up data (setu with cfgv), which it has in "
                          "all files since iOS 17."));
  else if (track.capture_core.empty())
    checks.warn(
        kVersions,
        "The set-up data of live-photo-info name no version of CMCaptureCore, as all files of "
        "cameras do.");
  else
    checks.pass(kRule, "The set-up data of live-photo-info are of version 1 and name a capture.");
  constexpr Rule kSize{"wallpaper-dims", Basis::CameraFiles};
  if (track.width == 0 || track.height == 0)
    return checks.fail(kSize, "live-photo-info does not say in which size its records count.");
  if (track.width == video.width && track.height == video.height)
    return checks.pass(kSize, "The records count in the picture's own size, as with cameras.");
  checks.warn(
      kSize,
      "The records count in " + size_text(track.width, track.height) + " beside a picture of " +
          size_text(video.width, video.height) +
          "; with cameras the two are equal, TouSC and goLive work with 1920x1440.");
}

void check_records(const InfoTrackFacts& track, Checks& checks) {
  constexpr Rule kRule{"wallpaper-records", Basis::CameraFiles};
  if (track.records.empty() || track.unread > 0)
    return checks.fail(
        kRule,
        track.records.empty()
            ? "No record of live-photo-info can be read."
            : std::to_string(track.unread) + " records of live-photo-info cannot be read.");
  const bool are_new = std::ranges::all_of(track.records, [](const TimedInfo& record) {
    return record.info.version == 3;
  });
  if (!are_new)
    return checks.fail(
        kRule,
        "The records of live-photo-info are of version 1, that of iOS 12; since iOS 17 they are of "
        "version 3.");
  const bool are_whole = std::ranges::all_of(track.records, [](const TimedInfo& record) {
    return (record.info.frame_validity & kHasHomography) != 0 &&
           (record.info.validity & kHasBlur) != 0 &&
           inverse(homography_of(record.info)).has_value();
  });
  if (!are_whole)
    return checks.fail(
        kRule,
        "Not every record of live-photo-info has a homography and a blur, as all of cameras have.");
  checks.pass(kRule, "Every record has a homography and a blur, as with cameras and projects.");
}

// ---- Their times ---------------------------------------------------------------

std::size_t frames_without_record(std::span<const nanoseconds> frames, const Records& records) {
  return static_cast<std::size_t>(std::ranges::count_if(frames, [&records](nanoseconds frame) {
    return record_at(records, frame) == records.end();
  }));
}

void check_record_times(
    const std::vector<nanoseconds>& frames,
    const InfoTrackFacts& track,
    const Records& records,
    std::optional<nanoseconds> marker,
    Checks& checks) {
  constexpr Rule kRule{"wallpaper-record-times", Basis::CameraFiles};
  const std::size_t missing = frames_without_record(frames, records);
  if (missing == 0 && track.samples == frames.size())
    return checks.pass(kRule, "There is one record for each frame, at its time, as with cameras.");
  const auto end = std::ranges::upper_bound(frames, marker.value_or(nanoseconds(0)) + kOneInstant);
  const auto upto = static_cast<std::size_t>(end - frames.begin());
  const std::size_t before = std::min(upto, kWallpaperFramesBefore + 1);
  if (frames_without_record(std::span(frames).subspan(upto - before, before), records) > 0)
    return checks.fail(
        kRule,
        "There are frames before the still without a record of live-photo-info at their time.");
  checks.warn(
      kRule,
      "There are " + std::to_string(track.samples) + " records for " +
          std::to_string(frames.size()) + " frames, " + std::to_string(missing) +
          " of them without one; cameras have one for each, TouSC and goLive not.");
}

// From each to the next. Where a record cannot be read it is not asked.
bool have_gaps_of(const Records& records, const std::vector<nanoseconds>& frames) {
  if (records.size() != frames.size()) return true;
  for (std::size_t i = 1; i < frames.size(); ++i)
    if (std::chrono::abs(
            (records[i]->shown - records[i - 1]->shown) - (frames[i] - frames[i - 1])) > kRounded)
      return false;
  return true;
}

void check_record_table(
    const TrackFacts& video, const TrackFacts& info, const Records& records, Checks& checks) {
  constexpr Rule kRule{"wallpaper-record-table", Basis::CameraFiles};
  // Where frames are hidden the two cannot be equal, which has a rule of its own.
  if (video.samples != video.video->frames.size()) return;
  const auto table = [](const TrackFacts& track) {
    return std::to_string(track.samples) + " in " + seconds_text(track.media_duration) + ", " +
           std::to_string(track.timescale) + " ticks a second";
  };
  if (info.samples != video.samples || info.timescale != video.timescale ||
      info.media_duration != video.media_duration)
    return checks.warn(
        kRule,
        "The table of the records' times is not the picture's (" + table(info) + ", beside " +
            table(video) + "), as it is with cameras.");
  if (!have_gaps_of(records, video.video->frames))
    return checks.warn(
        kRule,
        "The records do not last as long as their frames, as they do with cameras.");
  checks.pass(kRule, "The table of the records' times is the picture's own, as with cameras.");
}

// ---- What they say -------------------------------------------------------------

// By the records alone, whatever the pictures show.
void check_record_motion(
    const InfoTrackFacts& track,
    const Records& records,
    std::optional<nanoseconds> marker,
    Checks& checks) {
  constexpr Rule kRule{"wallpaper-record-motion", Basis::Hypothesis};
  if (!marker || track.width == 0 || track.height == 0) return;
  const auto still = record_at(records, *marker);
  if (still == records.end()) return;
  const auto index = static_cast<std::size_t>(still - records.begin());
  double travel = 0;
  for (std::size_t i = index - std::min(index, kWallpaperFramesBefore); i < index; ++i) {
    const auto back = inverse(homography_of(records[i]->info));
    if (!back) return;
    const Homography over = combined(*back, homography_of((*still)->info));
    travel = std::max(travel, corner_travel(over, track.width, track.height));
  }
  const double share = travel / std::min(track.width, track.height);
  const std::string percent = decimal_text(share * 100, 0) + " % of the picture";
  if (share <= kMostTravel)
    return checks.pass(
        kRule,
        "By its records the camera moves by " + percent + " before the still.");
  checks.warn(
      kRule,
      "By its records the camera moves by " + percent +
          " before the still, which may be too much for the effect to hide.",
      kOtherMoment);
}

void check_info_motion(const InfoTrackFacts& track, Checks& checks) {
  constexpr Rule kRule{"wallpaper-info-motion", Basis::CameraFiles};
  const auto error = centre_motion_error(track);
  if (!error) return;
  if (*error <= kMostMotionError)
    return checks.pass(
        kRule,
        "The records' motion is that of their homographies, as with cameras.");
  checks.warn(
      kRule,
      "From one record to the next the motion they name is " + decimal_text(*error, 1) +
          " pixels away from that of their homographies; with cameras the two agree.");
}

}  // namespace

std::optional<double> centre_motion_error(const InfoTrackFacts& track) {
  if (track.width == 0 || track.height == 0) return std::nullopt;
  const PlanePoint centre{track.width / 2.0, track.height / 2.0};
  const auto has_both = [](const LivePhotoInfo& info) {
    return (info.validity & kHasMotion) != 0 && (info.frame_validity & kHasHomography) != 0;
  };
  const Records records = records_of(track);
  std::vector<double> errors;
  for (std::size_t i = 1; i < records.size(); ++i) {
    const LivePhotoInfo& before = records[i - 1]->info;
    const LivePhotoInfo& here = records[i]->info;
    const auto motion = isobmff::centre_motion(homography_of(before), homography_of(here), centre);
    if (!has_both(before) || !has_both(here) || !motion) continue;
    const double error = std::hypot(
        here.motion[0] - before.motion[0] - motion->x,
        here.motion[1] - before.motion[1] - motion->y);
    // No numbers have no order.
    errors.push_back(std::isfinite(error) ? error : std::numeric_limits<double>::infinity());
  }
  if (errors.empty()) return std::nullopt;
  const auto middle = errors.begin() + static_cast<std::ptrdiff_t>(errors.size() / 2);
  std::ranges::nth_element(errors, middle);
  return *middle;
}

void add_record_checks(const MovieFacts& movie, std::optional<nanoseconds> marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-info", Basis::CameraFiles};
  if (movie.infos.empty())
    return checks.fail(
        kRule,
        "There is no track live-photo-info, which all cameras since iOS 17, TouSC and goLive "
        "have.");
  if (movie.infos.size() > 1)
    checks.warn(
        kRule,
        "There are " + std::to_string(movie.infos.size()) +
            " tracks live-photo-info, of which the first is looked at here; cameras have one.");
  else
    checks.pass(kRule, "There is a track live-photo-info.");
  const InfoTrackFacts& track = movie.infos[0];
  const TrackFacts& video = *movie.video();
  const Records records = records_of(track);
  const TrackFacts* info = movie.track(track.track);
  if (info) check_type(*info, checks);
  check_setup(track, *video.video, checks);
  check_records(track, checks);
  check_record_times(video.video->frames, track, records, marker, checks);
  if (info) check_record_table(video, *info, records, checks);
  check_record_motion(track, records, marker, checks);
  check_info_motion(track, checks);
}

}  // namespace livephoto::pair::wallpaper
