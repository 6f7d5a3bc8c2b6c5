// Pictures seen from afar: what is cut off, and what a pixel becomes.
#include "gst/tool/luma.h"

#include <gtest/gtest.h>

#include "core/pair/verify.h"

namespace livephoto::tool {
namespace {

// Each pixel says in which tenth of the height, or of the width, it is.
Luma graded(std::size_t width, std::size_t height, bool across) {
  Luma luma{.width = width, .height = height, .pixels = {}};
  for (std::size_t y = 0; y < height; ++y)
    for (std::size_t x = 0; x < width; ++x)
      luma.pixels.push_back(
          static_cast<std::uint8_t>(10 * (across ? 10 * x / width : 10 * y / height)));
  return luma;
}

std::uint8_t at(const Bytes& seen, std::size_t x, std::size_t y) {
  return seen[y * kSeenWidth + x];
}

TEST(FromAfar, KeepsAllOfAPictureOfTheSameShape) {
  const Bytes seen = from_afar(graded(640, 360, true), 16.0 / 9);

  ASSERT_EQ(seen.size(), kSeenWidth * kSeenHeight);
  EXPECT_EQ(at(seen, 0, 0), 0);
  EXPECT_EQ(at(seen, kSeenWidth - 1, kSeenHeight - 1), 90);
  EXPECT_EQ(at(seen, kSeenWidth / 2, 20), 50);
}

TEST(FromAfar, CutsOffWhatTheOtherShapeDoesNotShow) {
  // Of 4:3 a quarter of the height is not in 16:9: an eighth above and below.
  const Bytes high = from_afar(graded(400, 300, false), 16.0 / 9);
  EXPECT_EQ(at(high, 5, 0), 10);
  EXPECT_EQ(at(high, 5, kSeenHeight - 1), 80);

  const Bytes wide = from_afar(graded(400, 100, true), 2);
  EXPECT_EQ(at(wide, 0, 5), 20);
  EXPECT_EQ(at(wide, kSeenWidth - 1, 5), 70);
}

TEST(FromAfar, KnowsPixelsThatAreNotSquare) {
  Luma luma = graded(200, 100, true);
  luma.pixel_aspect = 2;

  EXPECT_EQ(at(from_afar(luma, 4), 0, 5), 0);
  EXPECT_EQ(at(from_afar(luma, 2), 0, 5), 20);
}

TEST(FromAfar, TakesMeansAndRepeatsSmallPictures) {
  Luma fine{.width = 2 * kSeenWidth, .height = kSeenHeight, .pixels = {}};
  for (std::size_t i = 0; i < fine.width * fine.height; ++i)
    fine.pixels.push_back(i % 2 == 0 ? 10 : 30);
  EXPECT_EQ(from_afar(fine, fine.aspect()), Bytes(kSeenWidth * kSeenHeight, 20));

  const Luma one{.width = 1, .height = 1, .pixels = {7}};
  EXPECT_EQ(from_afar(one, 16.0 / 9), Bytes(kSeenWidth * kSeenHeight, 7));
  EXPECT_EQ(from_afar(one, 0.001), Bytes(kSeenWidth * kSeenHeight, 7));
}

}  // namespace
}  // namespace livephoto::tool
