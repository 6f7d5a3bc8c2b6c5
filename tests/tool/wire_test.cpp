// Jobs and outcomes on the pipe, and what scripts get to read.
#include "gst/tool/wire.h"

#include <gtest/gtest.h>

#include <nlohmann/json.hpp>

namespace livephoto::tool {
namespace {

using nlohmann::json;
using std::chrono::milliseconds;

Job some_job() {
  Job job;
  job.moment = {
      .video = "/videos/caf\xe9\n.mp4",
      .start = nanoseconds(1),
      .duration = nanoseconds(2'000'000'003),
      .still = nanoseconds(4)};
  job.base = "out/a \"b\"";
  job.settings = {
      .exact = true,
      .still_format = StillFormat::Jpeg,
      .bundle = Bundle::Pvt,
      .size = {640, 480},
      .crop = true,
      .mute = true,
      .date =
          CaptureTime{.year = 2024, .month = 5, .day = 17, .hour = 10, .utc_offset_minutes = -90},
      .place = Place{-1.5, 2.5, 3.0},
      .no_gps = true,
      .strip = true,
      .wallpaper = true};
  job.force = true;
  job.part = SheetPart{SheetForm::Picture, "/parts/\xff 7"};
  return job;
}

Outcome some_outcome() {
  Outcome outcome;
  outcome.ending = Ending::Made;
  outcome.pair = MadePair{
      .content_identifier = "ID",
      .start = milliseconds(12500),
      .duration = milliseconds(3000),
      .still = milliseconds(14000),
      .still_offset = milliseconds(1500),
      .still_size = 11,
      .movie_size = 12,
      .is_encoded = true,
      .source_codec = "VP9",
      .date_source = "file",
      .hidden_pictures = 13,
      .video_length = milliseconds(60000)};
  outcome.advice = {{"code", "Text."}};
  outcome.took = milliseconds(1234);
  return outcome;
}

TEST(Job, ComesThroughThePipeAsItWas) {
  const Job job = some_job();

  const std::string line = write_job(job);
  const auto read = read_job(line);

  EXPECT_EQ(line.find('\n'), line.size() - 1);
  ASSERT_TRUE(read);
  EXPECT_EQ(read->moment.video, job.moment.video);
  EXPECT_EQ(read->moment.start, job.moment.start);
  EXPECT_EQ(read->moment.duration, job.moment.duration);
  EXPECT_EQ(read->moment.still, job.moment.still);
  EXPECT_EQ(read->base, job.base);
  EXPECT_EQ(read->settings.date, job.settings.date);
  EXPECT_EQ(read->settings.place, job.settings.place);
  ASSERT_TRUE(read->part);
  EXPECT_EQ(read->part->form, SheetForm::Picture);
  EXPECT_EQ(read->part->file, job.part->file);
  EXPECT_EQ(write_job(*read), line) << "all the rest";
}

TEST(Job, WithoutWhatIsNotSaidComesThroughToo) {
  const auto read = read_job(write_job(Job{.moment = {.video = "a"}, .base = "b"}));

  ASSERT_TRUE(read);
  EXPECT_EQ(read->moment.start, std::nullopt);
  EXPECT_EQ(read->settings.date, std::nullopt);
  EXPECT_EQ(read->settings.place, std::nullopt);
}

TEST(Job, ThatIsNoneIsRefused) {
  for (const char* line : {"", "{", "{}", "[]", "{\"video\": 1}"})
    EXPECT_FALSE(read_job(line)) << line;
}

TEST(Reports, ComeThroughThePipe) {
  EXPECT_EQ(read_report(write_progress(0.25))->done, 0.25);

  const auto report = read_report(write_outcome(some_outcome()));

  ASSERT_TRUE(report && report->outcome);
  EXPECT_EQ(write_outcome(*report->outcome), write_outcome(some_outcome()));
}

TEST(Reports, AreNotWhatALibraryMayWrite) {
  for (const char* line : {"", "x265 [info]: profile", "{}", "null", "{\"done\": \"x\"}"})
    EXPECT_FALSE(read_report(line)) << line;
}

TEST(Events, OfWhatWasMadeCanBeAList) {
  const json event = json::parse(event_of(some_job(), some_outcome()));

  EXPECT_EQ(event["version"], 1);
  EXPECT_EQ(event["event"], "made");
  EXPECT_EQ(event["video"], "file:///videos/caf%E9%0A.mp4");
  EXPECT_EQ(event["start"], 12.5);
  EXPECT_EQ(event["duration"], 3.0);
  EXPECT_EQ(event["still"], 14.0);
  EXPECT_EQ(event["output"], "out/a \"b\"");
}

TEST(Events, SayWhatIsInThePair) {
  const json event = json::parse(event_of(some_job(), some_outcome()));

  EXPECT_EQ(event["bundle_file"], "out/a \"b\".pvt");
  EXPECT_EQ(event["still_file"], "out/a \"b\".pvt/a \"b\".JPG");
  EXPECT_EQ(event["movie_file"], "out/a \"b\".pvt/a \"b\".MOV");
  EXPECT_EQ(event["still_offset"], 1.5);
  EXPECT_EQ(event["content_identifier"], "ID");
  EXPECT_EQ(event["still_bytes"], 11);
  EXPECT_EQ(event["movie_bytes"], 12);
  EXPECT_EQ(event["encoded"], true);
  EXPECT_EQ(event["source_codec"], "VP9");
  EXPECT_EQ(event["date_source"], "file");
  EXPECT_EQ(event["hidden_pictures"], 13);
  EXPECT_EQ(event["video_length"], 60.0);
  EXPECT_EQ(event["took"], 1.234);
  EXPECT_EQ(event["advice"], json::parse(R"([{"code": "code", "text": "Text."}])"));
}

TEST(Events, SayWhyNothingWasMade) {
  auto outcome = Outcome::failed(Failure::Timeout, "It hangs: \xff");
  const json event = json::parse(event_of(some_job(), outcome));

  EXPECT_EQ(event["event"], "failed");
  EXPECT_EQ(event["reason"], "timeout");
  EXPECT_EQ(event["message"], "It hangs: \ufffd");
  EXPECT_FALSE(event.contains("still_file"));
  EXPECT_EQ(event["start"], 1e-9) << "what was asked for";
}

TEST(Events, EndWithASummary) {
  const json event = json::parse(event_of(Summary{
      .made = 1,
      .skipped = 2,
      .planned = 3,
      .failed = 4,
      .not_begun = 5,
      .interrupted = true,
      .took = milliseconds(1500)}));

  EXPECT_EQ(
      event,
      json::parse(R"({"version": 1, "event": "summary", "made": 1, "skipped": 2, "planned": 3,
        "failed": 4, "not_begun": 5, "interrupted": true, "took": 1.5})"));
}

}  // namespace
}  // namespace livephoto::tool
