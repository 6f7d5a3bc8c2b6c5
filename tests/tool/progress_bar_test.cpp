// How the line at the bottom reads.
#include "gst/tool/progress_bar.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::seconds;

constexpr seconds kUnknown{-1};

TEST(Bar, FillsAsPartsAreDone) {
  EXPECT_EQ(bar_text(0, 0, 4, kUnknown, 30), "[" + std::string(20, '.') + "] 0 of 4");
  EXPECT_EQ(
      bar_text(2, 1, 4, kUnknown, 30),
      "[" + std::string(10, '#') + std::string(10, '.') + "] 1 of 4");
  EXPECT_EQ(bar_text(9, 4, 4, kUnknown, 30), "[" + std::string(20, '#') + "] 4 of 4");
}

TEST(Bar, TellsTheTimeLeft) {
  const auto text = bar_text(1, 1, 4, seconds(80), 60);
  EXPECT_NE(text.find("] 1 of 4, about 1:20 left"), std::string::npos) << text;
}

TEST(Bar, IsNeverTooWide) {
  for (std::size_t width = 0; width < 100; ++width)
    EXPECT_LE(bar_text(1, 1, 1000, seconds(80), width).size(), width) << width;
}

}  // namespace
}  // namespace livephoto::tool
