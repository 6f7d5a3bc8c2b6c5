// What a video's process tells of its moments arrives as it was.
#include "gst/tool/suggestions_json.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::nanoseconds;

select::FrameMeasures frame() {
  select::FrameMeasures frame;
  frame.time = nanoseconds(1);
  frame.follows = true;
  double value = 2;
  for (double* field :
       {&frame.sharpness,
        &frame.detail,
        &frame.brightness,
        &frame.contrast,
        &frame.clipped_dark,
        &frame.clipped_bright,
        &frame.difference,
        &frame.motion.dx,
        &frame.motion.dy,
        &frame.motion.zoom,
        &frame.motion.roll,
        &frame.motion.support,
        &frame.speed,
        &frame.shake,
        &frame.local_motion})
    *field = value++;
  frame.is_cut = true;
  frame.is_repeat = true;
  return frame;
}

VideoSuggestions video() {
  VideoSuggestions video;
  video.video = "a \xff name.mp4";
  video.first_picture = nanoseconds(3);
  video.length = nanoseconds(4);
  video.frames = {frame()};
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
  ASSERT_EQ(here.frames.size(), 1U);
  const select::FrameMeasures& one = here.frames[0];
  const select::FrameMeasures& other = there.frames[0];
  EXPECT_EQ(one.time, other.time);
  EXPECT_EQ(one.follows, other.follows);
  EXPECT_EQ(one.sharpness, other.sharpness);
  EXPECT_EQ(one.detail, other.detail);
  EXPECT_EQ(one.brightness, other.brightness);
  EXPECT_EQ(one.contrast, other.contrast);
  EXPECT_EQ(one.clipped_dark, other.clipped_dark);
  EXPECT_EQ(one.clipped_bright, other.clipped_bright);
  EXPECT_EQ(one.difference, other.difference);
  EXPECT_EQ(one.motion.dx, other.motion.dx);
  EXPECT_EQ(one.motion.dy, other.motion.dy);
  EXPECT_EQ(one.motion.zoom, other.motion.zoom);
  EXPECT_EQ(one.motion.roll, other.motion.roll);
  EXPECT_EQ(one.motion.support, other.motion.support);
  EXPECT_EQ(one.speed, other.speed);
  EXPECT_EQ(one.shake, other.shake);
  EXPECT_EQ(one.local_motion, other.local_motion);
  EXPECT_EQ(one.is_cut, other.is_cut);
  EXPECT_EQ(one.is_repeat, other.is_repeat);
  ASSERT_EQ(here.suggestions.size(), 1U);
  EXPECT_EQ(here.suggestions[0].moment.still, nanoseconds(7));
  EXPECT_EQ(here.suggestions[0].moment.scores.cover, 6);
  EXPECT_EQ(here.suggestions[0].moment.scores.sharp, 7);
  ASSERT_EQ(here.suggestions[0].advice.size(), 2U);
  EXPECT_EQ(here.suggestions[0].advice[1].better_still, nanoseconds(8));
}

}  // namespace
}  // namespace livephoto::tool
