// What counts as getting on.
#include "gst/tool/liveness.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;

TEST(Liveness, IsDataThatComes) {
  Liveness liveness;
  EXPECT_TRUE(liveness.has_moved(1, false, milliseconds(0)));
  EXPECT_FALSE(liveness.has_moved(1, false, milliseconds(0)));
  EXPECT_TRUE(liveness.has_moved(3, false, milliseconds(0)));
}

TEST(Liveness, IsNotADecoderThatIsBusyWithNothing) {
  Liveness liveness;
  EXPECT_TRUE(liveness.has_moved(1, false, milliseconds(0)));
  for (int i = 1; i < 10; ++i) EXPECT_FALSE(liveness.has_moved(1, false, milliseconds(i * 200)));
}

TEST(Liveness, IsWorkOnceAllIsThere) {
  Liveness liveness;
  EXPECT_TRUE(liveness.has_moved(7, false, milliseconds(100)));
  EXPECT_TRUE(liveness.has_moved(7, true, milliseconds(300)));
  EXPECT_TRUE(liveness.has_moved(7, true, milliseconds(500)));
  EXPECT_FALSE(liveness.has_moved(7, true, milliseconds(510))) << "a thread that waits";
  EXPECT_FALSE(liveness.has_moved(7, true, milliseconds(520)));
  EXPECT_TRUE(liveness.has_moved(7, true, milliseconds(560))) << "slow work is work";
}

}  // namespace
}  // namespace livephoto::tool
