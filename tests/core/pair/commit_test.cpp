// Pairs that appear whole or not at all, and what killed processes have left of some.
#include "core/pair/commit.h"

#include <fcntl.h>
#include <gtest/gtest.h>
#include <sched.h>
#include <sys/fsuid.h>
#include <sys/mount.h>
#include <sys/stat.h>
#include <sys/wait.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstdlib>
#include <cstring>
#include <fstream>
#include <functional>
#include <iterator>
#include <map>
#include <thread>

#include "core/file.h"
#include "core/pair/journal.h"
#include "core/pair/recover.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;

using Contents = std::map<std::string, std::string>;

Bytes bytes_of(const std::string& text) { return Bytes(text.begin(), text.end()); }

void put(const fs::path& path, const std::string& text) {
  std::ofstream(path, std::ios::binary) << text;
}

std::string content(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

// All files, hidden ones too, by their paths in `folder`.
Contents contents(const fs::path& folder) {
  Contents found;
  for (const auto& entry : fs::recursive_directory_iterator(folder))
    if (!entry.is_directory())
      found[entry.path().lexically_relative(folder).string()] =
          entry.is_regular_file() ? content(entry.path()) : "no file";
  return found;
}

Result<WrittenPair> write_pair(
    const fs::path& base, const std::string& text, Bundle bundle = Bundle::Pair) {
  auto pair = PendingPair::create(base, StillFormat::Heic, bundle);
  if (!pair) return pair.error();
  if (const auto written = pair->write_movie(bytes_of("movie " + text)); !written)
    return written.error();
  if (const auto written = pair->write_still(bytes_of("still " + text)); !written)
    return written.error();
  return pair->commit();
}

const std::string kMetadata(kBundleMetadata);

Contents loose(const std::string& text) {
  return {{"IMG.HEIC", "still " + text}, {"IMG.MOV", "movie " + text}};
}

Contents bundled(const std::string& text) {
  return {
      {"IMG.pvt/IMG.HEIC", "still " + text},
      {"IMG.pvt/IMG.MOV", "movie " + text},
      {"IMG.pvt/metadata.plist", kMetadata}};
}

// A sentence that names the file, and says what is wrong.
void expect_refused(const Error& error, const fs::path& path, const std::string& why) {
  EXPECT_TRUE(error.message.starts_with("Cannot write \"" + path.string() + "\": "))
      << error.message;
  EXPECT_NE(error.message.find(why), std::string::npos) << error.message;
  EXPECT_TRUE(error.message.ends_with(".")) << error.message;
}

class PairTest : public testing::Test {
 protected:
  void SetUp() override {
    auto name = testing::TempDir() + "livephoto-pair-XXXXXX";
    ASSERT_NE(::mkdtemp(name.data()), nullptr);
    folder_ = name;
    base_ = folder_ / "IMG";
  }
  void TearDown() override { fs::remove_all(folder_); }

  // Runs `work` in a child process that dies without a chance to clean up.
  void die_after(const std::function<void()>& work) {
    const pid_t child = ::fork();
    if (child == 0) {
      work();
      ::_exit(0);
    }
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    ASSERT_EQ(status, 0);
  }

  void put_journal(const std::vector<pair::Entry>& entries) {
    const pair::Journal journal{.base = "IMG", .owner = pair::Owner::self(), .entries = entries};
    put(folder_ / ".IMG.livephoto", pair::header_text(journal) + pair::commit_text(journal));
  }

  fs::path folder_;
  fs::path base_;
};

using PendingPairTest = PairTest;
using RecoverTest = PairTest;

pair::Entry entry(
    const std::string& extension, std::optional<std::uint64_t> old_size, std::uint64_t new_size) {
  return {
      .kind = pair::Kind::File,
      .extension = extension,
      .old_size = old_size,
      .new_size = new_size};
}

TEST_F(PendingPairTest, PutsBothFilesInPlace) {
  auto pending = PendingPair::create(base_, StillFormat::Jpeg);
  ASSERT_TRUE(pending);
  ASSERT_TRUE(pending->write_movie(bytes_of("mov")));
  ASSERT_TRUE(pending->write_still(bytes_of("a still")));
  ASSERT_TRUE(pending->write_movie(bytes_of("ie")));

  const auto written = pending->commit();

  ASSERT_TRUE(written);
  EXPECT_EQ(contents(folder_), (Contents{{"IMG.JPG", "a still"}, {"IMG.MOV", "movie"}}));
  EXPECT_EQ(written->still, folder_ / "IMG.JPG");
  EXPECT_EQ(written->movie, folder_ / "IMG.MOV");
  EXPECT_EQ(written->bundle, "");
  EXPECT_EQ(written->still_size, 7u);
  EXPECT_EQ(written->movie_size, 5u);
}

TEST_F(PendingPairTest, ReplacesAnOlderPair) {
  ASSERT_TRUE(write_pair(base_, "old and longer"));

  ASSERT_TRUE(write_pair(base_, "new"));

  EXPECT_EQ(contents(folder_), loose("new"));
}

TEST_F(PendingPairTest, ReplacesHalfAPair) {
  put(folder_ / "IMG.HEIC", "alone");

  ASSERT_TRUE(write_pair(base_, "new"));

  EXPECT_EQ(contents(folder_), loose("new"));
}

TEST_F(PendingPairTest, ShowsNothingBeforeTheCommit) {
  ASSERT_TRUE(write_pair(base_, "old"));
  auto pending = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(pending);
  ASSERT_TRUE(pending->write_movie(bytes_of("new movie")));

  EXPECT_EQ(content(folder_ / "IMG.MOV"), "movie old");
  for (const auto& [name, text] : contents(folder_))
    EXPECT_TRUE(name.starts_with(".IMG.livephoto") || name.starts_with("IMG.")) << name;
}

TEST_F(PendingPairTest, LeavesNothingWhenDropped) {
  ASSERT_TRUE(write_pair(base_, "old"));
  for (const auto bundle : {Bundle::Pair, Bundle::Pvt, Bundle::PvtZip}) {
    auto pending = PendingPair::create(base_, StillFormat::Heic, bundle);
    if (!pending && pending.error().code == ErrorCode::Unsupported) continue;
    ASSERT_TRUE(pending);
    ASSERT_TRUE(pending->write_movie(bytes_of("abandoned")));
    ASSERT_TRUE(pending->write_still(bytes_of("abandoned")));
  }

  EXPECT_EQ(contents(folder_), loose("old"));
}

TEST_F(PendingPairTest, LeavesNothingWhereAssignedOver) {
  auto one = PendingPair::create(folder_ / "one", StillFormat::Heic);
  auto other = PendingPair::create(folder_ / "other", StillFormat::Heic);
  ASSERT_TRUE(one);
  ASSERT_TRUE(other);

  *one = std::move(*other);

  ASSERT_TRUE(one->commit());
  EXPECT_EQ(contents(folder_), (Contents{{"other.HEIC", ""}, {"other.MOV", ""}}));
}

TEST_F(PendingPairTest, CommitsOnlyOnce) {
  auto pending = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(pending);
  ASSERT_TRUE(pending->commit());

  EXPECT_FALSE(pending->commit());
  EXPECT_FALSE(pending->write_movie(bytes_of("more")));
  EXPECT_FALSE(pending->write_still(bytes_of("more")));
  EXPECT_EQ(contents(folder_), (Contents{{"IMG.HEIC", ""}, {"IMG.MOV", ""}}));
}

TEST_F(PendingPairTest, TakesAnyName) {
  const std::vector<std::string> names{
      "-rf",
      "a b",
      "it's \"it\"",
      "two\nlines",
      "Zürich 東京 🏔",
      "%0a%",
      "IMG.2024.05",
      "\xFF\xFE",
      "...",
      ".hidden",
      std::string(250, 'n'),
      std::string(238, 'n'),
      std::string(239, 'n')};
  Contents expected;
  for (const auto& name : names) {
    ASSERT_TRUE(write_pair(folder_ / name, "new")) << name;
    ASSERT_TRUE(write_pair(folder_ / name, "newer")) << name;
    expected[name + ".HEIC"] = "still newer";
    expected[name + ".MOV"] = "movie newer";
  }

  EXPECT_EQ(contents(folder_), expected);
}

TEST_F(PendingPairTest, TakesANameWithoutAFolder) {
  const auto before = fs::current_path();
  fs::current_path(folder_);
  const auto written = write_pair("-IMG", "new");
  fs::current_path(before);

  ASSERT_TRUE(written);
  EXPECT_EQ(written->still, "-IMG.HEIC");
  EXPECT_EQ(contents(folder_), (Contents{{"-IMG.HEIC", "still new"}, {"-IMG.MOV", "movie new"}}));
}

TEST_F(PendingPairTest, StaysInItsFolderWhenTheProcessGoesToAnother) {
  fs::create_directory(folder_ / "other");
  const auto before = fs::current_path();
  fs::current_path(folder_);
  auto pending = PendingPair::create("IMG", StillFormat::Heic);
  fs::current_path(folder_ / "other");
  ASSERT_TRUE(pending);

  const auto written = pending->commit();
  fs::current_path(before);

  ASSERT_TRUE(written);
  EXPECT_EQ(contents(folder_), (Contents{{"IMG.HEIC", ""}, {"IMG.MOV", ""}}));
}

TEST_F(PendingPairTest, FollowsTheUmask) {
  const auto before = ::umask(027);
  const auto pair = write_pair(base_, "new");
  const auto bundle = write_pair(base_, "new", Bundle::Pvt);
  ::umask(before);

  ASSERT_TRUE(pair);
  ASSERT_TRUE(bundle);
  const auto mode = [](const fs::path& path) {
    return static_cast<unsigned>(fs::status(path).permissions());
  };
  EXPECT_EQ(mode(pair->still), 0640u);
  EXPECT_EQ(mode(pair->movie), 0640u);
  EXPECT_EQ(mode(bundle->bundle), 0750u);
  EXPECT_EQ(mode(bundle->still), 0640u);
}

TEST_F(PendingPairTest, ReplacesALinkAndNotItsTarget) {
  put(folder_ / "target", "target");
  fs::create_symlink("target", folder_ / "IMG.MOV");
  fs::create_symlink("nowhere", folder_ / "IMG.HEIC");

  ASSERT_TRUE(write_pair(base_, "new"));

  auto expected = loose("new");
  expected["target"] = "target";
  EXPECT_EQ(contents(folder_), expected);
  EXPECT_FALSE(fs::is_symlink(folder_ / "IMG.MOV"));
}

TEST_F(PendingPairTest, LeavesNoDescriptorOpen) {
  const auto count = [] {
    return std::distance(fs::directory_iterator("/proc/self/fd"), fs::directory_iterator());
  };
  ASSERT_TRUE(write_pair(base_, "new"));
  const auto before = count();

  for (const auto bundle : {Bundle::Pair, Bundle::Pvt, Bundle::PvtZip})
    static_cast<void>(write_pair(base_, "new", bundle));
  static_cast<void>(write_pair(folder_ / "missing" / "IMG", "new"));

  EXPECT_EQ(count(), before);
}

TEST_F(PendingPairTest, IsNotInheritedByOtherPrograms) {
  auto pending = PendingPair::create(base_, StillFormat::Heic, Bundle::Pvt);
  ASSERT_TRUE(pending);

  int found = 0;
  for (const auto& open : fs::directory_iterator("/proc/self/fd")) {
    std::error_code gone;
    const auto target = fs::read_symlink(open.path(), gone).string();
    if (!target.starts_with(fs::canonical(folder_).string())) continue;
    EXPECT_NE(::fcntl(std::stoi(open.path().filename().string()), F_GETFD) & FD_CLOEXEC, 0);
    ++found;
  }

  EXPECT_GE(found, 5);
}

// ---- Refusals -----------------------------------------------------------------

TEST_F(PendingPairTest, NamesTheFolderThatDoesNotExist) {
  const auto base = folder_ / "missing" / "IMG";

  const auto pending = PendingPair::create(base, StillFormat::Heic);

  ASSERT_FALSE(pending);
  expect_refused(
      pending.error(),
      base,
      "the folder \"" + (folder_ / "missing").string() + "\" does not exist; create it");
}

TEST_F(PendingPairTest, SaysThatTheFolderIsAFile) {
  put(folder_ / "file", "file");

  const auto pending = PendingPair::create(folder_ / "file" / "IMG", StillFormat::Heic);

  ASSERT_FALSE(pending);
  expect_refused(pending.error(), folder_ / "file" / "IMG", "is not a folder");
}

TEST_F(PendingPairTest, WantsAName) {
  for (const auto& base : {folder_ / "", folder_ / "..", folder_ / ".", fs::path()}) {
    const auto pending = PendingPair::create(base, StillFormat::Heic);

    ASSERT_FALSE(pending);
    expect_refused(pending.error(), base, "it names no pair");
  }
}

TEST_F(PendingPairTest, SaysThatTheNameIsTooLong) {
  const auto base = folder_ / std::string(251, 'n');

  const auto pending = PendingPair::create(base, StillFormat::Heic);

  ASSERT_FALSE(pending);
  EXPECT_NE(pending.error().message.find("the name is too long"), std::string::npos);
  EXPECT_EQ(contents(folder_), Contents{});
}

TEST_F(PendingPairTest, ReplacesNoFolderNoPipeAndNoDevice) {
  fs::create_directory(folder_ / "IMG.MOV");
  ASSERT_EQ(::mkfifo((folder_ / "pipe.HEIC").c_str(), 0600), 0);
  fs::create_symlink("/dev/null", folder_ / "null.MOV");

  const auto folder = PendingPair::create(base_, StillFormat::Heic);
  const auto pipe = PendingPair::create(folder_ / "pipe", StillFormat::Heic);
  const auto device = PendingPair::create(folder_ / "null", StillFormat::Heic);

  ASSERT_FALSE(folder || pipe || device);
  expect_refused(folder.error(), folder_ / "IMG.MOV", "it is a folder");
  expect_refused(pipe.error(), folder_ / "pipe.HEIC", "it is a device, a pipe");
  expect_refused(device.error(), folder_ / "null.MOV", "it is a device, a pipe");
  EXPECT_EQ(contents(folder_).size(), 2u);
}

TEST_F(PendingPairTest, PutsNothingInPlaceWhereAFolderHasTakenOneName) {
  ASSERT_TRUE(write_pair(base_, "old"));
  auto pending = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(pending);
  fs::remove(folder_ / "IMG.HEIC");
  fs::create_directory(folder_ / "IMG.HEIC");
  put(folder_ / "IMG.HEIC" / "precious", "kept");

  const auto committed = pending->commit();

  ASSERT_FALSE(committed);
  expect_refused(committed.error(), folder_ / "IMG.HEIC", "a folder has this name now");
  EXPECT_EQ(contents(folder_), (Contents{{"IMG.HEIC/precious", "kept"}, {"IMG.MOV", "movie old"}}));
}

TEST_F(PendingPairTest, SaysThatTheFolderHasGone) {
  const auto inner = folder_ / "inner";
  fs::create_directory(inner);
  auto pending = PendingPair::create(inner / "IMG", StillFormat::Heic);
  ASSERT_TRUE(pending);
  ASSERT_TRUE(pending->write_movie(bytes_of("movie")));
  fs::remove_all(inner);

  const auto committed = pending->commit();

  ASSERT_FALSE(committed);
  expect_refused(committed.error(), inner / "IMG", "its folder has been moved or removed");
  EXPECT_FALSE(fs::exists(inner));
}

TEST_F(PendingPairTest, WritesIntoNoFolderThatHasMoved) {
  fs::create_directory(folder_ / "inner");
  auto pending = PendingPair::create(folder_ / "inner" / "IMG", StillFormat::Heic);
  ASSERT_TRUE(pending);
  fs::rename(folder_ / "inner", folder_ / "moved");
  fs::create_directory(folder_ / "inner");

  const auto committed = pending->commit();

  ASSERT_FALSE(committed);
  expect_refused(
      committed.error(),
      folder_ / "inner" / "IMG",
      "its folder has been moved or removed");
  EXPECT_EQ(contents(folder_), Contents{});
}

TEST_F(PendingPairTest, SaysThatItsTemporaryFilesHaveGone) {
  auto pending = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(pending);
  fs::remove(folder_ / ".IMG.livephoto");

  const auto committed = pending->commit();

  ASSERT_FALSE(committed);
  expect_refused(committed.error(), base_, "its temporary files have been removed");
  EXPECT_EQ(contents(folder_), Contents{});
}

TEST_F(PendingPairTest, IsRefusedWhileAnotherIsAtWork) {
  auto first = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(first);
  ASSERT_TRUE(first->write_movie(bytes_of("first")));

  const auto second = PendingPair::create(base_, StillFormat::Jpeg, Bundle::Pvt);

  ASSERT_FALSE(second);
  expect_refused(second.error(), base_, "another program is writing this pair");
  ASSERT_TRUE(first->commit());
  EXPECT_EQ(content(folder_ / "IMG.MOV"), "first");
}

TEST_F(PendingPairTest, WaitsForOneThatIsAboutToEnd) {
  auto first = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(first);
  std::thread ending([&first] {
    std::this_thread::sleep_for(std::chrono::milliseconds(100));
    EXPECT_TRUE(first->commit());
  });

  const auto second = write_pair(base_, "second");
  ending.join();

  ASSERT_TRUE(second);
  EXPECT_EQ(contents(folder_), loose("second"));
}

TEST_F(PendingPairTest, IsWholeWhenManyWriteIt) {
  std::vector<std::thread> threads;
  for (char letter = 'a'; letter < 'e'; ++letter)
    threads.emplace_back([this, letter] {
      for (int i = 0; i < 10; ++i) static_cast<void>(write_pair(base_, std::string(1, letter)));
    });
  for (auto& thread : threads) thread.join();

  const auto found = contents(folder_);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found, loose(found.at("IMG.MOV").substr(6)));
}

TEST_F(PendingPairTest, IsWholeWhenManyProcessesWriteIt) {
  std::vector<pid_t> children;
  for (char letter = 'a'; letter < 'e'; ++letter) {
    children.push_back(::fork());
    if (children.back() != 0) continue;
    bool written = false;
    for (int i = 0; i < 10; ++i) written = write_pair(base_, std::string(1, letter)) || written;
    ::_exit(written ? 0 : 1);
  }
  for (const auto child : children) {
    int status = 1;
    ASSERT_EQ(::waitpid(child, &status, 0), child);
    EXPECT_EQ(status, 0);
  }

  const auto found = contents(folder_);
  ASSERT_EQ(found.size(), 2u);
  EXPECT_EQ(found, loose(found.at("IMG.MOV").substr(6)));
}

TEST_F(PendingPairTest, FollowsNoLinkInPlaceOfItsJournal) {
  put(folder_ / "precious", "kept");
  fs::create_hard_link(folder_ / "precious", folder_ / ".IMG.livephoto");

  const auto hard = PendingPair::create(base_, StillFormat::Heic);
  fs::remove(folder_ / ".IMG.livephoto");
  fs::create_symlink("precious", folder_ / ".IMG.livephoto");
  const auto soft = PendingPair::create(base_, StillFormat::Heic);

  ASSERT_FALSE(hard || soft);
  EXPECT_EQ(content(folder_ / "precious"), "kept");
}

// ---- File systems that are full, or that may not be written ------------------

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

TEST_F(PendingPairTest, KeepsTheOlderPairWhenTheDiskIsFull) {
  const auto obstacle = on_small_disk(folder_, [&] {
    ASSERT_TRUE(write_pair(base_, "old"));
    for (const auto bundle : {Bundle::Pair, Bundle::Pvt, Bundle::PvtZip}) {
      auto pending = PendingPair::create(base_, StillFormat::Heic, bundle);
      if (!pending && pending.error().code == ErrorCode::Unsupported) continue;
      ASSERT_TRUE(pending);
      ASSERT_TRUE(pending->write_still(bytes_of("still")));

      const auto written = pending->write_movie(Bytes(100'000, 'n'));

      ASSERT_FALSE(written);
      EXPECT_EQ(written.error().code, ErrorCode::NoSpace);
      EXPECT_NE(written.error().message.find("no space left"), std::string::npos);
      EXPECT_EQ(contents(folder_), loose("old")) << "the failed files still take space";
      EXPECT_FALSE(pending->commit());
    }
    EXPECT_TRUE(write_pair(base_, std::string(20'000, 'n')));
  });
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
}

TEST_F(PendingPairTest, KeepsTheOlderPairWhenTheDiskIsFullBeforeTheFirstByte) {
  const auto obstacle = on_small_disk(folder_, [&] {
    ASSERT_TRUE(write_pair(base_, "old"));
    auto before = loose("old");
    before["filler"] = std::string(64 * 1024 - 4096 * 2, 'f');
    ASSERT_TRUE(write_file(folder_ / "filler", bytes_of(before["filler"])));

    const auto written = write_pair(base_, "new");

    ASSERT_FALSE(written);
    EXPECT_EQ(written.error().code, ErrorCode::NoSpace);
    EXPECT_EQ(contents(folder_), before);
  });
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
}

TEST_F(PendingPairTest, SaysThatTheDiskIsReadOnly) {
  const auto obstacle = on_small_disk(folder_, [&] {
    ASSERT_TRUE(write_pair(base_, "old"));
    ASSERT_EQ(::mount("none", folder_.c_str(), "tmpfs", MS_REMOUNT | MS_RDONLY, nullptr), 0);

    const auto pending = PendingPair::create(base_, StillFormat::Heic);

    ASSERT_FALSE(pending);
    expect_refused(pending.error(), base_, "read-only file system");
    EXPECT_EQ(contents(folder_), loose("old"));
  });
  if (!obstacle.empty()) GTEST_SKIP() << obstacle;
}

constexpr uid_t kNobody = 65534;

// Runs `work` as somebody whom permissions apply to: root may write everywhere.
void as_ordinary_user(const std::function<void()>& work) {
  std::thread([&] {
    if (::geteuid() == 0) ::setfsuid(kNobody);  // of this thread only
    work();
  }).join();
}

void give_away(const fs::path& path) {
  if (::geteuid() != 0) return;
  ASSERT_EQ(::chown(path.c_str(), kNobody, kNobody), 0);
}

TEST_F(PendingPairTest, SaysThatTheFolderMayNotBeWritten) {
  ASSERT_TRUE(write_pair(base_, "old"));
  give_away(folder_);
  fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);

  as_ordinary_user([&] {
    for (const auto bundle : {Bundle::Pair, Bundle::Pvt, Bundle::PvtZip}) {
      const auto pending = PendingPair::create(base_, StillFormat::Heic, bundle);

      ASSERT_FALSE(pending);
      expect_refused(pending.error(), base_, "may not be written");
    }
  });

  fs::permissions(folder_, fs::perms::owner_all);
  EXPECT_EQ(contents(folder_), loose("old"));
}

TEST_F(PendingPairTest, KeepsTheOlderPairWhereTheFolderMayNotBeWrittenAnyMore) {
  ASSERT_TRUE(write_pair(base_, "old"));
  give_away(folder_);

  as_ordinary_user([&] {
    auto pending = PendingPair::create(base_, StillFormat::Heic);
    ASSERT_TRUE(pending);
    ASSERT_TRUE(pending->write_movie(bytes_of("movie new")));
    fs::permissions(folder_, fs::perms::owner_read | fs::perms::owner_exec);

    const auto committed = pending->commit();

    ASSERT_FALSE(committed);
    expect_refused(committed.error(), folder_ / "IMG.MOV", "may not be written");
  });

  EXPECT_EQ(content(folder_ / "IMG.MOV"), "movie old");
  EXPECT_EQ(content(folder_ / "IMG.HEIC"), "still old");
  fs::permissions(folder_, fs::perms::owner_all);
  ASSERT_TRUE(recover(base_));
  EXPECT_EQ(contents(folder_), loose("old"));
}

// ---- Bundles ------------------------------------------------------------------

TEST_F(PendingPairTest, WritesABundle) {
  const auto written = write_pair(base_, "new", Bundle::Pvt);

  ASSERT_TRUE(written);
  EXPECT_EQ(contents(folder_), bundled("new"));
  EXPECT_EQ(written->bundle, folder_ / "IMG.pvt");
  EXPECT_EQ(written->still, folder_ / "IMG.pvt" / "IMG.HEIC");
  EXPECT_EQ(written->movie, folder_ / "IMG.pvt" / "IMG.MOV");
}

TEST_F(PendingPairTest, ReplacesABundleWithAllThatIsInIt) {
  ASSERT_TRUE(write_pair(base_, "old", Bundle::Pvt));
  put(folder_ / "IMG.pvt" / "IMG.jpg", "another still");
  put(folder_ / "IMG.pvt" / ".DS_Store", "from a Mac");

  ASSERT_TRUE(write_pair(base_, "new", Bundle::Pvt));

  EXPECT_EQ(contents(folder_), bundled("new"));
}

TEST_F(PendingPairTest, ReplacesNoFolderWithOtherFiles) {
  ASSERT_TRUE(write_pair(base_, "old", Bundle::Pvt));
  auto before = bundled("old");
  before["IMG.pvt/notes.txt"] = "precious";
  auto pending = PendingPair::create(base_, StillFormat::Heic, Bundle::Pvt);
  ASSERT_TRUE(pending);
  put(folder_ / "IMG.pvt" / "notes.txt", "precious");

  const auto committed = pending->commit();
  const auto again = PendingPair::create(base_, StillFormat::Heic, Bundle::Pvt);

  ASSERT_FALSE(committed || again);
  expect_refused(committed.error(), folder_ / "IMG.pvt", "\"notes.txt\" would be lost");
  expect_refused(again.error(), folder_ / "IMG.pvt", "\"notes.txt\" would be lost");
  EXPECT_EQ(contents(folder_), before);
}

TEST_F(PendingPairTest, ReplacesNoFileByABundle) {
  put(folder_ / "IMG.pvt", "a file");

  const auto pending = PendingPair::create(base_, StillFormat::Heic, Bundle::Pvt);

  ASSERT_FALSE(pending);
  expect_refused(pending.error(), folder_ / "IMG.pvt", "it is not a folder");
  EXPECT_EQ(contents(folder_), (Contents{{"IMG.pvt", "a file"}}));
}

TEST_F(PendingPairTest, ReplacesALinkToABundleAndNotTheBundle) {
  ASSERT_TRUE(write_pair(folder_ / "other", "old", Bundle::Pvt));
  fs::create_symlink("other.pvt", folder_ / "IMG.pvt");

  ASSERT_TRUE(write_pair(base_, "new", Bundle::Pvt));

  EXPECT_FALSE(fs::is_symlink(folder_ / "IMG.pvt"));
  EXPECT_EQ(content(folder_ / "IMG.pvt" / "IMG.MOV"), "movie new");
  EXPECT_EQ(content(folder_ / "other.pvt" / "other.MOV"), "movie old");
}

TEST_F(PendingPairTest, WritesTheSameZipEachTime) {
  const auto written = write_pair(base_, "new", Bundle::PvtZip);
  if (!written && written.error().code == ErrorCode::Unsupported)
    GTEST_SKIP() << written.error().message;
  ASSERT_TRUE(written);
  EXPECT_EQ(written->bundle, folder_ / "IMG.pvt.zip");
  const auto first = contents(folder_);

  ASSERT_TRUE(write_pair(base_, "new", Bundle::PvtZip));

  EXPECT_EQ(contents(folder_), first);
  ASSERT_EQ(first.size(), 1u);
  const auto& zip = first.at("IMG.pvt.zip");
  EXPECT_NE(zip.find("IMG.pvt/IMG.MOVmovie new"), std::string::npos) << "it is not stored";
  EXPECT_NE(zip.find("IMG.pvt/metadata.plist" + kMetadata), std::string::npos);
}

// Local file headers, APPNOTE 4.3.7: readers that cannot seek need the sizes there.
TEST_F(PendingPairTest, SaysTheSizesInFrontOfEachMemberOfTheZip) {
  const auto written = write_pair(base_, "new", Bundle::PvtZip);
  if (!written && written.error().code == ErrorCode::Unsupported)
    GTEST_SKIP() << written.error().message;
  ASSERT_TRUE(written);
  const auto zip = content(written->bundle);
  const auto number = [&zip](std::size_t at, int bytes) {
    std::size_t value = 0;
    for (int i = bytes; i-- > 0;)
      value = value << 8 | static_cast<unsigned char>(zip.at(at + static_cast<std::size_t>(i)));
    return value;
  };

  std::map<std::string, std::size_t> sizes;
  std::size_t at = 0;
  while (number(at, 4) == 0x04034b50) {
    EXPECT_EQ(number(at + 6, 2), 1u << 11) << "general purpose flags: no data descriptor, UTF-8";
    EXPECT_EQ(number(at + 8, 2), 0u) << "compression method: stored";
    EXPECT_EQ(number(at + 18, 4), number(at + 22, 4));
    const auto name_size = number(at + 26, 2);
    sizes[zip.substr(at + 30, name_size)] = number(at + 18, 4);
    at += 30 + name_size + number(at + 28, 2) + number(at + 18, 4);
  }

  EXPECT_EQ(
      sizes,
      (std::map<std::string, std::size_t>{
          {"IMG.pvt/", 0},
          {"IMG.pvt/IMG.HEIC", 9},
          {"IMG.pvt/IMG.MOV", 9},
          {"IMG.pvt/metadata.plist", kMetadata.size()}}));
}

// ---- After a killed process ---------------------------------------------------

TEST_F(RecoverTest, FindsNothingToDo) {
  ASSERT_TRUE(write_pair(base_, "old"));

  const auto recovered = recover(base_);

  ASSERT_TRUE(recovered);
  EXPECT_TRUE(recovered->empty());
  EXPECT_EQ(unfinished(base_), "");
  EXPECT_EQ(contents(folder_), loose("old"));
}

TEST_F(RecoverTest, RemovesWhatAKilledProcessHadBegun) {
  ASSERT_TRUE(write_pair(base_, "old"));
  for (const auto bundle : {Bundle::Pair, Bundle::Pvt, Bundle::PvtZip}) {
    die_after([&] {
      static auto pending = PendingPair::create(base_, StillFormat::Heic, bundle);
      if (pending) static_cast<void>(pending->write_movie(bytes_of("cut sh")));
    });
    if (contents(folder_) == loose("old")) continue;  // a build without zip
    EXPECT_NE(unfinished(base_).find("A killed program has not finished"), std::string::npos);

    const auto recovered = recover(base_);

    ASSERT_TRUE(recovered);
    ASSERT_EQ(recovered->size(), 1u);
    EXPECT_EQ(
        recovered->front(),
        "Removed what a killed program had begun of the pair \"" + base_.string() + "\".");
    EXPECT_EQ(contents(folder_), loose("old"));
  }
}

TEST_F(RecoverTest, IsDoneByTheNextCommit) {
  die_after([&] { static auto pending = PendingPair::create(base_, StillFormat::Heic); });
  ASSERT_EQ(contents(folder_).size(), 3u);

  auto pending = PendingPair::create(base_, StillFormat::Jpeg, Bundle::Pvt);

  ASSERT_TRUE(pending);
  ASSERT_EQ(pending->recovered().size(), 1u);
  ASSERT_TRUE(pending->commit());
  EXPECT_EQ(fs::exists(folder_ / ".IMG.livephoto"), false);
}

TEST_F(RecoverTest, LeavesALivingProcessAlone) {
  auto pending = PendingPair::create(base_, StillFormat::Heic);
  ASSERT_TRUE(pending);
  auto file = PendingFile::create(folder_ / "still.heic");
  ASSERT_TRUE(file);
  const auto before = contents(folder_);

  EXPECT_EQ(*recover(base_), std::vector<std::string>{});
  EXPECT_EQ(*recover_folder(folder_), std::vector<std::string>{});

  EXPECT_EQ(contents(folder_), before);
  EXPECT_NE(unfinished(base_).find("Another program is writing"), std::string::npos);
  EXPECT_TRUE(pending->commit());
  EXPECT_TRUE(file->commit());
}

TEST_F(RecoverTest, FinishesWhatIsHalfInPlace) {
  put(folder_ / "IMG.MOV", "movie new");
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / "IMG.HEIC", "still old");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  const auto recovered = recover(base_);

  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->size(), 1u);
  EXPECT_TRUE(recovered->front().starts_with("Finished the pair")) << recovered->front();
  EXPECT_EQ(contents(folder_), loose("new"));
}

TEST_F(RecoverTest, TakesBackWhatHasNotBegun) {
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / ".IMG.livephoto-new0", "movie new");
  put(folder_ / "IMG.HEIC", "still old");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  const auto recovered = recover(base_);

  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->size(), 1u);
  EXPECT_TRUE(recovered->front().starts_with("Took back the pair")) << recovered->front();
  EXPECT_EQ(contents(folder_), loose("old"));
}

// Links are files of their own where somebody has copied the folder.
TEST_F(RecoverTest, KnowsTheOldFileWhereItWasCopied) {
  put(folder_ / "IMG.MOV", "movie old");
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / ".IMG.livephoto-new0", "movie new");
  put(folder_ / "IMG.HEIC", "still old");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  ASSERT_TRUE(recover(base_));

  EXPECT_EQ(contents(folder_), loose("old"));
}

TEST_F(RecoverTest, KeepsBothWhereAnotherFileOfTheSameSizeCameSince) {
  put(folder_ / "IMG.MOV", "movie own");
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / ".IMG.livephoto-new0", "movie new");
  put(folder_ / "IMG.HEIC", "still old");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  ASSERT_TRUE(recover(base_));

  EXPECT_EQ(
      contents(folder_),
      (Contents{
          {"IMG.MOV", "movie own"},
          {"IMG.HEIC", "still old"},
          {".IMG.livephoto-old0", "movie old"}}));
}

// The user has put a file of his own under a name since.
TEST_F(RecoverTest, ReplacesNoFileThatCameSince) {
  put(folder_ / "IMG.MOV", "movie new");
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / "IMG.HEIC", "mine, from elsewhere");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  const auto recovered = recover(base_);

  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->size(), 1u);
  EXPECT_NE(recovered->front().find("somebody has changed them since"), std::string::npos);
  EXPECT_NE(
      recovered->front().find("kept as \"" + (folder_ / ".IMG.livephoto-old0").string()),
      std::string::npos);
  EXPECT_EQ(
      contents(folder_),
      (Contents{
          {"IMG.MOV", "movie new"},
          {"IMG.HEIC", "mine, from elsewhere"},
          {".IMG.livephoto-old0", "movie old"}}));
}

TEST_F(RecoverTest, GivesBackTheOldFileWhereTheNewOneWasRemoved) {
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / "IMG.HEIC", "still old");
  put(folder_ / ".IMG.livephoto-new1", "still new");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});

  ASSERT_TRUE(recover(base_));

  EXPECT_EQ(contents(folder_), loose("old"));
}

TEST_F(RecoverTest, LeavesAnOldFileThatNoJournalExplains) {
  put(folder_ / ".IMG.livephoto-old0", "precious");

  const auto pending = PendingPair::create(base_, StillFormat::Heic);

  ASSERT_FALSE(pending);
  expect_refused(pending.error(), folder_ / ".IMG.livephoto-old0", "move it away");
  EXPECT_EQ(contents(folder_), (Contents{{".IMG.livephoto-old0", "precious"}}));
}

TEST_F(RecoverTest, BelievesNoJournalThatWasCutShort) {
  ASSERT_TRUE(write_pair(base_, "old"));
  const pair::Journal journal{
      .base = "IMG",
      .owner = pair::Owner::self(),
      .entries = {entry(".MOV", 9, 9), entry(".HEIC", 9, 9)}};
  const auto text = pair::header_text(journal) + pair::commit_text(journal);
  for (std::size_t size = 0; size < text.size(); ++size) {
    put(folder_ / ".IMG.livephoto-new0", "movie new");
    put(folder_ / ".IMG.livephoto-new1", "still new");
    put(folder_ / ".IMG.livephoto", text.substr(0, size));

    ASSERT_TRUE(recover(base_));

    ASSERT_EQ(contents(folder_), loose("old")) << size;
  }
}

// ---- Files that only look like ours ----------------------------------------------

std::string journal_text(const std::string& base, const std::vector<pair::Entry>& entries) {
  const pair::Journal journal{.base = base, .owner = pair::Owner::self(), .entries = entries};
  return pair::header_text(journal) + pair::commit_text(journal);
}

TEST_F(RecoverTest, LeavesAFileThatIsNoJournal) {
  const Contents before{
      {".notes.livephoto", "mine"},
      {".later.livephoto", "livephoto-journal 2\nbase later\n"},
      {".large.livephoto", std::string(100'000, '\n')}};
  for (const auto& [name, text] : before) put(folder_ / name, text);

  const auto recovered = recover_folder(folder_);

  ASSERT_TRUE(recovered);
  ASSERT_EQ(recovered->size(), 3u);
  for (const auto& sentence : *recovered)
    EXPECT_NE(sentence.find("it is no journal"), std::string::npos) << sentence;
  for (const auto* name : {"notes", "later", "large"}) {
    EXPECT_FALSE(PendingPair::create(folder_ / name, StillFormat::Heic));
    EXPECT_EQ(unfinished(folder_ / name), "");
  }
  EXPECT_EQ(contents(folder_), before);
}

TEST_F(RecoverTest, LeavesWhatIsNoFileInPlaceOfAJournal) {
  put(folder_ / "precious", journal_text("IMG", {entry(".MOV", 9, 9), entry(".HEIC", 9, 9)}));
  fs::create_directory(folder_ / ".folder.livephoto");
  ASSERT_EQ(::mkfifo((folder_ / ".pipe.livephoto").c_str(), 0600), 0);
  fs::create_symlink("precious", folder_ / ".IMG.livephoto");
  fs::create_hard_link(folder_ / "precious", folder_ / ".hard.livephoto");
  const auto before = contents(folder_);

  const auto recovered = recover_folder(folder_);

  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->size(), 4u) << testing::PrintToString(*recovered);
  EXPECT_EQ(contents(folder_), before);
  EXPECT_TRUE(fs::is_directory(folder_ / ".folder.livephoto"));
}

// By its name this journal could be that of the pair, whose name was too long for it.
TEST_F(RecoverTest, FollowsNoJournalOutOfItsFolder) {
  const auto inner = folder_ / "inner";
  fs::create_directory(inner);
  put(folder_ / "IMG.MOV", "movie old");
  put(folder_ / "IMG.HEIC", "still old");
  const auto before = contents(folder_);
  std::string base = "../IMG";
  while (base.size() < 300) base = "../inner/" + base;
  const auto name = pair::journal_name(base);
  ASSERT_EQ(name.find('/'), name.npos);
  put(inner / name, journal_text(base, {entry(".MOV", 9, 9), entry(".HEIC", 9, 9)}));
  put(inner / (name + "-new1"), "still new");

  ASSERT_TRUE(recover_folder(inner));

  EXPECT_EQ(contents(folder_), before);
}

TEST_F(RecoverTest, ReadsNoJournalOfAnotherPair) {
  ASSERT_TRUE(write_pair(base_, "old"));
  const auto before = contents(folder_);
  put(folder_ / ".other.livephoto",
      journal_text("IMG", {entry(".MOV", 9, 9), entry(".HEIC", 9, 9)}));
  put(folder_ / ".other.livephoto-new1", "still new");

  ASSERT_TRUE(recover_folder(folder_));

  EXPECT_EQ(contents(folder_), before);
}

TEST_F(RecoverTest, FollowsNoLinkThatIsCalledAsItsOwnFiles) {
  fs::create_directory(folder_ / "elsewhere");
  put(folder_ / "elsewhere" / "IMG.MOV", "precious");
  const auto before = contents(folder_);
  fs::create_directory_symlink("elsewhere", folder_ / ".IMG.livephoto-new0");
  fs::create_symlink("elsewhere/IMG.MOV", folder_ / ".IMG.livephoto-new1");
  put(folder_ / ".IMG.livephoto", journal_text("IMG", {}));

  ASSERT_TRUE(recover(base_));

  EXPECT_EQ(contents(folder_), before);
}

// As /tmp is: all may write there, but not to files of others.
TEST_F(RecoverTest, BelievesNoJournalOfAnotherUserWhereAllMayWrite) {
  if (::geteuid() != 0) GTEST_SKIP() << "only root can make a file of another user";
  ASSERT_TRUE(write_pair(base_, "old"));
  put(folder_ / ".IMG.livephoto-old0", "movie old");
  put(folder_ / ".IMG.livephoto-new1", "still bad");
  put_journal({entry(".MOV", 9, 9), entry(".HEIC", 9, 9)});
  give_away(folder_ / ".IMG.livephoto");
  fs::permissions(folder_, fs::perms::all | fs::perms::sticky_bit);
  const auto before = contents(folder_);

  const auto recovered = recover(base_);
  const auto pending = PendingPair::create(base_, StillFormat::Heic);

  ASSERT_FALSE(recovered || pending);
  expect_refused(recovered.error(), folder_ / ".IMG.livephoto", "another user has begun a pair");
  EXPECT_EQ(contents(folder_), before);
  fs::permissions(folder_, fs::perms::all);
  ASSERT_TRUE(recover(base_)) << "a folder that its users share";
  EXPECT_EQ(content(folder_ / "IMG.HEIC"), "still bad");
}

TEST_F(RecoverTest, SeesToAllThatIsInAFolder) {
  ASSERT_TRUE(write_pair(base_, "old"));
  put(folder_ / ".gitignore", "not ours");
  put(folder_ / ".config.abcdef", "not ours");
  put(folder_ / ".x.livephoto-toolong", "not ours");
  auto expected = contents(folder_);
  die_after([&] {
    static auto one = PendingPair::create(folder_ / "one", StillFormat::Heic);
    static auto two = PendingPair::create(folder_ / "two", StillFormat::Heic, Bundle::Pvt);
    static auto three = PendingPair::create(folder_ / std::string(245, 'n'), StillFormat::Heic);
    static auto file = PendingFile::create(folder_ / "still.heic");
    static auto long_file = PendingFile::create(folder_ / std::string(250, 'n'));
  });
  fs::remove(folder_ / ".one.livephoto");  // as a power cut may

  const auto recovered = recover_folder(folder_);

  ASSERT_TRUE(recovered);
  EXPECT_EQ(recovered->size(), 5u) << testing::PrintToString(*recovered);
  EXPECT_EQ(contents(folder_), expected);
}

TEST_F(RecoverTest, SaysThatTheFolderDoesNotExist) {
  EXPECT_FALSE(recover_folder(folder_ / "missing"));
  EXPECT_FALSE(recover(folder_ / "missing" / "IMG"));
  EXPECT_EQ(unfinished(folder_ / "missing" / "IMG"), "");
}

}  // namespace
}  // namespace livephoto
