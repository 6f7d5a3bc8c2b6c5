// A pair that is mended where it is stays what it was to everybody but the readers of Live Photos.
#include <fcntl.h>
#include <gtest/gtest.h>
#include <sys/stat.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <filesystem>
#include <fstream>
#include <iterator>
#include <string>

#include "core/pair/names.h"
#include "core/pair/repair.h"
#include "core/pair/verify.h"
#include "tests/core/pair/fake_pairs.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;

constexpr mode_t kMode = 0640;
constexpr uid_t kOwner = 12345;
constexpr const char* kAttribute = "user.livephoto-test";

struct stat status_of(const fs::path& path) {
  struct stat status {};
  EXPECT_EQ(::lstat(path.c_str(), &status), 0) << path;
  return status;
}

// The mode without the file's kind.
unsigned mode_of(const fs::path& path) { return status_of(path).st_mode & 07777u; }

class InPlace : public ::testing::Test {
 protected:
  void SetUp() override {
    fs::create_directories(folder_);
    pair_ = write_pair(testing::good_pair(), folder_ / "IMG_1");
  }
  void TearDown() override { fs::remove_all(folder_); }

  void repair(const PairPaths& pair, const RepairOptions& options) {
    const auto planned = plan_repair(pair.still, pair.movie, options);
    ASSERT_TRUE(planned) << planned.error().message;
    const auto done = write_pair_edit_in_place(planned->edit, pair.still, pair.movie);
    ASSERT_TRUE(done) << done.error().message;
  }

  std::ptrdiff_t files() const { return std::distance(fs::directory_iterator(folder_), {}); }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("in-place-" + std::to_string(::getpid()));
  PairPaths pair_{};
};

TEST_F(InPlace, KeepsThePermissions) {
  const mode_t umask = ::umask(022);
  for (const fs::path& path : {pair_.still, pair_.movie}) ::chmod(path.c_str(), kMode);

  repair(pair_, {.new_identifier = true});

  EXPECT_EQ(mode_of(pair_.still), kMode);
  EXPECT_EQ(mode_of(pair_.movie), kMode);
  EXPECT_EQ(verify_pair(pair_.still, pair_.movie).verdict(Profile::Apple), Verdict::Pass);
  ::umask(umask);
}

TEST_F(InPlace, KeepsThemOfFilesOfTwoNamesToo) {
  const fs::path moved = folder_ / "other.mov";
  fs::rename(pair_.movie, moved);
  pair_.movie = moved;
  for (const fs::path& path : {pair_.still, pair_.movie}) ::chmod(path.c_str(), 0600);

  repair(pair_, {.new_identifier = true});

  EXPECT_EQ(mode_of(pair_.still), 0600u);
  EXPECT_EQ(mode_of(pair_.movie), 0600u);
}

TEST_F(InPlace, KeepsTheOwner) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root may give files away";
  for (const fs::path& path : {pair_.still, pair_.movie})
    ASSERT_EQ(::chown(path.c_str(), kOwner, kOwner), 0);

  repair(pair_, {.new_identifier = true});

  for (const fs::path& path : {pair_.still, pair_.movie}) {
    EXPECT_EQ(status_of(path).st_uid, kOwner);
    EXPECT_EQ(status_of(path).st_gid, kOwner);
  }
}

TEST_F(InPlace, KeepsExtendedAttributes) {
  if (::setxattr(pair_.movie.c_str(), kAttribute, "kept", 4, 0) != 0)
    GTEST_SKIP() << "this file system has no extended attributes of the user's";

  repair(pair_, {.new_identifier = true});

  std::array<char, 8> value{};
  EXPECT_EQ(::getxattr(pair_.movie.c_str(), kAttribute, value.data(), value.size()), 4);
  EXPECT_EQ(std::string(value.data()), "kept");
}

TEST_F(InPlace, WritesOnlyWhatChanges) {
  pair_ = write_pair(
      *std::ranges::find(testing::fake_pairs(), "float32-marker", &testing::FakePair::name),
      folder_ / "IMG_2");
  const auto before = status_of(pair_.still);
  const auto old_movie = status_of(pair_.movie);

  repair(pair_, {});

  EXPECT_EQ(status_of(pair_.still).st_ino, before.st_ino);
  EXPECT_NE(status_of(pair_.movie).st_ino, old_movie.st_ino);
  EXPECT_EQ(verify_pair(pair_.still, pair_.movie).verdict(Profile::Apple), Verdict::Pass);
}

TEST_F(InPlace, FollowsLinks) {
  const PairPaths links{folder_ / "a.HEIC", folder_ / "a.MOV"};
  fs::create_symlink(pair_.still, links.still);
  fs::create_symlink(pair_.movie, links.movie);
  const std::string identifier = inspect_still(pair_.still)->identifier.value_or("");

  repair(links, {.new_identifier = true});

  EXPECT_TRUE(fs::is_symlink(links.still));
  EXPECT_TRUE(fs::is_symlink(links.movie));
  EXPECT_NE(inspect_still(pair_.still)->identifier, identifier);
  EXPECT_EQ(inspect_still(pair_.still)->identifier, inspect_movie(pair_.movie)->identifier);
}

// As a process leaves it that is killed before the file has its name.
TEST_F(InPlace, RemovesWhatAKilledOneLeft) {
  const fs::path moved = folder_ / "other.mov";
  fs::rename(pair_.movie, moved);
  pair_.movie = moved;
  std::ofstream(folder_ / ".other.mov.livephoto-abc123") << "half";

  repair(pair_, {.new_identifier = true});

  EXPECT_EQ(files(), 2);  // the movie, and the folder of the still
}

}  // namespace
}  // namespace livephoto
