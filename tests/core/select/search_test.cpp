// Search: what it asks to be read of a video, and that it stops when it knows enough.
#include "core/select/search.h"

#include <gtest/gtest.h>

#include <cmath>
#include <functional>
#include <vector>

namespace livephoto::select {
namespace {

using std::chrono::duration_cast;
using std::chrono::milliseconds;
using std::chrono::seconds;

constexpr int kWidth = 96;
constexpr int kHeight = 54;
constexpr nanoseconds kFrame = milliseconds(100);

// A texture, and a bright square before it that walks to the right.
std::vector<std::uint8_t> painted(double walked) {
  std::vector<std::uint8_t> pixels(static_cast<std::size_t>(kWidth) * kHeight);
  for (int y = 0; y < kHeight; ++y)
    for (int x = 0; x < kWidth; ++x) {
      const double square = std::fmod(walked, kWidth);
      const bool is_inside = x >= square && x < square + 16 && y >= 20 && y < 36;
      pixels[static_cast<std::size_t>(y * kWidth + x)] =
          static_cast<std::uint8_t>(is_inside ? 220 : 60 + 13 * ((x * 7 + y * 5) % 11));
    }
  return pixels;
}

// A video that is read as a Search asks. Its sync frames are `group` apart.
struct Video {
  nanoseconds length;
  nanoseconds group;
  bool can_seek = true;
  std::function<double(nanoseconds)> walked = [](nanoseconds time) {
    return std::chrono::duration<double>(time).count() * 20;
  };
};

struct Reading {
  std::vector<Pass> passes;
  std::size_t frames = 0;
  std::vector<double> progress;
  std::vector<Moment> moments;
};

nanoseconds interval(const Video& video, const Pass& pass) {
  if (pass.frames == Pass::Frames::Sync) return video.group;
  return pass.frames == Pass::Frames::Useful ? 2 * kFrame : kFrame;
}

Reading read(const Video& video, const Wanted& wanted, std::size_t count = 1) {
  Search search(
      wanted,
      {.begin = nanoseconds(0), .end = video.length, .can_seek = video.can_seek},
      count);
  Reading reading;
  while (const auto pass = search.next()) {
    reading.passes.push_back(*pass);
    const nanoseconds step = interval(video, *pass);
    // A seek leads to the sync frame before.
    nanoseconds time = pass->begin / video.group * video.group;
    for (; time < video.length; time += step) {
      const auto pixels = painted(video.walked(time));
      const LumaView luma{
          .pixels = pixels.data(),
          .width = kWidth,
          .height = kHeight,
          .stride = kWidth,
          .is_full_range = true};
      reading.progress.push_back(search.progress());
      if (!search.add(luma, time)) break;
      ++reading.frames;
    }
    if (reading.passes.size() > 1000) break;  // it does not end
  }
  reading.progress.push_back(search.progress());
  reading.moments = search.moments();
  return reading;
}

nanoseconds length_of(const Pass& pass) { return *pass.end - pass.begin; }

TEST(Search, ReadsAllOfAShortVideo) {
  const auto reading = read({.length = seconds(12), .group = seconds(2)}, {});

  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_EQ(reading.passes[0].frames, Pass::Frames::All);
  EXPECT_FALSE(reading.passes[0].end);
  EXPECT_EQ(reading.frames, 120U);
  EXPECT_EQ(reading.moments.size(), 1U);
}

TEST(Search, ReadsSyncFramesOfALongVideoThenItsBestParts) {
  const Video video{.length = seconds(600), .group = seconds(2)};
  const auto reading = read(video, {}, 3);

  ASSERT_GE(reading.passes.size(), 2U);
  EXPECT_EQ(reading.passes[0].frames, Pass::Frames::Sync);
  nanoseconds read_closely{0};
  for (std::size_t i = 1; i < reading.passes.size(); ++i) {
    const Pass& pass = reading.passes[i];
    EXPECT_EQ(pass.frames, Pass::Frames::All);
    ASSERT_TRUE(pass.end);
    if (i > 1) {
      EXPECT_GT(pass.begin, *reading.passes[i - 1].end);
    }
    read_closely += length_of(pass);
  }
  EXPECT_LE(read_closely, video.length / 10);
  EXPECT_EQ(reading.moments.size(), 3U);
}

TEST(Search, ReadsEveryUsefulFrameWhereSyncFramesAreTooFarApart) {
  const auto reading = read({.length = seconds(60), .group = seconds(10)}, {});

  ASSERT_GE(reading.passes.size(), 3U);
  EXPECT_EQ(reading.passes[0].frames, Pass::Frames::Sync);
  EXPECT_EQ(reading.passes[1].frames, Pass::Frames::Useful);
  EXPECT_EQ(reading.passes[2].frames, Pass::Frames::All);
  EXPECT_LE(length_of(reading.passes[2]), seconds(40));
}

TEST(Search, ReadsEveryUsefulFrameWhereThereIsOneSyncFrame) {
  const auto reading = read({.length = seconds(60), .group = seconds(60)}, {});

  ASSERT_GE(reading.passes.size(), 3U);
  EXPECT_EQ(reading.passes[1].frames, Pass::Frames::Useful);
  EXPECT_GT(reading.frames, 300U);
}

TEST(Search, TakesSyncFramesForAllWhereAllAreSyncFrames) {
  const auto reading = read({.length = seconds(60), .group = kFrame}, {});

  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_EQ(reading.frames, 600U);
  EXPECT_EQ(reading.moments.size(), 1U);
}

TEST(Search, ReadsAVideoThatCannotBeSoughtOnceFromTheBeginning) {
  const auto reading = read({.length = seconds(60), .group = seconds(2), .can_seek = false}, {});

  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_EQ(reading.passes[0].begin, nanoseconds(0));
  EXPECT_EQ(reading.passes[0].frames, Pass::Frames::All);
  EXPECT_EQ(reading.frames, 600U);
}

TEST(Search, ReadsOnlyAroundAStartThatIsGiven) {
  const auto reading = read({.length = seconds(600), .group = seconds(2)}, {.start = seconds(300)});

  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_GE(reading.passes[0].begin, seconds(298));
  EXPECT_LE(*reading.passes[0].end, seconds(305));
  ASSERT_EQ(reading.moments.size(), 1U);
  EXPECT_EQ(reading.moments[0].start, seconds(300));
  EXPECT_GE(reading.moments[0].still, seconds(300));
  EXPECT_LT(reading.moments[0].still, seconds(303));
}

TEST(Search, ReadsOnlyAroundAStillThatIsGiven) {
  const auto reading =
      read({.length = seconds(600), .group = seconds(2)}, {.still = milliseconds(300'500)});

  ASSERT_EQ(reading.passes.size(), 1U);
  EXPECT_GE(reading.passes[0].begin, seconds(296));
  EXPECT_LE(*reading.passes[0].end, seconds(305));
  ASSERT_EQ(reading.moments.size(), 1U);
  EXPECT_EQ(reading.moments[0].still, milliseconds(300'500));
  EXPECT_LE(reading.moments[0].start, milliseconds(300'500));
}

TEST(Search, LooksCloselyWhereSomethingChanges) {
  // Five minutes stand still but for ten seconds.
  const Video video{.length = seconds(300), .group = seconds(2), .walked = [](nanoseconds time) {
                      const double at = std::chrono::duration<double>(time).count();
                      return at < 200 ? 0 : std::min(at - 200, 10.0) * 20;
                    }};
  const auto reading = read(video, {});

  ASSERT_EQ(reading.moments.size(), 1U);
  EXPECT_GE(reading.moments[0].start, seconds(196));
  EXPECT_LE(reading.moments[0].start, seconds(211));
}

TEST(Search, SaysHowFarItIsWithoutGoingBack) {
  for (const nanoseconds group : {nanoseconds(seconds(2)), nanoseconds(seconds(10))}) {
    const auto reading = read({.length = seconds(120), .group = group}, {});

    for (std::size_t i = 1; i < reading.progress.size(); ++i)
      ASSERT_GE(reading.progress[i], reading.progress[i - 1]) << i;
    EXPECT_EQ(reading.progress.front(), 0);
    EXPECT_EQ(reading.progress.back(), 1);
  }
}

TEST(Search, FindsTheSameAgain) {
  const Video video{.length = seconds(120), .group = seconds(2)};
  const auto first = read(video, {}, 5);
  const auto second = read(video, {}, 5);

  ASSERT_EQ(first.moments.size(), second.moments.size());
  for (std::size_t i = 0; i < first.moments.size(); ++i) {
    EXPECT_EQ(first.moments[i].start, second.moments[i].start);
    EXPECT_EQ(first.moments[i].still, second.moments[i].still);
    EXPECT_EQ(first.moments[i].score, second.moments[i].score);
  }
}

TEST(Search, HasNoMomentWhereNothingCame) {
  Search search({}, {.begin = nanoseconds(0), .end = std::nullopt, .can_seek = false}, 1);

  ASSERT_TRUE(search.next());
  EXPECT_FALSE(search.next());
  EXPECT_TRUE(search.moments().empty());
}

}  // namespace
}  // namespace livephoto::select
