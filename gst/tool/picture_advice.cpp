#include "gst/tool/picture_advice.h"

#include <string>

namespace livephoto::tool {
namespace {

// Where to go instead.
std::string better(const select::PictureAdvice& advice, const char* how) {
  if (!advice.better_still) return {};
  return "; the picture at " + clock_text(*advice.better_still) + " is " + how;
}

}  // namespace

Advice in_words(const select::PictureAdvice& advice) {
  using select::Pity;
  switch (advice.pity) {
    case Pity::NothingMoves:
      return {"nothing-moves", "Nothing moves in the clip, so it looks like a photo."};
    case Pity::CutInside:
      return {"cut-inside", "There is a cut inside the clip; one shot looks better."};
    case Pity::TooFast:
      return {"too-fast", "The camera moves too fast in the clip to be pleasant."};
    case Pity::Shaky:
      return {"shaky", "The camera shakes in the clip."};
    case Pity::NoTimeBefore:
      return {"no-time-before-still", "There is next to no time before the still."};
    case Pity::NoTimeAfter:
      return {"no-time-after-still", "There is next to no time after the still."};
    case Pity::CoverBlurred:
      return {"still-blurred", "The still is blurred" + better(advice, "sharper") + "."};
    case Pity::CoverDark:
      return {"still-dark", "The still is dark" + better(advice, "brighter") + "."};
    case Pity::CoverOnCut:
      break;
  }
  return {"still-on-cut", "The still is next to a cut" + better(advice, "better") + "."};
}

std::vector<Advice> in_words(const std::vector<select::PictureAdvice>& advice) {
  std::vector<Advice> words;
  for (const select::PictureAdvice& item : advice) words.push_back(in_words(item));
  return words;
}

}  // namespace livephoto::tool
