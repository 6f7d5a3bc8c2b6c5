// What a video's process tells of its moments arrives as it was.
#include "gst/tool/suggestions_json.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::nanoseconds;

VideoSuggestions video() {
  VideoSuggestions video;
  video.video = "a \xff name.mp4";
  video.first_picture = nanoseconds(3);
  video.length = nanoseconds(4);
  Suggestion suggestion;
  suggestion.moment = {nanoseconds(5), nanoseconds(6), nanoseconds(7), 0.5, {}};
  suggestion.moment.scores = {1, 2, 3, 4, 5, 6, 7};
  suggestion.reason = "calm";
  suggestion.advice = {{select::Pity::Shaky, {}}, {select::Pity::CoverDark, nanoseconds(8)}};
  video.suggestions = {suggestion};
  return video;
}

// Each field has a value of its own, so that one that is left out or swapped shows.
TEST(SuggestionsJson, KeepsEveryField) {
  const VideoSuggestions there = video();
  const VideoSuggestions here = read_suggestions(json::parse(line_of(suggestions_json(there))));

  // Whatever is in the line was read back and is written again; and these were in it at all.
  EXPECT_EQ(suggestions_json(here), suggestions_json(there));
  EXPECT_EQ(here.first_picture, there.first_picture);
  EXPECT_EQ(here.length, there.length);
  ASSERT_EQ(here.suggestions.size(), 1U);
  EXPECT_EQ(here.suggestions[0].moment.still, nanoseconds(7));
  EXPECT_EQ(here.suggestions[0].moment.scores.cover, 6);
  EXPECT_EQ(here.suggestions[0].moment.scores.sharp, 7);
  ASSERT_EQ(here.suggestions[0].advice.size(), 2U);
  EXPECT_EQ(here.suggestions[0].advice[1].better_still, nanoseconds(8));
}

}  // namespace
}  // namespace livephoto::tool
