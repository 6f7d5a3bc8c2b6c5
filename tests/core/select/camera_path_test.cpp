// Where frames lie over the still's, of films whose motion is known.
#include "core/select/camera_path.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <numbers>

#include "synthetic.h"

namespace livephoto::select {
namespace {

using namespace synthetic;

constexpr double kDegree = std::numbers::pi / 180;
constexpr PlaneSize kSmall{540, 960};
constexpr PlaneSize kFull{1080, 1920};  // kept at a quarter, the small one at half
constexpr std::size_t kFrames = 16;
constexpr std::size_t kStill = 10;

// From the scene to what is seen, in pixels from the upper left corner.
Homography seen_by(const Camera& camera, const PlaneSize& size) {
  const double cosine = camera.zoom * std::cos(camera.roll);
  const double sine = camera.zoom * std::sin(camera.roll);
  return {
      cosine,
      -sine,
      camera.x + size.width / 2.0,
      sine,
      cosine,
      camera.y + size.height / 2.0,
      0,
      0,
      1};
}

struct Film {
  PlaneSize size;
  std::vector<Homography> cameras{};
  std::vector<FrameMeasures> frames{};
  std::vector<KeptPlane> planes{};

  // The true place of one frame over another.
  Homography place(std::size_t frame, std::size_t over) const {
    return combined(*inverse(cameras[frame]), cameras[over]);
  }
};

Picture seen(const Scene& scene, const PlaneSize& size, const Camera& camera) {
  return render(scene, static_cast<int>(size.width), static_cast<int>(size.height), camera);
}

Film film_of(
    const PlaneSize& size, std::vector<Homography> cameras, std::span<const Picture> pictures) {
  Film film{.size = size, .cameras = std::move(cameras), .frames = measure(pictures, 30)};
  for (const Picture& picture : pictures) film.planes.push_back(kept_plane(picture.view()));
  return film;
}

// By a camera that moves as far and rolls as far from each frame to the next.
Film film_of_a_pan(const PlaneSize& size, std::size_t frames, double dx, double roll) {
  const Scene scene(1);
  std::vector<Picture> pictures;
  std::vector<Homography> cameras;
  Camera camera;
  for (std::size_t i = 0; i < frames; ++i) {
    pictures.push_back(seen(scene, size, camera));
    cameras.push_back(seen_by(camera, size));
    camera = camera.moved(dx, 0, 1, roll);
  }
  return film_of(size, std::move(cameras), pictures);
}

// By a camera that stands, whose sensor is noisy.
Film film_of_a_tripod() {
  std::vector<Picture> pictures(kFrames, seen(Scene(2), kSmall, {}));
  for (unsigned i = 0; i < kFrames; ++i) add_noise(pictures[i], 4, i + 1);
  return film_of(kSmall, std::vector(kFrames, seen_by({}, kSmall)), pictures);
}

// How far the corners are at most from where they truly are, in pixels.
double corner_error(const Homography& found, const Homography& truth, const PlaneSize& size) {
  double most = 0;
  for (const double x : {0.0, static_cast<double>(size.width)})
    for (const double y : {0.0, static_cast<double>(size.height)}) {
      const auto here = mapped(found, {x, y}), there = mapped(truth, {x, y});
      most = std::max(most, std::hypot(here.x - there.x, here.y - there.y));
    }
  return most;
}

struct Errors {
  double over_still = 0;  // of any frame of the clip
  double to_next = 0;     // of any frame over the one behind it
};

Errors errors_of(const Film& film, const std::vector<Homography>& places, std::size_t still) {
  Errors errors;
  for (std::size_t i = 0; i < places.size(); ++i) {
    errors.over_still =
        std::max(errors.over_still, corner_error(places[i], film.place(i, still), film.size));
    if (i + 1 == places.size()) break;
    const auto to_next = combined(places[i], *inverse(places[i + 1]));
    errors.to_next =
        std::max(errors.to_next, corner_error(to_next, film.place(i, i + 1), film.size));
  }
  ::testing::Test::RecordProperty("over_still", std::to_string(errors.over_still));
  ::testing::Test::RecordProperty("to_next", std::to_string(errors.to_next));
  return errors;
}

// As they are written.
Errors errors_of(const Film& film, std::size_t still) {
  return errors_of(film, places_over(film.frames, film.planes, still, film.size), still);
}

const Film& pan_with_a_roll() {
  static const Film film = film_of_a_pan(kSmall, kFrames, 3, kDegree / 30);
  return film;
}

TEST(CameraPath, MapsTheCornersOfAPanWithARollToHalfAPixel) {
  const auto errors = errors_of(pan_with_a_roll(), kStill);

  EXPECT_LT(errors.to_next, 0.5);
  EXPECT_LT(errors.over_still, 0.5);
}

TEST(CameraPath, DoesSoAtTheSizeOfALockScreen) {
  const auto errors = errors_of(film_of_a_pan(kFull, 3, 45, kDegree / 2), 2);

  EXPECT_LT(errors.to_next, 0.5);
  EXPECT_LT(errors.over_still, 0.5);
}

TEST(CameraPath, OfATripodIsNearlyIdentity) {
  EXPECT_LT(errors_of(film_of_a_tripod(), kStill).over_still, 0.1);
}

TEST(CameraPath, AddsUpNoErrorsWhereTheFramesAreAtHand) {
  const Film& film = pan_with_a_roll();
  const auto by_steps = places_over(film.frames, kStill, film.size);

  EXPECT_LT(errors_of(film, kStill).over_still, errors_of(film, by_steps, kStill).over_still / 2);
}

TEST(CameraPath, BeginsAnewAtACut) {
  std::vector<FrameMeasures> frames(4);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    frames[i].follows = true;
    frames[i].motion.dx = 5;
  }
  frames[2].is_cut = true;

  const auto places = places_over(frames, 3, kFull);

  EXPECT_EQ(places[3], kSamePlace);
  EXPECT_DOUBLE_EQ(places[2][2], 5);
  EXPECT_DOUBLE_EQ(places[1][2], 5);
  EXPECT_DOUBLE_EQ(places[0][2], 10);
}

TEST(CameraPath, CountsFromTheUpperLeftCorner) {
  std::vector<FrameMeasures> frames(2);
  frames[1].follows = true;
  frames[1].motion = {.dx = 3, .dy = -2, .zoom = 1.5, .roll = std::numbers::pi / 2, .support = 1};

  const auto places = places_over(frames, 1, kFull);

  const auto centre = mapped(places[0], {540, 960});
  EXPECT_NEAR(centre.x, 543, 1e-9);
  EXPECT_NEAR(centre.y, 958, 1e-9);
  const auto right = mapped(places[0], {640, 960});  // turns down, clockwise
  EXPECT_NEAR(right.x, 543, 1e-9);
  EXPECT_NEAR(right.y, 958 + 150, 1e-9);
}

TEST(CameraPath, HasNoFrameOutsideTheClip) {
  EXPECT_TRUE(places_over({}, 0, kFull).empty());
  EXPECT_EQ(places_over(std::vector<FrameMeasures>(1), 0, kFull), std::vector{kSamePlace});
}

TEST(Liveliness, IsMoreWhereMoreMovesAndStaysBelowOne) {
  std::vector<FrameMeasures> calm(30), lively(30);
  for (std::size_t i = 0; i < 30; ++i) {
    const std::chrono::milliseconds time(33 * static_cast<int>(i));
    calm[i].time = lively[i].time = time;
    calm[i].follows = lively[i].follows = i > 0;
    lively[i].local_motion = 0.05;
  }

  EXPECT_EQ(liveliness({}), 0);
  EXPECT_LT(liveliness(calm), 0.05);
  EXPECT_GT(liveliness(lively), 0.5);
  EXPECT_LE(liveliness(lively), 1);
}

}  // namespace
}  // namespace livephoto::select
