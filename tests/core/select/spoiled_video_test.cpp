// Of a video that is spoiled but for one window, that window is chosen, and its sharpest part for
// the still. tests/bench/selection does the same with real clips, and counts.
#include "tests/core/select/spoiled_video.h"

#include <gtest/gtest.h>

#include <algorithm>

#include "core/select/frame_meter.h"
#include "core/select/moments.h"

namespace livephoto::select {
namespace {

constexpr nanoseconds kFrame{1'000'000'000 / SpoiledVideo::kRate};
constexpr double kOverlap = 0.8;

std::vector<FrameMeasures> measured(SpoiledVideo& video) {
  FrameMeter meter;
  std::vector<FrameMeasures> frames;
  for (int number = 0; number < SpoiledVideo::kFrames; ++number) {
    const auto& pixels = video.frame(number);
    const LumaView luma{
        pixels.data(),
        SpoiledVideo::kWidth,
        SpoiledVideo::kHeight,
        SpoiledVideo::kWidth,
        true};
    frames.push_back(meter.measure(luma, number * kFrame));
  }
  return frames;
}

// Three videos of a kind.
class SpoiledVideos : public testing::TestWithParam<std::tuple<Spoiled, unsigned>> {};

TEST_P(SpoiledVideos, GiveTheirGoodWindowAndItsSharpestPart) {
  const auto [how, seed] = GetParam();
  SpoiledVideo video(how, seed);
  const auto frames = measured(video);

  const auto moments = find_moments(frames, Wanted{SpoiledVideo::kGood * kFrame, {}, {}}, 1);

  ASSERT_EQ(moments.size(), 1U);
  const auto start = moments.front().start, still = moments.front().still;
  const auto inside = std::min(start + SpoiledVideo::kGood * kFrame, video.good().end * kFrame) -
                      std::max(start, video.good().first * kFrame);
  EXPECT_GE(inside, kOverlap * SpoiledVideo::kGood * kFrame)
      << "took " << start / kFrame << ", good is " << video.good().first;
  EXPECT_GE(still, video.sharpest().first * kFrame) << "took " << still / kFrame;
  EXPECT_LT(still, video.sharpest().end * kFrame) << "took " << still / kFrame;
}

INSTANTIATE_TEST_SUITE_P(
    Each,
    SpoiledVideos,
    testing::Combine(testing::ValuesIn(kAllSpoiled), testing::Values(1U, 2U, 3U)));

}  // namespace
}  // namespace livephoto::select
