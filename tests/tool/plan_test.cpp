// What becomes of which video, and what is refused before anything is made.
#include "gst/tool/plan.h"

#include <gtest/gtest.h>

#include "tests/tool/folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using std::chrono::hours;
using std::chrono::milliseconds;
using std::chrono::seconds;

Request request_for(const std::vector<fs::path>& videos, const std::string& place = {}) {
  Request request;
  for (const fs::path& video : videos) request.wishes.push_back({{.video = video}, {}, {}});
  request.place = place;
  return request;
}

// The names of the pairs.
std::vector<fs::path> bases(const Request& request) {
  const auto jobs = plan(request);
  if (!jobs) ADD_FAILURE() << jobs.error().message;
  std::vector<fs::path> names;
  if (jobs)
    for (const Job& job : *jobs) names.push_back(job.base);
  return names;
}

std::string refusal(const Request& request) {
  const auto jobs = plan(request);
  return jobs ? "" : jobs.error().message;
}

Job only_job(const Request& request) {
  const auto jobs = plan(request);
  if (!jobs) {
    ADD_FAILURE() << jobs.error().message;
    return {};
  }
  return jobs->at(0);
}

using Names = std::vector<fs::path>;

// ---- Names

TEST(Naming, IsTheVideosInTheCurrentFolder) {
  const Folder folder;
  EXPECT_EQ(bases(request_for({"far/a.mp4", "2024.05.17.mkv"})), (Names{"a", "2024.05.17"}));
}

TEST(Naming, PutsAllIntoAFolder) {
  const Folder folder;
  fs::create_directory("there");
  EXPECT_EQ(bases(request_for({"a.mp4", "x/b.mp4"}, "new/")), (Names{"new/a", "new/b"}));
  EXPECT_EQ(bases(request_for({"a.mp4"}, "there")), (Names{"there/a"}));
}

TEST(Naming, TakesANameForOnePair) {
  const Folder folder;
  EXPECT_EQ(bases(request_for({"a.mp4"}, "x/IMG_0001")), (Names{"x/IMG_0001"}));
  EXPECT_EQ(bases(request_for({"a.mp4"}, "x/IMG_0001.MOV")), (Names{"x/IMG_0001"}));
  EXPECT_NE(
      refusal(request_for({"a.mp4", "b.mp4"}, "x")).find("one name for 2 pairs"),
      std::string::npos);
}

TEST(Naming, MayAskForAFormat) {
  const Folder folder;
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "b.jpg")).settings.still_format, StillFormat::Jpeg);
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "b.pvt")).settings.bundle, Bundle::Pvt);
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "b.PVT.ZIP")).settings.bundle, Bundle::PvtZip);
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "b.PVT.ZIP")).base, "b");

  fs::create_directory("c.pvt");  // by a run before
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "c.pvt")).settings.bundle, Bundle::Pvt);
  EXPECT_EQ(only_job(request_for({"a.mp4"}, "c.pvt")).base, "c");
}

TEST(Naming, KeepsTheTree) {
  const Folder folder;
  auto request = request_for({"trip/day1/a.mov", "./trip/day2/a.mov", "/far/away/b.mov"}, "out/");
  request.keep_tree = true;

  EXPECT_EQ(bases(request), (Names{"out/trip/day1/a", "out/trip/day2/a", "out/far/away/b"}));
}

TEST(Naming, KeepsNoTreeOutsideOfTheFolder) {
  const Folder folder;
  auto request = request_for({"x/../../a.mov"}, "out/");
  request.keep_tree = true;

  EXPECT_NE(refusal(request).find("leads out of the current folder"), std::string::npos);
}

TEST(Naming, FollowsTheList) {
  const Folder folder;
  auto request = request_for({"a.mp4", "a.mp4", "a.mp4", "b.mp4"}, "out/");
  request.wishes[0].output = "first";
  request.wishes[1].output = "second.HEIC";
  request.wishes[2].output = "sub/";

  EXPECT_EQ(bases(request), (Names{"out/first", "out/second", "out/sub/a", "out/b"}));
}

// ---- Refusals

TEST(Plan, RefusesOneNameForTwoVideos) {
  const Folder folder;
  EXPECT_EQ(
      refusal(request_for({"x/a.mp4", "y/a.mov"})),
      "x/a.mp4 and y/a.mov would both become a; keep them apart by --keep-tree, or by an "
      "\"output\" for each in a list (--from).");
}

TEST(Plan, AdvisesWhatKeepsThemApart) {
  const Folder folder;
  auto in_one_folder = request_for({"x/a.mp4", "x/a.mkv"});
  auto kept = request_for({"x/a.mp4", "x/a.mkv"});
  kept.keep_tree = true;
  auto named = request_for({"x/a.mp4", "y/b.mp4"});
  for (Wish& wish : named.wishes) wish.output = "one";
  auto half_named = request_for({"x/a.mp4", "y/b.mp4"});
  half_named.wishes[1].output = "a";

  EXPECT_EQ(
      refusal(in_one_folder),
      "x/a.mp4 and x/a.mkv would both become a; name them in a list (--from), each with an "
      "\"output\" that no other has.");
  EXPECT_EQ(
      refusal(kept),
      "x/a.mp4 and x/a.mkv would both become x/a; name them in a list (--from), each with an "
      "\"output\" that no other has.");
  for (const Request& request : {named, half_named})
    EXPECT_TRUE(
        refusal(request).ends_with("; give each line of the list an \"output\" that no other has."))
        << refusal(request);
}

TEST(Plan, RefusesNamesThatManyDisksTakeForOne) {
  const Folder folder;
  EXPECT_NE(refusal(request_for({"x/a.mp4", "y/A.mp4"})), "");
  EXPECT_NE(refusal(request_for({"x/caf\u00e9.mp4", "y/cafe\u0301.mp4"})), "")
      << "two ways to write é";
  EXPECT_NE(refusal(request_for({"x/a.mp4", "x/a.mkv"}, "out/../out/")), "");
}

TEST(Plan, NeverReplacesAVideo) {
  const Folder folder;
  Folder::file("IMG_0001.MOV");
  auto request = request_for({"IMG_0001.MOV"});
  request.force = true;

  EXPECT_EQ(
      refusal(request),
      "IMG_0001.MOV would replace the input IMG_0001.MOV; name another place with -o.");
}

TEST(Plan, NeverReplacesAVideoWhateverItsCapitals) {
  const Folder folder;
  Folder::file("x/IMG_0001.mov");
  EXPECT_NE(refusal(request_for({"x/IMG_0001.mov"}, "x/")), "");
  EXPECT_NE(refusal(request_for({"x/IMG_0001.mov"}, "x/img_0001")), "");
  EXPECT_EQ(refusal(request_for({"x/IMG_0001.mov"}, "y/")), "");
}

TEST(Plan, NeverReplacesAnotherVideoOfTheRun) {
  const Folder folder;
  Folder::file("a.mp4");
  Folder::file("x/a.MOV");
  EXPECT_NE(refusal(request_for({"a.mp4", "x/a.MOV"}, "x/")), "");
}

TEST(Plan, KnowsAVideoByAnotherName) {
  const Folder folder;
  Folder::file("video.mp4");
  fs::create_hard_link("video.mp4", "out.MOV");
  fs::create_symlink("video.mp4", "linked.HEIC");

  EXPECT_EQ(
      refusal(request_for({"video.mp4"}, "out")),
      "out.MOV would replace the input video.mp4; name another place with -o.");
  EXPECT_NE(refusal(request_for({"video.mp4"}, "linked")), "");
}

TEST(Plan, NeverReplacesAListThatItReads) {
  const Folder folder;
  Folder::file("a.mp4");
  Folder::file("a.HEIC");
  auto request = request_for({"a.mp4"});
  request.lists = {"a.HEIC"};

  EXPECT_EQ(refusal(request), "a.HEIC would replace the input a.HEIC; name another place with -o.");
}

TEST(Plan, ReplacesNoBundleWithAVideoInIt) {
  const Folder folder;
  Folder::file("a.pvt/a.MOV");
  auto request = request_for({"a.pvt/a.MOV"});
  request.settings.bundle = Bundle::Pvt;

  EXPECT_EQ(
      refusal(request),
      "a.pvt would replace the input a.pvt/a.MOV; name another place with -o.");
}

TEST(Plan, ReplacesNoBundleWithAVideoInItWhateverItIsCalled) {
  const Folder folder;
  Folder::file("a.pvt/clip.MOV");
  Folder::file("b.pvt/deep/er/clip.MOV");
  fs::create_symlink("a.pvt/clip.MOV", "linked.mov");
  fs::create_directory_symlink("a.pvt", "there");
  for (const auto& [video, place] :
       {std::pair{"linked.mov", "a"},
        std::pair{"there/clip.MOV", "a"},
        std::pair{"there/../a.pvt/clip.MOV", "a"},
        std::pair{"b.pvt/deep/er/clip.MOV", "b"}}) {
    auto request = request_for({video}, place);
    request.settings.bundle = Bundle::Pvt;
    request.force = true;
    EXPECT_NE(
        refusal(request).find("would replace the input " + std::string(video)),
        std::string::npos)
        << video << ": " << refusal(request);
  }
}

TEST(Plan, RefusesTheStandardOutput) {
  const Folder folder;
  EXPECT_NE(refusal(request_for({"a.mp4"}, "-")).find("standard output"), std::string::npos);
}

TEST(Plan, RefusesTheNameOfAVideoForAPair) {
  const Folder folder;
  EXPECT_EQ(
      refusal(request_for({"a.mp4"}, "b.MP4")),
      "b.MP4 is called like a video, and a pair is no such file; name a folder with \"/\" at its "
      "end, "
      "or a pair, such as b.");
  EXPECT_EQ(refusal(request_for({"a.mp4"}, "b.MOV")), "");
  EXPECT_EQ(refusal(request_for({"a.mp4"}, "b.mp4/")), "");
}

TEST(Plan, LosesNoPlaceThatWasSaid) {
  const Folder folder;
  auto request = request_for({"a.mp4"}, "beach");
  request.wishes[0].output = "x";

  EXPECT_NE(refusal(request).find("write \"beach/\""), std::string::npos);
}

// ---- Times

TEST(Times, AreInTheClip) {
  const Folder folder;
  auto request = request_for({"a.mp4"});
  request.wishes[0].moment.start = seconds(10);
  request.wishes[0].moment.still = milliseconds(13500);

  EXPECT_EQ(
      refusal(request),
      "a.mp4: The still at 0:13.5 is not in the clip, which is from 0:10 to 0:13.");
}

TEST(Times, AreCentredOnTheStill) {
  const Folder folder;
  auto request = request_for({"a.mp4"});
  request.wishes[0].moment.still = seconds(10);
  EXPECT_EQ(only_job(request).start(), milliseconds(8500));

  request.wishes[0].moment.still = seconds(1);
  EXPECT_EQ(only_job(request).start(), seconds(0));
}

TEST(Times, MakeAClip) {
  const Folder folder;
  auto request = request_for({"a.mp4"});
  for (const nanoseconds duration : {nanoseconds(0), nanoseconds(hours(2))}) {
    request.wishes[0].moment.duration = duration;
    EXPECT_EQ(refusal(request), "a.mp4: A clip has a length, of at most an hour.");
  }
}

TEST(Times, OfALockScreenAreAFewSeconds) {
  const Folder folder;
  auto request = request_for({"a.mp4"});
  request.settings.wallpaper = true;
  for (const nanoseconds duration : {milliseconds(999), milliseconds(10'001)}) {
    request.wishes[0].moment.duration = duration;
    EXPECT_EQ(refusal(request), "a.mp4: A clip for a lock screen lasts from 1 s to 10 s.");
  }
  request.wishes[0].moment.duration = seconds(10);
  EXPECT_EQ(only_job(request).duration(), seconds(10));
}

TEST(Names, OfABundleAreInIt) {
  Job job;
  job.base = "out/IMG_0001";
  job.settings.still_format = StillFormat::Jpeg;
  EXPECT_EQ(names_of(job).still, "out/IMG_0001.JPG");
  EXPECT_EQ(names_of(job).movie, "out/IMG_0001.MOV");

  job.settings.bundle = Bundle::Pvt;
  EXPECT_EQ(names_of(job).bundle, "out/IMG_0001.pvt");
  EXPECT_EQ(names_of(job).movie, "out/IMG_0001.pvt/IMG_0001.MOV");

  job.settings.bundle = Bundle::PvtZip;
  EXPECT_EQ(names_of(job).bundle, "out/IMG_0001.pvt.zip");
}

}  // namespace
}  // namespace livephoto::tool
