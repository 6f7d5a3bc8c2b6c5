// Good pairs pass, and what only looks right is told why it is not: nothing more, nothing less.
#include "core/pair/verify.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "tests/core/pair/fake_pairs.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using testing::FakePair;
using testing::write_pair;

class VerifyPair : public ::testing::Test {
 protected:
  Verification verified(const FakePair& pair) {
    const auto paths = write_pair(pair, folder_ / pair.name);
    return verify_pair(paths.still, paths.movie);
  }
  void TearDown() override { fs::remove_all(folder_); }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("verify-" + std::to_string(::getpid()));
};

TEST_F(VerifyPair, PassesGoodPairs) {
  for (const FakePair& pair : {testing::good_pair(), testing::good_jpeg_pair()}) {
    const auto verification = verified(pair);

    for (const Check& check : verification.checks) {
      // An H.265 movie and a HEIC still do not play in every browser.
      if (check.name == "web-video" || check.name == "web-still") continue;
      EXPECT_EQ(check.verdict, Verdict::Pass) << check.name << ": " << check.why;
      EXPECT_TRUE(check.advice.empty());
    }
    for (const Profile profile : kProfiles)
      EXPECT_NE(verification.verdict(profile), Verdict::Fail) << name_of(profile);
    const std::string text = verify_text(verification, Profile::Apple);
    EXPECT_NE(
        text.find("meets the published and observed rules (profile apple)"),
        std::string::npos)
        << text;
  }
}

TEST_F(VerifyPair, SaysOfEachFakeWhatIsWrongAndNothingElse) {
  std::set<std::string> names;
  for (const FakePair& fake : testing::fake_pairs()) {
    EXPECT_TRUE(names.insert(fake.name).second) << fake.name;
    const auto verification = verified(fake);

    std::map<std::string, const Check*> found;
    for (const Check& check : verification.checks) {
      if (check.profile != Profile::Apple || check.verdict == Verdict::Pass) continue;
      found[check.name] = &check;
      EXPECT_FALSE(check.advice.empty() || check.why.empty()) << fake.name << ": " << check.name;
    }
    Verdict worst = Verdict::Pass;
    for (const auto& expected : fake.apple) {
      worst = std::max(worst, expected.verdict);
      ASSERT_TRUE(found.contains(expected.check)) << fake.name << ": " << expected.check;
      const Check& check = *found.at(expected.check);
      EXPECT_EQ(check.verdict, expected.verdict) << fake.name << ": " << check.why;
      EXPECT_NE(check.why.find(expected.words), std::string::npos)
          << fake.name << ": " << check.why;
      found.erase(expected.check);
    }
    for (const auto& [name, check] : found)
      ADD_FAILURE() << fake.name << ": " << name << ": " << check->why;
    EXPECT_EQ(verification.verdict(Profile::Apple), worst) << fake.name;
  }
}

TEST_F(VerifyPair, AdvisesWhatWorks) {
  const auto advice = [&](const char* name, const char* check) {
    for (const FakePair& fake : testing::fake_pairs()) {
      if (fake.name != name) continue;
      const auto verification = verified(fake);
      return std::ranges::find(verification.checks, check, &Check::name)->advice;
    }
    return std::string("no such fake");
  };
  const auto has = [](const std::string& text, const char* words) {
    return text.find(words) != std::string::npos;
  };

  // Without -map 0 ffmpeg leaves out the marker's track.
  EXPECT_TRUE(has(advice("hev1", "video-codec"), "-map 0 -c copy -tag:v hvc1"));
  // Without --still repair refuses the one and leaves the other as it is.
  EXPECT_TRUE(has(advice("no-marker", "marker"), "--still"));
  EXPECT_TRUE(has(advice("marker-between-frames", "marker-on-frame"), "--still 0.480."));
}

TEST_F(VerifyPair, KeepsGalleriesApart) {
  const auto verdicts = [&](const char* name) {
    for (const FakePair& fake : testing::fake_pairs()) {
      if (fake.name != name) continue;
      const auto verification = verified(fake);
      std::string failed;
      for (const Profile profile : kProfiles)
        if (verification.verdict(profile) == Verdict::Fail)
          failed += std::string(name_of(profile)) + " ";
      return failed;
    }
    return std::string("no such fake");
  };

  EXPECT_EQ(verdicts("identifiers-differ"), "apple immich memories ");
  EXPECT_EQ(verdicts("identifier-under-udta"), "apple ");
  EXPECT_EQ(verdicts("iso-meta"), "apple immich memories ");
  EXPECT_EQ(verdicts("brand-mp42"), "memories ");
  EXPECT_EQ(verdicts("brand-unknown"), "memories ");
  EXPECT_EQ(verdicts("long"), "photoprism ");
  EXPECT_EQ(verdicts("other-names"), "photoprism ente ");
  EXPECT_EQ(verdicts("other-folder"), "photoprism ");
  EXPECT_EQ(verdicts("named-mp4"), "photoprism ");
  EXPECT_EQ(verdicts("heix"), "photoprism ");
  EXPECT_EQ(verdicts("large"), "ente ");
  EXPECT_EQ(verdicts("dates-apart"), "ente ");
  EXPECT_EQ(verdicts("no-marker"), "apple web ");
  EXPECT_EQ(verdicts("fragments"), "apple immich photoprism memories ente web ");
}

TEST_F(VerifyPair, ShowsOtherProfilesFailuresAsWarnings) {
  FakePair pair = testing::good_pair();
  pair.movie_name = "OTHER.MOV";
  const auto verification = verified(pair);

  const auto verdict_of = [](const std::vector<Check>& checks, const char* name) {
    return std::ranges::find(checks, name, &Check::name)->verdict;
  };

  EXPECT_EQ(verdict_of(verification.seen_by(Profile::Apple), "ente-name"), Verdict::Warn);
  EXPECT_EQ(verdict_of(verification.seen_by(Profile::Ente), "ente-name"), Verdict::Fail);
  EXPECT_EQ(verification.verdict(Profile::Apple), Verdict::Warn);
  EXPECT_EQ(verification.verdict(Profile::Ente), Verdict::Fail);
}

TEST_F(VerifyPair, MakesTextsOfFilesHarmless) {
  FakePair pair = testing::good_pair();
  const std::string_view maker = "Maker";
  auto at = std::search(pair.movie.begin(), pair.movie.end(), maker.begin(), maker.end());
  *at = 0x1B;

  const auto verification = verified(pair);

  ASSERT_TRUE(verification.movie_facts);
  EXPECT_EQ(inspect_text(*verification.movie_facts).find('\x1B'), std::string::npos);
}

// Who could end a line could write the conclusion.
TEST_F(VerifyPair, LetsNoTextOfFilesEndALine) {
  const std::string forged = "\nThe pair meets the published and observed rules (profile apple).\n";
  FakePair pair = testing::good_pair();
  const std::string_view identifier = testing::kFakeIdentifier;
  *std::search(pair.movie.begin(), pair.movie.end(), identifier.begin(), identifier.end()) = '\n';
  pair.movie_name = "x" + forged + ".MOV";
  const auto verification = verified(pair);
  FolderReport report;
  report.pairs.push_back(verification);
  report.findings.push_back(
      {FindingKind::Loose, {verification.movie}, "Why" + forged, "What" + forged, {}});

  for (const std::string& text :
       {verify_text(verification, Profile::Apple), verify_text(report, Profile::Apple)}) {
    EXPECT_EQ(text.find("\nThe pair meets"), std::string::npos) << text;
    EXPECT_EQ(text.find("\nF1E2D3C"), std::string::npos) << text;
    EXPECT_NE(text.find(".F1E2D3C"), std::string::npos) << text;
    EXPECT_NE(text.find("x.The pair meets"), std::string::npos) << text;
  }
}

TEST(VerifyProfile, HasANameAndIsFoundByIt) {
  for (const Profile profile : kProfiles) EXPECT_EQ(profile_named(name_of(profile)), profile);
  EXPECT_EQ(profile_named("google"), std::nullopt);
}

// ---- The still's frame ---------------------------------------------------------

// A bar at column `x`, in a light of its own.
Bytes seen(std::size_t x, int brightness = 60) {
  Bytes luma(kSeenWidth * kSeenHeight);
  for (std::size_t i = 0; i < luma.size(); ++i)
    luma[i] = static_cast<std::uint8_t>(
        brightness + static_cast<int>(i / kSeenWidth) + (i % kSeenWidth / 8 == x ? 90 : 0));
  return luma;
}

std::vector<SeenFrame> eight_frames() {
  std::vector<SeenFrame> frames;
  for (std::size_t i = 0; i < 8; ++i)
    frames.push_back({std::chrono::milliseconds(100 * i), seen(i)});
  return frames;
}

TEST(StillFrameCheck, PassesTheMarkedFrameInAnotherLight) {
  const auto check = still_frame_check(seen(3, 20), eight_frames(), std::chrono::milliseconds(300));

  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::Pass) << check->why;
}

TEST(StillFrameCheck, WarnsWhereAnotherFrameIsTheStill) {
  const auto check = still_frame_check(seen(5), eight_frames(), std::chrono::milliseconds(300));

  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::Warn);
  EXPECT_NE(
      check->why.find("at 0.300 s, is not the still's: the frame at 0.500 s"),
      std::string::npos)
      << check->why;
}

TEST(StillFrameCheck, WarnsOfAStillThatIsAlmostAnotherFrame) {
  Bytes still = seen(5);
  for (std::size_t i = 0; i < still.size(); i += 3)
    still[i] = static_cast<std::uint8_t>(still[i] + 20);

  const auto check = still_frame_check(still, eight_frames(), std::chrono::milliseconds(300));

  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::Warn) << check->why;
}

TEST(StillFrameCheck, WarnsOfAStillThatResemblesNoFrame) {
  Bytes still(kSeenWidth * kSeenHeight);
  for (std::size_t i = 0; i < still.size(); ++i) still[i] = static_cast<std::uint8_t>(i * 37 % 251);
  const auto check = still_frame_check(still, eight_frames(), std::chrono::milliseconds(300));

  EXPECT_EQ(check->verdict, Verdict::Warn);
  EXPECT_EQ(check->why, "The still resembles no frame of the movie.");
}

// A part of it is something else, for example a person who was lit by a flash.
TEST(StillFrameCheck, PassesAStillThatResemblesTheMarkedFrameALittle) {
  Bytes still = seen(3);
  for (std::size_t i = 0; i < still.size() / 4; ++i)
    still[i] = static_cast<std::uint8_t>(i * 37 % 251);

  EXPECT_EQ(
      still_frame_check(still, eight_frames(), std::chrono::milliseconds(300))->verdict,
      Verdict::Pass);
}

TEST(StillFrameCheck, PassesWhereThereIsNothingToBeSeen) {
  EXPECT_EQ(
      still_frame_check(
          Bytes(kSeenWidth * kSeenHeight, 9),
          eight_frames(),
          std::chrono::milliseconds(0))
          ->verdict,
      Verdict::Pass);
}

TEST(StillFrameCheck, RefusesOtherSizes) {
  EXPECT_FALSE(still_frame_check(Bytes(10), eight_frames(), {}));
  EXPECT_FALSE(still_frame_check(seen(1), {}, {}));
  EXPECT_FALSE(still_frame_check(seen(1), {{std::chrono::seconds(0), Bytes(10)}}, {}));
}

}  // namespace
}  // namespace livephoto
