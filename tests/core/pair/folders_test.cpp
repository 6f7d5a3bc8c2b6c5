// Who pairs with whom, in folders as people have them.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <string>

#include "core/pair/verify.h"
#include "tests/core/pair/fake_pairs.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using testing::FakePair;
using testing::write_pair;

// A good pair of this name, with another identifier where one is given.
FakePair pair_named(const std::string& name, char letter = '0') {
  FakePair pair = testing::good_pair();
  pair.still_name = name + ".HEIC";
  pair.movie_name = name + ".MOV";
  const std::string_view identifier = testing::kFakeIdentifier;
  for (Bytes* file : {&pair.still, &pair.movie})
    *std::search(file->begin(), file->end(), identifier.begin(), identifier.end()) =
        static_cast<std::uint8_t>(letter);
  return pair;
}

class Folders : public ::testing::Test {
 protected:
  void SetUp() override { fs::create_directories(folder_); }
  void TearDown() override { fs::remove_all(folder_); }

  FolderReport report() {
    auto found = verify_folders({folder_});
    EXPECT_TRUE(found) << found.error().message;
    return std::move(*found);
  }
  // "orphan-still A.HEIC" …
  std::vector<std::string> findings() {
    std::vector<std::string> lines;
    for (const Finding& finding : report().findings) {
      std::string line(name_of(finding.kind));
      for (const auto& file : finding.files)
        line += " " + file.lexically_relative(folder_).string();
      EXPECT_FALSE(finding.why.empty());
      lines.push_back(line);
    }
    std::ranges::sort(lines);
    return lines;
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("folders-" + std::to_string(::getpid()));
};

using Lines = std::vector<std::string>;

TEST_F(Folders, FindsPairsByIdentifierWhateverTheirNames) {
  write_pair(pair_named("A", 'A'), folder_);
  FakePair second = pair_named("B", 'B');
  second.movie_name = "videos/other.MOV";
  write_pair(second, folder_);

  const auto found = report();

  ASSERT_EQ(found.pairs.size(), 2u);
  EXPECT_EQ(found.pairs[0].movie.filename(), "A.MOV");
  EXPECT_EQ(found.pairs[1].still.filename(), "B.HEIC");
  EXPECT_EQ(found.pairs[1].movie.filename(), "other.MOV");
  EXPECT_TRUE(found.findings.empty());
  EXPECT_EQ(found.stills, 2u);
  EXPECT_EQ(found.movies, 2u);
  EXPECT_EQ(found.plain, 0u);
  EXPECT_EQ(found.verdict(Profile::Apple), Verdict::Warn);  // the names
  EXPECT_EQ(found.verdict(Profile::PhotoPrism), Verdict::Fail);
  const std::string text = verify_text(found, Profile::PhotoPrism);
  EXPECT_NE(text.find("1 pair meets"), std::string::npos) << text;
  EXPECT_NE(text.find("1 breaks them"), std::string::npos) << text;
}

TEST_F(Folders, NamesOrphans) {
  write_pair(pair_named("A", 'A'), folder_);
  write_pair(pair_named("B", 'B'), folder_);
  fs::remove(folder_ / "A.MOV");
  fs::remove(folder_ / "B.HEIC");

  EXPECT_EQ(findings(), (Lines{"orphan-movie B.MOV", "orphan-still A.HEIC"}));
  EXPECT_EQ(report().verdict(Profile::Apple), Verdict::Warn);
}

TEST_F(Folders, NamesIdentifiersUsedTwice) {
  write_pair(pair_named("A", 'A'), folder_);
  write_pair(pair_named("B", 'A'), folder_);

  EXPECT_EQ(findings(), (Lines{"duplicate-identifier A.HEIC B.HEIC A.MOV B.MOV"}));
  EXPECT_EQ(report().pairs.size(), 2u);
  EXPECT_EQ(report().pairs[0].movie.filename(), "A.MOV");
}

TEST_F(Folders, NamesFilesOfOneNameButOtherIdentifiers) {
  FakePair pair = pair_named("A", 'A');
  pair.movie = pair_named("A", 'B').movie;
  write_pair(pair, folder_);

  EXPECT_EQ(findings(), (Lines{"other-identifier A.HEIC A.MOV"}));
  EXPECT_TRUE(report().pairs.empty());
  // As where the two are named.
  EXPECT_EQ(report().verdict(Profile::Apple), Verdict::Fail);
  EXPECT_EQ(report().verdict(Profile::Immich), Verdict::Fail);
  EXPECT_EQ(report().verdict(Profile::Ente), Verdict::Warn);
  EXPECT_TRUE(verify_text(report(), Profile::Apple).starts_with("FAIL  other-identifier"));
}

TEST_F(Folders, NamesLooseFilesAndCountsPlainOnes) {
  for (const FakePair& fake : testing::fake_pairs())
    if (fake.name == "exiftool-only") write_pair(fake, folder_);
  for (const FakePair& fake : testing::fake_pairs())
    if (fake.name == "no-metadata")
      write_pair(
          {.name = "", .still = {}, .movie = fake.movie, .movie_name = "plain.MOV"},
          folder_ / "x");
  fs::remove(folder_ / "x" / "IMG_0001.HEIC");

  EXPECT_EQ(findings(), (Lines{"loose IMG_0001.HEIC IMG_0001.MOV"}));
  EXPECT_EQ(report().plain, 1u);
  EXPECT_EQ(report().verdict(Profile::Apple), Verdict::Fail);
}

TEST_F(Folders, NamesWhatCannotBeReadAndPassesOverTheRest) {
  std::ofstream(folder_ / "text.MOV") << "no movie at all, just some text";
  std::ofstream(folder_ / "empty.heic");
  std::ofstream(folder_ / "notes.txt") << "notes";
  fs::create_directory(folder_ / "folder.mov");

  EXPECT_EQ(findings(), (Lines{"unreadable empty.heic", "unreadable text.MOV"}));
  EXPECT_EQ(report().verdict(Profile::Apple), Verdict::Fail);
}

TEST_F(Folders, CountsAFolderInsideAnotherOnce) {
  write_pair(pair_named("in/A", 'A'), folder_);

  const auto found = verify_folders({folder_, folder_ / "in"});

  ASSERT_TRUE(found);
  EXPECT_EQ(found->pairs.size(), 1u);
  EXPECT_TRUE(found->findings.empty());
}

TEST_F(Folders, SaysWhatFolderCannotBeRead) {
  const auto found = verify_folders({folder_ / "none"});

  ASSERT_FALSE(found);
  EXPECT_EQ(found.error().code, ErrorCode::Io);
  EXPECT_NE(found.error().message.find("none"), std::string::npos);
}

TEST_F(Folders, FindsAPairByItsBase) {
  write_pair(pair_named("A"), folder_);
  fs::rename(folder_ / "A.MOV", folder_ / "A.mov");
  const auto found = find_pair(folder_ / "A");
  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->still.filename(), "A.HEIC");
  EXPECT_EQ(found->movie.filename(), "A.mov");

  fs::copy_file(folder_ / "A.HEIC", folder_ / "A.jpg");
  EXPECT_NE(find_pair(folder_ / "A").error().message.find("several files"), std::string::npos);
  fs::remove(folder_ / "A.mov");
  EXPECT_NE(find_pair(folder_ / "A").error().message.find("no movie"), std::string::npos);
  EXPECT_NE(find_pair(folder_ / "B").error().message.find("no still"), std::string::npos);
}

TEST_F(Folders, JoinsFilesByIdentifierBeforeTheyAreJoinedByName) {
  write_pair(pair_named("I", 'A'), folder_);
  fs::copy_file(folder_ / "I.HEIC", folder_ / "J.HEIC");
  std::ofstream(folder_ / "I.JPG") << "no picture";
  std::ofstream(folder_ / "L.MOV") << "no movie";
  std::ofstream(folder_ / "L.JPG") << "no picture";
  write_pair(pair_named("K", 'B'), folder_);
  fs::rename(folder_ / "K.MOV", folder_ / "other.MOV");
  fs::copy_file(folder_ / "I.MOV", folder_ / "K.MOV");
  fs::remove(folder_ / "I.MOV");
  const auto files = pair_files_in({folder_});
  ASSERT_TRUE(files);

  const auto joined = join_files(*files);

  Lines pairs;
  for (const PairPaths& pair : joined.pairs)
    pairs.push_back(pair.still.filename().string() + " " + pair.movie.filename().string());
  EXPECT_EQ(pairs, (Lines{"I.HEIC K.MOV", "K.HEIC other.MOV", "L.JPG L.MOV"}));
  Lines alone;
  for (const auto& file : joined.alone) alone.push_back(file.filename().string());
  EXPECT_EQ(alone, (Lines{"I.JPG", "J.HEIC"}));
}

TEST_F(Folders, TakesADamagedFileForWhatItsNameSays) {
  const auto paths = write_pair(pair_named("A"), folder_);
  std::ofstream(folder_ / "B.MOV") << "no movie at all, just some text";

  const auto found = in_order(folder_ / "B.MOV", paths.still);

  ASSERT_TRUE(found) << found.error().message;
  EXPECT_EQ(found->movie.filename(), "B.MOV");
}

TEST_F(Folders, PutsTwoFilesInOrder) {
  const auto paths = write_pair(pair_named("A"), folder_);

  for (const auto& found :
       {in_order(paths.still, paths.movie), in_order(paths.movie, paths.still)}) {
    ASSERT_TRUE(found);
    EXPECT_EQ(found->still, paths.still);
    EXPECT_EQ(found->movie, paths.movie);
  }
  EXPECT_NE(
      in_order(paths.movie, paths.movie).error().message.find("Both files are movies"),
      std::string::npos);
  EXPECT_NE(in_order(paths.still, paths.still).error().message.find("Neither"), std::string::npos);
}

}  // namespace
}  // namespace livephoto
