// What is not decoded only to be looked at, and that it is said.
#include "gst/tool/still_comparison.h"

#include <gtest/gtest.h>

#include <functional>
#include <string>

namespace livephoto::tool {
namespace {

using namespace std::chrono_literals;

struct Files {
  StillFacts still{.path = "none.jpg", .size = 1000, .width = 4032, .height = 3024};
  MovieFacts movie{.path = "none.mov", .size = 1000, .duration = 3s};

  Files() {
    movie.tracks.resize(1);
    TrackFacts& track = movie.tracks[0];
    track.kind = "video";
    track.is_enabled = true;
    track.samples = 90;
    track.video = VideoFact{.width = 1920, .height = 1440, .frames = {0s, 1s, 2s}};
    movie.markers.resize(1);
    movie.markers[0].times = {1s};
  }
};

std::string why_not(const std::function<void(Files&)>& change) {
  Files files;
  change(files);
  Verification verification;
  compare_still(files.still, files.movie, verification);
  EXPECT_TRUE(verification.checks.empty());
  return verification.not_compared;
}

TEST(StillComparison, DecodesNoHugeStill) {
  EXPECT_EQ(
      why_not([](Files& files) { files.still.width = 8300; }),
      "The still has more than 25 million pixels.");
}

TEST(StillComparison, DecodesNoHugeMovie) {
  EXPECT_EQ(
      why_not([](Files& files) { files.movie.tracks[0].video->width = 1921; }),
      "The movie's pictures have more than 1920x1440 pixels.");
}

TEST(StillComparison, CountsTheFramesThatAreThereWhateverTheHeaderSays) {
  EXPECT_EQ(
      why_not([](Files& files) { files.movie.tracks[0].samples = 36'000; }),
      "The movie has more than 3,600 pictures, and all would be decoded.");
  EXPECT_EQ(
      why_not([](Files& files) { files.movie.tracks[0].video->frames.push_back(31s); }),
      "The movie is longer than 30 s, and all of it would be decoded.");
}

TEST(StillComparison, ReadsNoHugeFile) {
  EXPECT_EQ(
      why_not([](Files& files) { files.still.size = 65u << 20; }),
      "One of the files has more than 64 MiB.");
}

TEST(StillComparison, DecodesWhatACameraWrites) {
  EXPECT_TRUE(why_not([](Files&) {}).starts_with("The movie was not decoded: "));
}

}  // namespace
}  // namespace livephoto::tool
