// The movie of a lock screen: its tracks, records and keys, read back, and what cannot be one.
#include "core/isobmff/wallpaper_tracks.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <array>
#include <cmath>
#include <string>
#include <string_view>

#include "core/binary_plist.h"
#include "core/binary_plist_writer.h"
#include "core/isobmff/box.h"
#include "core/isobmff/live_photo_info.h"
#include "core/isobmff/quicktime.h"
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

Bytes track_in(const Bytes& file, std::size_t number) {
  Bytes bytes;
  testing::with_moov(file, [&](testing::AtomNode& moov) {
    bytes = testing::bytes_of(testing::track_of(moov, number));
  });
  return bytes;
}

Bytes bytes_from(std::string_view hex) {
  Bytes bytes;
  for (std::size_t i = 0; i < hex.size(); i += 2)
    bytes.push_back(
        static_cast<std::uint8_t>(std::stoul(std::string(hex.substr(i, 2)), nullptr, 16)));
  return bytes;
}

std::uint32_t number_at(const Bytes& bytes, std::size_t at) {
  std::uint32_t number = 0;
  for (std::size_t i = 0; i < 4; ++i) number = number << 8 | bytes.at(at + i);
  return number;
}

void put_number(Bytes& bytes, std::size_t at, std::uint32_t number) {
  for (std::size_t i = 0; i < 4; ++i)
    bytes.at(at + i) = static_cast<std::uint8_t>(number >> (24 - 8 * i));
}

// The `stsd` of live-photo-info in a movie of iOS 18, 577 bytes, before and behind what is in its
// `cfgv`: 339 bytes of versions of a system.
constexpr std::string_view kCameraBeforeList =
    "00000241737473640000000000000001000002316d6562780000000000000001"
    "000002216b65797300000219000000010000002f6b6579646d647461636f6d2e"
    "6170706c652e717569636b74696d652e6c6976652d70686f746f2d696e666f00"
    "0000436474797000000001636f6d2e6170706c652e717569636b74696d652e63"
    "6f6d2e6170706c652e717569636b74696d652e6c6976652d70686f746f2d696e"
    "666f00000014736470640000000c736470690000000000000173736574750000"
    "015b63666776";
constexpr std::string_view kCameraBehindList =
    "0000001064696d7300000780000005a000000018637470730000001064747970"
    "0000000000000000";

// A sample of such a movie, as it lies in the file.
constexpr std::string_view kCameraSample =
    "0000009000000001030000008e3b253c533f1c741800000051263d273bd1de27"
    "6e92a7c012075abe4f40e33fbdd0da400208ff00000000000000000000000000"
    "0000000000000000070000004ba2513a78f573bf3d7992c3b8f27dbf3d9524bd"
    "8f1db143a0f441b8760b08379d8c75bf80eddb2e17bc0100b5c1dd2e17bc0100"
    "00000000000000000000000000000000";

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

  EXPECT_EQ(track_in(file, 1).size(), 625u);
  EXPECT_EQ(track_in(file, 3).size(), 801u);
}

TEST(WallpaperTracks, AreDescribedAsACamerasButForItsListAndTheSizeOfThePicture) {
  const Bytes track = track_in(file_of(clip_of()), 2);
  const Bytes name = bytes_from("73747364");
  const auto at = std::ranges::search(track, name).begin() - 4;
  ASSERT_LT(at, track.end() - 0xC6);
  const Bytes ours(at, at + number_at(Bytes(at, at + 4), 0));

  Bytes wanted = bytes_from(kCameraBeforeList);
  constexpr std::size_t kList = 0xBE;
  const std::uint32_t less = number_at(wanted, kList) - number_at(ours, kList);
  for (const std::size_t box : std::initializer_list<std::size_t>{0, 0x10, 0x20, 0x28, 0xB6, kList})
    put_number(wanted, box, number_at(wanted, box) - less);
  wanted.insert(
      wanted.end(),
      ours.begin() + kList + 8,
      ours.begin() + kList + number_at(ours, kList));
  Bytes behind = bytes_from(kCameraBehindList);
  put_number(behind, 8, 1080);
  put_number(behind, 12, 1920);
  isobmff::append(wanted, ByteSpan(behind));

  EXPECT_EQ(number_at(ours, kList), 150u);
  EXPECT_EQ(ours, wanted);
}

TEST(WallpaperTracks, HaveTheOrientationOfCameras) {
  EXPECT_EQ(isobmff::orientation_sample(Orientation::Rotate90), bytes_from("0000000a000000010006"));
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

// What a movie has of the parts that are hypotheses.
struct Parts {
  bool orientation = true;
  bool set_up = true;
  bool camera_values = true;
  bool vitality = true;

  bool operator==(const Parts&) const = default;
};

Parts parts_of(const MovieFacts& facts) {
  const InfoTrackFacts& info = facts.infos.at(0);
  const bool has_track = facts.tracks.at(1).keys.at(0).name.ends_with("video-orientation");
  const bool has_dims = info.width != 0;
  EXPECT_EQ(has_track, facts.video_orientation.has_value());
  EXPECT_EQ(has_dims, info.setup_version.has_value());
  return {
      .orientation = has_track,
      .set_up = has_dims,
      .camera_values = info.records.at(0).info.validity == 0xFF,
      .vitality = !value_of(facts, "live-photo.vitality-score").empty()};
}

TEST(WallpaperTracks, CanEachBeLeftAway) {
  for (const auto part :
       {&Parts::orientation, &Parts::set_up, &Parts::camera_values, &Parts::vitality}) {
    Parts wanted;
    wanted.*part = false;
    Clip clip = clip_of();
    clip.wallpaper->has_orientation = wanted.orientation;
    clip.wallpaper->has_set_up = wanted.set_up;
    clip.wallpaper->has_camera_values = wanted.camera_values;
    if (!wanted.vitality) clip.wallpaper->vitality.reset();

    EXPECT_EQ(parts_of(facts_of(file_of(clip))), wanted);
  }
  EXPECT_EQ(parts_of(facts_of(file_of(clip_of()))), Parts());
}

TEST(WallpaperTracks, WithoutCameraValuesStillSayThatBlurCounts) {
  Clip clip = clip_of();
  clip.wallpaper->has_camera_values = false;

  EXPECT_EQ(facts_of(file_of(clip)).infos[0].records[0].info.validity, 8u);
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

TEST(LivePhotoInfoPayload, OfACameraIsWrittenAsItWasRead) {
  const Bytes sample = bytes_from(kCameraSample);
  const auto read = parse_live_photo_info(ByteSpan(sample).subspan(8));

  ASSERT_TRUE(read);
  EXPECT_NEAR(read->exposure_seconds, 0.010085, 1e-6);
  EXPECT_NEAR(read->blur[0], -5.237, 1e-3);
  EXPECT_NEAR(read->zoom, 1.7754, 1e-4);
  EXPECT_NEAR(read->gain, 6.838, 1e-3);
  EXPECT_EQ(read->focus_status, 2);
  EXPECT_EQ(read->focus_mode, 8);
  EXPECT_EQ(read->validity, 0xFFu);
  EXPECT_EQ(read->frame_validity, 7u);
  EXPECT_NEAR(read->homography[2], -292.9, 0.1);
  EXPECT_EQ(isobmff::timed_value(1, live_photo_info_payload(*read)).bytes, sample);
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
