// The lock screen's rules: a pair that keeps them all, and what is said of each that breaks one.
#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <map>
#include <ostream>
#include <set>
#include <string>
#include <tuple>

#include "core/pair/wallpaper_checks.h"
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
  // All fakes, verified once.
  const std::vector<Verification>& fakes() {
    static const auto kAll = [this] {
      std::vector<Verification> all;
      for (const FakePair& fake : testing::wallpaper_fakes()) all.push_back(verified(fake));
      return all;
    }();
    return kAll;
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
  EXPECT_EQ(asked, 24u);
}

TEST_F(VerifyWallpaper, SaysOfEachFakeWhatIsWrongAndNothingElse) {
  std::set<std::string> names;
  for (std::size_t i = 0; i < fakes().size(); ++i) {
    const FakePair& fake = testing::wallpaper_fakes()[i];
    const Verification& verification = fakes()[i];
    EXPECT_TRUE(names.insert(fake.name).second) << fake.name;

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

// A rule, what it rests on, and what is said of who breaks it.
struct Row {
  std::string rule;
  Basis basis;
  Verdict verdict;

  auto operator<=>(const Row&) const = default;
  friend std::ostream& operator<<(std::ostream& out, const Row& row) {
    return out << row.rule << " [" << name_of(row.basis) << "] " << name_of(row.verdict);
  }
};

const std::set<Row>& broken_rules() {
  constexpr auto kWarn = Verdict::Warn;
  constexpr auto kFail = Verdict::Fail;
  static const std::set<Row> kRows{
      {"wallpaper-movie", Basis::Rule, kFail},
      {"wallpaper-upright", Basis::Project, kWarn},
      {"wallpaper-size", Basis::Project, kWarn},
      {"wallpaper-size", Basis::Hypothesis, kWarn},
      {"wallpaper-codec", Basis::Project, kWarn},
      {"wallpaper-codec", Basis::CameraFiles, kFail},
      {"wallpaper-rate", Basis::CameraFiles, kWarn},
      {"wallpaper-rate", Basis::Hypothesis, kWarn},
      {"wallpaper-one-edit", Basis::CameraFiles, kFail},
      {"wallpaper-hidden-frames", Basis::Hypothesis, kWarn},
      {"wallpaper-length", Basis::Hypothesis, kWarn},
      {"wallpaper-transform", Basis::CameraFiles, kFail},
      {"wallpaper-reference", Basis::CameraFiles, kWarn},
      {"wallpaper-frames-before", Basis::Project, kFail},     // none
      {"wallpaper-frames-before", Basis::Hypothesis, kWarn},  // few
      {"wallpaper-still-on-frame", Basis::CameraFiles, kWarn},
      {"wallpaper-info", Basis::CameraFiles, kFail},
      {"wallpaper-info", Basis::CameraFiles, kWarn},
      {"wallpaper-info-type", Basis::CameraFiles, kFail},
      {"wallpaper-set-up", Basis::CameraFiles, kFail},
      {"wallpaper-set-up", Basis::Hypothesis, kWarn},
      {"wallpaper-dims", Basis::CameraFiles, kFail},
      {"wallpaper-dims", Basis::CameraFiles, kWarn},
      {"wallpaper-records", Basis::CameraFiles, kFail},
      {"wallpaper-record-times", Basis::CameraFiles, kFail},
      {"wallpaper-record-times", Basis::CameraFiles, kWarn},
      {"wallpaper-record-table", Basis::CameraFiles, kWarn},
      {"wallpaper-record-motion", Basis::Hypothesis, kWarn},
      {"wallpaper-info-motion", Basis::CameraFiles, kWarn},
      {"wallpaper-orientation", Basis::CameraFiles, kWarn},
      {"wallpaper-tracks-enabled", Basis::CameraFiles, kWarn},
      {"wallpaper-vitality", Basis::CameraFiles, kWarn},
      {"wallpaper-still", Basis::CameraFiles, kWarn},
  };
  return kRows;
}

TEST_F(VerifyWallpaper, WarnsOfWhatIsOnlyAHypothesisAndFailsWhatIsShown) {
  std::set<Row> broken;
  const auto take = [&broken](const std::vector<Check>& checks) {
    for (const Check& check : checks)
      if (check.profile == Profile::Wallpaper && check.verdict != Verdict::Pass)
        broken.insert({check.name, check.basis, check.verdict});
  };
  for (const Verification& fake : fakes()) take(fake.checks);
  take(wallpaper_checks({}, {}));

  EXPECT_EQ(broken, broken_rules());
  for (const Row& row : broken_rules())
    EXPECT_FALSE(row.basis == Basis::Hypothesis && row.verdict == Verdict::Fail) << row;
}

TEST_F(VerifyWallpaper, HasAFakeForEachRule) {
  std::set<std::string> with_fakes;
  for (const Row& row : broken_rules()) with_fakes.insert(row.rule);

  for (const Check& check : verified(testing::wallpaper_pair()).checks) {
    if (check.profile != Profile::Wallpaper) continue;
    EXPECT_TRUE(with_fakes.contains(check.name)) << check.name;
  }
}

TEST_F(VerifyWallpaper, TakesACamerasSizeStoodUprightAndSaysThatItIsAHypothesis) {
  const auto& all = testing::wallpaper_fakes();
  const auto fake = std::ranges::find(all, "camera-size-stood-upright", &FakePair::name);

  const auto checks = verified(*fake).checks;

  const auto size = std::ranges::find(checks, "wallpaper-size", &Check::name);
  ASSERT_NE(size, checks.end());
  EXPECT_EQ(size->verdict, Verdict::Pass);
  EXPECT_EQ(size->basis, Basis::Hypothesis);
  EXPECT_NE(size->why.find("hypothesis"), std::string::npos) << size->why;
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

// ---- A camera's own records ----------------------------------------------------

// The field beside a homography has to be that homography's: so it is with a camera, by far less
// than a pixel. It proves which way both point, from where they count, and in what unit.
TEST(CentreMotion, IsThatOfTheHomographiesWithACamera) {
  const char* golden = std::getenv("LIVEPHOTO_GOLDEN");
  const auto movie = fs::path(golden ? golden : "") / "../../../shared/media/livephotos" /
                     "lychee-iphone6s-train.mov";
  if (!fs::exists(movie)) GTEST_SKIP() << "there is no ../shared with the pairs of cameras";
  const auto facts = inspect_movie(movie);
  ASSERT_TRUE(facts) << facts.error().message;
  ASSERT_EQ(facts->infos.size(), 1u);

  const auto error = pair::wallpaper::centre_motion_error(facts->infos[0]);

  ASSERT_TRUE(error);
  EXPECT_EQ(facts->infos[0].records.size(), 22u);
  EXPECT_LT(*error, 0.01);
}

// A pan by `pan` pixels a record, with a motion that says so but for its factor.
InfoTrackFacts panning_records(float pan, float factor) {
  InfoTrackFacts track{.width = 1440, .height = 1080};
  for (int i = 0; i < 22; ++i) {
    TimedInfo record{.shown = i * 33ms};
    record.info.validity = 0xFF;
    record.info.frame_validity = 7;
    const auto moved = pan * static_cast<float>(i);
    record.info.homography = {1, 0, moved, 0, 1, 0, 0, 0, 1};
    record.info.motion = {factor * moved, 0};
    track.records.push_back(record);
  }
  return track;
}

TEST(CentreMotion, IsAgainstTheWayThatTheHomographyMovesTheCentre) {
  using pair::wallpaper::centre_motion_error;

  EXPECT_DOUBLE_EQ(centre_motion_error(panning_records(3, -1)).value_or(9), 0);
  EXPECT_DOUBLE_EQ(centre_motion_error(panning_records(3, 1)).value_or(9), 6);
  EXPECT_DOUBLE_EQ(centre_motion_error(panning_records(3, 0)).value_or(9), 3);
}

TEST(CentreMotion, IsNotAskedWhereNoRecordHasBoth) {
  auto track = panning_records(3, 0);
  for (TimedInfo& record : track.records) record.info.validity = 8;

  auto of_no_size = panning_records(3, 0);
  of_no_size.width = 0;

  EXPECT_FALSE(pair::wallpaper::centre_motion_error(track));
  EXPECT_FALSE(pair::wallpaper::centre_motion_error(of_no_size));
  EXPECT_FALSE(pair::wallpaper::centre_motion_error({}));
}

// ---- A pair that was made without it -------------------------------------------

TEST_F(VerifyWallpaper, FailsAPairThatWasMadeWithoutIt) {
  const auto verification = verified(testing::good_pair());

  std::set<std::string> failed;
  for (const Check& check : verification.checks)
    if (check.profile == Profile::Wallpaper && check.verdict == Verdict::Fail)
      failed.insert(check.name);
  EXPECT_EQ(failed, (std::set<std::string>{"wallpaper-info"}));
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
