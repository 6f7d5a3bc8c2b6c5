// Which frames are the clip, which is the still, and what is said where there is none.
#include "gst/select/window.h"

#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace livephoto::select {
namespace {

using std::chrono::hours;
using std::chrono::microseconds;
using std::chrono::milliseconds;

constexpr nanoseconds kUnknown{0};

// A window, and what it has let out so far.
class Cut {
 public:
  explicit Cut(const WindowSettings& settings) : window_(settings) {}
  Cut(nanoseconds start, nanoseconds duration, std::optional<nanoseconds> still = {})
      : window_({.start = start, .duration = duration, .still = still}) {}

  Window& window() { return window_; }

  // False once the clip is complete or cannot be had.
  bool frame(nanoseconds time, nanoseconds duration = kUnknown) {
    return take(window_.frame(time, duration), time);
  }
  // Frames of 40 ms: `count` of them from `first` on.
  bool frames(int count, nanoseconds first = {}) {
    for (int i = 0; i < count; ++i)
      if (!frame(first + i * milliseconds(40), milliseconds(40))) return false;
    return true;
  }
  bool gap_until(nanoseconds time) { return take(window_.gap_until(time), {}); }
  bool end() { return take(window_.end(), {}); }

  struct Released {
    nanoseconds source_time;
    HeldFrame frame;
  };
  const std::vector<Released>& released() const { return released_; }
  const std::string& error() const { return error_; }

  // The source times of the clip's frames.
  std::vector<nanoseconds> times() const {
    std::vector<nanoseconds> times;
    for (const auto& released : released_) times.push_back(released.source_time);
    return times;
  }
  // The source times of the frames that were said to be the still.
  std::vector<nanoseconds> stills() const {
    std::vector<nanoseconds> times;
    for (const auto& released : released_)
      if (released.frame.is_still) times.push_back(released.source_time);
    return times;
  }

 private:
  bool take(const Result<Step>& step, nanoseconds time) {
    if (!step) {
      error_ = step.error().message;
      return false;
    }
    if (step->held.is_in_clip) released_.push_back({held_, step->held});
    if (step->holds_new) held_ = time;
    return !window_.end_time().has_value();
  }

  Window window_;
  nanoseconds held_{-1};
  std::vector<Released> released_;
  std::string error_;
};

using Times = std::vector<nanoseconds>;

Times every_40_ms(int first, int count) {
  Times times;
  for (int i = 0; i < count; ++i) times.emplace_back((first + i) * milliseconds(40));
  return times;
}

bool contains(const std::string& text, const std::string& part) {
  return text.find(part) != std::string::npos;
}

// ---- Where the clip begins -----------------------------------------------------

TEST(WindowBegin, IsTheFrameOnScreenAtTheStart) {
  Cut cut(milliseconds(100), milliseconds(160));

  cut.frames(20);

  EXPECT_EQ(cut.window().begin_time(), milliseconds(80));
  EXPECT_EQ(cut.times(), every_40_ms(2, 4));
}

TEST(WindowBegin, IsAFrameExactlyAtTheStart) {
  Cut cut(milliseconds(120), milliseconds(80));

  cut.frames(20);

  EXPECT_EQ(cut.times(), every_40_ms(3, 2));
}

TEST(WindowBegin, CountsAFrameHalfAMillisecondLaterAsOnScreen) {
  Cut cut(milliseconds(1000), milliseconds(100));

  cut.frame(milliseconds(960));
  cut.frame(milliseconds(1000) + microseconds(500));
  cut.frame(milliseconds(1040));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(1000) + microseconds(500));
}

TEST(WindowBegin, DoesNotCountAFrameThatComesLaterThanThat) {
  Cut cut(milliseconds(1000), milliseconds(100));

  cut.frame(milliseconds(960));
  cut.frame(milliseconds(1000) + microseconds(500) + nanoseconds(1));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(960));
}

TEST(WindowBegin, IsNotKnownBeforeALaterFrameHasCome) {
  Cut cut(milliseconds(100), milliseconds(160));

  cut.frames(3);

  EXPECT_EQ(cut.window().begin_time(), std::nullopt);
  EXPECT_TRUE(cut.released().empty());
}

TEST(WindowBegin, IsTheVideosFirstFrameIfThatComesInsideTheWindow) {
  Cut cut(milliseconds(0), milliseconds(200));

  cut.frames(20, milliseconds(120));

  // The duration counts from there.
  EXPECT_EQ(cut.window().begin_time(), milliseconds(120));
  EXPECT_EQ(cut.window().end_time(), milliseconds(320));
}

TEST(WindowBegin, CannotBeAfterTheWindow) {
  Cut cut(milliseconds(2000), milliseconds(1000));

  cut.frame(milliseconds(3000));

  EXPECT_EQ(
      cut.error(),
      "The video's first picture is at 3.000 s, after the clip that was asked for (2.000 s to "
      "3.000 s); set start-time to 3.000 s or later.");
}

TEST(WindowBegin, MayBeTheWindowsLastNanosecond) {
  Cut cut(milliseconds(2000), milliseconds(1000));

  EXPECT_TRUE(cut.frame(milliseconds(3000) - nanoseconds(1)));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(3000) - nanoseconds(1));
}

TEST(WindowBegin, IsAFrameThatHasStoodForHalfASecond) {
  Cut cut(milliseconds(1000), milliseconds(200));

  cut.frame(milliseconds(500));
  cut.frame(milliseconds(1100));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(500));
}

TEST(WindowBegin, IsTheStartItselfWhereAFrameHasStoodLonger) {
  Cut cut(milliseconds(1000), milliseconds(200));

  cut.frame(milliseconds(500) - nanoseconds(1));
  cut.frame(milliseconds(1100));
  cut.frame(milliseconds(1200));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(1000));
  EXPECT_EQ(cut.window().end_time(), milliseconds(1200));
  ASSERT_EQ(cut.released().size(), 2u);
  EXPECT_EQ(cut.released()[0].frame.time, milliseconds(0));
  EXPECT_EQ(cut.released()[0].frame.duration, milliseconds(100));
  EXPECT_EQ(cut.released()[1].frame.time, milliseconds(100));
}

TEST(WindowBegin, IsTheStartItselfWhereTheOnlyFrameStandsToTheEnd) {
  Cut cut(milliseconds(2000), milliseconds(1000));

  cut.frame(milliseconds(0), milliseconds(10'000));
  cut.end();

  EXPECT_EQ(cut.window().begin_time(), milliseconds(2000));
  EXPECT_EQ(cut.window().end_time(), milliseconds(3000));
}

// ---- Where the clip ends -------------------------------------------------------

TEST(WindowEnd, IsTheFirstFrameAtOrAfterTheDuration) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frames(20);

  EXPECT_EQ(cut.window().end_time(), milliseconds(120));
  EXPECT_EQ(cut.times(), every_40_ms(0, 3));
}

TEST(WindowEnd, IsAFrameHalfAMillisecondBeforeTheDuration) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(100) - microseconds(500));

  EXPECT_EQ(cut.window().end_time(), milliseconds(100) - microseconds(500));
}

TEST(WindowEnd, IsNoFrameThatComesEarlierThanThat) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(100) - microseconds(500) - nanoseconds(1));

  EXPECT_EQ(cut.window().end_time(), std::nullopt);
}

TEST(WindowEnd, CountsTheDurationFromTheFirstFrame) {
  Cut cut(milliseconds(110), milliseconds(100));

  cut.frames(20);

  // 80 ms + 100 ms is 180 ms.
  EXPECT_EQ(cut.window().end_time(), milliseconds(200));
}

TEST(WindowEnd, IsTheEndOfTheLastFrameWhereTheVideoEnds) {
  Cut cut(milliseconds(0), milliseconds(1000));

  cut.frame(milliseconds(0), milliseconds(40));
  cut.frame(milliseconds(40), milliseconds(35));
  cut.end();

  EXPECT_EQ(cut.window().end_time(), milliseconds(75));
}

TEST(WindowEnd, TakesTheLastFrameToStandAsLongAsTheOneBefore) {
  Cut cut(milliseconds(0), milliseconds(1000));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(50));
  cut.end();

  EXPECT_EQ(cut.window().end_time(), milliseconds(100));
}

TEST(WindowEnd, MayComeHalfASecondLaterThanAsked) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(600));

  EXPECT_EQ(cut.window().end_time(), milliseconds(600));
}

TEST(WindowEnd, IsAsAskedWhereTheLastFrameWouldStandLonger) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(600) + nanoseconds(1));

  EXPECT_EQ(cut.window().end_time(), milliseconds(100));
  ASSERT_EQ(cut.released().size(), 1u);
  EXPECT_EQ(cut.released()[0].frame.duration, milliseconds(100));
}

TEST(WindowEnd, IsAsAskedWhereTheVideosLastFrameStandsLonger) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0), milliseconds(5000));
  cut.end();

  EXPECT_EQ(cut.window().end_time(), milliseconds(100));
}

TEST(WindowEnd, ComesWithAGapThatIsLongEnough) {
  Cut cut(milliseconds(0), milliseconds(100));
  cut.frame(milliseconds(0));
  cut.frame(milliseconds(50));

  EXPECT_TRUE(cut.gap_until(milliseconds(599)));
  EXPECT_FALSE(cut.gap_until(milliseconds(600)));

  EXPECT_EQ(cut.window().end_time(), milliseconds(600));
  EXPECT_EQ(cut.times(), (Times{milliseconds(0), milliseconds(50)}));
}

TEST(WindowEnd, IsAsAskedWhereAGapIsLonger) {
  Cut cut(milliseconds(0), milliseconds(100));
  cut.frame(milliseconds(0));
  cut.frame(milliseconds(50));

  cut.gap_until(milliseconds(9000));

  EXPECT_EQ(cut.window().end_time(), milliseconds(100));
}

TEST(WindowEnd, IsNotMovedByAGapBeforeThePicture) {
  Cut cut(milliseconds(0), milliseconds(100));

  EXPECT_TRUE(cut.gap_until(milliseconds(20)));
  EXPECT_TRUE(cut.frame(milliseconds(20)));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(20));
}

// ---- What leaves ---------------------------------------------------------------

TEST(WindowFrames, HaveTimesFromTheFirstAndTouch) {
  Cut cut(milliseconds(100), milliseconds(100));

  cut.frames(20);

  ASSERT_EQ(cut.released().size(), 3u);
  for (int i = 0; i < 3; ++i) {
    const auto& frame = cut.released()[static_cast<std::size_t>(i)].frame;
    EXPECT_EQ(frame.is_first, i == 0);
    EXPECT_EQ(frame.time, i * milliseconds(40));
    EXPECT_EQ(frame.duration, milliseconds(40));
  }
}

TEST(WindowFrames, LastUntilTheNextWhateverTheySay) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0), milliseconds(10));
  cut.frame(milliseconds(70), milliseconds(500));
  cut.frame(milliseconds(110), milliseconds(10));

  ASSERT_EQ(cut.released().size(), 2u);
  EXPECT_EQ(cut.released()[0].frame.duration, milliseconds(70));
  EXPECT_EQ(cut.released()[1].frame.duration, milliseconds(40));
}

TEST(WindowFrames, ThatDoNotAscendAreDropped) {
  Cut cut(milliseconds(0), milliseconds(100));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(40));
  cut.frame(milliseconds(40));
  cut.frame(milliseconds(20));
  cut.frame(milliseconds(80));
  cut.frame(milliseconds(120));

  EXPECT_EQ(cut.times(), every_40_ms(0, 3));
  EXPECT_EQ(cut.released()[1].frame.duration, milliseconds(40));
}

TEST(WindowFrames, MayBeASingleOne) {
  Cut cut(milliseconds(0), milliseconds(3000));

  cut.frame(milliseconds(0));
  cut.end();

  ASSERT_EQ(cut.released().size(), 1u);
  EXPECT_TRUE(cut.released()[0].frame.is_first);
  EXPECT_TRUE(cut.released()[0].frame.is_still);
  EXPECT_EQ(cut.window().end_time(), nanoseconds(33'333'333));
}

TEST(WindowFrames, MayClaimToStandForEver) {
  Cut cut(milliseconds(0), milliseconds(3000));

  cut.frame(nanoseconds::max() / 2, milliseconds(40));
  Cut other(milliseconds(0), milliseconds(3000));
  other.frame(milliseconds(1000), nanoseconds::max());
  other.end();

  EXPECT_TRUE(contains(cut.error(), "first picture"));
  EXPECT_EQ(other.window().end_time(), milliseconds(4000));
}

// ---- The still -----------------------------------------------------------------

TEST(WindowStill, IsTheFrameOnScreenThen) {
  Cut cut(milliseconds(0), milliseconds(200), milliseconds(119));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(80)});
  EXPECT_EQ(cut.window().still_offset(), milliseconds(80));
}

TEST(WindowStill, MayBeHalfAMillisecondLate) {
  Cut cut(milliseconds(0), milliseconds(200), milliseconds(120) - microseconds(500));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(120)});
}

TEST(WindowStill, IsNoLaterFrameThanThat) {
  Cut cut(
      milliseconds(0),
      milliseconds(200),
      milliseconds(120) - microseconds(500) - nanoseconds(1));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(80)});
}

TEST(WindowStill, IsMeasuredFromTheClipsFirstFrame) {
  Cut cut(milliseconds(100), milliseconds(200), milliseconds(170));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(160)});
  EXPECT_EQ(cut.window().still_offset(), milliseconds(80));
}

TEST(WindowStill, IsTheFirstFrameIfNoneIsOnScreenYet) {
  Cut cut(milliseconds(0), milliseconds(200), milliseconds(10));

  cut.frames(20, milliseconds(120));

  EXPECT_EQ(cut.stills(), Times{milliseconds(120)});
  EXPECT_EQ(cut.window().still_offset(), milliseconds(0));
}

TEST(WindowStill, IsInTheMiddleIfNotGiven) {
  Cut cut(milliseconds(0), milliseconds(400));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(200)});
}

TEST(WindowStill, IsInTheMiddleOfWhatTheSourceHas) {
  Cut cut(milliseconds(400), milliseconds(3000));
  cut.window().set_source_end(milliseconds(800));

  cut.frames(20);
  cut.end();

  EXPECT_EQ(cut.stills(), Times{milliseconds(600)});
}

TEST(WindowStill, IgnoresASourceThatSaysItEndsBeforeTheClip) {
  Cut cut(milliseconds(400), milliseconds(200));
  cut.window().set_source_end(milliseconds(100));

  cut.frames(20);

  EXPECT_EQ(cut.stills(), Times{milliseconds(480)});
}

TEST(WindowStill, IsTheLastFrameIfTheSourceEndsBeforeTheMiddle) {
  Cut cut(milliseconds(0), milliseconds(3000));

  cut.frames(5);
  cut.end();

  EXPECT_EQ(cut.stills(), Times{milliseconds(160)});
  EXPECT_EQ(cut.window().still_offset(), milliseconds(160));
}

TEST(WindowStill, IsExactlyOne) {
  for (int at = 0; at < 200; at += 10) {
    Cut cut(milliseconds(0), milliseconds(200), milliseconds(at));

    cut.frames(20);

    EXPECT_EQ(cut.stills(), Times{(at / 40) * milliseconds(40)});
  }
}

TEST(WindowStill, MayNotBeAfterTheClip) {
  Cut cut(milliseconds(0), milliseconds(100), milliseconds(120));

  cut.frames(20);

  EXPECT_EQ(
      cut.error(),
      "The still at 0.120 s is outside the clip, which ends at 0.120 s; set still-time before "
      "that.");
  EXPECT_TRUE(cut.stills().empty());
}

TEST(WindowStill, MayNotBeAfterTheVideo) {
  Cut cut(milliseconds(0), milliseconds(3000), milliseconds(500));

  cut.frames(5);
  cut.end();

  EXPECT_EQ(
      cut.error(),
      "The still at 0.500 s is outside the clip, which ends at 0.200 s with the video; set "
      "still-time before that.");
}

TEST(WindowStill, MayBeInTheOverhang) {
  Cut cut(milliseconds(0), milliseconds(100), milliseconds(350));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(400));

  EXPECT_EQ(cut.stills(), Times{milliseconds(0)});
}

TEST(WindowStill, MayNotBeInAnOverhangThatIsCutOff) {
  Cut cut(milliseconds(0), milliseconds(100), milliseconds(350));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(4000));

  EXPECT_TRUE(contains(cut.error(), "ends at 0.100 s")) << cut.error();
}

TEST(WindowStill, IsAtTheClipsBeginWhereItsFrameHasStoodLong) {
  Cut cut(milliseconds(2000), milliseconds(200), milliseconds(2000));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(2100));
  cut.frame(milliseconds(2200));

  EXPECT_EQ(cut.stills(), Times{milliseconds(0)});
  EXPECT_EQ(cut.window().still_offset(), milliseconds(0));
}

// ---- What is no clip -----------------------------------------------------------

TEST(WindowErrors, StartPastTheEndOfTheVideo) {
  Cut cut(milliseconds(5000), milliseconds(1000));

  cut.frames(5);
  cut.end();

  EXPECT_EQ(
      cut.error(),
      "The clip begins at 5.000 s, but the video ends at 0.200 s; set start-time before that.");
}

TEST(WindowErrors, StartExactlyAtTheEndOfTheVideo) {
  Cut cut(milliseconds(200), milliseconds(1000));

  cut.frames(5);
  cut.end();

  EXPECT_TRUE(contains(cut.error(), "the video ends at 0.200 s")) << cut.error();
}

TEST(WindowErrors, StartInTheLastFrameIsNone) {
  Cut cut(milliseconds(190), milliseconds(1000));

  cut.frames(5);
  cut.end();

  EXPECT_EQ(cut.times(), Times{milliseconds(160)});
  EXPECT_EQ(cut.error(), "");
}

TEST(WindowErrors, NoPictureAtAll) {
  Cut cut(milliseconds(0), milliseconds(1000));

  cut.end();

  EXPECT_EQ(
      cut.error(),
      "The video has no picture; check that the source has a video stream that can be decoded.");
}

TEST(WindowSettings, AreRefusedWithoutLength) {
  const auto zero = check({.duration = nanoseconds(0)});
  const auto negative = check({.duration = nanoseconds(-1)});

  ASSERT_FALSE(zero);
  ASSERT_FALSE(negative);
  EXPECT_TRUE(contains(zero.error().message, "duration is zero"));
}

TEST(WindowSettings, AreRefusedBeyondAnHour) {
  EXPECT_TRUE(check({.duration = hours(1)}));
  const auto longer = check({.duration = hours(1) + nanoseconds(1)});

  ASSERT_FALSE(longer);
  EXPECT_TRUE(contains(longer.error().message, "3600.000 s is no Live Photo"));
}

TEST(WindowSettings, AreRefusedWithAStillBeforeTheStart) {
  EXPECT_TRUE(check({.start = milliseconds(500), .still = milliseconds(500)}));
  const auto before = check({.start = milliseconds(500), .still = milliseconds(499)});

  ASSERT_FALSE(before);
  EXPECT_EQ(
      before.error().message,
      "The still at 0.499 s is before the clip, which begins at 0.500 s; set still-time inside "
      "the clip.");
}

TEST(WindowSettings, AreRefusedWithAStartThatNoVideoReaches) {
  const auto absurd = check({.start = nanoseconds::max()});

  ASSERT_FALSE(absurd);
  EXPECT_TRUE(contains(absurd.error().message, "past the end of any video"));
}

// ---- What sound may count on ---------------------------------------------------

TEST(WindowBounds, BeforeThePictureAreTheWidestThereCanBe) {
  const Window window({.start = milliseconds(2000), .duration = milliseconds(1000)});

  EXPECT_EQ(window.earliest_begin(), milliseconds(1500) - microseconds(500));
  EXPECT_EQ(window.latest_end(), milliseconds(4500));
  EXPECT_EQ(window.sound_until(), std::nullopt);
}

TEST(WindowBounds, HoldForEveryPlaceOfTheFirstFrames) {
  for (int first = 0; first < 3000; first += 70) {
    for (const int interval : {40, 400, 499, 501, 1700}) {
      const WindowSettings settings{.start = milliseconds(2000), .duration = milliseconds(1000)};
      const Window before(settings);
      Cut cut(settings);

      for (int i = 0; i < 100; ++i)
        if (!cut.frame(milliseconds(first + i * interval))) break;

      ASSERT_TRUE(cut.window().end_time());
      EXPECT_GE(*cut.window().begin_time(), before.earliest_begin()) << first << " " << interval;
      EXPECT_LE(*cut.window().end_time(), before.latest_end()) << first << " " << interval;
    }
  }
}

TEST(WindowBounds, CloseInOnTheClip) {
  Cut cut(milliseconds(100), milliseconds(100));

  cut.frames(4);

  EXPECT_EQ(cut.window().earliest_begin(), milliseconds(80));
  EXPECT_EQ(cut.window().latest_end(), milliseconds(680));
  EXPECT_EQ(cut.window().sound_until(), milliseconds(180) - microseconds(500));

  cut.frames(20, milliseconds(160));

  EXPECT_EQ(cut.window().latest_end(), milliseconds(200));
  EXPECT_EQ(cut.window().sound_until(), milliseconds(200));
}

TEST(WindowBounds, LetSoundGoOnToTheEndThatWasAskedFor) {
  Cut cut(milliseconds(2000), milliseconds(1000));

  cut.frame(milliseconds(0));
  cut.frame(milliseconds(2500));

  EXPECT_EQ(cut.window().sound_until(), milliseconds(3000) - microseconds(500));
}

TEST(WindowBounds, NeverLetSoundGoBeyondTheEnd) {
  Cut cut(milliseconds(0), milliseconds(1000));
  for (int i = 0; i < 100; ++i) {
    if (!cut.frame(i * milliseconds(33))) break;
    EXPECT_LT(cut.window().sound_until().value_or(nanoseconds(0)), milliseconds(1000));
  }
  EXPECT_EQ(cut.window().sound_until(), cut.window().end_time());
}

// ---- A source with a still of its own -------------------------------------------

TEST(SourceStill, IsTheDefault) {
  Cut cut(milliseconds(0), milliseconds(400));
  cut.window().set_source_still(milliseconds(85));

  cut.frames(11);

  EXPECT_EQ(cut.stills(), (std::vector<nanoseconds>{milliseconds(80)}));
}

TEST(SourceStill, GivesWayToTheOneThatWasAskedFor) {
  Cut cut(milliseconds(0), milliseconds(400), milliseconds(240));
  cut.window().set_source_still(milliseconds(85));

  cut.frames(11);

  EXPECT_EQ(cut.stills(), (std::vector<nanoseconds>{milliseconds(240)}));
}

TEST(SourceStill, IsForgottenWhereItIsNotInTheClip) {
  for (const auto own : {milliseconds(20), milliseconds(500)}) {
    Cut cut(milliseconds(80), milliseconds(200));
    cut.window().set_source_still(own);

    cut.frames(11);

    EXPECT_EQ(cut.stills(), (std::vector<nanoseconds>{milliseconds(160)})) << own.count();
  }
}

// ---- A source that corrects itself ---------------------------------------------

TEST(Correction, MovesTheFrameThatIsHeld) {
  Cut cut(milliseconds(0), milliseconds(80));
  cut.frame(milliseconds(0));

  EXPECT_TRUE(cut.window().correct(milliseconds(21)));

  cut.frames(3, milliseconds(61));
  EXPECT_EQ(cut.window().begin_time(), milliseconds(21));
  EXPECT_EQ(cut.window().end_time(), milliseconds(101));
}

TEST(Correction, MovesTheClipThatBeginsWithTheVideo) {
  Cut cut(milliseconds(0), milliseconds(80));
  cut.frame(milliseconds(30));

  EXPECT_TRUE(cut.window().correct(milliseconds(10)));

  cut.frames(3, milliseconds(80));
  EXPECT_EQ(cut.window().begin_time(), milliseconds(40));
  EXPECT_EQ(cut.window().still_offset(), milliseconds(40));
}

TEST(Correction, ComesTooLateWithinTheClip) {
  Cut cut(milliseconds(0), milliseconds(200));
  cut.frames(3);

  EXPECT_FALSE(cut.window().correct(milliseconds(21)));

  EXPECT_EQ(cut.window().begin_time(), milliseconds(0));
}

}  // namespace
}  // namespace livephoto::select
