// Projective maps, one after the other and back.
#include "core/homography.h"

#include <gtest/gtest.h>

#include <cmath>

namespace livephoto {
namespace {

constexpr Homography kSome{1.1, 0.2, 30, -0.1, 0.9, -7, 1e-4, 2e-4, 1.05};

TEST(Homography, ComesBackByItsInverse) {
  const auto back = inverse(kSome);
  ASSERT_TRUE(back);

  const auto there = mapped(kSome, {123, 456});
  const auto here = mapped(*back, there);

  EXPECT_NEAR(here.x, 123, 1e-9);
  EXPECT_NEAR(here.y, 456, 1e-9);
}

TEST(Homography, IsCombinedInOrder) {
  constexpr Homography kShift{1, 0, 5, 0, 1, 0, 0, 0, 1};
  constexpr Homography kDouble{2, 0, 0, 0, 2, 0, 0, 0, 1};

  EXPECT_EQ(mapped(combined(kShift, kDouble), {1, 1}).x, 12);
  EXPECT_EQ(mapped(combined(kDouble, kShift), {1, 1}).x, 7);
}

TEST(Homography, HasNoInverseWhereAllBecomesALine) {
  EXPECT_FALSE(inverse({1, 2, 3, 2, 4, 6, 0, 0, 1}));
  EXPECT_FALSE(inverse({std::nan(""), 0, 0, 0, 1, 0, 0, 0, 1}));
}

TEST(Homography, TellsHowFarTheFarthestCornerGoes) {
  EXPECT_EQ(corner_travel(kSamePlace, 100, 200), 0);
  EXPECT_DOUBLE_EQ(corner_travel({1, 0, 3, 0, 1, 4, 0, 0, 1}, 100, 200), 5);
  EXPECT_DOUBLE_EQ(corner_travel({2, 0, 0, 0, 1, 0, 0, 0, 1}, 100, 200), 100);
}

}  // namespace
}  // namespace livephoto
