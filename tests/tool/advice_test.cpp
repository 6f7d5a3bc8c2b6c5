// What is said of a pair, and when nothing is.
#include "gst/tool/advice.h"

#include <gtest/gtest.h>

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::seconds;

// One of which nothing has to be said.
struct Case {
  Job job;
  MadePair pair;

  Case() {
    job.moment.start = seconds(5);
    pair.start = seconds(5);
    pair.duration = seconds(3);
    pair.still = milliseconds(6500);
    pair.still_offset = milliseconds(1500);
    pair.still_size = 1'000'000;
    pair.movie_size = 5'000'000;
    pair.date_source = "source";
    pair.source_codec = "H.264";
    pair.video_length = seconds(60);
  }

  std::vector<std::string> codes() const {
    std::vector<std::string> codes;
    for (const Advice& advice : advice_on(job, pair)) codes.push_back(advice.code);
    return codes;
  }
  std::string text() const {
    const auto advice = advice_on(job, pair);
    return advice.size() == 1 ? advice[0].text : std::to_string(advice.size()) + " sentences";
  }
};

using Codes = std::vector<std::string>;

TEST(Advice, IsNotGivenWhereAllIsWell) { EXPECT_EQ(Case().codes(), Codes{}); }

TEST(Advice, TellsThatTheBeginningWasTaken) {
  Case one;
  one.job.moment.start.reset();
  EXPECT_EQ(
      one.text(),
      "The video is 1:00 long; this is its first 3.000 s, because no --start was given; "
      "--auto looks for the best.");

  one.pair.video_length.reset();
  EXPECT_EQ(one.codes(), Codes{"first-seconds"});

  one.pair.video_length = milliseconds(3200);
  EXPECT_EQ(one.codes(), Codes{}) << "all of it";

  one.pair.video_length = seconds(60);
  one.job.moment.still = seconds(6);
  EXPECT_EQ(one.codes(), Codes{}) << "chosen by the still";
}

TEST(Advice, TellsWhatWasEncodedAgainUnasked) {
  Case one;
  one.pair.is_encoded = true;
  one.pair.source_codec = "VP9";
  EXPECT_EQ(
      one.text(),
      "The picture was encoded again: its format (VP9) cannot go into a Live Photo unchanged.");

  one.job.settings.exact = true;
  EXPECT_EQ(one.codes(), Codes{});
}

TEST(Advice, KnowsPhotoPrismsLimit) {
  Case one;
  one.pair.duration = milliseconds(3100);
  EXPECT_EQ(one.codes(), Codes{});
  one.pair.duration = milliseconds(3101);
  EXPECT_EQ(one.codes(), Codes{"longer-than-three-seconds"});
}

TEST(Advice, LooksAtTheEdges) {
  Case one;
  one.pair.still_offset = milliseconds(249);
  EXPECT_EQ(one.text(), "The still is only 0.249 s after the beginning.");
  one.pair.still_offset = milliseconds(2800);
  EXPECT_EQ(one.text(), "The still is only 0.200 s before the end.");
  one.pair.still_offset = milliseconds(0);
  EXPECT_EQ(one.codes(), Codes{"nothing-before-still"});
  one.pair.still_offset = milliseconds(2960);
  EXPECT_EQ(one.codes(), Codes{"nothing-after-still"});

  one.pair.duration = milliseconds(33);
  one.pair.still_offset = milliseconds(0);
  EXPECT_EQ(one.codes(), (Codes{"nothing-before-still", "nothing-after-still"}));
}

TEST(Advice, KnowsEntesLimit) {
  Case one;
  one.pair.movie_size = 20 * 1024 * 1024;
  EXPECT_EQ(one.codes(), Codes{});
  ++one.pair.movie_size;
  EXPECT_EQ(one.codes(), Codes{"too-large-for-ente"});
}

TEST(Advice, MissesADate) {
  Case one;
  for (const char* source : {"file", "none"}) {
    one.pair.date_source = source;
    EXPECT_EQ(one.codes(), Codes{"no-capture-date"}) << source;
  }
  one.job.settings.strip = true;
  EXPECT_EQ(one.codes(), Codes{}) << "it was not wanted";
}

TEST(Advice, CountsHiddenPictures) {
  Case one;
  one.pair.hidden_pictures = 30;
  EXPECT_EQ(one.codes(), Codes{});
  one.pair.hidden_pictures = 31;
  EXPECT_EQ(one.codes(), Codes{"hidden-pictures"});
}

}  // namespace
}  // namespace livephoto::tool
