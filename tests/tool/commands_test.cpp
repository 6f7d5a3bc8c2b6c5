// What verify, inspect, repair and split answer: their exit status, and whom they take for a pair.
#include <gtest/gtest.h>

#include <CLI/CLI.hpp>
#include <algorithm>
#include <array>
#include <string>
#include <vector>

#include "gst/tool/inspect_command.h"
#include "gst/tool/repair_command.h"
#include "gst/tool/split_command.h"
#include "gst/tool/verify_command.h"
#include "tests/core/pair/fake_pairs.h"
#include "tests/tool/folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using livephoto::testing::FakePair;
using livephoto::testing::good_jpeg_pair;
using livephoto::testing::good_pair;
using livephoto::testing::kFakeIdentifier;

struct Ran {
  int code = 0;
  std::string out;
  std::string err;
};

Ran run(std::vector<std::string> arguments) {
  CLI::App app;
  Program program(app);
  add_inspect_command(program);
  add_verify_command(program);
  add_repair_command(program);
  add_split_command(program);
  std::ranges::reverse(arguments);
  app.parse(arguments);
  ::testing::internal::CaptureStdout();
  ::testing::internal::CaptureStderr();
  const int code = program.run();
  std::string out = ::testing::internal::GetCapturedStdout();
  return {code, std::move(out), ::testing::internal::GetCapturedStderr()};
}

bool has(const std::string& text, const std::string& words) {
  return text.find(words) != std::string::npos;
}

std::size_t lines_in(const std::string& text) {
  return static_cast<std::size_t>(std::ranges::count(text, '\n'));
}

void write(FakePair pair, const std::string& still, const std::string& movie) {
  pair.still_name = still;
  pair.movie_name = movie;
  write_pair(pair, fs::current_path());
}

// With another identifier than the fakes have.
void write_other(FakePair pair, const std::string& still, const std::string& movie) {
  const std::string_view identifier = kFakeIdentifier;
  for (Bytes* file : {&pair.still, &pair.movie})
    *std::search(file->begin(), file->end(), identifier.begin(), identifier.end()) = 'E';
  write(pair, still, movie);
}

class Commands : public ::testing::Test {
 private:
  Folder folder_;
};

TEST_F(Commands, VerifyOfAFolderFailsAsOfThePairInIt) {
  write(good_pair(), "d/A.HEIC", "d/A.MOV");
  EXPECT_EQ(run({"verify", "d"}).code, kAllWell);

  write_other(good_pair(), "x/B.HEIC", "d/B.MOV");
  fs::copy_file("d/A.HEIC", "d/B.HEIC");
  fs::remove("d/A.HEIC");
  fs::remove("d/A.MOV");

  const Ran ran = run({"verify", "d"});
  EXPECT_EQ(ran.code, kSomeFailed);
  EXPECT_TRUE(has(ran.out, "FAIL  other-identifier")) << ran.out;
  EXPECT_EQ(run({"verify", "d", "--profile", "ente"}).code, kAllWell);
  EXPECT_TRUE(has(run({"verify", "d", "--json"}).out, R"("verdict":"fail")"));
}

TEST_F(Commands, VerifyOfAFolderFailsWhereAFileCannotBeRead) {
  Folder::file("d/A.HEIC", "no picture");
  Folder::file("d/B.MOV", "no movie");

  const Ran ran = run({"verify", "d"});

  EXPECT_EQ(ran.code, kSomeFailed);
  EXPECT_TRUE(has(ran.out, "FAIL  unreadable")) << ran.out;
}

TEST_F(Commands, VerifySaysThatThereIsNothingInAFolder) {
  fs::create_directory("empty");
  Folder::file("packed/P.pvt.zip");
  for (const char* folder : {"empty", "packed"}) {
    const Ran ran = run({"verify", folder});
    EXPECT_EQ(ran.code, kUsage);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(has(ran.err, std::string("no still and no movie in ") + folder)) << ran.err;
    EXPECT_EQ(lines_in(ran.err), 1u) << ran.err;
  }
}

TEST_F(Commands, TwoFilesAreThePairThatIsMeant) {
  write(good_jpeg_pair(), "P.JPG", "P.MOV");
  write(good_pair(), "Q.HEIC", "Q.MOV");
  Folder::file("x.webm", "no movie of this kind");
  for (const auto& [one, other, words] :
       {std::array{"P.JPG", "x.webm", "Neither file is a movie"},
        std::array{"Q.MOV", "P.MOV", "Both files are movies"}}) {
    const Ran ran = run({"verify", one, other});
    EXPECT_EQ(ran.code, kSomeFailed);
    EXPECT_EQ(ran.out, "");
    EXPECT_TRUE(has(ran.err, std::string(one) + " + " + other + ": " + words)) << ran.err;
    EXPECT_EQ(lines_in(ran.err), 1u) << ran.err;
    for (const char* command : {"repair", "split"})
      EXPECT_TRUE(has(run({command, one, other, "-o", "out"}).err, words)) << command;
  }
  EXPECT_EQ(run({"inspect", "Q.MOV", "P.MOV"}).code, kAllWell);  // out/*.MOV
}

TEST_F(Commands, InspectTellsOfAFolderWhoPairsWithWhom) {
  write(good_pair(), "two/holiday.HEIC", "x/x.MOV");
  write_other(good_pair(), "x/y.HEIC", "two/other.MOV");
  write(good_pair(), "three/I.HEIC", "three/I.MOV");
  write_other(good_jpeg_pair(), "three/I.JPG", "x/z.MOV");

  const Ran two = run({"inspect", "two", "--json"});
  EXPECT_EQ(two.code, kAllWell) << two.out;
  EXPECT_EQ(lines_in(two.out), 2u) << two.out;
  const Ran three = run({"inspect", "three", "--json"});
  EXPECT_EQ(three.code, kAllWell) << three.out;
  EXPECT_EQ(lines_in(three.out), 2u) << three.out;
  EXPECT_TRUE(has(three.out, R"("movie":{)")) << three.out;
}

FakePair fake(const std::string& name) {
  for (const FakePair& pair : livephoto::testing::fake_pairs())
    if (pair.name == name) return pair;
  ADD_FAILURE() << "no fake " << name;
  return good_pair();
}

TEST_F(Commands, RepairSaysWhatIsWrongAllTheSame) {
  write(good_pair(), "P.HEIC", "P.MOV");
  write(fake("hev1"), "H.HEIC", "H.MOV");
  write(fake("marker-between-frames"), "M.HEIC", "M.MOV");

  EXPECT_TRUE(run({"repair", "P"}).out.starts_with("Nothing was wrong.\n"));
  const Ran wrong = run({"repair", "H"});
  EXPECT_EQ(wrong.code, kSomeFailed);
  EXPECT_FALSE(has(wrong.out, "Nothing was wrong")) << wrong.out;
  EXPECT_TRUE(has(wrong.out, "Still wrong: The picture is stored as hev1")) << wrong.out;
  EXPECT_TRUE(has(wrong.out, "-map 0 -c copy -tag:v hvc1")) << wrong.out;
  const Ran doubt = run({"repair", "M"});
  EXPECT_EQ(doubt.code, kAllWell);
  EXPECT_FALSE(has(doubt.out, "Nothing was wrong")) << doubt.out;
  EXPECT_TRUE(has(doubt.out, "Still in doubt: The marker is between frames")) << doubt.out;
  EXPECT_TRUE(
      has(run({"repair", "H", "--new-identifier", "-o", "N", "--json"}).out,
          R"("left":[{"name":"video-codec","verdict":"fail")"));
}

TEST_F(Commands, RepairAndSplitTakeNoNameOfABundleOrVideo) {
  write(good_pair(), "P.HEIC", "P.MOV");
  for (const char* place : {"bar.pvt", "bar.pvt.zip", "foo.mp4", "foo.WEBM"})
    for (const char* command : {"repair", "split"}) {
      const Ran ran = run({command, "P", "-o", place});
      EXPECT_EQ(ran.code, kUsage) << place;
      EXPECT_TRUE(has(ran.err, "leave out its")) << ran.err;
    }
  EXPECT_EQ(run({"repair", "P", "-o", "2024.05.17"}).code, kAllWell);
  EXPECT_TRUE(fs::exists("2024.05.17.MOV"));
  EXPECT_EQ(run({"repair", "P", "-o", "q.mov"}).code, kAllWell);
  EXPECT_TRUE(fs::exists("q.HEIC"));
}

TEST_F(Commands, InspectFailsWherePartOfAFileCannotBeRead) {
  FakePair pair = good_jpeg_pair();
  for (const FakePair& other : livephoto::testing::fake_pairs())
    if (other.name == "cut-media") pair.movie = other.movie;
  const std::string_view exif("Exif\0\0MM", 8);
  *(std::search(pair.still.begin(), pair.still.end(), exif.begin(), exif.end()) + 6) = 'X';
  write(pair, "S.JPG", "M.MOV");
  write(good_pair(), "G.HEIC", "G2.MOV");
  for (const FakePair& other : livephoto::testing::fake_pairs())
    if (other.name == "picture-behind-the-end") write(other, "B.HEIC", "B2.MOV");

  for (const char* file : {"S.JPG", "M.MOV", "B.HEIC"}) {
    const Ran ran = run({"inspect", file});
    EXPECT_EQ(ran.code, kSomeFailed) << ran.out;
    EXPECT_TRUE(has(ran.out, "problem")) << ran.out;
    EXPECT_TRUE(has(run({"inspect", file, "--json"}).out, R"("well":false)"));
  }
  for (const char* file : {"G.HEIC", "G2.MOV"}) EXPECT_EQ(run({"inspect", file}).code, kAllWell);
}

TEST_F(Commands, ANameOfNothingIsAFailureOfItsOwn) {
  write(good_pair(), "P.HEIC", "P.MOV");
  const Ran ran = run({"inspect", "none", "P", "--json"});
  EXPECT_EQ(ran.code, kSomeFailed);
  EXPECT_EQ(lines_in(ran.out), 2u) << ran.out;
}

TEST_F(Commands, NamesEndNoLine) {
  const std::string name = "z\nThe pair meets the published and observed rules (profile apple).\n";
  for (const char* command : {"verify", "inspect", "repair", "split"}) {
    const Ran ran = run({command, name});
    EXPECT_NE(ran.code, kAllWell);
    EXPECT_EQ(ran.out, "");
    EXPECT_EQ(lines_in(ran.err), 1u) << ran.err;
  }
}

}  // namespace
}  // namespace livephoto::tool
