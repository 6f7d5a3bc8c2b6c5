// What of a stretch of bytes nothing else uses.
#include "core/byte_range.h"

#include <gtest/gtest.h>

namespace livephoto {
namespace {

using Ranges = std::vector<ByteRange>;

TEST(PartsAlone, AreWhatNoOtherTouches) {
  EXPECT_EQ(parts_alone({10, 20}, {}), (Ranges{{10, 20}}));
  EXPECT_EQ(parts_alone({10, 20}, {{0, 10}, {20, 30}}), (Ranges{{10, 20}}));
  EXPECT_EQ(parts_alone({10, 20}, {{18, 30}, {12, 13}, {0, 11}}), (Ranges{{11, 12}, {13, 18}}));
  EXPECT_EQ(parts_alone({10, 20}, {{12, 18}, {13, 14}}), (Ranges{{10, 12}, {18, 20}}));
  EXPECT_EQ(parts_alone({10, 20}, {{0, 100}, {12, 13}}), Ranges());
  EXPECT_EQ(parts_alone({10, 20}, {{15, 15}, {19, 3}}), (Ranges{{10, 20}}));
  EXPECT_EQ(parts_alone({10, 10}, {}), Ranges());
}

}  // namespace
}  // namespace livephoto
