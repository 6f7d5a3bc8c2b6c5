// What is known of the lock screen's motion, rule by rule, each with what it rests on; none was
// tried on a device. docs/lock-screen.md has the same list.
#include "core/pair/wallpaper_checks.h"

#include <algorithm>
#include <array>
#include <charconv>
#include <cmath>
#include <optional>
#include <string>
#include <string_view>
#include <utility>

#include "core/isobmff/wallpaper.h"
#include "core/pair/checks.h"
#include "core/text.h"

namespace livephoto {
namespace {

using namespace pair::wallpaper;
using std::chrono::nanoseconds;

constexpr double kSlowest = 20;       // frames a second
constexpr double kOtherShape = 0.01;  // of width to height

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
  constexpr const char* kName = "wallpaper-size";
  struct Size {
    std::uint32_t width;
    std::uint32_t height;
    Basis basis;
    const char* known;
  };
  constexpr std::array kSizes{
      Size{1080, 1920, Basis::Project, "as TouSC and goLive have it"},
      Size{1344, 1926, Basis::Project, "as in a note on an iPad's lock screen"},
      Size{1920, 1440, Basis::CameraFiles, "as cameras since iOS 17 have it"},
      Size{1744, 1308, Basis::CameraFiles, "as a camera of today has it"},
      Size{1440, 1920, Basis::Hypothesis, "a camera's upright, which works by hypothesis only"}};
  const std::string here = size_text(video.width, video.height);
  for (const Size& size : kSizes)
    if (size.width == video.width && size.height == video.height)
      return checks.pass({kName, size.basis}, "The picture is " + here + ", " + size.known + ".");
  if (video.width == 2560 && video.height == 1440)
    return checks.warn(
        {kName, Basis::Project},
        "The picture is " + here + "; a report to TouSC says that this does not work.");
  checks.warn(
      {kName, Basis::Hypothesis},
      "Nobody reports of a picture of " + here + " that it works.");
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
        "The picture is " + coding +
            "; but for one report, of an iPhone 14 Pro's own pair, all successes that are reported "
            "are HEVC of 4:2:0 (hvc1).");
  constexpr Rule kUnknown{"wallpaper-codec", Basis::CameraFiles};
  checks.fail(kUnknown, "The picture is " + coding + ", which is in no camera's Live Photo.");
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
  if (!spacing || spacing->mean.count() <= 0)
    return checks.warn(kSlow, "The movie has no two frames.");
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
  if (length >= kWallpaperShortest)
    return checks.pass(kRule, "The movie lasts " + seconds_text(length) + ".");
  checks.warn(
      kRule,
      "The movie lasts " + seconds_text(length) + "; all that are known to work have 1 s at least.",
      kOtherMoment);
}

// ---- The marker ----------------------------------------------------------------

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
  constexpr Rule kNone{"wallpaper-frames-before", Basis::Project};
  constexpr Rule kFew{"wallpaper-frames-before", Basis::Hypothesis};
  const auto before =
      static_cast<std::size_t>(std::ranges::count_if(frames, [marker](nanoseconds frame) {
        return frame + kOneInstant < marker;
      }));
  if (before >= kWallpaperFramesBefore)
    return checks.pass(
        kNone,
        std::to_string(before) +
            " frames come before the still; TouSC reports that a still "
            "half a second in works where one at the beginning does not.");
  if (before == 0)
    return checks.fail(
        kNone,
        "The still is the first frame; TouSC reports that nothing moves then.",
        kOtherMoment);
  checks.warn(
      kFew,
      std::to_string(before) + (before == 1 ? " frame comes" : " frames come") +
          " before the still; cameras have 27 and more. That " +
          std::to_string(kWallpaperFramesBefore) + " are needed is a hypothesis.",
      kOtherMoment);
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
  if (still.width == 0 || still.height == 0 || !(video.shown_width > 0) ||
      !(video.shown_height > 0) || !video.orientation)
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
  const MarkerFacts* marker = movie.marker();
  std::optional<nanoseconds> marked;
  if (marker) {
    marked = marker->times.front();
    check_transform(*marker, checks);
    check_frames_before(track.video->frames, *marked, checks);
    check_on_frame(track.video->frames, *marked, checks);
  } else {
    constexpr Rule kRule{"wallpaper-transform", Basis::CameraFiles};
    checks.fail(kRule, "There is no marker that says which frame is the still's.");
  }
  add_record_checks(movie, marked, checks);
  check_orientation_track(movie, checks);
  check_enabled(movie, checks);
  check_vitality(movie, checks);
  if (still_facts) check_still(*still_facts, *track.video, checks);
  return all;
}

}  // namespace livephoto
