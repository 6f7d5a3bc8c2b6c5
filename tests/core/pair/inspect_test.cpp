// What is shown of a pair: our own, and with what cameras have beside it.
#include "core/pair/inspect.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <string>

#include "core/isobmff/box.h"
#include "core/isobmff/quicktime.h"
#include "tests/core/isobmff/atom_tree.h"
#include "tests/core/isobmff/live_photo_info_bytes.h"
#include "tests/core/pair/fake_pairs.h"
#include "tests/core/still/plists.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using namespace isobmff;
using testing::AtomNode;

class Inspect : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  MovieFacts movie(const Bytes& bytes) {
    auto pair = testing::good_pair();
    pair.movie = bytes;
    auto facts = inspect_movie(write_pair(pair, folder_).movie);
    EXPECT_TRUE(facts) << facts.error().message;
    return *facts;
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("inspect-" + std::to_string(::getpid()));
};

// The good movie with one more timed metadata track of this key, whose samples follow
// each other, 24 ticks each.
Bytes with_track(
    const std::string& key, const Bytes& extensions, const std::vector<Bytes>& samples) {
  Bytes movie = testing::good_pair().movie;
  const std::string_view moov = "moov";
  const auto at =
      std::search(movie.begin(), movie.end(), moov.begin(), moov.end()) - 4 - movie.begin();
  Bytes media;
  Bytes sizes;
  for (const Bytes& sample : samples) {
    append(media, ByteSpan(sample));
    append(sizes, u32(static_cast<std::uint32_t>(sample.size())));
  }
  const Bytes atom = box("mdat", ByteSpan(media)).bytes;
  movie.insert(movie.begin() + at, atom.begin(), atom.end());
  const auto count = static_cast<std::uint32_t>(samples.size());
  return testing::with_moov(movie, [&](AtomNode& root) {
    AtomNode track = testing::track_of(root, 1);
    track.at({"tkhd"}).set_u32(12, 3);
    track.at({"edts", "elst"}).body = fields(u32(0), u32(1), u32(600), i32(0), u32(0x10000));
    AtomNode& table = track.at({"mdia", "minf", "stbl"});
    const Bytes keys = fields(
        box(FourCC(1u),
            box("keyd", u32(FourCC("mdta")), std::string_view(key)),
            ByteSpan(extensions)));
    table.at({"stsd"}).children =
        testing::atoms_of(box("mebx", reserved(6), u16(1), box("keys", ByteSpan(keys))).bytes);
    table.at({"stts"}).body = fields(u32(0), u32(1), u32(count), u32(24));
    table.at({"stsc"}).body = fields(u32(0), u32(1), u32(1), u32(count), u32(1));
    table.at({"stsz"}).body = fields(u32(0), u32(0), u32(count), ByteSpan(sizes));
    table.at({"stco"}).body = fields(u32(0), u32(1), u32(static_cast<std::uint32_t>(at + 8)));
    root.children.insert(root.children.begin() + 2, track);
  });
}

TEST_F(Inspect, ShowsAllOfAStill) {
  const auto facts = inspect_still(write_pair(testing::good_pair(), folder_).still);

  ASSERT_TRUE(facts) << facts.error().message;
  EXPECT_EQ(facts->format, StillKind::Heic);
  EXPECT_EQ(facts->brand, "heic");
  EXPECT_EQ(facts->coding, "hvc1");
  EXPECT_EQ(facts->width, 96u);
  EXPECT_EQ(facts->height, 64u);
  EXPECT_EQ(facts->bit_depth, 8);
  EXPECT_EQ(facts->orientation, Orientation::Normal);
  EXPECT_TRUE(facts->colour);
  EXPECT_EQ(facts->identifier, testing::kFakeIdentifier);
  EXPECT_EQ(facts->capture.make, "Maker");
  EXPECT_EQ(facts->capture.time->nanosecond, 480'000'000u);
  EXPECT_EQ(facts->apple->size, 69u);
  const std::string text = inspect_text(*facts);
  for (const char* words :
       {"HEIC, brand heic, hvc1",
        testing::kFakeIdentifier,
        "96 x 64, 8 bits, upright",
        "Apple's, 69 bytes, 1 entry",
        "2024-05-17 10:20:30.480 +02:00"})
    EXPECT_NE(text.find(words), std::string::npos) << words << " in\n" << text;
}

TEST_F(Inspect, ShowsAJpegTurnedByItsExif) {
  const auto facts = inspect_still(write_pair(testing::good_jpeg_pair(), folder_).still);

  ASSERT_TRUE(facts);
  EXPECT_EQ(facts->format, StillKind::Jpeg);
  EXPECT_EQ(facts->exif_offset, 2u);
  EXPECT_EQ(facts->exif_orientation, Orientation::Normal);
  EXPECT_EQ(facts->identifier, testing::kFakeIdentifier);
}

TEST_F(Inspect, ShowsAllOfAMovie) {
  const auto facts = movie(testing::good_pair().movie);

  EXPECT_EQ(facts.brand, "qt  ");
  EXPECT_FALSE(facts.moov_is_first);
  EXPECT_EQ(facts.timescale, 600u);
  EXPECT_EQ(facts.duration, 1s);
  EXPECT_EQ(facts.identifier, testing::kFakeIdentifier);
  EXPECT_EQ(facts.creation, std::chrono::sys_seconds(std::chrono::seconds(1'715'934'030)));
  ASSERT_EQ(facts.tracks.size(), 2u);
  const TrackFacts& video = facts.tracks[0];
  EXPECT_EQ(facts.video(), &video);
  EXPECT_EQ(video.kind, "video");
  EXPECT_EQ(video.format, "hvc1");
  EXPECT_EQ(video.problem, "");
  EXPECT_EQ(video.edits.size(), 1u);
  ASSERT_EQ(video.video->frames.size(), 25u);
  EXPECT_EQ(video.video->frames[12], 480ms);
  EXPECT_EQ(video.video->chroma, "4:2:0");
  EXPECT_EQ(video.video->bit_depth, 8);
  EXPECT_TRUE(video.video->has_configuration);
  ASSERT_EQ(facts.markers.size(), 1u);
  const MarkerFacts& marker = facts.markers[0];
  EXPECT_EQ(marker.metadata_number, 1u);
  EXPECT_FALSE(marker.is_lost);
  EXPECT_EQ(marker.times, std::vector<std::chrono::nanoseconds>{480ms});
  EXPECT_EQ(marker.type, "int8");
  EXPECT_EQ(marker.value, "-1");
  ASSERT_EQ(marker.beside.size(), 2u);
  EXPECT_EQ(marker.beside[1].value, "96 64");
  const std::string text = inspect_text(facts);
  for (const char* words :
       {"QuickTime, header last",
        "0.480 s, value -1, int8, track 2",
        "25 frames shown, some 25.00 a second",
        "cdsc 1",
        "still-image-time, int8",
        "2024-05-17 08:20:30 UTC"})
    EXPECT_NE(text.find(words), std::string::npos) << words << " in\n" << text;
}

TEST_F(Inspect, ShowsRecordsOfTheCamera) {
  const Bytes cfgv(sample::kSetupPlist.begin(), sample::kSetupPlist.end());
  const Bytes extensions = fields(
      box("dtyp", u32(1), std::string_view("com.example.info")),
      box("setu", box("cfgv", ByteSpan(cfgv)), box("dims", u32(1920), u32(1440))));
  const auto sample = [](const Bytes& payload) { return timed_value(1, payload).bytes; };

  const auto facts = movie(with_track(
      "com.apple.quicktime.live-photo-info",
      extensions,
      {sample(testing::info_payload(3, 0, 0)),
       sample(testing::info_payload(1, 1, 0)),
       sample(Bytes(20))}));

  ASSERT_EQ(facts.infos.size(), 1u);
  const InfoTrackFacts& infos = facts.infos[0];
  EXPECT_EQ(infos.track, 3u);
  EXPECT_EQ(infos.samples, 3u);
  EXPECT_EQ(infos.unread, 1u);
  EXPECT_EQ(infos.capture_core, "575.15.1");
  EXPECT_EQ(infos.width, 1920u);
  ASSERT_EQ(infos.records.size(), 2u);
  EXPECT_EQ(infos.records[0].info.version, 3u);
  EXPECT_EQ(infos.records[1].info.version, 1u);
  EXPECT_EQ(infos.records[1].shown, 40ms);
  EXPECT_EQ(facts.markers.size(), 1u);
  EXPECT_EQ(facts.markers[0].metadata_number, 2u);
  EXPECT_NE(
      inspect_text(facts).find("3 records, version 1 and version 3, for 1920 x 1440, CMCaptureCore "
                               "575.15.1, 1 cannot be read"),
      std::string::npos)
      << inspect_text(facts);
}

TEST_F(Inspect, ShowsTheVideoOrientation) {
  const auto facts = movie(with_track(
      "com.apple.quicktime.video-orientation",
      box("dtyp", u32(0), u32(66)).bytes,
      {timed_value(1, Bytes({0, 6})).bytes}));

  EXPECT_EQ(facts.video_orientation, 6);
}

TEST_F(Inspect, FindsAMarkerThatARemuxDestroyed) {
  for (const auto& fake : testing::fake_pairs()) {
    if (fake.name != "remuxed") continue;
    const auto facts = movie(fake.movie);

    ASSERT_EQ(facts.markers.size(), 1u);
    EXPECT_TRUE(facts.markers[0].is_lost);
    EXPECT_EQ(facts.markers[0].times, std::vector<std::chrono::nanoseconds>{480ms});
    EXPECT_NE(inspect_text(facts).find("lost marker"), std::string::npos);
    return;
  }
  FAIL();
}

TEST_F(Inspect, ListsWhatACameraWouldHaveWritten) {
  const auto paths = write_pair(testing::good_pair(), folder_);
  const auto still = inspect_still(paths.still);
  const auto facts = inspect_movie(paths.movie);
  ASSERT_TRUE(still && facts);

  const auto differences = camera_differences(*still, *facts);

  const auto has = [&](const char* words) {
    return std::ranges::any_of(differences, [&](const CameraDifference& difference) {
      return difference.camera.find(words) != std::string::npos;
    });
  };
  for (const char* words :
       {"live-photo-info",
        "video-orientation",
        "vitality-score",
        "apertures",
        "tiles",
        "twenty entries"})
    EXPECT_TRUE(has(words)) << words;
  for (const char* words :
       {"600 ticks", "one edit", "(tref)", "still's transform", "brand", "live-photo.auto"})
    EXPECT_FALSE(has(words)) << words;
}

TEST_F(Inspect, SaysWhatIsNoStillAndNoMovie) {
  const auto paths = write_pair(testing::good_pair(), folder_);

  EXPECT_FALSE(inspect_still(paths.movie));
  EXPECT_FALSE(inspect_movie(paths.still));
  EXPECT_EQ(inspect_still(folder_ / "none").error().code, ErrorCode::Io);
  EXPECT_EQ(inspect_movie(folder_).error().code, ErrorCode::Io);
}

}  // namespace
}  // namespace livephoto
