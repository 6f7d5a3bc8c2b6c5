// How the two files of a pair are called.
#include "core/pair/names.h"

#include <gtest/gtest.h>

namespace livephoto {
namespace {

TEST(Numbered, PutsTheNumberInItsPlace) {
  EXPECT_EQ(numbered("P%d", 7), "P7");
  EXPECT_EQ(numbered("P%05d.MOV", 7), "P00007.MOV");
  EXPECT_EQ(numbered("P%3d", 7), "P  7");
  EXPECT_EQ(numbered("P%012d", 7), "P000000000007");
  EXPECT_EQ(numbered("P%i", 7), "P7");
  EXPECT_EQ(numbered("P%02u", 7), "P07");
  EXPECT_EQ(numbered("P%02d", 123), "P123") << "no number is cut";
}

TEST(Numbered, LeavesOtherSignsAlone) {
  for (const char* name : {"100 %", "50%.HEIC", "%s", "%%", "%x", "P%", "%-3d", "%05"})
    EXPECT_EQ(numbered(name, 7), name);
  EXPECT_EQ(numbered("%d of %d", 7), "7 of %d") << "the first";
  EXPECT_EQ(numbered("100%% %d", 7), "100% 7");
  EXPECT_EQ(numbered("%%d%d", 7), "%d7");
}

}  // namespace
}  // namespace livephoto
