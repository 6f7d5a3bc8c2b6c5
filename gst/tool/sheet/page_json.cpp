#include "gst/tool/sheet/page_json.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <string>

#include "core/select/frame_scores.h"
#include "core/select/weights.h"
#include "core/text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/picture_advice.h"
#include "gst/tool/sheet/curves.h"
#include "gst/tool/sheet/stretches.h"

namespace livephoto::tool {
namespace {

using select::FrameMeasures;
using select::Pity;

constexpr std::array kEachPity{
    Pity::NothingMoves,
    Pity::CutInside,
    Pity::TooFast,
    Pity::Shaky,
    Pity::NoTimeBefore,
    Pity::NoTimeAfter,
    Pity::CoverBlurred,
    Pity::CoverDark,
    Pity::CoverOnCut};

// A name for pairs of the video, in a list that is text: with marks for what is no UTF-8.
std::string stem_of(const std::filesystem::path& video) {
  const std::string stem = video.stem().native();
  gchar* made = g_utf8_make_valid(stem.data(), static_cast<gssize>(stem.size()));
  const std::string valid = made;
  g_free(made);
  return valid;
}

template <class Measure>
json column(std::span<const FrameMeasures> frames, Measure measure) {
  json values = json::array();
  for (const FrameMeasures& frame : frames) values.push_back(measure(frame));
  return values;
}

// Whose words have "{time}" where the better still's stands.
json words_json(Pity pity) {
  constexpr nanoseconds kMark = std::chrono::seconds(3723);
  const std::string mark = clock_text(kMark);
  const Advice plain = in_words(select::PictureAdvice{pity, {}});
  std::string better = in_words(select::PictureAdvice{pity, kMark}).text;
  if (const auto at = better.find(mark); at != better.npos)
    better.replace(at, mark.size(), "{time}");
  return {{"text", plain.text}, {"better", better}};
}

}  // namespace

const char* pity_name(Pity pity) {
  switch (pity) {
    case Pity::NothingMoves:
      return "nothingMoves";
    case Pity::CutInside:
      return "cutInside";
    case Pity::TooFast:
      return "tooFast";
    case Pity::Shaky:
      return "shaky";
    case Pity::NoTimeBefore:
      return "noTimeBefore";
    case Pity::NoTimeAfter:
      return "noTimeAfter";
    case Pity::CoverBlurred:
      return "coverBlurred";
    case Pity::CoverDark:
      return "coverDark";
    case Pity::CoverOnCut:
      break;
  }
  return "coverOnCut";
}

json video_json(const VideoSuggestions& video) {
  const auto path = std::filesystem::absolute(video.video).lexically_normal();
  return {
      {"video", path_text(path)},
      {"name", shown(path.filename())},
      {"folder", shown(path.parent_path())},
      {"stem", stem_of(path)},
      {"length", video.length ? json(video.length->count()) : json()},
      {"stretches", json::array()},
      {"moments", json::array()}};
}

json stretch_json(const VideoSuggestions& video, const Stretch& stretch) {
  const auto frames = frames_in(video, stretch);
  json measures{
      {"time", column(frames, [](const auto& frame) { return frame.time.count(); })},
      {"follows", column(frames, [](const auto& frame) { return int{frame.follows}; })},
      {"isCut", column(frames, [](const auto& frame) { return int{frame.is_cut}; })},
      {"isRepeat", column(frames, [](const auto& frame) { return int{frame.is_repeat}; })},
      {"sharpness", column(frames, [](const auto& frame) { return frame.sharpness; })},
      {"detail", column(frames, [](const auto& frame) { return frame.detail; })},
      {"brightness", column(frames, [](const auto& frame) { return frame.brightness; })},
      {"speed", column(frames, [](const auto& frame) { return frame.speed; })},
      {"shake", column(frames, [](const auto& frame) { return frame.shake; })},
      {"localMotion", column(frames, [](const auto& frame) { return frame.local_motion; })},
      {"calm", json::array()},
      {"exposed", json::array()}};
  // These two depend on the frame alone, the other scores on the clip.
  for (const select::FrameScore& score : select::score_frames(frames)) {
    measures["calm"].push_back(score.calm);
    measures["exposed"].push_back(score.exposed);
  }
  return {
      {"from", stretch.from.count()},
      {"to", stretch.to.count()},
      {"frames", std::move(measures)}};
}

json moment_json(const Suggestion& suggestion, const Stretch& view) {
  const auto& moment = suggestion.moment;
  return {
      {"start", moment.start.count()},
      {"duration", moment.duration.count()},
      {"still", moment.still.count()},
      {"score", moment.score},
      {"reason", suggestion.reason},
      {"from", view.from.count()},
      {"to", view.to.count()}};
}

json limits_json() {
  json words;
  for (const Pity pity : kEachPity) words[pity_name(pity)] = words_json(pity);
  json curves = json::array();
  for (const Curve& curve : kCurves)
    curves.push_back(
        {{"name", curve.name},
         {"label", curve.label},
         {"most", curve.most},
         {"limit", curve.limit}});
  return {
      {"words", words},
      {"curves", curves},
      {"unknown", select::kUnknown},
      {"sharpest", select::kSharpest},
      {"shotSharpness", select::kShotSharpness},
      {"leastSharpness", select::kLeastSharpness},
      {"frozenAfter", select::kFrozenAfter},
      {"coverSharp", select::kCoverSharp},
      {"coverDetail", select::kCoverDetail},
      {"coverMoving", select::kCoverMoving},
      {"coverFrozen", select::kCoverFrozen},
      {"coverApart", select::kCoverApart},
      {"coverNearCut", select::kCoverNearCut},
      {"nothingMovesBelow", select::kNothingMovesBelow},
      {"nothingMovesSpeed", select::kNothingMovesSpeed},
      {"tooFastAbove", select::kTooFastAbove},
      {"tooFastShare", select::kTooFastShare},
      {"shakyAbove", select::kShakyAbove},
      {"timeBefore", select::kTimeBefore},
      {"timeAfter", select::kTimeAfter},
      {"coverBlurredBelow", select::kCoverBlurredBelow},
      {"coverBlurredAlways", select::kCoverBlurredAlways},
      {"coverDarkBelow", select::kCoverDarkBelow}};
}

}  // namespace livephoto::tool
