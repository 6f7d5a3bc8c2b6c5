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
constexpr PlaneSize kSize{1080, 1920};
constexpr int kFrames = 30;
constexpr std::size_t kStill = 20;

// From the scene to what is seen, in pixels from the upper left corner.
Homography seen_by(const Camera& camera) {
  const double cosine = camera.zoom * std::cos(camera.roll);
  const double sine = camera.zoom * std::sin(camera.roll);
  return {
      cosine,
      -sine,
      camera.x + kSize.width / 2.0,
      sine,
      cosine,
      camera.y + kSize.height / 2.0,
      0,
      0,
      1};
}

struct Film {
  std::vector<Picture> pictures;
  std::vector<Homography> cameras;

  // The true place of one frame over another.
  Homography place(std::size_t frame, std::size_t over) const {
    return combined(*inverse(cameras[frame]), cameras[over]);
  }
};

Film film_of(const Scene& scene, double dx, double roll, double noise) {
  Film film;
  Camera camera;
  for (int i = 0; i < kFrames; ++i) {
    film.pictures.push_back(
        render(scene, static_cast<int>(kSize.width), static_cast<int>(kSize.height), camera));
    if (noise > 0) add_noise(film.pictures.back(), noise, static_cast<unsigned>(i) + 1);
    film.cameras.push_back(seen_by(camera));
    camera = camera.moved(dx, 0, 1, roll);
  }
  return film;
}

// How far the corners are at most from where they truly are, in pixels.
double corner_error(const Homography& found, const Homography& truth) {
  double most = 0;
  for (const double x : {0.0, static_cast<double>(kSize.width)})
    for (const double y : {0.0, static_cast<double>(kSize.height)}) {
      const auto here = mapped(found, {x, y}), there = mapped(truth, {x, y});
      most = std::max(most, std::hypot(here.x - there.x, here.y - there.y));
    }
  return most;
}

struct Errors {
  double over_still = 0;  // of any frame of the clip
  double to_next = 0;     // of any frame over the one behind it
};

Errors errors_of(const Film& film) {
  const auto frames = measure(film.pictures, 30);
  std::vector<KeptPlane> planes;
  for (const Picture& picture : film.pictures) planes.push_back(kept_plane(picture.view()));
  const auto places = places_over(frames, planes, kStill, kSize);
  Errors errors;
  for (std::size_t i = 0; i < places.size(); ++i) {
    errors.over_still = std::max(errors.over_still, corner_error(places[i], film.place(i, kStill)));
    if (i + 1 == places.size()) break;
    const auto to_next = combined(places[i], *inverse(places[i + 1]));
    errors.to_next = std::max(errors.to_next, corner_error(to_next, film.place(i, i + 1)));
  }
  return errors;
}

TEST(CameraPath, MapsTheCornersOfAPanWithARollToHalfAPixel) {
  const Scene scene(1);
  const auto errors = errors_of(film_of(scene, 3, kDegree / 30, 0));

  RecordProperty("over_still", std::to_string(errors.over_still));
  RecordProperty("to_next", std::to_string(errors.to_next));
  EXPECT_LT(errors.to_next, 0.5);
  EXPECT_LT(errors.over_still, 0.5);
}

TEST(CameraPath, OfATripodIsNearlyIdentity) {
  const Scene scene(2);
  const auto film = film_of(scene, 0, 0, 4);
  const auto places = places_over(measure(film.pictures, 30), kStill, kSize);

  double farthest = 0;
  for (const Homography& place : places)
    farthest = std::max(farthest, corner_travel(place, kSize.width, kSize.height));
  RecordProperty("farthest", std::to_string(farthest));
  EXPECT_LT(farthest, 0.5);
}

TEST(CameraPath, BeginsAnewAtACut) {
  std::vector<FrameMeasures> frames(4);
  for (std::size_t i = 1; i < frames.size(); ++i) {
    frames[i].follows = true;
    frames[i].motion.dx = 5;
  }
  frames[2].is_cut = true;

  const auto places = places_over(frames, 3, kSize);

  EXPECT_EQ(places[3], kSamePlace);
  EXPECT_DOUBLE_EQ(places[2][2], 5);
  EXPECT_DOUBLE_EQ(places[1][2], 5);
  EXPECT_DOUBLE_EQ(places[0][2], 10);
}

TEST(CameraPath, CountsFromTheUpperLeftCorner) {
  std::vector<FrameMeasures> frames(2);
  frames[1].follows = true;
  frames[1].motion = {.dx = 3, .dy = -2, .zoom = 1.5, .roll = std::numbers::pi / 2, .support = 1};

  const auto places = places_over(frames, 1, kSize);

  const auto centre = mapped(places[0], {540, 960});
  EXPECT_NEAR(centre.x, 543, 1e-9);
  EXPECT_NEAR(centre.y, 958, 1e-9);
  const auto right = mapped(places[0], {640, 960});  // turns down, clockwise
  EXPECT_NEAR(right.x, 543, 1e-9);
  EXPECT_NEAR(right.y, 958 + 150, 1e-9);
}

TEST(CameraPath, HasNoFrameOutsideTheClip) {
  EXPECT_TRUE(places_over({}, 0, kSize).empty());
  EXPECT_EQ(places_over(std::vector<FrameMeasures>(1), 0, kSize), std::vector{kSamePlace});
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
