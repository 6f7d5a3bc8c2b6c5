// Which timescale a clip gets, and which tick each frame.
#include "core/isobmff/timebase.h"

#include <gtest/gtest.h>

#include <cmath>

namespace livephoto::isobmff {
namespace {

using std::chrono::nanoseconds;

// `count` frames at numerator/denominator, each instant rounded to `unit` ns.
std::vector<nanoseconds> frames(int count, double numerator, double denominator, double unit = 1) {
  std::vector<nanoseconds> times;
  for (int i = 0; i < count; ++i) {
    const double exact = i * denominator * 1e9 / numerator;
    times.emplace_back(static_cast<std::int64_t>(std::round(exact / unit) * unit));
  }
  return times;
}

TEST(Timebase, IsTheCameras600WhereEveryFrameFits) {
  const auto timebase = timebase_of(frames(60, 30, 1), {30, 1});

  EXPECT_EQ(timebase.timescale, 600u);
  EXPECT_EQ(timebase.ticks[1], 20u);
  EXPECT_EQ(timebase.ticks[59], 1180u);
}

TEST(Timebase, TakesTheRatesNumeratorForNtsc) {
  EXPECT_EQ(timebase_of(frames(60, 30000, 1001), {30000, 1001}).timescale, 30'000u);
  EXPECT_EQ(timebase_of(frames(60, 24000, 1001), {24000, 1001}).timescale, 24'000u);
  EXPECT_EQ(timebase_of(frames(60, 60000, 1001), {60000, 1001}).timescale, 60'000u);
  EXPECT_EQ(timebase_of(frames(60, 60000, 1001), {60000, 1001}).ticks[59], 59u * 1001u);
}

TEST(Timebase, FindsNtscWithoutBeingToldTheRate) {
  EXPECT_EQ(timebase_of(frames(60, 30000, 1001), {}).timescale, 30'000u);
}

TEST(Timebase, FindsTheSmallestThatFitsAnOddRate) {
  const auto timebase = timebase_of(frames(20, 44, 5), {44, 5});  // 8.8 frames a second

  EXPECT_EQ(timebase.timescale, 616u);
  EXPECT_EQ(timebase.ticks[1], 70u);
}

TEST(Timebase, PutsMatroskasMillisecondsOnTheRatesGrid) {
  const auto timebase = timebase_of(frames(60, 24000, 1001, 1e6), {24000, 1001});

  EXPECT_EQ(timebase.timescale, 24'000u);
  for (std::size_t i = 0; i < timebase.ticks.size(); ++i) EXPECT_EQ(timebase.ticks[i], 1001 * i);
}

TEST(Timebase, LeavesTimesFarFromTheGridAlone) {
  const auto timebase = timebase_of(
      std::vector{nanoseconds(0), nanoseconds(33'000'000), nanoseconds(73'000'000)},
      {30, 1});

  EXPECT_EQ(timebase.timescale, 1000u);
  EXPECT_EQ(timebase.ticks, (std::vector<std::uint64_t>{0, 33, 73}));
}

TEST(Timebase, AFineGridIsNotNearEverything) {
  // At 90000 frames a second every time is within a millisecond of a frame.
  const auto timebase =
      timebase_of(std::vector{nanoseconds(0), nanoseconds(33'350'000)}, {90000, 1});

  EXPECT_EQ(timebase.timescale, 180'000u);  // twice the rate's numerator
  EXPECT_EQ(timebase.ticks[1], 6003u);
}

TEST(Timebase, RoundsLiveClocksOnceAt90000) {
  const auto timebase = timebase_of(
      std::vector{
          nanoseconds(0),
          nanoseconds(33'337'411),
          nanoseconds(66'671'993),
          nanoseconds(99'990'127),
          nanoseconds(133'402'713)},
      {});

  EXPECT_EQ(timebase.timescale, 90'000u);
  EXPECT_EQ(timebase.ticks, (std::vector<std::uint64_t>{0, 3000, 6000, 8999, 12006}));
}

TEST(Timebase, NeverPutsTwoFramesOnOneTick) {
  const auto timebase =
      timebase_of(std::vector{nanoseconds(0), nanoseconds(0), nanoseconds(20'000'000)}, {});

  EXPECT_EQ(timebase.ticks, (std::vector<std::uint64_t>{0, 1, 12}));
}

TEST(ToTicks, RoundsToTheNearest) {
  EXPECT_EQ(to_ticks(nanoseconds(1'666'666), 600), 1u);
  EXPECT_EQ(to_ticks(nanoseconds(833'332), 600), 0u);
  EXPECT_EQ(to_ticks(nanoseconds(833'334), 600), 1u);
}

}  // namespace
}  // namespace livephoto::isobmff
