// What becomes of HDR and of wide colours in 8 bits of BT.709.
#include "core/still/tone_map.h"

#include <gtest/gtest.h>

#include <array>
#include <cmath>

#include "core/colour.h"
#include "tests/core/still/sample_picture.h"

namespace livephoto {
namespace {

using Rgb = std::array<int, 3>;

// A flat picture of 10 bits with these codes.
OwnedPicture flat(double luma, double blue, double red, Colour colour) {
  auto picture =
      sample::picture_of(4, 4, Chroma::Yuv420, 10, [&](std::size_t component, auto, auto) {
        return (component == 0 ? luma : component == 1 ? blue : red) / 1023;
      });
  picture.picture.colour = colour;
  return picture;
}

Rgb mapped(double luma, double blue, double red, Colour colour) {
  const auto picture = flat(luma, blue, red, colour);
  const auto result = tone_mapped(picture.picture);
  EXPECT_TRUE(result) << result.error().message;
  const auto& bytes = result->storage[0];
  EXPECT_EQ(bytes.size(), 4U * 4 * 3);
  return {bytes[0], bytes[1], bytes[2]};
}

constexpr Colour kPq{9, 16, 9, false};
constexpr Colour kHlg{9, 18, 9, false};
constexpr Colour kWide{9, 14, 9, false};

// The code of a PQ grey of so much light in limited range; the numbers are those
// of ITU-R BT.2408, table 1 and of SMPTE ST 2084.
double pq_grey(double cd_per_m2) {
  const double y = std::pow(cd_per_m2 / 10'000, 0.1593017578125);
  return 64 + 876 * std::pow((0.8359375 + 18.8515625 * y) / (1 + 18.6875 * y), 78.84375);
}

void expect_grey(const Rgb& found, int from, int to) {
  EXPECT_LE(std::abs(found[0] - found[1]), 1);
  EXPECT_LE(std::abs(found[2] - found[1]), 1);
  EXPECT_GE(found[1], from);
  EXPECT_LE(found[1], to);
}

TEST(ToneMap, IsNeededForHdrAndWideColours) {
  EXPECT_TRUE(needs_tone_map(kPq));
  EXPECT_TRUE(needs_tone_map({1, 18, 1, false}));
  EXPECT_TRUE(needs_tone_map(kWide));
  EXPECT_FALSE(needs_tone_map({1, 1, 1, false}));
  EXPECT_FALSE(needs_tone_map({12, 1, 1, false})) << "Display P3 has a profile";
  EXPECT_FALSE(needs_tone_map({}));
}

TEST(ToneMap, KeepsBlackAndMakesThePeakWhite) {
  for (const Colour& colour : {kPq, kHlg}) expect_grey(mapped(64, 512, 512, colour), 0, 1);
  expect_grey(mapped(pq_grey(1000), 512, 512, kPq), 253, 255);
  expect_grey(mapped(940, 512, 512, kHlg), 253, 255);
  expect_grey(mapped(940, 512, 512, kPq), 253, 255);  // 10,000 cd/m2
}

TEST(ToneMap, LeavesTheDarkAsItIs) {
  // Below the knee: 10 cd/m2 of a white of 203 are 4.9 %, in sRGB 63 of 255.
  expect_grey(mapped(pq_grey(10), 512, 512, kPq), 62, 64);
  expect_grey(mapped(pq_grey(1), 512, 512, kPq), 14, 16);
}

TEST(ToneMap, KeepsDiffuseWhiteBright) {
  // 203 cd/m2 are 58 % in PQ and 75 % in HLG (ITU-R BT.2408, table 1).
  const Rgb pq = mapped(pq_grey(203), 512, 512, kPq);
  const Rgb hlg = mapped(64 + 876 * 0.75, 512, 512, kHlg);
  expect_grey(pq, 190, 235);
  expect_grey(hlg, pq[1] - 2, pq[1] + 2);
}

TEST(ToneMap, NeverTurnsLightAround) {
  for (const Colour& colour : {kPq, kHlg}) {
    int before = -1;
    for (int code = 64; code <= 940; code += 4) {
      const int now = mapped(code, 512, 512, colour)[1];
      EXPECT_GE(now, before) << code;
      before = now;
    }
  }
}

TEST(ToneMap, KeepsHue) {
  // BT.2020's red of 203 cd/m2 is outside of BT.709: no green or blue is left.
  const Rgb red =
      mapped(64 + 876 * 0.2627 * 0.58, 512 - 896 * 0.14 * 0.58, 512 + 896 * 0.5 * 0.58, kPq);
  EXPECT_GT(red[0], 200);
  EXPECT_LT(red[1], 8);
  EXPECT_LT(red[2], 8);
}

TEST(ToneMap, OnlyConvertsTheColoursOfSdr) {
  expect_grey(mapped(64 + 876 * 0.5, 512, 512, kWide), 127, 128);
  expect_grey(mapped(940, 512, 512, kWide), 255, 255);
}

TEST(ToneMap, BringsDisplayP3IntoBt709) {
  constexpr Colour kP3{12, 13, 1, false};
  expect_grey(mapped(64 + 876 * 0.5, 512, 512, kP3), 127, 128);
  // P3's (200, 100, 100) is (215, 93, 97) in sRGB, computed from the chromaticities.
  const double red = 200 / 255.0;
  const double other = 100 / 255.0;
  const double luma = 0.2126 * red + 0.7874 * other;
  const Rgb found = mapped(
      64 + 876 * luma,
      512 + 896 * (other - luma) / 1.8556,
      512 + 896 * (red - luma) / 1.5748,
      kP3);
  EXPECT_NEAR(found[0], 215, 1);
  EXPECT_NEAR(found[1], 93, 1);
  EXPECT_NEAR(found[2], 97, 1);
}

TEST(ToneMap, TakesEveryLayout) {
  for (const Chroma chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444}) {
    for (const int depth : {8, 10, 12}) {
      auto picture = sample::picture_of(5, 3, chroma, depth, [](std::size_t component, auto, auto) {
        return component == 0 ? 0.5 : 0.5019;
      });
      picture.picture.colour = kHlg;
      const auto result = tone_mapped(picture.picture);
      ASSERT_TRUE(result);
      EXPECT_EQ(result->picture.width, 5U);
      EXPECT_EQ(result->picture.height, 3U);
      const auto& bytes = result->storage[0];
      for (const auto byte : bytes) EXPECT_NEAR(byte, bytes[0], 2);
    }
  }
}

TEST(ToneMap, RefusesWhatItCannotRead) {
  auto rgb = sample::picture_of(4, 4, Chroma::Rgb, 8, sample::scene);
  EXPECT_FALSE(tone_mapped(rgb.picture));
  auto constant = flat(500, 512, 512, {9, 16, 10, false});
  EXPECT_EQ(tone_mapped(constant.picture).error().code, ErrorCode::Unsupported);
}

}  // namespace
}  // namespace livephoto
