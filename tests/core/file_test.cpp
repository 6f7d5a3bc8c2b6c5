// Files that appear whole or not at all.
#include "core/file.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/mount.h>
#include <sys/resource.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <csignal>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <thread>

namespace livephoto {
namespace {

namespace fs = std::filesystem;

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

std::vector<std::string> names_in(const fs::path& folder) {
  std::vector<std::string> names;
  for (const auto& entry : fs::directory_iterator(folder))
    names.push_back(entry.path().filename().string());
  std::sort(names.begin(), names.end());
  return names;
}

using Names = std::vector<std::string>;

class FileTest : public testing::Test {
 protected:
  void SetUp() override {
    auto name = testing::TempDir() + "livephoto-file-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
  }
  void TearDown() override { fs::remove_all(folder_); }

  fs::path folder_;
};

using WriteFile = FileTest;
using PendingFileTest = FileTest;

TEST_F(WriteFile, HoldsTheBytes) {
  const auto path = folder_ / "still.heic";

  ASSERT_TRUE(write_file(path, bytes_of(std::string("a\0b", 3))));

  EXPECT_EQ(content(path), std::string("a\0b", 3));
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

TEST_F(WriteFile, MayBeEmpty) {
  ASSERT_TRUE(write_file(folder_ / "still.heic", {}));

  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
  EXPECT_EQ(fs::file_size(folder_ / "still.heic"), 0u);
}

TEST_F(WriteFile, ReplacesALongerFile) {
  ASSERT_TRUE(write_file(folder_ / "still.heic", bytes_of("a long old picture")));

  ASSERT_TRUE(write_file(folder_ / "still.heic", bytes_of("new")));

  EXPECT_EQ(content(folder_ / "still.heic"), "new");
}

TEST_F(WriteFile, TakesAPathWithoutAFolder) {
  const auto before = fs::current_path();
  fs::current_path(folder_);

  const auto written = write_file("still.heic", bytes_of("here"));
  fs::current_path(before);

  ASSERT_TRUE(written);
  EXPECT_EQ(content(folder_ / "still.heic"), "here");
}

TEST_F(WriteFile, TakesTheLongestNameThereIs) {
  const std::string name(255, 'n');

  ASSERT_TRUE(write_file(folder_ / name, bytes_of("x")));

  EXPECT_EQ(names_in(folder_), Names{name});
}

TEST_F(WriteFile, FollowsTheUmask) {
  const auto before = ::umask(027);

  const auto written = write_file(folder_ / "still.heic", bytes_of("x"));
  ::umask(before);

  ASSERT_TRUE(written);
  struct stat status {};
  ASSERT_EQ(::stat((folder_ / "still.heic").c_str(), &status), 0);
  EXPECT_EQ(status.st_mode & 07777, 0640u);
}

TEST_F(WriteFile, ReplacesALinkAndNotItsTarget) {
  ASSERT_TRUE(write_file(folder_ / "target", bytes_of("target")));
  fs::create_symlink("target", folder_ / "still.heic");

  ASSERT_TRUE(write_file(folder_ / "still.heic", bytes_of("new")));

  EXPECT_FALSE(fs::is_symlink(folder_ / "still.heic"));
  EXPECT_EQ(content(folder_ / "still.heic"), "new");
  EXPECT_EQ(content(folder_ / "target"), "target");
}

TEST_F(WriteFile, IsWholeWhenManyThreadsWriteIt) {
  const auto path = folder_ / "still.heic";

  std::vector<std::thread> threads;
  for (char letter = 'a'; letter < 'g'; ++letter)
    threads.emplace_back([&path, letter] {
      for (int i = 0; i < 10; ++i)
        EXPECT_TRUE(write_file(path, bytes_of(std::string(50'000, letter))));
    });
  for (auto& thread : threads) thread.join();

  const auto text = content(path);
  EXPECT_EQ(text, std::string(50'000, text.at(0)));
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

TEST_F(PendingFileTest, IsNotSeenUnderItsNameBeforeCommit) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(bytes_of("one ")));
  ASSERT_TRUE(file->write(bytes_of("two")));

  EXPECT_FALSE(fs::exists(folder_ / "still.heic"));
  EXPECT_EQ(names_in(folder_).size(), 1u);
  EXPECT_EQ(names_in(folder_).at(0).rfind(".still.heic.", 0), 0u);

  ASSERT_TRUE(file->commit());
  EXPECT_EQ(content(folder_ / "still.heic"), "one two");
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

TEST_F(PendingFileTest, LeavesNothingWhenDropped) {
  {
    auto file = PendingFile::create(folder_ / "still.heic");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(bytes_of("abandoned")));
  }

  EXPECT_EQ(names_in(folder_), Names{});
}

TEST_F(PendingFileTest, LeavesTheOlderFileWhenDropped) {
  ASSERT_TRUE(write_file(folder_ / "still.heic", bytes_of("old")));
  {
    auto file = PendingFile::create(folder_ / "still.heic");
    ASSERT_TRUE(file);
    ASSERT_TRUE(file->write(bytes_of("abandoned")));
    EXPECT_EQ(content(folder_ / "still.heic"), "old");
  }

  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
  EXPECT_EQ(content(folder_ / "still.heic"), "old");
}

TEST_F(PendingFileTest, MovesWithItsBytes) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(bytes_of("moved")));

  PendingFile moved = std::move(*file);

  EXPECT_EQ(moved.path(), folder_ / "still.heic");
  ASSERT_TRUE(moved.commit());
  EXPECT_EQ(content(folder_ / "still.heic"), "moved");
}

TEST_F(PendingFileTest, DiscardsWhatItIsAssignedOver) {
  auto first = PendingFile::create(folder_ / "first");
  auto second = PendingFile::create(folder_ / "second");
  ASSERT_TRUE(first);
  ASSERT_TRUE(second);

  *first = std::move(*second);

  EXPECT_EQ(names_in(folder_).size(), 1u);
  ASSERT_TRUE(first->commit());
  EXPECT_EQ(names_in(folder_), Names{"second"});
}

TEST_F(PendingFileTest, CommitsOnlyOnce) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->commit());

  EXPECT_FALSE(file->commit());
  EXPECT_FALSE(file->write(bytes_of("more")));
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

TEST_F(PendingFileTest, IsNotInheritedByOtherPrograms) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);

  int found = 0;
  for (const auto& entry : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    if (fs::read_symlink(entry.path(), gone).parent_path() != fs::canonical(folder_)) continue;
    const int descriptor = std::stoi(entry.path().filename().string());
    EXPECT_NE(::fcntl(descriptor, F_GETFD) & FD_CLOEXEC, 0);
    ++found;
  }

  EXPECT_EQ(found, 1);
}

// Each refusal names the file, what is wrong with it, and what the system said.
void expect_refused(
    const Result<void>& written, const fs::path& path, const std::string& why, int error) {
  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Io);
  EXPECT_NE(written.error().message.find('"' + path.string() + '"'), std::string::npos);
  EXPECT_NE(written.error().message.find(why), std::string::npos) << written.error().message;
  EXPECT_EQ(written.error().detail, std::strerror(error));
}

TEST_F(WriteFile, NamesTheFolderThatDoesNotExist) {
  const auto path = folder_ / "missing" / "still.heic";

  const auto written = write_file(path, bytes_of("x"));

  expect_refused(
      written,
      path,
      '"' + (folder_ / "missing").string() + "\" does not exist; create it",
      ENOENT);
}

TEST_F(WriteFile, SaysThatTheFolderIsAFile) {
  ASSERT_TRUE(write_file(folder_ / "file", bytes_of("file")));
  const auto path = folder_ / "file" / "still.heic";

  const auto written = write_file(path, bytes_of("x"));

  expect_refused(written, path, '"' + (folder_ / "file").string() + "\" is not a folder", ENOTDIR);
}

TEST_F(WriteFile, SaysThatThePathIsAFolder) {
  fs::create_directory(folder_ / "pictures");

  expect_refused(
      write_file(folder_ / "pictures", bytes_of("x")),
      folder_ / "pictures",
      "it is a folder; add a file name",
      EINVAL);
  expect_refused(
      write_file(folder_ / "pictures" / "", bytes_of("x")),
      folder_ / "pictures" / "",
      "it names no file",
      EINVAL);
  expect_refused(write_file("", bytes_of("x")), "", "it names no file", EINVAL);
  EXPECT_EQ(names_in(folder_), Names{"pictures"});
  EXPECT_EQ(names_in(folder_ / "pictures"), Names{});
}

TEST_F(WriteFile, ReplacesNoPipe) {
  const auto path = folder_ / "pipe";
  ASSERT_EQ(::mkfifo(path.c_str(), 0600), 0);

  expect_refused(write_file(path, bytes_of("x")), path, "it is a device, a pipe", EINVAL);

  EXPECT_TRUE(fs::is_fifo(path));
}

TEST_F(WriteFile, ReplacesNoDeviceBehindALink) {
  fs::create_symlink("/dev/null", folder_ / "still.heic");

  const auto written = write_file(folder_ / "still.heic", bytes_of("x"));

  expect_refused(written, folder_ / "still.heic", "it is a device, a pipe", EINVAL);
  EXPECT_TRUE(fs::is_symlink(folder_ / "still.heic"));
}

TEST_F(WriteFile, SaysThatTheNameIsTooLong) {
  const auto path = folder_ / std::string(256, 'n');

  expect_refused(write_file(path, bytes_of("x")), path, "the name is too long", ENAMETOOLONG);
}

TEST(WriteFileInProc, SaysThatTheFolderTakesNoFiles) {
  if (!fs::exists("/proc/self")) GTEST_SKIP() << "there is no /proc here";

  const auto written = write_file("/proc/self/still.heic", bytes_of("x"));

  ASSERT_FALSE(written);
  EXPECT_EQ(written.error().code, ErrorCode::Io);
  EXPECT_NE(written.error().message.find("\"/proc/self\" "), std::string::npos);
  EXPECT_EQ(written.error().message.find("does not exist"), std::string::npos);
}

TEST_F(PendingFileTest, LeavesNothingWhenAFolderHasTakenItsName) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  ASSERT_TRUE(file->write(bytes_of("x")));
  fs::create_directory(folder_ / "still.heic");

  const auto committed = file->commit();

  ASSERT_FALSE(committed);
  EXPECT_EQ(committed.error().detail, std::strerror(EISDIR));
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

// A limit on file sizes makes write() first short, then fail, for any user.
class WriteLimit {
 public:
  explicit WriteLimit(rlim_t bytes) : before_(std::signal(SIGXFSZ, SIG_IGN)) {
    ::getrlimit(RLIMIT_FSIZE, &limit_);
    const rlimit small{bytes, limit_.rlim_max};
    ::setrlimit(RLIMIT_FSIZE, &small);
  }
  WriteLimit(const WriteLimit&) = delete;
  WriteLimit& operator=(const WriteLimit&) = delete;
  ~WriteLimit() {
    ::setrlimit(RLIMIT_FSIZE, &limit_);
    std::signal(SIGXFSZ, before_);
  }

 private:
  void (*before_)(int);
  rlimit limit_{};
};

TEST_F(WriteFile, KeepsTheOlderFileWhenTheNewOneIsCutShort) {
  ASSERT_TRUE(write_file(folder_ / "still.heic", bytes_of("old")));

  const auto written = [this] {
    const WriteLimit limit(4096);
    return write_file(folder_ / "still.heic", Bytes(10'000, 'n'));
  }();

  expect_refused(written, folder_ / "still.heic", "larger than the system allows", EFBIG);
  EXPECT_EQ(content(folder_ / "still.heic"), "old");
  EXPECT_EQ(names_in(folder_), Names{"still.heic"});
}

TEST_F(PendingFileTest, CommitsNothingThatWasCutShort) {
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  {
    const WriteLimit limit(4096);
    ASSERT_FALSE(file->write(Bytes(10'000, 'n')));
  }

  EXPECT_EQ(names_in(folder_), Names{});
  EXPECT_FALSE(file->commit());
  EXPECT_EQ(names_in(folder_), Names{});
}

// Runs `check` where `folder` is a file system of its own, 64 KiB large, that
// only this thread sees and that ends with it. What kept it from running, or "".
std::string on_small_disk(const fs::path& folder, const std::function<void()>& check) {
  std::string obstacle;
  std::thread([&] {
    const bool mounted = ::unshare(CLONE_NEWNS) == 0 &&
                         ::mount(nullptr, "/", nullptr, MS_REC | MS_PRIVATE, nullptr) == 0 &&
                         ::mount("none", folder.c_str(), "tmpfs", 0, "size=64k") == 0;
    if (mounted)
      check();
    else
      obstacle = std::string("a small disk needs root: ") + std::strerror(errno);
  }).join();
  return obstacle;
}

TEST_F(WriteFile, KeepsTheOlderFileWhenTheDiskIsFull) {
  const auto path = folder_ / "still.heic";

  const auto obstacle = on_small_disk(folder_, [&] {
    ASSERT_TRUE(write_file(path, bytes_of("old")));

    const auto written = write_file(path, Bytes(100'000, 'n'));

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::NoSpace);
    EXPECT_NE(written.error().message.find("no space left"), std::string::npos);
    EXPECT_NE(written.error().message.find(path.string()), std::string::npos);
    EXPECT_EQ(written.error().detail, std::strerror(ENOSPC));
    EXPECT_EQ(content(path), "old");
    EXPECT_EQ(names_in(folder_), Names{"still.heic"});
    EXPECT_TRUE(write_file(path, Bytes(40'000, 'n'))) << "the failed file still takes space";
  });
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
}

TEST_F(WriteFile, SaysThatTheDiskIsReadOnly) {
  const auto path = folder_ / "still.heic";

  const auto obstacle = on_small_disk(folder_, [&] {
    ASSERT_EQ(::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);

    expect_refused(write_file(path, bytes_of("x")), path, "read-only file system", EROFS);
  });
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
}

TEST_F(WriteFile, SaysThatTheFolderMayNotBeWritten) {
  if (::geteuid() == 0) GTEST_SKIP() << "root may write everywhere";
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);
  const auto path = folder_ / "still.heic";

  expect_refused(write_file(path, bytes_of("x")), path, "may not be written", EACCES);

  fs::permissions(folder_, fs::perms::owner_all);
}

}  // namespace
}  // namespace livephoto
