// The lock screen's rules: a pair that keeps them all, and what is said of each that breaks one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <map>
#include <set>
#include <string>

#include "core/pair/verify.h"
#include "tests/core/pair/wallpaper_fakes.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using testing::FakePair;
using testing::write_pair;
using namespace std::chrono_literals;

class VerifyWallpaper : public ::testing::Test {
 protected:
  Verification verified(const FakePair& pair) {
    const auto paths = write_pair(pair, folder_ / pair.name);
    auto verification = verify_pair(paths.still, paths.movie);
    for (Check& check : wallpaper_checks(verification.still_facts, verification.movie_facts))
      verification.checks.push_back(std::move(check));
    return verification;
  }
  void TearDown() override { fs::remove_all(folder_); }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("wallpaper-" + std::to_string(::getpid()));
};

TEST_F(VerifyWallpaper, PassesAPairThatHasAll) {
  const auto verification = verified(testing::wallpaper_pair());

  std::size_t asked = 0;
  for (const Check& check : verification.checks) {
    if (check.profile != Profile::Wallpaper) continue;
    ++asked;
    EXPECT_EQ(check.verdict, Verdict::Pass) << check.name << ": " << check.why;
    EXPECT_TRUE(check.advice.empty());
    EXPECT_NE(check.basis, Basis::Rule) << check.name;
  }
  EXPECT_EQ(asked, 21u);
}

TEST_F(VerifyWallpaper, SaysOfEachFakeWhatIsWrongAndNothingElse) {
  std::set<std::string> names;
  for (const FakePair& fake : testing::wallpaper_fakes()) {
    EXPECT_TRUE(names.insert(fake.name).second) << fake.name;
    const auto verification = verified(fake);

    std::map<std::string, const Check*> found;
    for (const Check& check : verification.checks) {
      if (check.profile != Profile::Wallpaper || check.verdict == Verdict::Pass) continue;
      found[check.name] = &check;
      EXPECT_FALSE(check.advice.empty() || check.why.empty()) << fake.name << ": " << check.name;
    }
    for (const auto& expected : fake.apple) {
      if (!found.contains(expected.check)) {
        ADD_FAILURE() << fake.name << ": nothing of " << expected.check;
        continue;
      }
      const Check& check = *found.at(expected.check);
      EXPECT_EQ(check.verdict, expected.verdict) << fake.name << ": " << check.why;
      EXPECT_NE(check.why.find(expected.words), std::string::npos)
          << fake.name << ": " << check.why;
      found.erase(expected.check);
    }
    for (const auto& [name, check] : found)
      ADD_FAILURE() << fake.name << ": " << name << ": " << check->why;
  }
}

TEST_F(VerifyWallpaper, FailsNothingForAHypothesis) {
  for (const FakePair& fake : testing::wallpaper_fakes())
    for (const Check& check : verified(fake).checks)
      EXPECT_FALSE(check.basis == Basis::Hypothesis && check.verdict == Verdict::Fail)
          << fake.name << ": " << check.name;
}

// ---- In addition to Apple's rules ----------------------------------------------

// The still's is another one.
FakePair with_two_identifiers() {
  FakePair pair = testing::wallpaper_pair();
  const std::string_view old = testing::kFakeIdentifier;
  const auto found = std::ranges::search(pair.movie, old);
  if (!found.empty()) found.front() = 'A';
  return pair;
}

TEST_F(VerifyWallpaper, FailsWhatAppleFails) {
  const auto verification = verified(with_two_identifiers());

  EXPECT_EQ(verification.verdict(Profile::Apple), Verdict::Fail);
  EXPECT_EQ(verification.verdict(Profile::Wallpaper), Verdict::Fail);
  EXPECT_TRUE(std::ranges::none_of(verification.checks, [](const Check& check) {
    return check.profile == Profile::Wallpaper && check.verdict == Verdict::Fail;
  }));
}

TEST_F(VerifyWallpaper, TellsWhatAppleFailsAsAFailure) {
  const auto verification = verified(with_two_identifiers());

  const auto text = verify_text(verification, Profile::Wallpaper);
  FolderReport folder;
  folder.pairs.push_back(verification);
  const auto of_folder = verify_text(folder, Profile::Wallpaper);

  EXPECT_NE(text.find("\nFAIL  identifiers-match"), std::string::npos) << text;
  EXPECT_NE(text.find("The pair breaks 1 rule of the profile wallpaper"), std::string::npos)
      << text;
  EXPECT_NE(text.find("Checked: Apple's pairing rules"), std::string::npos) << text;
  EXPECT_NE(text.find("as warnings only: immich,"), std::string::npos) << text;
  EXPECT_NE(of_folder.find("FAIL  identifiers-match"), std::string::npos) << of_folder;
}

TEST_F(VerifyWallpaper, WarnsOfWhatAGalleryFails) {
  FakePair pair = testing::wallpaper_pair();
  pair.movie_name = "IMG_0002.MOV";

  const auto verification = verified(pair);

  EXPECT_EQ(verification.verdict(Profile::PhotoPrism), Verdict::Fail);
  EXPECT_NE(verification.verdict(Profile::Wallpaper), Verdict::Fail);
}

// ---- A pair that was made without it -------------------------------------------

TEST_F(VerifyWallpaper, FailsAPairThatWasMadeWithoutIt) {
  const auto verification = verified(testing::good_pair());

  std::set<std::string> failed;
  for (const Check& check : verification.checks)
    if (check.profile == Profile::Wallpaper && check.verdict == Verdict::Fail)
      failed.insert(check.name);
  EXPECT_EQ(failed, (std::set<std::string>{"wallpaper-frames-before", "wallpaper-info"}));
  EXPECT_NE(verification.verdict(Profile::Apple), Verdict::Fail);
}

TEST_F(VerifyWallpaper, IsAskedOnlyByName) {
  const auto paths = write_pair(testing::wallpaper_pair(), folder_ / "plain");

  const auto verification = verify_pair(paths.still, paths.movie);

  EXPECT_TRUE(std::ranges::none_of(verification.checks, [](const Check& check) {
    return check.profile == Profile::Wallpaper;
  }));
  EXPECT_EQ(profile_named("wallpaper"), Profile::Wallpaper);
}

TEST_F(VerifyWallpaper, TellsWhatEachRuleRestsOn) {
  const auto text = verify_text(verified(testing::wallpaper_pair()), Profile::Wallpaper);

  EXPECT_NE(text.find("[camera-files]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("[project]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("[hypothesis]\n"), std::string::npos) << text;
  EXPECT_NE(text.find("only a device shows.\n"), std::string::npos) << text;
}

// ---- What moves before the still -----------------------------------------------

// Thirty a second; each moved so much to the right against the one before.
std::vector<select::FrameMeasures> pan(int frames, double dx) {
  std::vector<select::FrameMeasures> measures;
  for (int i = 0; i < frames; ++i) {
    select::FrameMeasures frame;
    frame.time = std::chrono::nanoseconds(std::int64_t{1'000'000'000} * i / 30);
    frame.follows = i > 0;
    frame.motion.dx = dx;
    measures.push_back(frame);
  }
  return measures;
}

TEST(WallpaperMovement, WarnsOfAFastPanAndOfNoSlowOne) {
  const auto slow = wallpaper_movement_check(pan(31, 3), 1080, 1920, 1s);
  const auto fast = wallpaper_movement_check(pan(31, 9), 1080, 1920, 1s);

  ASSERT_TRUE(slow && fast);
  EXPECT_EQ(slow->verdict, Verdict::Pass) << slow->why;
  EXPECT_NE(slow->why.find("4 %"), std::string::npos) << slow->why;  // 14 x 3 of 1080 pixels
  EXPECT_EQ(fast->verdict, Verdict::Warn);
  EXPECT_NE(fast->why.find("12 %"), std::string::npos) << fast->why;
  EXPECT_EQ(fast->basis, Basis::Hypothesis);
}

TEST(WallpaperMovement, LooksOnlyAtTheFramesBeforeTheStill) {
  auto frames = pan(60, 0);
  for (std::size_t i = 31; i < frames.size(); ++i) frames[i].motion.dx = 40;
  for (std::size_t i = 1; i < 16; ++i) frames[i].motion.dx = 40;

  const auto check = wallpaper_movement_check(frames, 1080, 1920, 1s);

  ASSERT_TRUE(check);
  EXPECT_EQ(check->verdict, Verdict::Pass) << check->why;
}

TEST(WallpaperMovement, WarnsOfWildSubjectsAndOfCuts) {
  auto wild = pan(31, 0);
  for (auto& frame : wild) frame.local_motion = 0.3;
  auto cut = pan(31, 0);
  cut[25].is_cut = true;

  const auto of_wild = wallpaper_movement_check(wild, 1080, 1920, 1s);
  const auto of_cut = wallpaper_movement_check(cut, 1080, 1920, 1s);

  ASSERT_TRUE(of_wild && of_cut);
  EXPECT_NE(of_wild->why.find("wildly"), std::string::npos) << of_wild->why;
  EXPECT_NE(of_cut->why.find("cut"), std::string::npos) << of_cut->why;
}

TEST(WallpaperMovement, NeedsAPictureAtTheMarker) {
  EXPECT_FALSE(wallpaper_movement_check(pan(31, 0), 1080, 1920, 1'017ms));
  EXPECT_FALSE(wallpaper_movement_check({}, 1080, 1920, 0s));
}

}  // namespace
}  // namespace livephoto
