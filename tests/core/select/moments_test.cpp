// Which windows and stills are chosen, of frames whose measures are made up.
#include "core/select/moments.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <functional>

namespace livephoto::select {
namespace {

using namespace std::chrono_literals;

// A calm camera, something alive, sharp.
FrameMeasures good_frame(nanoseconds time) {
  FrameMeasures frame;
  frame.time = time;
  frame.follows = time > 0s;
  frame.sharpness = 0.6;
  frame.detail = 10;
  frame.brightness = 0.45;
  frame.contrast = 0.4;
  frame.difference = 0.02;
  frame.motion.support = 0.9;
  frame.speed = 0.02;
  frame.shake = 0.01;
  frame.local_motion = 0.03;
  return frame;
}

void sharpen(FrameMeasures& frame, double sharpness) {
  frame.detail *= sharpness / frame.sharpness;
  frame.sharpness = sharpness;
}

using Spoil = std::function<void(FrameMeasures&)>;

std::vector<FrameMeasures> video(double seconds, double rate = 30) {
  std::vector<FrameMeasures> frames;
  for (int i = 0; i < seconds * rate; ++i)
    frames.push_back(good_frame(nanoseconds(std::llround(i / rate * 1e9))));
  return frames;
}

// All but [from, to) seconds is spoiled.
std::vector<FrameMeasures> spoiled_but(double seconds, double from, double to, const Spoil& spoil) {
  auto frames = video(seconds);
  for (auto& frame : frames) {
    const double time = std::chrono::duration<double>(frame.time).count();
    if (time < from - 1e-6 || time >= to - 1e-6) spoil(frame);
  }
  return frames;
}

double overlap(const Moment& moment, double from, double to) {
  const double start = std::chrono::duration<double>(moment.start).count();
  const double end = start + std::chrono::duration<double>(moment.duration).count();
  return std::max(std::min(end, to) - std::max(start, from), 0.0) / (end - start);
}

Moment best(const std::vector<FrameMeasures>& frames, const Wanted& wanted = {}) {
  const auto moments = find_moments(frames, wanted, 1);
  EXPECT_EQ(moments.size(), 1U);
  return moments.empty() ? Moment{} : moments[0];
}

void freeze(FrameMeasures& frame) {
  frame.difference = frame.speed = frame.shake = frame.local_motion = 0;
  frame.is_repeat = true;
}

class SpoiledKind : public testing::TestWithParam<std::pair<const char*, Spoil>> {};

TEST_P(SpoiledKind, LosesAgainstTheCleanWindow) {
  for (const double from : {0.0, 4.2, 9.0, 17.0}) {
    const auto frames = spoiled_but(20, from, from + 3, GetParam().second);

    EXPECT_GE(overlap(best(frames), from, from + 3), 0.89) << from;
  }
}

INSTANTIATE_TEST_SUITE_P(
    Moments,
    SpoiledKind,
    testing::Values(
        std::pair("Black", Spoil([](auto& frame) {
                    frame.brightness = 0.01, frame.contrast = 0.01, frame.clipped_dark = 1,
                    frame.sharpness = 0;
                  })),
        std::pair("OverExposed", Spoil([](auto& frame) {
                    frame.brightness = 0.9, frame.clipped_bright = 0.5;
                  })),
        std::pair("Blurred", Spoil([](auto& frame) { frame.sharpness = 0.2; })),
        std::pair("Shaky", Spoil([](auto& frame) {
                    frame.shake = 0.3, frame.speed = 0.4, frame.local_motion = 0.2;
                  })),
        std::pair("FastPan", Spoil([](auto& frame) {
                    frame.speed = 0.8, frame.local_motion = 0.1;
                  })),
        std::pair("Frozen", Spoil(freeze)),
        std::pair("Lifeless", Spoil([](auto& frame) { frame.local_motion = 0; })),
        std::pair("Cut", Spoil([](auto& frame) { frame.is_cut = (frame.time / 1ms) % 300 < 33; }))),
    [](const auto& test) { return test.param.first; });

TEST(Moments, AFrozenWindowNeverBeatsAMovingOne) {
  auto frames = video(20);
  for (auto& frame : frames)
    if (frame.time >= 10s) {
      freeze(frame);
      frame.sharpness = 0.9;
    } else {
      frame.shake = frame.speed = 0.5, frame.sharpness = 0.1, frame.clipped_bright = 0.4;
    }

  EXPECT_LT(best(frames).start, 9s);
}

TEST(Moments, APictureThatRepeatsNowAndThenIsNotFrozen) {
  auto frames = spoiled_but(12, 6, 9, [](auto& frame) { frame.sharpness = 0.2; });
  for (std::size_t i = 4; i < frames.size(); i += 5) frames[i].is_repeat = true;

  EXPECT_GE(overlap(best(frames), 6, 9), 0.9);
}

TEST(Moments, ScreensThatStandForSecondsLoseAgainstThoseThatMove) {
  std::vector<FrameMeasures> frames;
  nanoseconds time{0};
  for (int i = 0; i < 5; ++i, time += 2s) frames.push_back(good_frame(time));
  for (int i = 0; i < 120; ++i, time += 33ms) frames.push_back(good_frame(time));
  for (int i = 0; i < 5; ++i, time += 2s) frames.push_back(good_frame(time));

  EXPECT_GE(overlap(best(frames), 10, 14), 0.9);
}

TEST(Moments, ActionThatBeginsAndSettlesInsideIsPreferred) {
  const auto frames = spoiled_but(20, 9, 11, [](auto& frame) { frame.local_motion = 0.004; });

  const auto moment = best(frames);

  EXPECT_GT(moment.start, 8s);
  EXPECT_LT(moment.start, 9s);
  EXPECT_GT(moment.scores.complete, 0.7);
}

TEST(Moments, AShotIsJudgedByItsOwnSharpness) {
  auto frames = spoiled_but(20, 8, 12, [](auto& frame) { frame.shake = 0.3; });
  for (auto& frame : frames)
    if (frame.time >= 8s && frame.time < 12s) sharpen(frame, 0.25);
  frames[240].is_cut = frames[360].is_cut = true;

  EXPECT_GE(overlap(best(frames), 8, 12), 0.95);
}

TEST(Moments, AreApartAndTheBestFirst) {
  auto frames = spoiled_but(20, 4, 7, [](auto& frame) { frame.sharpness = 0.5; });
  const auto moments = find_moments(frames, {}, 4);

  ASSERT_EQ(moments.size(), 4U);
  EXPECT_GE(overlap(moments[0], 4, 7), 0.9);
  for (std::size_t i = 1; i < moments.size(); ++i) {
    EXPECT_LE(moments[i].score, moments[i - 1].score);
    for (std::size_t j = 0; j < i; ++j) {
      const auto shared = std::min(moments[i].start, moments[j].start) + 3s -
                          std::max(moments[i].start, moments[j].start);
      EXPECT_LE(shared, 300ms);
    }
  }
}

TEST(Moments, AreTheSameForTheSameFrames) {
  auto frames = video(60);
  for (std::size_t i = 0; i < frames.size(); ++i)
    frames[i].local_motion = 0.01 * static_cast<double>(i * 7919 % 13);

  const auto a = find_moments(frames, {}, 5), b = find_moments(std::vector(frames), {}, 5);

  ASSERT_EQ(a.size(), b.size());
  for (std::size_t i = 0; i < a.size(); ++i) {
    EXPECT_EQ(a[i].start, b[i].start);
    EXPECT_EQ(a[i].still, b[i].still);
    EXPECT_EQ(a[i].score, b[i].score);
  }
}

TEST(Moments, OfNoFramesAreNone) { EXPECT_TRUE(find_moments({}, {}, 3).empty()); }

TEST(Moments, OfOneFrameIsThatFrame) {
  const auto moment = best(std::vector{good_frame(40ms)});

  EXPECT_EQ(moment.start, 40ms);
  EXPECT_EQ(moment.still, 40ms);
}

TEST(Moments, OfAVideoShorterThanTheClipIsTheWholeOfIt) {
  const auto moments = find_moments(video(2), {}, 5);

  ASSERT_EQ(moments.size(), 1U);
  EXPECT_EQ(moments[0].start, 0s);
  EXPECT_NEAR(std::chrono::duration<double>(moments[0].duration).count(), 2, 0.001);
}

TEST(Moments, OfBlackOrNoiseAreFewAndFinite) {
  auto frames = video(10);
  for (auto& frame : frames)
    frame.brightness = frame.contrast = frame.sharpness = frame.local_motion = 0,
    frame.clipped_dark = 1;

  const auto moment = best(frames);

  EXPECT_TRUE(std::isfinite(moment.score));
  EXPECT_EQ(moment.duration, 3s);
}

TEST(Moments, SpanNoGapBetweenStretches) {
  auto frames = video(20);
  frames[100].follows = frames[250].follows = false;  // at 3.33 s and 8.33 s

  for (const auto& moment : find_moments(frames, {}, 5)) {
    const auto end = moment.start + moment.duration;
    for (const auto gap : {frames[100].time, frames[250].time})
      EXPECT_TRUE(end <= gap || moment.start >= gap);
  }
}

TEST(Moments, SpanAGapWhereNoStretchHasRoom) {
  std::vector<FrameMeasures> frames;
  for (int i = 0; i < 10; ++i) {
    frames.push_back(good_frame(i * 2s));
    frames.back().follows = false;
  }
  sharpen(frames[6], 0.9);

  const auto moment = best(frames);

  EXPECT_EQ(moment.duration, 3s);
  EXPECT_TRUE(moment.start <= 12s && 12s < moment.start + 3s);
}

// ---- what is given ----

TEST(Wanted, StartIsKept) {
  const auto moments = find_moments(video(20), {.duration = 3s, .start = 7123ms, .still = {}}, 5);

  ASSERT_EQ(moments.size(), 1U);
  EXPECT_EQ(moments[0].start, 7123ms);
  EXPECT_EQ(moments[0].duration, 3s);
  EXPECT_GE(moments[0].still, 7123ms + 300ms);
  EXPECT_LE(moments[0].still, 10123ms - 300ms);
}

TEST(Wanted, StillIsKeptInsideOfTheWindow) {
  const auto moments = find_moments(video(20), {.duration = 3s, .start = {}, .still = 11057ms}, 5);

  ASSERT_FALSE(moments.empty());
  for (const auto& moment : moments) {
    EXPECT_EQ(moment.still, 11057ms);
    EXPECT_LE(moment.start + 300ms, 11057ms);
    EXPECT_GE(moment.start + 2700ms, 11057ms);
  }
}

TEST(Wanted, BothAreKept) {
  const auto moment = best(video(20), {.duration = 2s, .start = 4s, .still = 5s});

  EXPECT_EQ(moment.start, 4s);
  EXPECT_EQ(moment.duration, 2s);
  EXPECT_EQ(moment.still, 5s);
}

TEST(Wanted, WhatIsOutsideOfTheVideoGivesNothing) {
  EXPECT_TRUE(find_moments(video(5), {.duration = 3s, .start = 9s, .still = {}}, 1).empty());
  EXPECT_TRUE(find_moments(video(5), {.duration = 3s, .start = {}, .still = 9s}, 1).empty());
  EXPECT_TRUE(find_moments(video(5), {.duration = 3s, .start = 1s, .still = 4500ms}, 1).empty());
}

TEST(Wanted, AWindowAtTheEndIsCutShort) {
  const auto moment = best(video(5), {.duration = 3s, .start = 4s, .still = {}});

  EXPECT_EQ(moment.start, 4s);
  EXPECT_NEAR(std::chrono::duration<double>(moment.duration).count(), 1, 0.001);
}

// ---- the still ----

TEST(Still, IsTheSharpestFrameThatIsNotAtTheEdge) {
  auto frames = video(3);
  sharpen(frames[2], 0.9);
  sharpen(frames[8], 0.9);  // fewer than 14 frames before it
  sharpen(frames[70], 0.7);
  sharpen(frames[88], 0.9);

  EXPECT_EQ(best(frames).still, frames[70].time);
}

TEST(Still, IsInTheMiddleOfEquals) {
  EXPECT_NEAR(std::chrono::duration<double>(best(video(3)).still).count(), 1.5, 0.04);
}

TEST(Still, IsNotBesideACutNorInABurntOrDarkFrame) {
  auto frames = video(3);
  for (const auto i : {30U, 40U, 50U, 60U}) sharpen(frames[i], 0.8);
  frames[30].is_cut = true;
  frames[40].clipped_bright = 0.6;
  frames[50].brightness = 0.02;

  EXPECT_EQ(best(frames).still, frames[60].time);
}

TEST(Still, IsNotWhereSomethingSetsIn) {
  for (const Spoil& spoil :
       {Spoil([](auto& frame) { frame.clipped_bright = 0.6; }),
        Spoil([](auto& frame) { frame.speed = 0.6; }),
        Spoil([](auto& frame) { frame.shake = 0.3; }),
        Spoil(freeze)}) {
    auto frames = video(3);
    for (auto i = 60U; i < frames.size(); ++i) spoil(frames[i]);
    sharpen(frames[56], 0.66);  // 4 frames before, and a little sharper
    sharpen(frames[50], 0.63);

    EXPECT_EQ(best(frames).still, frames[50].time);
  }
}

TEST(Still, MayBeNearWhatAnotherShotHas) {
  auto frames = video(3);
  frames[60].is_cut = true;
  for (auto i = 60U; i < frames.size(); ++i) frames[i].clipped_bright = 0.6;
  sharpen(frames[56], 0.7);

  EXPECT_EQ(best(frames).still, frames[56].time);
}

TEST(Still, OfFewFramesIsOneOfThem) {
  const auto moment = best(video(3, 2));

  EXPECT_GT(moment.still, 0s);
  EXPECT_LT(moment.still, 3s);
}

TEST(Reason, SaysWhatSpeaksForIt) {
  Moment moment;
  moment.scores = {0.9, 0.7, 1, 1, 0.5, 0.6, 1};
  EXPECT_EQ(reason(moment), "calm camera, something moves, sharp cover");

  moment.scores = {0.9, 0.7, 1, 1, 0.8, 0.6, 1};
  EXPECT_EQ(reason(moment), "calm camera, something moves, begins and settles, sharp cover");

  moment.scores = {};
  moment.scores.exposed = 1;
  moment.scores.whole = 1;
  EXPECT_EQ(reason(moment), "the best there is");
}

}  // namespace
}  // namespace livephoto::select
