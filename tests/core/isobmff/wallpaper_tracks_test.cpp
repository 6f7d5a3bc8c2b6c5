// The movie of a lock screen: its tracks, records and keys, read back, and what cannot be one.
#include "core/isobmff/wallpaper_tracks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>

#include "core/binary_plist.h"
#include "core/binary_plist_writer.h"
#include "core/isobmff/box.h"
#include "core/isobmff/live_photo_info.h"
#include "core/pair/inspect_source.h"
#include "core/source.h"
#include "tests/core/isobmff/atom_tree.h"

namespace livephoto {
namespace {

using std::chrono::nanoseconds;
using namespace std::chrono_literals;

constexpr std::uint32_t kPacket = 7;  // bytes

nanoseconds frame_time(int frame) { return nanoseconds(std::int64_t{1'000'000'000} * frame / 30); }

// Of 48 frames, the still being number 20; the third is decoded before the second.
Clip clip_of() {
  Clip clip;
  clip.content_identifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";
  clip.video.format.codec = VideoFormat::Codec::H265;
  clip.video.format.configuration = Bytes(23, 1);
  clip.video.format.width = 1080;
  clip.video.format.height = 1920;
  for (int i = 0; i < 48; ++i)
    clip.video.packets.push_back(
        {.size = kPacket,
         .presentation_time = frame_time(
             i == 1   ? 2
             : i == 2 ? 1
                      : i),
         .duration = frame_time(1),
         .is_sync = i == 0});
  clip.still_time = frame_time(20);
  clip.wallpaper.emplace().vitality = 0.625;
  return clip;
}

Bytes file_of(const Clip& clip) {
  const auto movie = plan_movie(clip);
  EXPECT_TRUE(movie) << (movie ? "" : movie.error().message);
  if (!movie) return {};
  Bytes file = movie->head;
  file.resize(file.size() + kPacket * movie->packets.size());
  isobmff::append(file, ByteSpan(movie->tail));
  EXPECT_EQ(file.size(), movie->size);
  return file;
}

MovieFacts facts_of(const Bytes& file) {
  const MemorySource source(file);
  auto facts = inspect_movie(source);
  EXPECT_TRUE(facts) << (facts ? "" : facts.error().message);
  return facts ? *std::move(facts) : MovieFacts();
}

std::string value_of(const MovieFacts& facts, const std::string& key) {
  for (const MetadataFact& item : facts.metadata)
    if (item.key == "com.apple.quicktime." + key) return item.type + " " + item.value;
  return {};
}

std::string refusal_of(const Clip& clip) {
  const auto movie = plan_movie(clip);
  return movie ? "" : movie.error().message;
}

std::size_t size_of_track(const Bytes& file, std::size_t number) {
  std::size_t size = 0;
  testing::with_moov(file, [&](testing::AtomNode& moov) {
    size = testing::bytes_of(testing::track_of(moov, number)).size();
  });
  return size;
}

TEST(WallpaperTracks, ComeInTheCamerasOrderAndAllCanBeRead) {
  Clip clip = clip_of();
  clip.audio.push_back({.format = {.configuration = {0x11, 0x90}}});
  for (int i = 0; i < 75; ++i) clip.audio[0].packets.push_back({.size = kPacket, .samples = 1024});
  const auto facts = facts_of(file_of(clip));

  ASSERT_EQ(facts.tracks.size(), 5u);
  EXPECT_EQ(facts.tracks[1].kind, "sound");
  EXPECT_EQ(facts.tracks[2].keys[0].name, "com.apple.quicktime.video-orientation");
  EXPECT_EQ(facts.tracks[3].keys[0].name, "com.apple.quicktime.live-photo-info");
  EXPECT_EQ(
      facts.tracks[3].keys[0].type,
      "com.apple.quicktime.com.apple.quicktime.live-photo-info");
  EXPECT_EQ(facts.tracks[4].keys[0].name, "com.apple.quicktime.still-image-time");
  for (std::size_t i = 0; i < 5; ++i) {
    EXPECT_EQ(facts.tracks[i].id, i + 1);
    EXPECT_TRUE(facts.tracks[i].is_enabled);
    EXPECT_EQ(facts.tracks[i].problem, "");
  }
  ASSERT_EQ(facts.tracks[3].references.size(), 2u);
  EXPECT_EQ(facts.tracks[3].references[0].type, "cdsc");
  EXPECT_EQ(facts.tracks[3].references[1].type, "cdep");
  EXPECT_EQ(facts.tracks[3].references[1].tracks, std::vector<std::uint32_t>{1});
  EXPECT_EQ(facts.video_orientation, 1);
  ASSERT_EQ(facts.markers.size(), 1u);
  EXPECT_EQ(facts.markers[0].value, "-1");
}

TEST(WallpaperTracks, HaveTheSizesOfCameras) {
  const Bytes file = file_of(clip_of());

  EXPECT_EQ(size_of_track(file, 1), 625u);
  EXPECT_EQ(size_of_track(file, 3), 801u);
}

TEST(WallpaperTracks, HaveARecordAtTheTimeOfEachFrame) {
  for (const auto layout : {MovieLayout::Camera, MovieLayout::FastStart}) {
    Clip clip = clip_of();
    clip.layout = layout;
    const auto facts = facts_of(file_of(clip));

    ASSERT_EQ(facts.infos.size(), 1u);
    const InfoTrackFacts& info = facts.infos[0];
    EXPECT_EQ(info.unread, 0u);
    EXPECT_EQ(info.width, 1080u);
    EXPECT_EQ(info.height, 1920u);
    EXPECT_EQ(info.setup_version, 1);
    EXPECT_FALSE(info.capture_core.empty());
    ASSERT_EQ(info.records.size(), 48u);
    for (std::size_t i = 0; i < info.records.size(); ++i) {
      const TimedInfo& record = info.records[i];
      EXPECT_EQ(record.shown, facts.video()->video->frames[i]);
      EXPECT_EQ(record.info.version, 3u);
      EXPECT_EQ(record.info.frame_validity, 7u);
      EXPECT_EQ(record.info.validity, 0xFFu);
      EXPECT_EQ(record.info.objects, 0u);
      EXPECT_EQ(record.info.time, 1s + frame_time(static_cast<int>(i)));
      EXPECT_EQ(record.info.original_time, record.info.time);
      EXPECT_EQ(record.info.homography, (std::array<float, 9>{1, 0, 0, 0, 1, 0, 0, 0, 1}));
    }
  }
}

TEST(WallpaperTracks, TellTheMotionOfEachFrame) {
  Clip clip = clip_of();
  for (int i = 0; i < 48; ++i) {
    FramePlace place{.time = frame_time(i)};
    place.over_still[5] = i - 20;
    clip.wallpaper->places.push_back(place);
  }

  const auto facts = facts_of(file_of(clip));

  ASSERT_EQ(facts.infos[0].records.size(), 48u);
  for (int i = 0; i < 48; ++i)
    EXPECT_EQ(
        facts.infos[0].records[static_cast<std::size_t>(i)].info.homography[5],
        static_cast<float>(20 - i));  // from the still's frame to this one
}

// The lossless way: packets before the clip are in the movie, but not shown.
TEST(WallpaperTracks, LeaveOutFramesThatAreHidden) {
  Clip clip = clip_of();
  clip.video.start = frame_time(4);
  clip.still_time = frame_time(16);

  const auto facts = facts_of(file_of(clip));

  ASSERT_EQ(facts.infos[0].records.size(), 44u);
  for (std::size_t i = 0; i < 44; ++i)
    EXPECT_LE(
        std::chrono::abs(facts.infos[0].records[i].shown - facts.video()->video->frames[i]),
        20us);
}

TEST(WallpaperTracks, GoWithTheVitalityScoreAndItsVersion) {
  const auto facts = facts_of(file_of(clip_of()));

  EXPECT_EQ(value_of(facts, "live-photo.vitality-score"), "float32 0.625");
  EXPECT_EQ(value_of(facts, "live-photo.vitality-scoring-version"), "signed integer 4");
}

TEST(WallpaperTracks, CanEachBeLeftAway) {
  Clip clip = clip_of();
  clip.wallpaper =
      Wallpaper{.has_orientation = false, .has_set_up = false, .has_camera_values = false};
  const auto facts = facts_of(file_of(clip));

  ASSERT_EQ(facts.tracks.size(), 3u);
  EXPECT_FALSE(facts.video_orientation);
  EXPECT_FALSE(facts.infos[0].setup_version);
  EXPECT_EQ(facts.infos[0].width, 0u);
  EXPECT_EQ(facts.infos[0].records[0].info.validity, 8u);
  EXPECT_EQ(value_of(facts, "live-photo.vitality-score"), "");
}

TEST(WallpaperTracks, AreInNoOtherMovie) {
  Clip clip = clip_of();
  clip.wallpaper.reset();
  const auto facts = facts_of(file_of(clip));

  EXPECT_EQ(facts.tracks.size(), 2u);
  EXPECT_EQ(value_of(facts, "live-photo.vitality-score"), "");
}

TEST(WallpaperTracks, AreRefusedToAClipThatIsTooShort) {
  Clip clip = clip_of();
  clip.video.packets.resize(29);

  EXPECT_NE(
      refusal_of(clip).find("lasts 0.967 s; for a lock screen it needs 1 s"),
      std::string::npos)
      << refusal_of(clip);
  clip.wallpaper.reset();
  EXPECT_EQ(refusal_of(clip), "");
}

TEST(WallpaperTracks, AreRefusedWhereTooFewFramesComeBeforeTheStill) {
  Clip clip = clip_of();
  clip.still_time = frame_time(13);
  EXPECT_NE(refusal_of(clip).find("Only 13 frames come before the still"), std::string::npos)
      << refusal_of(clip);

  clip.still_time = frame_time(14);
  EXPECT_EQ(refusal_of(clip), "");
}

TEST(WallpaperTracks, AreRefusedWhereTheMotionOfAFrameIsUnknown) {
  Clip clip = clip_of();
  for (int i = 0; i < 47; ++i) clip.wallpaper->places.push_back({.time = frame_time(i)});

  EXPECT_NE(refusal_of(clip).find("1.567 s moves was not measured"), std::string::npos)
      << refusal_of(clip);
}

TEST(BinaryPlistWriter, WritesWhatIsRead) {
  const Bytes bytes = write_binary_plist(
      {{"Number", 70'000},
       {"A text of more than fifteen letters", "so has its value, which is long"},
       {"Inside", PlistDictionary{{"Small", 1}, {"Deep", PlistDictionary{{"Text", "x"}}}}}});
  const auto list = BinaryPlist::open(bytes);

  ASSERT_TRUE(list);
  EXPECT_EQ(list->integer({"Number"}), 70'000);
  EXPECT_EQ(list->text({"A text of more than fifteen letters"}), "so has its value, which is long");
  EXPECT_EQ(list->integer({"Inside", "Small"}), 1);
  EXPECT_EQ(list->text({"Inside", "Deep", "Text"}), "x");
}

TEST(LivePhotoInfoPayload, IsReadBackFieldByField) {
  LivePhotoInfo info;
  info.exposure_seconds = 0.02F;
  info.focus_score = -5;
  info.motion = {1.5F, -2.5F};
  info.blur = {0.25F, 0.125F};
  info.zoom = 1.75F;
  info.gain = 4;
  info.focus_status = 2;
  info.focus_mode = -1;
  info.validity = 0x7F;
  info.frame_validity = 0x27;
  info.homography = {1, 2, 3, 4, 5, 6, 7, 8, 9};
  info.time = 1'000'000'000'001ns;
  info.original_time = 1'000'000'000'002ns;
  info.is_interpolated = true;

  const Bytes payload = live_photo_info_payload(info);
  const auto read = parse_live_photo_info(payload);

  ASSERT_TRUE(read);
  EXPECT_EQ(payload.size(), 136u);
  EXPECT_EQ(read->version, 3u);
  EXPECT_EQ(read->exposure_seconds, info.exposure_seconds);
  EXPECT_EQ(read->focus_score, info.focus_score);
  EXPECT_EQ(read->motion, info.motion);
  EXPECT_EQ(read->blur, info.blur);
  EXPECT_EQ(read->zoom, info.zoom);
  EXPECT_EQ(read->gain, info.gain);
  EXPECT_EQ(read->focus_status, info.focus_status);
  EXPECT_EQ(read->focus_mode, info.focus_mode);
  EXPECT_EQ(read->validity, info.validity);
  EXPECT_EQ(read->objects, 0u);
  EXPECT_EQ(read->frame_validity, info.frame_validity);
  EXPECT_EQ(read->homography, info.homography);
  EXPECT_EQ(read->time, info.time);
  EXPECT_EQ(read->original_time, info.original_time);
  EXPECT_TRUE(read->is_interpolated);
}

// As docs/lock-screen.md has it of an iPhone 6s: what the homographies do to the centre, summed up.
TEST(WallpaperTracks, TellTheMotionOfTheCentreAsTheirHomographiesDo) {
  Clip clip = clip_of();
  for (int i = 0; i < 48; ++i) {
    // The camera goes to the right and turns: so do the points of a frame, over the still's.
    const double angle = 0.001 * (i - 20);
    clip.wallpaper->places.push_back(
        {.time = frame_time(i),
         .over_still = {
             std::cos(angle),
             -std::sin(angle),
             3.0 * (i - 20),
             std::sin(angle),
             std::cos(angle),
             0,
             0,
             0,
             1}});
  }
  const auto facts = facts_of(file_of(clip));

  ASSERT_EQ(facts.infos.size(), 1u);
  const auto& records = facts.infos[0].records;
  ASSERT_EQ(records.size(), 48u);
  EXPECT_EQ(records[0].info.motion, (std::array<float, 2>{0, 0}));
  for (std::size_t i = 1; i < records.size(); ++i) {
    const auto as_doubles = [](const std::array<float, 9>& map) {
      Homography doubles{};
      std::ranges::copy(map, doubles.begin());
      return doubles;
    };
    const auto back = inverse(as_doubles(records[i - 1].info.homography));
    ASSERT_TRUE(back);
    const PlanePoint centre{540, 960};
    const PlanePoint there =
        mapped(combined(*back, as_doubles(records[i].info.homography)), centre);
    const auto& now = records[i].info.motion;
    const auto& before = records[i - 1].info.motion;
    EXPECT_NEAR(now[0] - before[0], centre.x - there.x, 0.01) << i;
    EXPECT_NEAR(now[1] - before[1], centre.y - there.y, 0.01) << i;
  }
  // By 3 pixels a frame it goes the way of the camera.
  EXPECT_GT(records[47].info.motion[0], 2 * 47);
}

TEST(WallpaperTracks, AreWrittenOfAnyClipWhereThatIsWishedFor) {
  Clip clip = clip_of();
  clip.still_time = frame_time(3);
  EXPECT_NE(refusal_of(clip), "");
  clip.wallpaper->needs_length = false;
  EXPECT_NE(refusal_of(clip), "");
  clip.wallpaper->needs_frames_before = false;
  EXPECT_EQ(refusal_of(clip), "");

  clip.video.packets.resize(25);
  EXPECT_EQ(refusal_of(clip), "");
  clip.wallpaper->needs_length = true;
  EXPECT_NE(refusal_of(clip), "");
}

}  // namespace
}  // namespace livephoto
