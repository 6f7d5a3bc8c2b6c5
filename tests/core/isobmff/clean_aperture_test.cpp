// What lies outside of a clean aperture, also of one that cannot be.
#include "core/isobmff/clean_aperture.h"

#include <gtest/gtest.h>

#include "core/isobmff/box.h"

namespace livephoto::isobmff {
namespace {

struct Aperture {
  std::uint32_t width;
  std::uint32_t height;
  std::int32_t right = 0;
  std::int32_t down = 0;
  std::uint32_t denominator = 1;
};

Bytes clap_of(const Aperture& aperture) {
  return fields(
      u32(aperture.width),
      u32(aperture.denominator),
      u32(aperture.height),
      u32(aperture.denominator),
      i32(aperture.right),
      u32(aperture.denominator),
      i32(aperture.down),
      u32(aperture.denominator));
}

std::optional<Margins> margins(const Aperture& aperture) {
  return margins_of(clap_of(aperture), 1440, 1080);
}

TEST(CleanAperture, LeavesMargins) {
  EXPECT_EQ(margins({1308, 980}), (Margins{66, 66, 50, 50}));  // an iPhone's
  EXPECT_EQ(margins({1400, 1000, -20, 30}), (Margins{0, 40, 70, 10}));
}

TEST(CleanAperture, IsRoundedToPixels) {
  EXPECT_EQ(margins({2860, 2160, 9, 0, 2}), (Margins{10, 0, 0, 0}));
  EXPECT_EQ(margins({2879, 2160, 1, 0, 2}), std::nullopt);
}

TEST(CleanAperture, OfAllOrOfMoreThanThePictureLeavesNone) {
  EXPECT_EQ(margins({1440, 1080}), std::nullopt);
  EXPECT_EQ(margins({1442, 1080}), std::nullopt);
  EXPECT_EQ(margins({1308, 980, 67}), std::nullopt);
  EXPECT_EQ(margins({1308, 980, 0, -51}), std::nullopt);
}

TEST(CleanAperture, ThatCannotBeLeavesNone) {
  EXPECT_EQ(margins({0, 0}), std::nullopt);
  EXPECT_EQ(margins({1308, 980, 0, 0, 0}), std::nullopt);
  EXPECT_EQ(margins({0, 0, 0, 0, 0}), std::nullopt);
  EXPECT_EQ(margins({UINT32_MAX, UINT32_MAX, INT32_MIN, INT32_MAX}), std::nullopt);
  EXPECT_EQ(margins_of(clap_of({1308, 980}), 0, 0), std::nullopt);
  const Bytes whole = clap_of({1308, 980});
  for (std::size_t size = 0; size < whole.size(); ++size)
    EXPECT_EQ(margins_of(ByteSpan(whole).first(size), 1440, 1080), std::nullopt);
}

}  // namespace
}  // namespace livephoto::isobmff
