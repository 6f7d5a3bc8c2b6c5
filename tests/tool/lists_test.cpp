// Lists of moments and of names.
#include "gst/tool/lists.h"

#include <gtest/gtest.h>

#include <sstream>

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

Result<std::vector<Wish>> moments(const std::string& text) {
  std::istringstream list(text);
  return read_moments(list, "list");
}

std::string refusal(const std::string& text) {
  const auto read = moments(text);
  return read ? "" : read.error().message;
}

TEST(Moments, AreOneOnALine) {
  const auto read = moments(
      "{\"video\": \"a.mp4\", \"start\": 12.5, \"duration\": 2, \"still\": \"0:13\", \"output\": "
      "\"out/x\"}\n\n{\"video\": \"b.mp4\", \"start\": null, \"score\": 0.9}");

  ASSERT_TRUE(read);
  ASSERT_EQ(read->size(), 2u);
  EXPECT_EQ((*read)[0].moment.video, "a.mp4");
  EXPECT_EQ((*read)[0].moment.start, milliseconds(12500));
  EXPECT_EQ((*read)[0].moment.duration, seconds(2));
  EXPECT_EQ((*read)[0].moment.still, seconds(13));
  EXPECT_EQ((*read)[0].output, "out/x");
  EXPECT_EQ((*read)[1].moment.start, std::nullopt);
  EXPECT_EQ((*read)[1].origin, "list, line 3");
}

TEST(Moments, SayWhichLineIsWrong) {
  EXPECT_EQ(refusal("{\"video\": \"a\"}\n{"), "list, line 2: it is not JSON.");
  EXPECT_EQ(refusal("[]"), "list, line 1: it is not a JSON object.");
  EXPECT_EQ(refusal("{}"), "list, line 1: there is no \"video\".");
  EXPECT_EQ(refusal("{\"video\": 1}"), "list, line 1: \"video\" is not a text.");
  EXPECT_EQ(
      refusal("{\"video\": \"a\", \"start\": []}"),
      "list, line 1: \"start\" is neither a number of seconds nor a time.");
  EXPECT_EQ(
      refusal("{\"video\": \"a\", \"start\": -1}"),
      "list, line 1: \"start\": A time is a number of seconds from 0 on.");
}

TEST(Moments, MayBeFarTooDeep) { EXPECT_NE(refusal(std::string(100000, '[')), ""); }

TEST(Names, EndWithAZeroByte) {
  std::istringstream list(std::string("a b\0c\nd\0-e", 10));

  const auto names = read_names(list, "list");

  ASSERT_TRUE(names);
  EXPECT_EQ(*names, (std::vector<std::filesystem::path>{"a b", "c\nd", "-e"}));
}

TEST(Names, OnLinesAreTold) {
  std::istringstream list("a.mp4\nb.mp4\n");

  const auto names = read_names(list, "list");

  ASSERT_FALSE(names);
  EXPECT_NE(names.error().message.find("find -print0"), std::string::npos);
}

}  // namespace
}  // namespace livephoto::tool
