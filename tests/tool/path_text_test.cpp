// File names in JSON and on terminals.
#include "gst/tool/path_text.h"

#include <gtest/gtest.h>

#include <string>

namespace livephoto::tool {
namespace {

TEST(PathText, IsTheNameItselfAsLongAsItIsUtf8) {
  for (const char* name : {"a b.mp4", "\"quoted\" 'name'", "Ünïcode 日本.mov", "a\nb", "-o"}) {
    EXPECT_EQ(path_text(name), name);
    EXPECT_EQ(path_of(name)->native(), name);
  }
}

TEST(PathText, IsAUriWhereTheNameIsNoUtf8) {
  const std::filesystem::path name("/videos/caf\xe9.mp4");

  EXPECT_EQ(path_text(name), "file:///videos/caf%E9.mp4");
  EXPECT_EQ(*path_of(path_text(name)), name);
}

TEST(PathText, OfANameLikeAUriIsAUri) {
  const std::filesystem::path name("file://x");

  EXPECT_EQ(*path_of(path_text(name)), std::filesystem::absolute(name));
}

TEST(PathText, NamesNoOtherMachine) {
  EXPECT_FALSE(path_of("file://other.example/x.mp4"));
  EXPECT_FALSE(path_of(std::string_view("a\0b", 3)));
}

TEST(Shown, LeavesATerminalAlone) {
  EXPECT_EQ(shown(std::string("a\nb\x1b[2J\t\x7f")), "a\\nb\\x1b[2J\\t\\x7f");
  EXPECT_EQ(shown(std::string("caf\xe9 caf\xc3\xa9 日本")), "caf\\xe9 caf\xc3\xa9 日本");
  EXPECT_EQ(shown(std::string("\xe2\x80\xae")), "\\xe2\\x80\\xae") << "turns the text behind it";
}

}  // namespace
}  // namespace livephoto::tool
