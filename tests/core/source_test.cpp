// Files read in pieces.
#include "core/source.h"

#include <gtest/gtest.h>
#include <sys/stat.h>
#include <unistd.h>

#include <fstream>

namespace livephoto {
namespace {

namespace fs = std::filesystem;

class SourceOfFile : public testing::Test {
 protected:
  void SetUp() override {
    fs::create_directory(folder_);
    std::ofstream(folder_ / "file") << "0123456789";
  }
  void TearDown() override { fs::remove_all(folder_); }

  const fs::path folder_ = fs::path(testing::TempDir()) / ("source-" + std::to_string(::getpid()));
};

TEST_F(SourceOfFile, ReadsFromAnywhere) {
  const auto source = open_source(folder_ / "file");
  ASSERT_TRUE(source);
  EXPECT_EQ((*source)->size(), 10u);

  EXPECT_EQ(*read_bytes(**source, 7, 3), (Bytes{'7', '8', '9'}));
  EXPECT_EQ(*read_bytes(**source, 0, 1), (Bytes{'0'}));
  EXPECT_EQ(*read_bytes(**source, 10, 0), Bytes());
}

TEST_F(SourceOfFile, RefusesWhatIsBehindTheEnd) {
  const auto source = open_source(folder_ / "file");
  ASSERT_TRUE(source);

  EXPECT_FALSE(read_bytes(**source, 8, 3));
  EXPECT_FALSE(read_bytes(**source, 11, 0));
  EXPECT_FALSE(read_bytes(**source, UINT64_MAX, 2));
  EXPECT_FALSE(read_bytes(**source, 1, std::size_t{1} << 60));
  const Bytes bytes(5, 1);
  EXPECT_FALSE(read_bytes(MemorySource(bytes), 4, 2));
  EXPECT_FALSE(read_bytes(MemorySource(bytes), UINT64_MAX, 2));
}

TEST_F(SourceOfFile, NoticesThatTheFileBecameShorter) {
  const auto source = open_source(folder_ / "file");
  ASSERT_TRUE(source);
  fs::resize_file(folder_ / "file", 5);

  const auto read = read_bytes(**source, 3, 4);

  ASSERT_FALSE(read);
  EXPECT_EQ(read.error().code, ErrorCode::InvalidInput);
}

TEST_F(SourceOfFile, SaysWhyAFileCannotBeRead) {
  ASSERT_EQ(::mkfifo((folder_ / "pipe").c_str(), 0600), 0);
  const auto message = [](const fs::path& path) {
    const auto source = open_source(path);
    return source ? std::string("it can") : source.error().message;
  };

  EXPECT_NE(message(folder_ / "none").find("there is no such file"), std::string::npos);
  EXPECT_NE(message(folder_).find("it is a folder"), std::string::npos);
  EXPECT_NE(message(folder_ / "pipe").find("it is no ordinary file"), std::string::npos);
  EXPECT_NE(message("/dev/zero").find("it is no ordinary file"), std::string::npos);
}

}  // namespace
}  // namespace livephoto
