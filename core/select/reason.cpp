// Says in words what speaks for a moment.
#include "core/select/moments.h"

namespace livephoto::select {
namespace {

void add(std::string& words, const char* more) {
  if (!words.empty()) words += ", ";
  words += more;
}

}  // namespace

std::string reason(const Moment& moment) {
  constexpr double kGood = 0.6, kFair = 0.3, kComplete = 0.6, kSharpCover = 0.5;
  const auto& scores = moment.scores;
  std::string words;
  if (scores.calm >= kGood) add(words, "calm camera");
  if (scores.alive >= kFair) add(words, "something moves");
  if (scores.complete >= kComplete && scores.alive >= kFair) add(words, "begins and settles");
  if (scores.cover >= kSharpCover) add(words, "sharp cover");
  if (scores.exposed < kFair) add(words, "dark or washed out");
  if (scores.whole < 1) add(words, "has a cut inside");
  return words.empty() ? "the best there is" : words;
}

}  // namespace livephoto::select
