// Each advice from pictures that show it alone.
#include "core/select/advice.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <ostream>

#include "synthetic.h"

namespace livephoto::select {

std::ostream& operator<<(std::ostream& out, Pity pity) {
  return out << "Pity " << static_cast<int>(pity);
}

namespace {

using namespace std::chrono_literals;
using namespace synthetic;

constexpr int kWidth = 256;
constexpr int kHeight = 144;
constexpr std::size_t kFrames = 60;  // two seconds
constexpr auto kStill = 1000ms;
constexpr std::size_t kStillFrame = 30;

const Scene& scene() {
  static const Scene value(31);
  return value;
}

const Scene& thing() {
  static const Scene value(32);
  return value;
}

// A slow camera, before which something passes.
std::vector<Picture> clean(
    double step = 0.3, double thing_step = 1.5, const Scene& background = scene()) {
  std::vector<Picture> pictures;
  for (std::size_t i = 0; i < kFrames; ++i) {
    const auto time = static_cast<double>(i);
    pictures.push_back(render(background, kWidth, kHeight, {step * time, 0, 1, 0}));
    put(pictures.back(), thing(), 20 + static_cast<int>(thing_step * time), 40, 60, 60);
  }
  return pictures;
}

std::vector<PictureAdvice> advice_on(
    std::span<const Picture> pictures, nanoseconds still = kStill) {
  return advise(measure(pictures, 30), 0s, 2s, still);
}

std::vector<Pity> pities(std::span<const PictureAdvice> advice) {
  std::vector<Pity> all;
  for (const auto& one : advice) all.push_back(one.pity);
  return all;
}

using Pities = std::vector<Pity>;

TEST(Advice, OnACleanClipIsNone) { EXPECT_EQ(pities(advice_on(clean())), Pities{}); }

TEST(Advice, OnACleanClipWithNoiseIsNone) {
  auto pictures = clean();
  for (unsigned i = 0; i < pictures.size(); ++i) add_noise(pictures[i], 4, i + 1);

  EXPECT_EQ(pities(advice_on(pictures)), Pities{});
}

TEST(Advice, ThatNothingMoves) {
  auto pictures = clean(0, 0);
  for (unsigned i = 0; i < pictures.size(); ++i) add_noise(pictures[i], 3, i + 1);

  EXPECT_EQ(pities(advice_on(pictures)), Pities{Pity::NothingMoves});
}

TEST(Advice, ThatNothingMovesInAFrozenPicture) {
  const std::vector<Picture> pictures(kFrames, clean()[0]);

  EXPECT_EQ(pities(advice_on(pictures)), Pities{Pity::NothingMoves});
}

TEST(Advice, OfACutInside) {
  auto pictures = clean();
  const auto other = clean(0.3, 1.5, Scene(33));
  std::copy(other.begin() + 45, other.end(), pictures.begin() + 45);

  EXPECT_EQ(pities(advice_on(pictures)), Pities{Pity::CutInside});
}

TEST(Advice, ThatItIsTooFast) { EXPECT_EQ(pities(advice_on(clean(5))), Pities{Pity::TooFast}); }

TEST(Advice, ThatItIsShaky) {
  std::vector<Picture> pictures;
  for (std::size_t i = 0; i < kFrames; ++i) {
    const double phase = static_cast<double>(i) * 1.1;
    pictures.push_back(
        render(scene(), kWidth, kHeight, {4 * std::sin(phase), 3 * std::cos(1.3 * phase), 1, 0}));
    put(pictures.back(), thing(), 20 + static_cast<int>(i), 40, 60, 60);
  }

  EXPECT_EQ(pities(advice_on(pictures)), Pities{Pity::Shaky});
}

TEST(Advice, OfTheTimeBeforeAndAfterTheStill) {
  const auto pictures = clean();

  EXPECT_EQ(pities(advice_on(pictures, 100ms)), Pities{Pity::NoTimeBefore});
  EXPECT_EQ(pities(advice_on(pictures, 1900ms)), Pities{Pity::NoTimeAfter});
}

TEST(Advice, ThatTheCoverIsBlurredNamesASharpOne) {
  auto pictures = clean();
  for (auto i = kStillFrame - 2; i < kStillFrame + 3; ++i) blur(pictures[i], 2);

  const auto advice = advice_on(pictures);

  ASSERT_EQ(pities(advice), Pities{Pity::CoverBlurred});
  ASSERT_TRUE(advice[0].better_still);
  EXPECT_TRUE(*advice[0].better_still < 920ms || *advice[0].better_still > 1080ms);
}

TEST(Advice, ThatTheCoverIsBlurredNamesNoneWhereAllAre) {
  auto pictures = clean();
  for (auto& picture : pictures) blur(picture, 5);

  const auto advice = advice_on(pictures);

  ASSERT_EQ(pities(advice), Pities{Pity::CoverBlurred});
  EXPECT_FALSE(advice[0].better_still);
}

TEST(Advice, ThatTheCoverIsDarkNamesALightOne) {
  auto pictures = clean();
  for (std::size_t i = 0; i < 36; ++i) light(pictures[i], 0.15, 0);
  for (std::size_t i = 36; i < 46; ++i)
    light(pictures[i], 0.15 + 0.08 * static_cast<double>(i - 36), 0);

  const auto advice = advice_on(pictures);

  ASSERT_EQ(pities(advice), Pities{Pity::CoverDark});
  ASSERT_TRUE(advice[0].better_still);
  EXPECT_GT(*advice[0].better_still, 1300ms);
}

TEST(Advice, ThatTheCoverIsOnACutNamesOneThatIsNot) {
  auto pictures = clean();
  const auto other = clean(0.3, 1.5, Scene(34));
  std::copy(other.begin() + kStillFrame, other.end(), pictures.begin() + kStillFrame);

  const auto advice = advice_on(pictures);

  // A cut at the cover is one inside too.
  ASSERT_EQ(pities(advice), (Pities{Pity::CutInside, Pity::CoverOnCut}));
  ASSERT_TRUE(advice[1].better_still);
  EXPECT_GT(
      *advice[1].better_still > kStill ? *advice[1].better_still - kStill
                                       : kStill - *advice[1].better_still,
      50ms);
}

TEST(Advice, ThatTheCoverIsOnACutAloneWhereTheClipBeginsWithIt) {
  auto frames = measure(clean(), 30);
  frames[0].is_cut = true;

  EXPECT_EQ(pities(advise(frames, 0s, 2s, 0s)), (Pities{Pity::NoTimeBefore, Pity::CoverOnCut}));
}

TEST(Advice, LooksAtTheClipAlone) {
  auto frames = measure(clean(), 30);
  frames[10].is_cut = true;

  EXPECT_EQ(pities(advise(frames, 500ms, 1500ms, kStill)), Pities{});
  EXPECT_EQ(pities(advise(frames, 0s, 1500ms, kStill)), Pities{Pity::CutInside});
}

TEST(Advice, OnNothingIsNone) {
  EXPECT_TRUE(advise({}, 0s, 3s, 1s).empty());
  EXPECT_TRUE(advise(measure(clean(), 30), 60s, 3s, 61s).empty());
}

}  // namespace
}  // namespace livephoto::select
