// When the clock of a capture run strikes.
#include "gst/tool/ticks.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

TEST(Ticks, AreCountedFromTheBegin) {
  const milliseconds every(1000);
  milliseconds now(0);
  // Whoever is called 7 ms late each time is late by 7 ms after an hour, not by 25 s.
  for (int i = 1; i <= 3600; ++i) {
    now += until_next_tick(now, every);
    EXPECT_EQ(now, every * i);
    now += milliseconds(7);
  }
}

TEST(Ticks, ThatWereMissedAreNotMadeUpFor) {
  EXPECT_EQ(until_next_tick(milliseconds(5300), milliseconds(1000)), milliseconds(700));
}

TEST(Ticks, DoNotComeTwiceAtOnce) {
  EXPECT_EQ(until_next_tick(milliseconds(2000), milliseconds(1000)), milliseconds(1000));
}

}  // namespace
}  // namespace livephoto::tool
