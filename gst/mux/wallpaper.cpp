#include "gst/mux/wallpaper.h"

#include <algorithm>
#include <optional>

#include "core/select/camera_path.h"
#include "core/text.h"
#include "gst/support/clip_motion.h"

namespace livephoto::mux {
namespace {

constexpr GEnumValue kPurposes[] = {
    {static_cast<gint>(Purpose::Usual), "A Live Photo like any other", "usual"},
    {static_cast<gint>(Purpose::Wallpaper),
     "One that has all that a moving lock screen is known to look at; unproven on a device",
     "wallpaper"},
    {0, nullptr, nullptr}};

constexpr GEnumValue kMotions[] = {
    {static_cast<gint>(MotionChoice::Measured),
     "The camera's motion as it was measured in the pictures",
     "measured"},
    {static_cast<gint>(MotionChoice::Neutral), "That of a camera that stood still", "neutral"},
    {0, nullptr, nullptr}};

constexpr GFlagsValue kHypotheses[] = {
    {HYPOTHESIS_SET_UP_DATA, "Set-up data of ours in live-photo-info", "set-up-data"},
    {HYPOTHESIS_CAMERA_VALUES, "Exposure, zoom and the like in its records", "camera-values"},
    {HYPOTHESIS_VITALITY_SCORE, "How lively the clip is, as we measure it", "vitality-score"},
    {HYPOTHESIS_ORIENTATION_TRACK, "A track video-orientation", "orientation-track"},
    {HYPOTHESIS_LEAST_LENGTH, "Clips of less than a second are refused", "least-length"},
    {HYPOTHESIS_FRAMES_BEFORE,
     "A still with less than fourteen frames before it is refused",
     "frames-before"},
    {0, nullptr, nullptr}};

// Times are cut at half a millisecond: select's tolerance.
constexpr nanoseconds kTolerance{500'000};

// The picture on screen at the still's time; both count from the first one shown.
std::size_t still_in(const std::vector<select::FrameMeasures>& frames, nanoseconds still_time) {
  const auto first = std::ranges::find_if(frames, [](const select::FrameMeasures& frame) {
    return frame.time >= -kTolerance;
  });
  if (first == frames.end()) return 0;
  const auto behind = std::ranges::upper_bound(
      frames,
      first->time + still_time + kTolerance,
      {},
      &select::FrameMeasures::time);
  return behind == frames.begin() ? 0 : static_cast<std::size_t>(behind - frames.begin()) - 1;
}

std::vector<FramePlace> places_of(const gst::ClipMotion& motion, nanoseconds still_time) {
  const auto places = select::places_over(
      motion.frames,
      motion.planes,
      still_in(motion.frames, still_time),
      motion.size);
  std::vector<FramePlace> all;
  for (std::size_t i = 0; i < places.size(); ++i)
    all.push_back({.time = motion.frames[i].time, .over_still = places[i]});
  return all;
}

}  // namespace

GType purpose_type() {
  static const GType type = g_enum_register_static("GstLivePhotoMuxPurpose", kPurposes);
  return type;
}

GType motion_type() {
  static const GType type = g_enum_register_static("GstLivePhotoMuxMotion", kMotions);
  return type;
}

GType hypotheses_type() {
  static const GType type = g_flags_register_static("GstLivePhotoMuxHypotheses", kHypotheses);
  return type;
}

Result<void> make_wallpaper(TakenClip& taken, const WallpaperWishes& wishes, GstPad* video) {
  const auto motion = gst::clip_motion_before(video);
  const bool was_measured = motion && !motion->frames.empty();
  const auto keeps = [&wishes](Hypothesis part) { return (wishes.hypotheses & part) != 0; };
  Wallpaper wallpaper{
      .has_orientation = keeps(HYPOTHESIS_ORIENTATION_TRACK),
      .has_set_up = keeps(HYPOTHESIS_SET_UP_DATA),
      .has_camera_values = keeps(HYPOTHESIS_CAMERA_VALUES),
      .needs_length = keeps(HYPOTHESIS_LEAST_LENGTH),
      .needs_frames_before = keeps(HYPOTHESIS_FRAMES_BEFORE)};
  if (wishes.motion == MotionChoice::Measured) {
    if (!was_measured) {
      return invalid_input(
          "Nobody has measured how the pictures move, as livephotosink does with "
          "purpose=wallpaper; use that, or set motion=neutral.");
    }
    wallpaper.places = places_of(*motion, taken.clip.still_time);
  }
  if (was_measured && keeps(HYPOTHESIS_VITALITY_SCORE))
    wallpaper.vitality = select::liveliness(motion->frames);
  taken.clip.wallpaper = std::move(wallpaper);
  return {};
}

}  // namespace livephoto::mux
