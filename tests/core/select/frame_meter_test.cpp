// What a frame is measured to be: by itself, and against the frame before.
#include "core/select/frame_meter.h"

#include <gtest/gtest.h>

#include <cmath>
#include <numbers>

#include "synthetic.h"

namespace livephoto::select {
namespace {

using namespace std::chrono_literals;
using namespace synthetic;

constexpr double kDegree = std::numbers::pi / 180;

// How far the corners are at most from where they truly are, in pixels.
double corner_error(const GlobalMotion& motion, const GlobalMotion& truth, int width, int height) {
  const auto moved = [](const GlobalMotion& by, double x, double y) {
    const double c = by.zoom * std::cos(by.roll), s = by.zoom * std::sin(by.roll);
    return std::pair(c * x - s * y + by.dx, s * x + c * y + by.dy);
  };
  double most = 0;
  for (const double x : {-width / 2.0, width / 2.0})
    for (const double y : {-height / 2.0, height / 2.0}) {
      const auto [ax, ay] = moved(motion, x, y);
      const auto [bx, by] = moved(truth, x, y);
      most = std::max(most, std::hypot(ax - bx, ay - by));
    }
  return most;
}

GlobalMotion motion(double dx, double dy, double zoom = 1, double roll = 0) {
  return {dx, dy, zoom, roll, 1};
}

std::vector<Picture> film(
    const Scene& scene, int width, int height, int count, const GlobalMotion& each) {
  std::vector<Picture> pictures;
  Camera camera;
  for (int i = 0; i < count; ++i) {
    pictures.push_back(render(scene, width, height, camera));
    camera = camera.moved(each.dx, each.dy, each.zoom, each.roll);
  }
  return pictures;
}

double worst_error(std::span<const Picture> pictures, const GlobalMotion& truth) {
  const auto frames = measure(pictures, 30);
  double worst = 0;
  for (std::size_t i = 1; i < frames.size(); ++i)
    worst = std::max(
        worst,
        corner_error(frames[i].motion, truth, pictures[0].width, pictures[0].height));
  return worst;
}

// ---- motion ----

TEST(GlobalMotion, FollowsAPanWithARollWithinHalfAPixelAtTheCorners) {
  const Scene scene(1);
  const auto truth = motion(3, 0, 1, kDegree / 30);

  EXPECT_LT(worst_error(film(scene, 1280, 720, 3, truth), truth), 0.5);
  EXPECT_LT(worst_error(film(scene, 1920, 1080, 3, truth), truth), 0.5);
}

TEST(GlobalMotion, FollowsThatInASoftScene) {
  const Scene scene(2, 4);
  const auto truth = motion(3, -1.3, 1, -kDegree / 30);

  EXPECT_LT(worst_error(film(scene, 1280, 720, 3, truth), truth), 0.5);
}

TEST(GlobalMotion, FollowsThatUnderNoise) {
  const Scene scene(3);
  const auto truth = motion(3, 0, 1, kDegree / 30);
  auto pictures = film(scene, 1280, 720, 3, truth);
  for (unsigned i = 0; i < pictures.size(); ++i) add_noise(pictures[i], 6, i + 1);

  EXPECT_LT(worst_error(pictures, truth), 0.5);
}

TEST(GlobalMotion, OfATripodIsNone) {
  const Scene scene(4);
  auto pictures = film(scene, 640, 360, 4, motion(0, 0));
  for (unsigned i = 0; i < pictures.size(); ++i) add_noise(pictures[i], 5, i + 1);

  const auto frames = measure(pictures, 30);

  EXPECT_LT(worst_error(pictures, motion(0, 0)), 0.1);
  EXPECT_LT(frames.back().speed, 0.01);
  EXPECT_LT(frames.back().shake, 0.01);
  EXPECT_FALSE(frames.back().is_repeat);
}

TEST(GlobalMotion, FollowsAZoom) {
  const Scene scene(5);
  const auto truth = motion(0, 0, 1.01);

  EXPECT_LT(worst_error(film(scene, 640, 360, 3, truth), truth), 0.5);
}

TEST(GlobalMotion, FollowsAJerk) {
  const Scene scene(6);
  const auto truth = motion(55, -38);

  EXPECT_LT(worst_error(film(scene, 1280, 720, 2, truth), truth), 0.5);
}

TEST(GlobalMotion, IsNotPulledBySomethingThatCrossesThePicture) {
  const Scene scene(7), thing(8);
  auto pictures = film(scene, 640, 360, 4, motion(0, 0));
  for (int i = 0; i < 4; ++i)
    put(pictures[static_cast<std::size_t>(i)], thing, 100 + 6 * i, 60, 200, 220);

  const auto frames = measure(pictures, 30);

  EXPECT_LT(worst_error(pictures, motion(0, 0)), 0.3);
  EXPECT_LT(frames[3].motion.support, 0.95);
  EXPECT_GT(frames[3].local_motion, 0.1);
}

TEST(GlobalMotion, IsNotMadeByLight) {
  const Scene scene(9);
  auto pictures = film(scene, 640, 360, 3, motion(0, 0));
  light(pictures[1], 1, 12);
  light(pictures[2], 0.95, 20);

  EXPECT_LT(worst_error(pictures, motion(0, 0)), 0.2);
}

TEST(GlobalMotion, IsNoneWhereNothingHoldsTogether) {
  Picture grey{320, 180, 320, std::vector<std::uint8_t>(320 * 180, 128)};
  std::vector<Picture> pictures(4, grey);
  for (unsigned i = 0; i < 4; ++i) add_noise(pictures[i], 40, i + 1);

  const auto frames = measure(pictures, 30);

  EXPECT_EQ(frames[3].motion.dx, 0);
  EXPECT_EQ(frames[3].motion.zoom, 1);
  EXPECT_LT(frames[3].motion.support, 0.2);
  EXPECT_FALSE(frames[2].is_cut);
  EXPECT_FALSE(frames[3].is_cut);
}

TEST(Shake, IsWhatAPanHasNot) {
  const Scene scene(10);
  std::vector<Picture> shaken;
  for (int i = 0; i < 20; ++i)
    shaken.push_back(render(scene, 320, 180, {i % 4 < 2 ? 6.0 : -6.0, 0, 1, 0}));

  const auto pan = measure(film(scene, 320, 180, 20, motion(4, 0)), 30).back();
  const auto shake = measure(shaken, 30).back();

  EXPECT_NEAR(pan.speed, 4 * 30 / std::hypot(320, 180), 0.01);
  EXPECT_LT(pan.shake, 0.01);
  EXPECT_GT(shake.shake, 0.1);
}

TEST(LocalMotion, IsWhatMovesAgainstTheCamera) {
  const Scene scene(11), thing(12);
  auto with = film(scene, 320, 180, 6, motion(2, 0));
  const auto without = measure(with, 30).back();
  for (int i = 0; i < 6; ++i)
    put(with[static_cast<std::size_t>(i)], thing, 100 - 2 * i, 60, 70, 70);

  EXPECT_LT(without.local_motion, 0.02);
  EXPECT_GT(measure(with, 30).back().local_motion, 0.1);
}

// ---- time ----

// As a stream of 24 frames a second is shown at 30.
std::vector<Picture> with_repeats(std::span<const Picture> pictures) {
  std::vector<Picture> shown;
  for (std::size_t i = 0; i < pictures.size(); ++i) {
    shown.push_back(pictures[i]);
    if (i % 4 == 3) shown.push_back(pictures[i]);
  }
  return shown;
}

TEST(Repeats, ThatFillARateAreNeitherShakeNorStandstill) {
  const Scene scene(13);
  const auto pictures = film(scene, 320, 180, 40, motion(4, 0));

  const auto plain = measure(pictures, 24);
  const auto filled = measure(with_repeats(pictures), 30);

  int repeats = 0;
  for (std::size_t i = 1; i < filled.size(); ++i) {
    repeats += filled[i].is_repeat;
    if (i < 20) continue;
    EXPECT_NEAR(filled[i].speed, plain.back().speed, 0.1 * plain.back().speed) << i;
    EXPECT_LT(filled[i].shake, 0.1 * plain.back().speed) << i;
  }
  EXPECT_EQ(repeats, 10);
}

TEST(Repeats, AreKnownAlthoughTheyWereCodedAnew) {
  const Scene scene(14);
  auto pictures = film(scene, 320, 180, 10, motion(4, 0));
  auto again = pictures.back();
  add_noise(again, 0.6, 3);
  pictures.push_back(again);

  EXPECT_TRUE(measure(pictures, 30).back().is_repeat);
}

TEST(Speed, IsTheSameAtAnyRate) {
  const Scene scene(15);

  const auto slow = measure(film(scene, 320, 180, 8, motion(4, 0)), 30).back();
  const auto fast = measure(film(scene, 320, 180, 8, motion(0.5, 0)), 240).back();

  EXPECT_NEAR(fast.speed, slow.speed, 0.05 * slow.speed);
}

TEST(Speed, AcrossALongGapIsSlow) {
  const Scene scene(16);
  const auto pictures = film(scene, 320, 180, 2, motion(8, 0));
  FrameMeter meter;

  meter.measure(pictures[0].view(), 0s);
  const auto after = meter.measure(pictures[1].view(), 2s);

  EXPECT_TRUE(after.follows);
  EXPECT_NEAR(after.speed, 4 / std::hypot(320, 180), 0.002);
}

// ---- shots ----

TEST(Cut, IsWhereAnotherSceneBegins) {
  const Scene scene(17), other(18);
  auto pictures = film(scene, 320, 180, 6, motion(2, 0));
  for (const auto& picture : film(other, 320, 180, 6, motion(2, 0))) pictures.push_back(picture);

  const auto frames = measure(pictures, 30);

  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_EQ(frames[i].is_cut, i == 6) << i;
  EXPECT_EQ(frames[6].speed, 0);
}

TEST(Cut, IsNoFlashNoFadeAndNoJerk) {
  const Scene scene(19);
  auto pictures = film(scene, 320, 180, 8, motion(1, 0));
  light(pictures[3], 0.8, 50);
  for (int i = 0; i < 10; ++i) {
    pictures.push_back(pictures[7]);
    light(pictures.back(), 1 - 0.08 * i, 0);
  }
  pictures.push_back(render(scene, 320, 180, {0, 0, 1, 0}));
  pictures.push_back(render(scene, 320, 180, {30, 14, 1, 0}));

  const auto frames = measure(pictures, 30);

  for (std::size_t i = 0; i < frames.size(); ++i) EXPECT_FALSE(frames[i].is_cut) << i;
}

TEST(Follows, EndsWithRestartWithAnotherSizeAndWithTimeThatStands) {
  const Scene scene(20);
  const auto large = render(scene, 64, 48), small = render(scene, 48, 32);
  FrameMeter meter;

  EXPECT_FALSE(meter.measure(large.view(), 0ms).follows);
  EXPECT_TRUE(meter.measure(large.view(), 33ms).follows);
  EXPECT_FALSE(meter.measure(large.view(), 33ms).follows);
  EXPECT_TRUE(meter.measure(large.view(), 66ms).follows);
  EXPECT_FALSE(meter.measure(small.view(), 100ms).follows);
  meter.restart();
  EXPECT_FALSE(meter.measure(small.view(), 133ms).follows);
}

// ---- one frame ----

double sharpness_of(const Picture& picture) {
  return FrameMeter().measure(picture.view(), 0s).sharpness;
}

TEST(Sharpness, FallsWithBlur) {
  for (const int width : {320, 640, 1280}) {
    const auto picture = render(Scene(21), width, width * 9 / 16);
    double before = sharpness_of(picture);
    EXPECT_GT(before, 0.4);
    for (const double sigma : {0.7, 1.0, 1.5, 2.5, 4.0}) {
      auto blurred = picture;
      blur(blurred, sigma);
      const double now = sharpness_of(blurred);
      EXPECT_LT(now, before) << width << " " << sigma;
      before = now;
    }
    EXPECT_LT(before, 0.1);
  }
}

TEST(Sharpness, FallsWithTheBlurOfAMovement) {
  const auto picture = render(Scene(22), 640, 360);
  auto moved = picture;
  blur_across(moved, 9);

  EXPECT_LT(sharpness_of(moved), 0.6 * sharpness_of(picture));
}

TEST(Sharpness, IsNotWonByNoise) {
  auto picture = render(Scene(23, 4), 640, 360);
  put(picture, Scene(24), 100, 100, 300, 160);
  for (const double sigma : {3.0, 8.0, 15.0}) {
    auto noisy = picture, blurred = picture;
    add_noise(noisy, sigma, 1);
    blur(blurred, 3);
    add_noise(blurred, sigma, 2);

    EXPECT_LT(sharpness_of(noisy), 1.05 * sharpness_of(picture)) << sigma;
    EXPECT_LT(sharpness_of(blurred), 0.5 * sharpness_of(picture)) << sigma;
  }
}

TEST(Sharpness, OfNothingButNoiseIsLow) {
  Picture grey{640, 360, 640, std::vector<std::uint8_t>(640 * 360, 128)};
  add_noise(grey, 10, 1);

  EXPECT_LT(sharpness_of(grey), 0.3);
}

TEST(Sharpness, IsThatOfTheSubjectNotOfTheBackground) {
  const Scene scene(24), subject(25);
  auto background = render(scene, 640, 360);
  blur(background, 4);
  auto portrait = background;
  put(portrait, subject, 240, 100, 160, 160);
  const double all_sharp = sharpness_of(render(scene, 640, 360));

  EXPECT_GT(sharpness_of(portrait), 0.7 * all_sharp);
  EXPECT_LT(sharpness_of(background), 0.2 * all_sharp);
}

TEST(Detail, FallsWithBlurAndNotWithNoise) {
  const auto picture = render(Scene(28, 2), 640, 360);
  auto blurred = picture, noisy = picture;
  blur(blurred, 1.5);
  add_noise(noisy, 3, 1);
  const auto detail = [](const Picture& of) { return FrameMeter().measure(of.view(), 0s).detail; };

  EXPECT_LT(detail(blurred), 0.9 * detail(picture));
  EXPECT_NEAR(detail(noisy), detail(picture), 0.25 * detail(picture));
}

TEST(Light, IsMeasuredOnTheScaleOfTheRange) {
  Picture picture{64, 64, 64, std::vector<std::uint8_t>(64 * 64, 16)};
  for (int y = 0; y < 32; ++y)
    for (int x = 0; x < 64; ++x) picture.at(x, y) = 235;
  auto view = picture.view();
  view.is_full_range = false;

  const auto limited = FrameMeter().measure(view, 0s);
  const auto full = FrameMeter().measure(picture.view(), 0s);

  EXPECT_NEAR(limited.brightness, 0.5, 0.01);
  EXPECT_NEAR(limited.contrast, 1, 0.01);
  EXPECT_NEAR(limited.clipped_dark, 0.5, 0.01);
  EXPECT_NEAR(limited.clipped_bright, 0.5, 0.01);
  EXPECT_NEAR(full.contrast, 219.0 / 255, 0.01);
  EXPECT_EQ(full.clipped_bright, 0);
  EXPECT_EQ(full.clipped_dark, 0);
}

TEST(Difference, IsAShareOfTheScale) {
  Picture picture{64, 64, 64, std::vector<std::uint8_t>(64 * 64, 100)};
  std::vector<Picture> pictures(2, picture);
  for (int y = 0; y < 16; ++y)
    for (int x = 0; x < 64; ++x) pictures[1].at(x, y) = 151;

  EXPECT_NEAR(measure(pictures, 30)[1].difference, 0.05, 0.001);
}

TEST(Sizes, AnyIsMeasured) {
  const Scene scene(26);
  const std::pair<int, int> sizes[] =
      {{1, 1}, {2, 2}, {3, 5}, {7, 64}, {161, 121}, {1279, 3}, {2, 900}, {485, 271}};
  for (const auto& [width, height] : sizes) {
    const auto frames = measure(film(scene, width, height, 3, motion(1, 0.5)), 30);

    for (const auto& frame : frames) {
      EXPECT_TRUE(std::isfinite(frame.sharpness) && frame.sharpness >= 0 && frame.sharpness <= 1)
          << width;
      EXPECT_TRUE(
          std::isfinite(frame.speed) && std::isfinite(frame.shake) &&
          std::isfinite(frame.local_motion))
          << width;
      EXPECT_TRUE(std::isfinite(frame.contrast) && std::isfinite(frame.motion.zoom)) << width;
    }
  }
}

TEST(Stride, IsNoPicture) {
  const auto picture = render(Scene(27), 101, 67);
  Picture wide{101, 67, 160, std::vector<std::uint8_t>(160 * 67, 255)};
  for (int y = 0; y < 67; ++y)
    for (int x = 0; x < 101; ++x)
      wide.at(x, y) = picture.pixels[static_cast<std::size_t>(y * 101 + x)];

  const auto a = FrameMeter().measure(picture.view(), 0s),
             b = FrameMeter().measure(wide.view(), 0s);

  EXPECT_EQ(a.sharpness, b.sharpness);
  EXPECT_EQ(a.brightness, b.brightness);
  EXPECT_EQ(a.contrast, b.contrast);
  EXPECT_EQ(a.clipped_bright, b.clipped_bright);
}

}  // namespace
}  // namespace livephoto::select
