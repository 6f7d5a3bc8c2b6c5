// Which packets of an encoded stream are the clip, where they are not shown in
// the order in which they are decoded.
#include "gst/select/packet_clip.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cstdlib>
#include <numeric>
#include <sstream>
#include <string>
#include <vector>

namespace livephoto::select {
namespace {

using std::chrono::milliseconds;
using Numbers = std::vector<int>;

constexpr milliseconds kFrame{40};

nanoseconds at(int number) { return number * kFrame; }

// A clip, fed as livephotoselect does it.
class Cut {
 public:
  explicit Cut(const WindowSettings& settings) : settings_(settings), window_(settings) {}
  // From the frame `first` to `last`, with the still `still`.
  Cut(int first, int last, int still)
      : Cut(
            {.start = at(first) + milliseconds(1),
             .duration = at(last - first + 1) - milliseconds(2),
             .still = at(still) + milliseconds(1)}) {}

  // Frames in the order of decoding: "I0 P2 b1", I being sync, 40 ms each. One
  // with an x is hidden by the source.
  Cut& add(const std::string& stream) {
    std::istringstream words(stream);
    for (std::string word; words >> word;) {
      const int number = std::atoi(&word[1]);
      add(
          {.time = at(number),
           .duration = kFrame,
           .is_sync = word[0] == 'I',
           .is_shown = word.back() != 'x'});
    }
    return *this;
  }
  void add(const Packet& packet) {
    if (!error_.empty() || window_.end_time()) return;
    const auto added = clip_.add(packet, settings_.start, window_);
    if (!added) {
      error_ = added.error().message;
      return;
    }
    ASSERT_LE(added->forget, kept_.size());
    kept_.erase(kept_.begin(), kept_.begin() + static_cast<std::ptrdiff_t>(added->forget));
    if (added->keep) kept_.push_back(packet);
    most_kept_ = std::max(most_kept_, kept_.size());
  }
  Cut& end() {
    if (const auto ended = clip_.end(window_); !ended) error_ = ended.error().message;
    return *this;
  }

  bool is_complete() const { return window_.end_time().has_value(); }
  const std::string& error() const { return error_; }
  std::size_t most_kept() const { return most_kept_; }
  Window& window() { return window_; }

  std::string refusal() const {
    const auto cut = clip_.cut();
    return cut ? "" : cut.error().message;
  }
  Numbers clip() const { return numbers(clip_.cut()->clip); }
  Numbers still() const { return numbers(clip_.cut()->still); }
  int first_shown() const { return number(kept_.at(clip_.cut()->first_shown)); }
  nanoseconds begin() const { return window_.begin_time().value_or(nanoseconds(-1)); }
  nanoseconds end_time() const { return window_.end_time().value_or(nanoseconds(-1)); }

 private:
  static int number(const Packet& packet) { return static_cast<int>(packet.time / kFrame); }
  Numbers numbers(const PacketRange& range) const {
    Numbers numbers;
    for (std::size_t i = range.first; i <= range.last; ++i) numbers.push_back(number(kept_.at(i)));
    return numbers;
  }

  WindowSettings settings_;
  Window window_;
  PacketClip clip_;
  std::vector<Packet> kept_;
  std::size_t most_kept_ = 0;
  std::string error_;
};

// Three closed groups of eight pictures, and three that are open: the b before
// an I are decoded after it, and refer to what was before it too.
constexpr const char* kClosed =
    "I0 P2 b1 P4 b3 P6 b5 P7 I8 P10 b9 P12 b11 P14 b13 P15 I16 P18 b17 P20 b19 P22 b21 P23";
constexpr const char* kOpen =
    "I0 P3 b1 b2 P6 b4 b5 I9 b7 b8 P12 b10 b11 P15 b13 b14 I18 b16 b17 P21 b19 b20";

// ---- The order in which frames are shown ---------------------------------------

Numbers shown(const Numbers& decoded, std::size_t* most_pending = nullptr) {
  Reordering reordering;
  Numbers shown;
  const auto take = [&](bool at_end) {
    while (const auto frame = reordering.next(at_end)) {
      EXPECT_EQ(frame->duration, kFrame);
      shown.push_back(static_cast<int>(frame->time / kFrame));
    }
  };
  for (const int number : decoded) {
    reordering.add({at(number), kFrame});
    take(false);
    if (most_pending) *most_pending = std::max(*most_pending, decoded.size() - shown.size());
  }
  take(true);
  return shown;
}

Numbers up_to(int count) {
  Numbers numbers(static_cast<std::size_t>(count));
  std::iota(numbers.begin(), numbers.end(), 0);
  return numbers;
}

TEST(Reordering, KeepsAStreamWithoutBFramesAsItIs) { EXPECT_EQ(shown(up_to(50)), up_to(50)); }

TEST(Reordering, PutsBFramesWhereTheyAreShown) {
  EXPECT_EQ(shown({0, 3, 1, 2, 6, 4, 5, 9, 7, 8}), up_to(10));
}

TEST(Reordering, HoldsAsManyEarlyFramesAsTheStandardsAllow) {
  // 16 that are shown after 0, and then again.
  Numbers decoded;
  for (int group = 0; group < 4; ++group) {
    for (int i = 16; i > 0; --i) decoded.push_back(group * 17 + i);
    decoded.push_back(group * 17);
  }

  EXPECT_EQ(shown(decoded), up_to(68));
}

TEST(Reordering, FollowsAPyramid) {
  const Numbers pyramid = {16, 8, 4, 2, 1, 3, 6, 5, 7, 12, 10, 9, 11, 14, 13, 15};
  Numbers decoded = {0};
  for (int group = 0; group < 4; ++group)
    for (const int number : pyramid) decoded.push_back(group * 16 + number);

  EXPECT_EQ(shown(decoded), up_to(65));
}

TEST(Reordering, KnowsTheNextFrameBeforeTheEnd) {
  Reordering reordering;
  int count = 0;
  for (int i = 0; i < 100; ++i) {
    reordering.add({at(i), kFrame});
    while (reordering.next(false)) ++count;
  }

  EXPECT_GE(count, 100 - 18);
  EXPECT_LT(count, 100 - 15);
}

TEST(Reordering, HasNothingAfterTheEnd) {
  Reordering reordering;
  EXPECT_FALSE(reordering.next(true));
  reordering.add({at(0), kFrame});
  EXPECT_FALSE(reordering.next(false));
  EXPECT_TRUE(reordering.next(true));
  EXPECT_FALSE(reordering.next(true));
}

// ---- Closed groups -------------------------------------------------------------

TEST(PacketClip, BeginsWithTheSyncFrameThatIsOnScreen) {
  Cut cut(8, 10, 9);

  cut.add(kClosed).end();

  EXPECT_EQ(cut.clip(), (Numbers{8, 10, 9}));
  EXPECT_EQ(cut.still(), (Numbers{8, 10, 9}));
  EXPECT_EQ(cut.first_shown(), 8);
  EXPECT_EQ(cut.begin(), at(8));
  EXPECT_EQ(cut.end_time(), at(11));
}

TEST(PacketClip, BeginsWithASyncFrameExactlyAtTheStart) {
  Cut cut({.start = at(8), .duration = at(1), .still = at(8)});

  cut.add(kClosed).end();

  EXPECT_EQ(cut.clip(), Numbers{8});
}

TEST(PacketClip, BeginsWithTheSyncFrameBeforeTheStart) {
  Cut cut(11, 13, 12);

  cut.add(kClosed).end();

  // The 14 is not shown, but the 13 needs it.
  EXPECT_EQ(cut.clip(), (Numbers{8, 10, 9, 12, 11, 14, 13}));
  EXPECT_EQ(cut.first_shown(), 11);
  EXPECT_EQ(cut.begin(), at(11));
  EXPECT_EQ(cut.end_time(), at(14));
}

TEST(PacketClip, GoesOnOverSyncFrames) {
  Cut cut(5, 17, 12);

  cut.add(kClosed).end();

  const auto clip = cut.clip();
  EXPECT_EQ(clip.front(), 0);
  EXPECT_EQ(clip.back(), 17);
  EXPECT_EQ(clip.size(), 19U);
  EXPECT_EQ(cut.still(), (Numbers{8, 10, 9, 12}));
}

TEST(PacketClip, IsCompleteWithoutTheEndOfTheSource) {
  Cut cut(1, 2, 1);

  cut.add(kClosed);

  EXPECT_TRUE(cut.is_complete());
}

// ---- Open groups ---------------------------------------------------------------

TEST(PacketClip, KeepsButHidesLeadingPicturesOfItsFirstSyncFrame) {
  Cut cut(9, 11, 10);

  cut.add(kOpen).end();

  EXPECT_EQ(cut.clip(), (Numbers{9, 7, 8, 12, 10, 11}));
  EXPECT_EQ(cut.first_shown(), 9);
  EXPECT_EQ(cut.begin(), at(9));
}

TEST(PacketClip, BeginsAGroupEarlierWithALeadingPicture) {
  Cut cut(8, 10, 9);

  cut.add(kOpen).end();

  EXPECT_EQ(cut.clip(), (Numbers{0, 3, 1, 2, 6, 4, 5, 9, 7, 8, 12, 10}));
  EXPECT_EQ(cut.first_shown(), 8);
  EXPECT_EQ(cut.still(), Numbers{9});
}

TEST(PacketClip, LeadsToAStillThatIsALeadingPictureFromTheGroupBefore) {
  Cut cut(5, 10, 8);

  cut.add(kOpen).end();

  EXPECT_EQ(cut.still(), (Numbers{0, 3, 1, 2, 6, 4, 5, 9, 7, 8}));
}

TEST(PacketClip, NeverShowsLeadingPicturesOfTheStreamsFirstSyncFrame) {
  Cut cut({.start = nanoseconds(0), .duration = at(12), .still = {}});

  cut.add("I9 b7 b8 P12 b10 b11").end();

  EXPECT_EQ(cut.begin(), at(9));
  EXPECT_EQ(cut.first_shown(), 9);
  EXPECT_EQ(cut.clip(), (Numbers{9, 7, 8, 12, 10, 11}));
}

// ---- The still -----------------------------------------------------------------

TEST(PacketClip, TakesABFrameAsTheStill) {
  Cut cut(0, 7, 3);

  cut.add(kClosed).end();

  EXPECT_EQ(cut.still(), (Numbers{0, 2, 1, 4, 3}));
}

TEST(PacketClip, TakesTheFirstFrameAsTheStill) {
  Cut cut(3, 6, 3);

  cut.add(kClosed).end();

  EXPECT_EQ(cut.still(), (Numbers{0, 2, 1, 4, 3}));
  EXPECT_EQ(cut.window().still_offset(), nanoseconds(0));
}

TEST(PacketClip, TakesTheLastFrameAsTheStill) {
  Cut cut(3, 9, 9);

  cut.add(kClosed).end();

  EXPECT_EQ(cut.clip().back(), 9);
  EXPECT_EQ(cut.still(), (Numbers{8, 10, 9}));
}

// ---- The ends of the source ----------------------------------------------------

TEST(PacketClip, SkipsWhatComesBeforeTheFirstSyncFrame) {
  Cut cut(0, 9, 8);

  cut.add("P4 b3 P6 b5 P7 I8 P10 b9 P11").end();

  EXPECT_EQ(cut.begin(), at(8));
  EXPECT_EQ(cut.clip(), (Numbers{8, 10, 9, 11}));
}

TEST(PacketClip, EndsWithTheSource) {
  Cut cut(5, 20, 6);

  cut.add("I0 P2 b1 P4 b3 P6 b5 P8 b7").end();

  EXPECT_EQ(cut.clip(), (Numbers{0, 2, 1, 4, 3, 6, 5, 8, 7}));
  EXPECT_EQ(cut.end_time(), at(9));
}

TEST(PacketClip, MayBeOneSyncFrame) {
  Cut cut({.start = nanoseconds(0), .duration = at(75), .still = {}});

  cut.add("I0").end();

  EXPECT_EQ(cut.clip(), Numbers{0});
  EXPECT_EQ(cut.still(), Numbers{0});
}

TEST(PacketClip, IsNotToBeHadWithoutASyncFrame) {
  Cut cut(0, 3, 1);

  cut.add("P0 P1 P2 P3").end();

  EXPECT_NE(cut.error().find("can be decoded by itself"), std::string::npos) << cut.error();
}

TEST(PacketClip, IsNotToBeHadAfterTheEnd) {
  Cut cut(30, 33, 31);

  cut.add(kClosed).end();

  EXPECT_NE(cut.error().find("but the video ends at"), std::string::npos) << cut.error();
}

// ---- Frames that the source hides ----------------------------------------------

TEST(PacketClip, NeedsButDoesNotShowWhatTheSourceHides) {
  Cut cut({.start = at(0), .duration = at(8), .still = at(5)});

  cut.add("I0x P2x b1x P4 b3x P6 b5 P7 I8 P10 b9").end();

  EXPECT_EQ(cut.begin(), at(4));
  EXPECT_EQ(cut.first_shown(), 4);
  EXPECT_EQ(cut.clip().front(), 0);
  EXPECT_EQ(cut.still(), (Numbers{0, 2, 1, 4, 3, 6, 5}));
}

TEST(PacketClip, EndsBeforeWhatTheSourceHides) {
  Cut cut({.start = at(1), .duration = at(20), .still = at(2)});

  cut.add("I0 P2 b1 P4x b3 P6x b5x").end();

  EXPECT_EQ(cut.end_time(), at(4));
  EXPECT_EQ(cut.clip(), (Numbers{0, 2, 1, 4, 3}));
}

// ---- Frames of all lengths -----------------------------------------------------

TEST(PacketClip, FollowsAVariableRate) {
  Cut cut({.start = milliseconds(150), .duration = milliseconds(200), .still = milliseconds(290)});
  const std::vector<Packet> packets = {
      {.time = milliseconds(0), .duration = milliseconds(100), .is_sync = true},
      {.time = milliseconds(240), .duration = milliseconds(40)},
      {.time = milliseconds(100), .duration = milliseconds(140)},
      {.time = milliseconds(280), .duration = milliseconds(160)},
      {.time = milliseconds(440), .duration = milliseconds(80)}};

  for (const Packet& packet : packets) cut.add(packet);
  cut.end();

  // 100 ms is on screen at 150 ms.
  EXPECT_EQ(cut.begin(), milliseconds(100));
  EXPECT_EQ(cut.end_time(), milliseconds(440));
  EXPECT_EQ(cut.clip().size(), 4U);
  EXPECT_EQ(cut.still().size(), 4U);
  EXPECT_EQ(cut.window().still_offset(), milliseconds(180));
}

TEST(PacketClip, BeginsAsAskedWhereAFrameStandsLong) {
  Cut cut({.start = std::chrono::seconds(3), .duration = std::chrono::seconds(1), .still = {}});
  cut.add({.time = milliseconds(0), .is_sync = true});
  cut.add({.time = milliseconds(40)});
  cut.add({.time = milliseconds(3500)});
  cut.add({.time = milliseconds(4000)});
  cut.end();

  EXPECT_EQ(cut.begin(), std::chrono::seconds(3));
  EXPECT_EQ(cut.first_shown(), 1);  // that of 40 ms
  EXPECT_EQ(cut.clip().size(), 3U);
}

// ---- Memory --------------------------------------------------------------------

TEST(PacketClip, KeepsOneGroupBeforeTheClip) {
  Cut cut(100'000, 100'010, 100'005);
  for (int i = 0; i < 100'000; ++i)
    cut.add({.time = at(i), .duration = kFrame, .is_sync = i % 25 == 0});

  EXPECT_LE(cut.most_kept(), 25U);
  EXPECT_FALSE(cut.is_complete());
}

TEST(PacketClip, KeepsNothingBeforeTheFirstSyncFrame) {
  Cut cut(0, 10, 5);
  for (int i = 0; i < 1000; ++i) cut.add({.time = at(i), .duration = kFrame});

  EXPECT_EQ(cut.most_kept(), 0U);
}

TEST(PacketClip, RefusesWhatTheSourceHidesInTheMiddle) {
  Cut cut(1, 5, 2);

  cut.add("I0 P1 P2 P3x P4 P5 P6 P7").end();

  EXPECT_NE(cut.refusal().find("edited inside the clip"), std::string::npos);
}

}  // namespace
}  // namespace livephoto::select
