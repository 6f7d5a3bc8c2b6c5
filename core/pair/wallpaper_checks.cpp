// What is known of the lock screen's motion, rule by rule, each with what it rests on; none was
// tried on a device. docs/lock-screen.md has the same list.
#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <span>
#include <string>
#include <string_view>
#include <utility>

#include "core/homography.h"
#include "core/pair/checks.h"
#include "core/text.h"

namespace livephoto {
namespace {

using std::chrono::nanoseconds;

constexpr std::size_t kFramesBefore = 14;
constexpr std::chrono::seconds kShortest{1};
// Two ticks of a camera's movie: times that are rounded differently.
constexpr nanoseconds kOneInstant{3'333'334};
constexpr double kSlowest = 20;        // frames a second
constexpr double kOtherShape = 0.01;   // of width to height
constexpr double kMostTravel = 0.10;   // of the shorter side, before the still
constexpr std::uint32_t kHasBlur = 8;  // of LivePhotoInfo::validity
constexpr std::uint32_t kHasHomography = 1;

constexpr const char* kMake = "Make the pair with gst-livephoto-1.0 make --wallpaper.";
constexpr const char* kOther = "Choose another moment of the video, or another still in it.";

// A rule and what it rests on; what is only a hypothesis warns.
struct Rule {
  const char* name;
  Basis basis;
};

class Checks {
 public:
  explicit Checks(std::vector<Check>& checks) : checks_(checks) {}

  void pass(const Rule& rule, std::string why) { add(rule, Verdict::Pass, std::move(why), {}); }
  void warn(const Rule& rule, std::string why, std::string advice = kMake) {
    add(rule, Verdict::Warn, std::move(why), std::move(advice));
  }
  void fail(const Rule& rule, std::string why, std::string advice = kMake) {
    const bool is_shown = rule.basis != Basis::Hypothesis;
    add(rule, is_shown ? Verdict::Fail : Verdict::Warn, std::move(why), std::move(advice));
  }

 private:
  void add(const Rule& rule, Verdict verdict, std::string why, std::string advice) {
    checks_.push_back(
        {rule.name, Profile::Wallpaper, verdict, std::move(why), std::move(advice), rule.basis});
  }

  std::vector<Check>& checks_;
};

Homography homography_of(const LivePhotoInfo& info) {
  Homography map{};
  std::ranges::copy(info.homography, map.begin());
  return map;
}

std::string size_text(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

// ---- The picture ---------------------------------------------------------------

void check_upright(const VideoFact& video, Checks& checks) {
  constexpr Rule kRule{"wallpaper-upright", Basis::Project};
  if (video.orientation == Orientation::Normal)
    return checks.pass(kRule, "The pixels are stored upright, as TouSC and goLive have them.");
  checks.warn(
      kRule,
      "The picture is turned by the track's matrix; cameras do so, but the projects that report "
      "success, TouSC and goLive, store it upright.");
}

void check_size(const VideoFact& video, Checks& checks) {
  constexpr Rule kRule{"wallpaper-size", Basis::Project};
  struct Size {
    std::uint32_t width;
    std::uint32_t height;
    const char* who;
  };
  constexpr std::array kSizes{
      Size{1080, 1920, "TouSC and goLive"},
      Size{1344, 1926, "a note on an iPad's lock screen"},
      Size{1920, 1440, "cameras since iOS 17"},
      Size{1744, 1308, "a camera of today"}};
  for (const Size& size : kSizes)
    if (size.width == video.width && size.height == video.height)
      return checks.pass(
          kRule,
          "The picture is " + size_text(video.width, video.height) + ", as " + size.who +
              " have it.");
  checks.warn(
      kRule,
      "Nobody reports of a picture of " + size_text(video.width, video.height) +
          (video.width == 2560 && video.height == 1440
               ? " that it works; a report to TouSC says that it does not."
               : " that it works."));
}

void check_codec(const TrackFacts& track, Checks& checks) {
  constexpr Rule kRule{"wallpaper-codec", Basis::Project};
  const VideoFact& video = *track.video;
  if (track.format == "hvc1" && video.profile == "Main")
    return checks.pass(kRule, "The picture is HEVC Main, as cameras and TouSC's users have it.");
  if (track.format == "hvc1" && video.profile == "Main 10")
    return checks.pass(kRule, "The picture is HEVC Main 10, as goLive's is.");
  const std::string coding = track.format + (video.profile.empty() ? "" : " " + video.profile);
  if (track.format == "avc1" || track.format == "hvc1")
    return checks.warn(
        kRule,
        "The picture is " + coding + "; all successes that are reported are HEVC of 4:2:0 (hvc1).");
  checks.fail(kRule, "The picture is " + coding + ", which is in no camera's Live Photo.");
}

// Between frames; nothing for fewer than two.
struct Spacing {
  nanoseconds least;
  nanoseconds most;
  nanoseconds mean;
};

std::optional<Spacing> spacing_of(const std::vector<nanoseconds>& frames) {
  if (frames.size() < 2) return std::nullopt;
  Spacing spacing{nanoseconds::max(), nanoseconds(0), nanoseconds(0)};
  for (std::size_t i = 1; i < frames.size(); ++i) {
    spacing.least = std::min(spacing.least, frames[i] - frames[i - 1]);
    spacing.most = std::max(spacing.most, frames[i] - frames[i - 1]);
  }
  spacing.mean = (frames.back() - frames.front()) / static_cast<std::int64_t>(frames.size() - 1);
  return spacing;
}

void check_rate(const TrackFacts& track, Checks& checks) {
  constexpr Rule kRule{"wallpaper-rate", Basis::CameraFiles};
  constexpr Rule kSlow{"wallpaper-rate", Basis::Hypothesis};
  constexpr Rule kFast{"wallpaper-rate", Basis::Project};
  const auto spacing = spacing_of(track.video->frames);
  if (!spacing) return checks.warn(kSlow, "The movie has no two frames.");
  const double rate = 1 / std::chrono::duration<double>(spacing->mean).count();
  const std::string frames = decimal_text(rate, 2) + " frames a second";
  if (rate < kSlowest)
    return checks.warn(kSlow, "The movie has " + frames + "; cameras since iOS 17 have 30.");
  if (spacing->most - spacing->least > kOneInstant)
    return checks.warn(
        kRule,
        "The frames are not evenly spaced; cameras keep to 30 a second but for one gap or two.");
  if (std::abs(rate - 60) < 0.1)
    return checks.pass(kFast, "The movie has 60 frames a second, as TouSC and goLive have it.");
  if (std::abs(rate - 30) < 0.1)
    return checks.pass(kRule, "The movie has 30 frames a second, as cameras have it.");
  checks.warn(kRule, "The movie has " + frames + "; cameras have 30, TouSC and goLive 60.");
}

void check_edit(const TrackFacts& track, Checks& checks) {
  constexpr Rule kOne{"wallpaper-one-edit", Basis::CameraFiles};
  if (track.edits.size() > 1)
    checks.fail(
        kOne,
        "The picture has " + std::to_string(track.edits.size()) +
            " edits; all cameras and projects have one.");
  else
    checks.pass(kOne, "The picture has one edit at most, as with all cameras and projects.");
  constexpr Rule kHidden{"wallpaper-hidden-frames", Basis::Hypothesis};
  const auto shown = static_cast<std::uint32_t>(track.video->frames.size());
  if (track.samples > shown)
    return checks.warn(
        kHidden,
        std::to_string(track.samples - shown) +
            " pictures are hidden by the edit, which begins in the middle of a group of pictures; "
            "no camera's does.");
  checks.pass(kHidden, "Every picture in the movie is shown.");
}

void check_length(const MovieFacts& movie, Checks& checks) {
  constexpr Rule kRule{"wallpaper-length", Basis::Hypothesis};
  const nanoseconds length = pair::picture_end(movie);
  if (length >= kShortest)
    return checks.pass(kRule, "The movie lasts " + seconds_text(length) + ".");
  checks.warn(
      kRule,
      "The movie lasts " + seconds_text(length) + "; all that are known to work have 1 s at least.",
      kOther);
}

// ---- The marker ----------------------------------------------------------------

// Of the first that works.
std::optional<nanoseconds> marker_time(const MovieFacts& movie) {
  for (const MarkerFacts& marker : movie.markers)
    if (!marker.is_lost && !marker.times.empty()) return marker.times.front();
  return std::nullopt;
}

const MetadataFact* value_beside(const MarkerFacts& marker, std::string_view key) {
  const auto found = std::ranges::find(
      marker.beside,
      "com.apple.quicktime." + std::string(key),
      &MetadataFact::key);
  return found == marker.beside.end() ? nullptr : &*found;
}

void check_transform(const MarkerFacts& marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-transform", Basis::CameraFiles};
  const auto* transform = value_beside(marker, "live-photo-still-image-transform");
  if (transform && transform->type == "3x3 float64")
    checks.pass(kRule, "The still's transform stands beside the marker, of type 83.");
  else
    checks.fail(
        kRule,
        transform ? "The still's transform has the type " + transform->type +
                        "; cameras and projects write it with type 83, 3x3 float64."
                  : "The marker has no transform of the still beside it, which all cameras since "
                    "iOS 17, TouSC and goLive have.");
  constexpr Rule kDimensions{"wallpaper-reference", Basis::CameraFiles};
  if (value_beside(marker, "live-photo-still-image-transform-reference-dimensions"))
    return checks.pass(kDimensions, "The size in which the transform counts is there.");
  checks.warn(
      kDimensions,
      "The size in which the transform counts is not there; cameras since iOS 17 have it, TouSC "
      "and goLive do without.");
}

void check_frames_before(
    const std::vector<nanoseconds>& frames, nanoseconds marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-frames-before", Basis::Project};
  const auto before =
      static_cast<std::size_t>(std::ranges::count_if(frames, [marker](nanoseconds frame) {
        return frame + kOneInstant < marker;
      }));
  if (before >= kFramesBefore)
    return checks.pass(
        kRule,
        std::to_string(before) +
            " frames come before the still; TouSC reports that a still "
            "half a second in works where one at the beginning does not.");
  checks.fail(
      kRule,
      std::to_string(before) +
          " frames come before the still; cameras have 27 and more, and TouSC "
          "reports that with a still at the beginning nothing moves. Fourteen are a hypothesis.",
      kOther);
}

void check_on_frame(const std::vector<nanoseconds>& frames, nanoseconds marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-still-on-frame", Basis::CameraFiles};
  const auto is_here = [marker](nanoseconds frame) {
    return std::chrono::abs(frame - marker) < nanoseconds(1'000'000);
  };
  if (std::ranges::any_of(frames, is_here))
    return checks.pass(kRule, "The marker is exactly on a frame, as with cameras of 30 a second.");
  checks.warn(kRule, "The marker is between two frames; with cameras it is on one.");
}

// ---- live-photo-info -----------------------------------------------------------

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

std::size_t frames_without_record(
    std::span<const nanoseconds> frames, const InfoTrackFacts& track) {
  return static_cast<std::size_t>(std::ranges::count_if(frames, [&track](nanoseconds frame) {
    return std::ranges::none_of(track.records, [frame](const TimedInfo& record) {
      return std::chrono::abs(record.shown - frame) <= kOneInstant;
    });
  }));
}

void check_record_times(
    const std::vector<nanoseconds>& frames,
    const InfoTrackFacts& track,
    std::optional<nanoseconds> marker,
    Checks& checks) {
  constexpr Rule kRule{"wallpaper-record-times", Basis::CameraFiles};
  const std::size_t missing = frames_without_record(frames, track);
  if (missing == 0 && track.samples == frames.size())
    return checks.pass(kRule, "There is one record for each frame, at its time, as with cameras.");
  const auto end = std::ranges::upper_bound(frames, marker.value_or(nanoseconds(0)) + kOneInstant);
  const auto upto = static_cast<std::size_t>(end - frames.begin());
  const std::size_t before = std::min(upto, kFramesBefore + 1);
  if (frames_without_record(std::span(frames).subspan(upto - before, before), track) > 0)
    return checks.fail(
        kRule,
        "There are frames before the still without a record of live-photo-info at their time.");
  checks.warn(
      kRule,
      "There are " + std::to_string(track.samples) + " records for " +
          std::to_string(frames.size()) + " frames, " + std::to_string(missing) +
          " of them without one; cameras have one for each, TouSC and goLive not.");
}

// By the records alone, whatever the pictures show.
void check_record_motion(
    const InfoTrackFacts& track, std::optional<nanoseconds> marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-record-motion", Basis::Hypothesis};
  if (!marker || track.width == 0 || track.height == 0) return;
  const auto still = std::ranges::find_if(track.records, [&marker](const TimedInfo& record) {
    return std::chrono::abs(record.shown - *marker) <= kOneInstant;
  });
  if (still == track.records.end()) return;
  const auto index = static_cast<std::size_t>(still - track.records.begin());
  double travel = 0;
  for (std::size_t i = index - std::min(index, kFramesBefore); i < index; ++i) {
    const auto back = inverse(homography_of(track.records[i].info));
    if (!back) return;
    const Homography over = combined(*back, homography_of(still->info));
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
      kOther);
}

void check_info(const MovieFacts& movie, std::optional<nanoseconds> marker, Checks& checks) {
  constexpr Rule kRule{"wallpaper-info", Basis::CameraFiles};
  if (movie.infos.empty())
    return checks.fail(
        kRule,
        "There is no track live-photo-info, which all cameras since iOS 17, TouSC and goLive "
        "have.");
  checks.pass(kRule, "There is a track live-photo-info.");
  const InfoTrackFacts& track = movie.infos[0];
  const VideoFact& video = *movie.video()->video;
  check_setup(track, video, checks);
  check_records(track, checks);
  check_record_times(video.frames, track, marker, checks);
  check_record_motion(track, marker, checks);
}

// ---- What else cameras write ---------------------------------------------------

void check_orientation_track(const MovieFacts& movie, Checks& checks) {
  constexpr Rule kRule{"wallpaper-orientation", Basis::CameraFiles};
  const auto stored = movie.video()->video->orientation;
  if (!movie.video_orientation)
    return checks.warn(
        kRule,
        "There is no track video-orientation, which cameras since iOS 17 have; TouSC and goLive do "
        "without.");
  if (!stored || *movie.video_orientation != static_cast<int>(*stored))
    return checks.warn(kRule, "The track video-orientation says another thing than the matrix.");
  checks.pass(kRule, "The track video-orientation says what the matrix says.");
}

void check_enabled(const MovieFacts& movie, Checks& checks) {
  constexpr Rule kRule{"wallpaper-tracks-enabled", Basis::CameraFiles};
  const bool are_enabled = std::ranges::all_of(movie.tracks, [](const TrackFacts& track) {
    return track.kind != "metadata" || track.is_enabled;
  });
  if (are_enabled)
    return checks.pass(kRule, "The tracks of metadata are enabled, as cameras' are.");
  checks.warn(kRule, "A track of metadata is not enabled; cameras enable all of theirs.");
}

const MetadataFact* movie_value(const MovieFacts& movie, const char* key) {
  const std::string name = std::string("com.apple.quicktime.live-photo.") + key;
  const auto found = std::ranges::find(movie.metadata, name, &MetadataFact::key);
  return found == movie.metadata.end() ? nullptr : &*found;
}

void check_vitality(const MovieFacts& movie, Checks& checks) {
  constexpr Rule kRule{"wallpaper-vitality", Basis::CameraFiles};
  const auto* score = movie_value(movie, "vitality-score");
  const auto* version = movie_value(movie, "vitality-scoring-version");
  if (!score || !version)
    return checks.warn(
        kRule,
        "The movie has no vitality score with its version, as cameras since iOS 17 write it; TouSC "
        "and goLive do without.");
  double value = -1;
  std::from_chars(score->value.data(), score->value.data() + score->value.size(), value);
  if (score->type != "float32" || !(value >= 0 && value <= 1))
    return checks.warn(kRule, "The vitality score is " + score->value + ", not between 0 and 1.");
  checks.pass(kRule, "There is a vitality score, " + score->value + ", with its version.");
}

// ---- Both ----------------------------------------------------------------------

void check_still(const StillFacts& still, const VideoFact& video, Checks& checks) {
  constexpr Rule kRule{"wallpaper-still", Basis::CameraFiles};
  if (still.width == 0 || still.height == 0 || !(video.shown_height > 0) || !video.orientation)
    return checks.warn(kRule, "The shapes of still and movie cannot be told.");
  const auto shape = [](double width, double height, Orientation orientation) {
    return swaps_sides(orientation) ? height / width : width / height;
  };
  const double of_still = shape(still.width, still.height, still.orientation);
  const double of_movie = shape(video.shown_width, video.shown_height, *video.orientation);
  if (std::abs(of_still / of_movie - 1) > kOtherShape)
    return checks.warn(
        kRule,
        "Still and movie have different shapes (" + decimal_text(of_still, 3) + " and " +
            decimal_text(of_movie, 3) +
            ", width to height), so that the one cannot go over into the other.");
  checks.pass(kRule, "Still and movie have one shape.");
}

}  // namespace

std::vector<Check> wallpaper_checks(
    const std::optional<StillFacts>& still_facts, const std::optional<MovieFacts>& movie_facts) {
  std::vector<Check> all;
  Checks checks(all);
  if (!movie_facts || movie_facts->video() == nullptr) {
    constexpr Rule kRule{"wallpaper-movie", Basis::Rule};
    checks.fail(kRule, "There is no movie that shows a picture.", "Give a movie that is whole.");
    return all;
  }
  const MovieFacts& movie = *movie_facts;
  const TrackFacts& track = *movie.video();
  check_upright(*track.video, checks);
  check_size(*track.video, checks);
  check_codec(track, checks);
  check_rate(track, checks);
  check_edit(track, checks);
  check_length(movie, checks);
  const auto marker = marker_time(movie);
  if (marker) {
    check_transform(movie.markers[0], checks);
    check_frames_before(track.video->frames, *marker, checks);
    check_on_frame(track.video->frames, *marker, checks);
  } else {
    constexpr Rule kRule{"wallpaper-transform", Basis::CameraFiles};
    checks.fail(kRule, "There is no marker that says which frame is the still's.");
  }
  check_info(movie, marker, checks);
  check_orientation_track(movie, checks);
  check_enabled(movie, checks);
  check_vitality(movie, checks);
  if (still_facts) check_still(*still_facts, *track.video, checks);
  return all;
}

}  // namespace livephoto
