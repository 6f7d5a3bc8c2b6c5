// Whether the picture moves too much before the still for an effect that ends on it.
#include <algorithm>

#include "core/isobmff/wallpaper.h"
#include "core/pair/wallpaper_checks.h"
#include "core/select/camera_path.h"
#include "core/text.h"

namespace livephoto {
namespace {

using pair::wallpaper::kMostTravel;
using std::chrono::nanoseconds;

// A hypothesis, as the other one. What moves against the camera, in diagonals a second: from there
// on scores of moments call it wild.
constexpr double kMostLocal = 0.20;
constexpr nanoseconds kTolerance{1'000'000};

std::string percent(double share) { return decimal_text(share * 100, 0) + " %"; }

double mean_local(std::span<const select::FrameMeasures> frames) {
  double sum = 0;
  for (const auto& frame : frames) sum += frame.local_motion;
  return sum / static_cast<double>(std::max<std::size_t>(frames.size(), 1));
}

Check warning(Check check, std::string why, std::string advice) {
  check.verdict = Verdict::Warn;
  check.why = std::move(why);
  check.advice = std::move(advice);
  return check;
}

}  // namespace

Result<Check> wallpaper_movement_check(
    std::span<const select::FrameMeasures> frames,
    std::uint32_t width,
    std::uint32_t height,
    nanoseconds marker) {
  const auto marked = std::ranges::find_if(frames, [marker](const select::FrameMeasures& frame) {
    return std::chrono::abs(frame.time - marker) <= kTolerance;
  });
  if (marked == frames.end() || width == 0 || height == 0)
    return invalid_input(
        "No picture is at the marker, so that it was not measured what moves before the still.");
  const auto index = static_cast<std::size_t>(marked - frames.begin());
  const std::size_t first = index > kWallpaperFramesBefore ? index - kWallpaperFramesBefore : 0;
  const auto before = frames.subspan(first, index - first + 1);

  Check check{
      .name = "wallpaper-movement",
      .profile = Profile::Wallpaper,
      .why = {},
      .advice = {},
      .basis = Basis::Hypothesis};
  const auto moving = before.subspan(1);
  if (std::ranges::any_of(moving, &select::FrameMeasures::is_cut))
    return warning(
        check,
        "There is a cut in the frames before the still, which no effect can end on smoothly.",
        "Choose a still that is half a second and more behind the cut.");
  double travel = 0;
  for (const Homography& place : select::places_over(before, before.size() - 1, {width, height}))
    travel = std::max(travel, corner_travel(place, width, height) / std::min(width, height));
  if (travel > kMostTravel)
    return warning(
        check,
        "The camera moves by " + percent(travel) +
            " of the picture in the frames before the "
            "still; more than " +
            percent(kMostTravel) + " may be too much for the effect to hide.",
        "Choose a still before which the camera is calm; suggest finds such.");
  if (mean_local(moving) > kMostLocal)
    return warning(
        check,
        "What is in the picture moves wildly in the frames before the still, so that frames may "
        "not be made between them.",
        "Choose a still before which less happens; suggest shows others.");
  check.why = "The camera moves by " + percent(travel) +
              " of the picture in the frames before the still, and nothing moves wildly.";
  return check;
}

}  // namespace livephoto
