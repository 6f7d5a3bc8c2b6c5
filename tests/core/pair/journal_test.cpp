// What is in a journal, and who may act on it.
#include "core/pair/journal.h"

#include <gtest/gtest.h>

#include "core/pair/claim.h"

namespace livephoto::pair {
namespace {

using posix::Lock;
using std::chrono::hours;
using std::chrono::seconds;

Journal journal() {
  return {
      .base = "two\nlines 100%",
      .owner = {.host = "a host", .boot = "b1"},
      .entries = {
          {.kind = Kind::File, .extension = ".MOV", .old_size = {}, .new_size = 1234567890123},
          {.kind = Kind::File, .extension = ".HEIC", .old_size = 0, .new_size = 7}}};
}

TEST(Journal, IsReadAsItWasWritten) {
  const auto text = header_text(journal()) + commit_text(journal());

  const auto read = parse_journal(text);

  ASSERT_TRUE(read);
  EXPECT_EQ(read->base, "two\nlines 100%");
  EXPECT_EQ(read->owner.host, "a host");
  EXPECT_EQ(read->owner.boot, "b1");
  ASSERT_EQ(read->entries.size(), 2u);
  EXPECT_EQ(read->entries[0].kind, Kind::File);
  EXPECT_EQ(read->entries[0].extension, ".MOV");
  EXPECT_EQ(read->entries[0].old_size, std::nullopt);
  EXPECT_EQ(read->entries[0].new_size, 1234567890123u);
  EXPECT_EQ(read->entries[1].kind, Kind::File);
  EXPECT_EQ(read->entries[1].extension, ".HEIC");
  EXPECT_EQ(read->entries[1].old_size, 0u);
  EXPECT_EQ(read->entries[1].new_size, 7u);
}

TEST(Journal, IsText) {
  EXPECT_EQ(
      header_text(journal()),
      "livephoto-journal 1\nbase two%0Alines%20100%25\nhost a%20host\nboot b1\n");
  EXPECT_EQ(
      commit_text(journal()).substr(0, 45),
      "file - 1234567890123 .MOV\nfile 0 7 .HEIC\nend ");
}

TEST(Journal, HasNoEntriesBeforeTheCommit) {
  const auto read = parse_journal(header_text(journal()));

  ASSERT_TRUE(read);
  EXPECT_TRUE(read->entries.empty());
}

TEST(Journal, HasAllEntriesOrNone) {
  const auto text = header_text(journal()) + commit_text(journal());
  for (std::size_t size = 0; size < text.size(); ++size) {
    const auto read = parse_journal(text.substr(0, size));

    EXPECT_TRUE(!read || read->entries.empty()) << size;
  }
}

TEST(Journal, IsNotReadWhereAByteIsWrong) {
  const auto text = header_text(journal()) + commit_text(journal());
  for (std::size_t place = 0; place < text.size(); ++place) {
    auto wrong = text;
    wrong[place] = wrong[place] == '0' ? '1' : '0';

    const auto read = parse_journal(wrong);

    EXPECT_TRUE(!read || read->entries.empty()) << place;
  }
}

// Whoever may write into the folder may write a journal; it must not make us touch
// anything but files of the pair.
TEST(Journal, NamesOnlyFilesOfThePair) {
  for (const std::string extension : {"/../etc/passwd", "", ".txt", ".MOV/x", "x.MOV"}) {
    auto wrong = journal();
    wrong.entries[0].extension = extension;

    const auto read = parse_journal(header_text(wrong) + commit_text(wrong));

    ASSERT_TRUE(read);
    EXPECT_TRUE(read->entries.empty()) << extension;
  }
}

TEST(Journal, NamesOnlyWhatOneCommitMakes) {
  const Entry movie{.kind = Kind::File, .extension = ".MOV", .old_size = {}, .new_size = 1};
  const Entry heic{.kind = Kind::File, .extension = ".HEIC", .old_size = {}, .new_size = 1};
  const Entry jpeg{.kind = Kind::File, .extension = ".JPG", .old_size = {}, .new_size = 1};
  const Entry pvt{.kind = Kind::Folder, .extension = ".pvt", .old_size = {}, .new_size = 0};
  const Entry zip{.kind = Kind::File, .extension = ".pvt.zip", .old_size = {}, .new_size = 1};
  Entry small_movie = movie;
  small_movie.extension = ".mov";
  Entry small_jpeg = jpeg;
  small_jpeg.extension = ".jpeg";
  Entry folder = movie;
  folder.kind = Kind::Folder;
  Entry file = pvt;
  file.kind = Kind::File;
  const auto count = [](std::vector<Entry> entries) {
    auto some = journal();
    some.entries = std::move(entries);
    const auto read = parse_journal(header_text(some) + commit_text(some));
    return read ? read->entries.size() : 99;
  };

  for (const auto& right : std::vector<std::vector<Entry>>{
           {movie, heic},
           {movie, jpeg},
           {small_movie, small_jpeg},
           {pvt},
           {zip}})
    EXPECT_EQ(count(right), right.size());
  for (const auto& wrong : std::vector<std::vector<Entry>>{
           {},
           {movie},
           {heic, movie},
           {movie, small_movie},
           {movie, movie},
           {heic, jpeg},
           {movie, pvt},
           {pvt, zip},
           {folder, heic},
           {file},
           {movie, heic, jpeg}})
    EXPECT_EQ(count(wrong), 0u);
}

// A long name is in the journal only, and its checksum is easily met.
TEST(Journal, IsOfNoPairInAnotherFolder) {
  const std::string up = "../../" + std::string(300, 'n');
  for (const auto& base :
       {std::string("../IMG"),
        std::string("/etc/passwd"),
        up,
        std::string("IMG\0", 4),
        std::string(),
        std::string(256, 'n')}) {
    auto wrong = journal();
    wrong.base = base;

    EXPECT_FALSE(parse_journal(header_text(wrong) + commit_text(wrong))) << base;
  }
}

TEST(Journal, IsKnownByItsFirstLine) {
  const auto text = header_text(journal());
  for (std::size_t size = 0; size <= text.size(); ++size) {
    EXPECT_TRUE(is_journal(text.substr(0, size))) << size;
    EXPECT_TRUE(is_journal(text.substr(0, size) + std::string(9, '\0'))) << size;
  }
  EXPECT_TRUE(is_journal(std::string(300, '\0')));
  for (const std::string other :
       {"notes", "\n", "livephoto-journal 2\n", "livephoto-journal 12\n", "livephoto-journalist\n"})
    EXPECT_FALSE(is_journal(other)) << other;
}

TEST(Journal, IsCalledAfterThePairAsFarAsANameMayBe) {
  EXPECT_EQ(journal_name("IMG_0001"), ".IMG_0001.livephoto");
  EXPECT_EQ(journal_name(std::string(239, 'n')).size(), 250u);
  EXPECT_EQ(journal_name(std::string(240, 'n')).size(), 27u);
  EXPECT_NE(journal_name(std::string(240, 'n')), journal_name(std::string(241, 'n')));
}

const Owner kHere{.host = "here", .boot = "b1"};
const Owner kHereBefore{.host = "here", .boot = "b0"};
const Owner kThere{.host = "there", .boot = "b2"};
const Owner kContainer{.host = "container", .boot = "b1"};
const Owner kUnknown{};

TEST(IsAbandoned, IsNothingThatIsLocked) {
  EXPECT_FALSE(is_abandoned(Lock::Busy, true, kHere, kHere, hours(1000)));
  EXPECT_FALSE(is_abandoned(Lock::Busy, false, kHereBefore, kHere, hours(1000)));
}

TEST(IsAbandoned, IsAllWithoutALockOnAFileSystemOfThisMachine) {
  for (const auto& owner : {kHere, kHereBefore, kThere, kContainer, kUnknown})
    EXPECT_TRUE(is_abandoned(Lock::Taken, true, owner, kHere, seconds(0)));
}

TEST(IsAbandoned, IsOnASharedFileSystemWhatIsFromThisMachine) {
  EXPECT_TRUE(is_abandoned(Lock::Taken, false, kHere, kHere, seconds(0)));
  EXPECT_TRUE(is_abandoned(Lock::Taken, false, kContainer, kHere, seconds(0)));
  EXPECT_TRUE(is_abandoned(Lock::Taken, false, kHereBefore, kHere, seconds(0)));
  EXPECT_FALSE(is_abandoned(Lock::Taken, false, kThere, kHere, seconds(0)));
  EXPECT_FALSE(is_abandoned(Lock::Taken, false, kUnknown, kHere, seconds(0)));
  EXPECT_FALSE(is_abandoned(Lock::Taken, false, kUnknown, kUnknown, seconds(0)));
}

TEST(IsAbandoned, IsWithoutLocksWhatIsFromBeforeTheLastStart) {
  EXPECT_FALSE(is_abandoned(Lock::Unsupported, true, kHere, kHere, seconds(0)));
  EXPECT_FALSE(is_abandoned(Lock::Unsupported, true, kThere, kHere, seconds(0)));
  EXPECT_TRUE(is_abandoned(Lock::Unsupported, true, kHereBefore, kHere, seconds(0)));
}

TEST(IsAbandoned, IsWhatNobodyHasWrittenForADay) {
  for (const auto lock : {Lock::Taken, Lock::Unsupported}) {
    EXPECT_FALSE(is_abandoned(lock, false, kThere, kHere, hours(24)));
    EXPECT_TRUE(is_abandoned(lock, false, kThere, kHere, hours(25)));
  }
}

}  // namespace
}  // namespace livephoto::pair
