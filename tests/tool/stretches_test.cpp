#include "gst/tool/sheet/stretches.h"

#include <gtest/gtest.h>

#include <algorithm>

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// Ten frames a second, of which those at `apart` (in tenths) do not follow.
VideoSuggestions video_of(int tenths, std::initializer_list<int> apart = {0}) {
  VideoSuggestions video;
  video.length = milliseconds(100 * tenths);
  for (int i = 0; i < tenths; ++i) {
    select::FrameMeasures frame;
    frame.time = milliseconds(100 * i);
    frame.follows = std::find(apart.begin(), apart.end(), i) == apart.end();
    video.frames.push_back(frame);
  }
  return video;
}

select::Moment moment_at(nanoseconds start) {
  return {start, seconds(3), start + seconds(1), 0, {}};
}

TEST(Stretches, HaveTwoSecondsOnBothSides) {
  const auto stretch = around(video_of(200), moment_at(seconds(5)));

  EXPECT_EQ(stretch.from, seconds(3));
  EXPECT_EQ(stretch.to, seconds(10));
}

TEST(Stretches, EndWithTheVideo) {
  const auto video = video_of(50);

  EXPECT_EQ(around(video, moment_at(milliseconds(500))).from, seconds(0));
  EXPECT_EQ(around(video, moment_at(milliseconds(1500))).to, seconds(5));
}

TEST(Stretches, BeginOnAPicture) {
  const auto stretch = around(video_of(200), moment_at(milliseconds(5050)));

  EXPECT_EQ(stretch.from, milliseconds(3100));
}

TEST(Stretches, DoNotSpanWhatWasNotLookedAt) {
  const auto stretch = around(video_of(200, {0, 40, 90}), moment_at(seconds(5)));

  EXPECT_EQ(stretch.from, seconds(4));
  EXPECT_EQ(stretch.to, seconds(9));
}

TEST(Stretches, AreTheMomentWhereNothingWasMeasured) {
  const auto stretch = around({}, moment_at(seconds(5)));

  EXPECT_EQ(stretch.from, seconds(5));
  EXPECT_EQ(stretch.to, seconds(8));
}

TEST(Stretches, ThatTouchBecomeOne) {
  const auto stretches = joined(
      {{seconds(20), seconds(27)},
       {seconds(0), seconds(5)},
       {seconds(5), seconds(9)},
       {seconds(21), seconds(22)}});

  ASSERT_EQ(stretches.size(), 2U);
  EXPECT_EQ(stretches[0].from, seconds(0));
  EXPECT_EQ(stretches[0].to, seconds(9));
  EXPECT_EQ(stretches[1].from, seconds(20));
  EXPECT_EQ(stretches[1].to, seconds(27));
}

TEST(Stretches, HaveTheFramesThatAreShownInThem) {
  const auto video = video_of(100);

  const auto frames = frames_in(video, {milliseconds(250), milliseconds(500)});

  ASSERT_EQ(frames.size(), 3U);
  EXPECT_EQ(frames.front().time, milliseconds(200));
  EXPECT_EQ(frames.back().time, milliseconds(400));
}

TEST(Stretches, AreSeenInTheMiddleOfEachPart) {
  EXPECT_EQ(
      middles({seconds(1), seconds(5)}, 2),
      (std::vector<nanoseconds>{seconds(2), seconds(4)}));
}

TEST(Pixels, FitABoxWithEvenSides) {
  EXPECT_EQ(fit(1920, 1080, {640, 480}, 2), (PixelBox{640, 360}));
  EXPECT_EQ(fit(1080, 1920, {640, 480}, 2), (PixelBox{270, 480}));
  EXPECT_EQ(fit(161, 121, {640, 480}, 2), (PixelBox{162, 122}));
  EXPECT_EQ(fit(2, 2, {640, 480}, 16), (PixelBox{16, 16}));
}

}  // namespace
}  // namespace livephoto::tool
