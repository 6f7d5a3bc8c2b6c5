#include "tests/core/pair/wallpaper_fakes.h"

#include <algorithm>
#include <bit>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "core/isobmff/box.h"
#include "core/isobmff/movie.h"
#include "core/still/heic.h"
#include "tests/core/isobmff/atom_tree.h"
#include "tests/core/still/sample_picture.h"

namespace livephoto::testing {
namespace {

using isobmff::append;
using isobmff::fields;
using isobmff::u32;
using std::chrono::nanoseconds;

constexpr int kFrames = 60;
constexpr int kMarked = 22;
constexpr std::uint32_t kTick = 20;  // of 600, a frame

enum Track { Video, OrientationOfVideo, Info, Marker };

template <class T>
T valid(Result<T> result) {
  if (!result) throw std::logic_error(result.error().message + " " + result.error().detail);
  return std::move(*result);
}

nanoseconds time_of(int frame, int rate = 30) {
  return nanoseconds(std::int64_t{1'000'000'000} * frame / rate);
}

Bytes still_of(std::uint32_t width, std::uint32_t height) {
  const auto picture =
      sample::picture_of(width, height, Chroma::Yuv420, 8, [](std::size_t i, auto x, auto y) {
        return 0.3 + 0.4 * sample::scene(i, x, y);
      });
  StillMetadata metadata;
  metadata.content_identifier = kFakeIdentifier;
  return valid(encode_heic(picture.picture, metadata, {.quality = 50, .thumbnail_size = 0}));
}

Clip clip_of(int rate = 30) {
  Clip clip;
  clip.content_identifier = kFakeIdentifier;
  clip.video.format.codec = VideoFormat::Codec::H265;
  // Main, 4:2:0, 8 bits; the rest of the record means nothing here.
  clip.video.format.configuration = Bytes(23, 0);
  clip.video.format.configuration[1] = 1;
  clip.video.format.configuration[16] = 1;
  clip.video.format.width = 1080;
  clip.video.format.height = 1920;
  clip.still_time = time_of(kMarked, rate);
  for (int i = 0; i < kFrames; ++i)
    clip.video.packets.push_back(
        {.size = 10,
         .presentation_time = time_of(i, rate),
         .duration = time_of(1, rate),
         .is_sync = i == 0});
  clip.wallpaper = Wallpaper{.vitality = 0.75};
  return clip;
}

Bytes file_of(const Clip& clip) {
  const Movie movie = valid(plan_movie(clip));
  Bytes file = movie.head;
  file.resize(file.size() + 10 * movie.packets.size(), 0xAB);
  append(file, ByteSpan(movie.tail));
  return file;
}

FakePair pair_of(const char* name, std::vector<Expected> expected, const Clip& clip) {
  static const Bytes kStill = still_of(72, 128);
  return {.name = name, .still = kStill, .movie = file_of(clip), .apple = std::move(expected)};
}

FakePair with_clip(
    const char* name, std::vector<Expected> expected, const std::function<void(Clip&)>& change) {
  Clip clip = clip_of();
  change(clip);
  return pair_of(name, std::move(expected), clip);
}

FakePair with_atoms(
    const char* name,
    std::vector<Expected> expected,
    const std::function<void(AtomNode&)>& change) {
  FakePair pair = pair_of(name, std::move(expected), clip_of());
  pair.movie = with_moov(pair.movie, change);
  return pair;
}

// The first place at or behind `from`.
std::size_t place_of(const Bytes& file, std::string_view text, std::size_t from = 0) {
  const Bytes wanted(text.begin(), text.end());
  const auto begin = file.begin() + static_cast<std::ptrdiff_t>(from);
  const auto found = std::search(begin, file.end(), wanted.begin(), wanted.end());
  if (found == file.end()) throw std::logic_error("no \"" + std::string(text) + "\"");
  return static_cast<std::size_t>(found - file.begin());
}

FakePair with_bytes(
    const char* name, std::vector<Expected> expected, const std::function<void(Bytes&)>& change) {
  FakePair pair = pair_of(name, std::move(expected), clip_of());
  change(pair.movie);
  return pair;
}

// The payload of a record, behind size and local number.
std::size_t record(const Bytes& file, int number) {
  const std::string_view kHead("\0\0\0\x90\0\0\0\1", 8);
  return place_of(file, kHead) + 144 * static_cast<std::size_t>(number) + 8;
}

void remove_track(AtomNode& moov, std::size_t number) {
  const auto first = std::ranges::find(moov.children, "trak", &AtomNode::type);
  moov.children.erase(first + static_cast<std::ptrdiff_t>(number));
}

// A copy behind all other tracks.
AtomNode& copied_track(AtomNode& moov, Track number) {
  moov.children.push_back(track_of(moov, number));
  AtomNode& copy = moov.children.back();
  copy.at({"tkhd"}).set_u32(12, 9);  // its number
  return copy;
}

AtomNode& edit_list(AtomNode& moov, Track track) {
  return track_of(moov, track).at({"edts", "elst"});
}

std::vector<FakePair> fakes_of_pictures() {
  constexpr auto kWarn = Verdict::Warn;
  auto uneven = clip_of();
  for (int i = 30; i < kFrames; ++i)
    *uneven.video.packets[static_cast<std::size_t>(i)].presentation_time += time_of(1);
  return {
      with_clip(
          "turned",
          {{"wallpaper-upright", kWarn, "turned by the track's matrix"},
           {"wallpaper-still", kWarn, "different shapes"}},
          [](Clip& clip) { clip.capture.orientation = Orientation::Rotate90; }),
      with_clip(
          "other-size",
          {{"wallpaper-size", kWarn, "720x1280"}},
          [](Clip& clip) { clip.video.format.width = 720, clip.video.format.height = 1280; }),
      with_clip(
          "size-that-fails",
          {{"wallpaper-size", kWarn, "report to TouSC says"},
           {"wallpaper-still", kWarn, "different shapes"}},
          [](Clip& clip) { clip.video.format.width = 2560, clip.video.format.height = 1440; }),
      with_clip(
          "camera-size-stood-upright",
          {{"wallpaper-still", kWarn, "different shapes"}},
          [](Clip& clip) { clip.video.format.width = 1440; }),
      with_bytes(
          "codec-of-no-camera",
          {{"wallpaper-codec", Verdict::Fail, "hev1"}},
          [](Bytes& file) {
            std::ranges::copy(
                std::string_view("hev1"),
                file.begin() + static_cast<std::ptrdiff_t>(place_of(file, "hvc1")));
          }),
      with_clip(
          "h264",
          {{"wallpaper-codec", kWarn, "avc1"}},
          [](Clip& clip) { clip.video.format.codec = VideoFormat::Codec::H264; }),
      with_clip(
          "range-extensions",
          {{"wallpaper-codec", kWarn, "Range Extensions"}},
          [](Clip& clip) { clip.video.format.configuration[1] = 4; }),
      with_clip("main-10", {}, [](Clip& clip) { clip.video.format.configuration[1] = 2; }),
      pair_of("25-frames", {{"wallpaper-rate", kWarn, "25.00 frames"}}, clip_of(25)),
      pair_of("15-frames", {{"wallpaper-rate", kWarn, "15.00 frames"}}, clip_of(15)),
      pair_of(
          "60-frames",
          {},
          [] {
            Clip clip = clip_of(60);
            clip.video.packets.back().duration = time_of(2, 60);  // a second in all
            return clip;
          }()),
      pair_of("gap", {{"wallpaper-rate", kWarn, "not evenly spaced"}}, uneven),
      with_atoms(
          "two-edits",
          {{"wallpaper-one-edit", Verdict::Fail, "2 edits"}},
          [](AtomNode& moov) {
            edit_list(moov, Video).body = fields(
                u32(0),
                u32(2),
                u32(600),
                u32(0),
                u32(0x10000),
                u32(600),
                u32(600),
                u32(0x10000));
          }),
      with_clip(
          "hidden-frames",
          {{"wallpaper-hidden-frames", kWarn, "3 pictures are hidden"}},
          [](Clip& clip) {
            clip.video.start = time_of(3);
            clip.still_time = time_of(kMarked - 3);
          }),
      with_atoms(
          "too-short",
          {{"wallpaper-length", kWarn, "0.900 s"}},
          [](AtomNode& moov) { track_of(moov, Video).at({"tkhd"}).set_u32(20, 540); }),
      [] {
        FakePair pair =
            pair_of("other-shape", {{"wallpaper-still", kWarn, "different shapes"}}, clip_of());
        pair.still = still_of(96, 128);
        return pair;
      }(),
  };
}

std::vector<FakePair> fakes_of_markers() {
  constexpr auto kFail = Verdict::Fail;
  constexpr auto kWarn = Verdict::Warn;
  // The first of two has no time, and no transform of that name: it is not the one that counts.
  FakePair two_markers = pair_of("first-marker-is-not-shown", {}, clip_of());
  two_markers.movie = with_moov(two_markers.movie, [](AtomNode& moov) {
    copied_track(moov, Marker);
    edit_list(moov, Marker).set_u32(24, 1);  // behind its sample
  });
  two_markers.movie[place_of(two_markers.movie, "live-photo-still-image-transform")] = 'X';
  return {
      two_markers,
      with_atoms(
          "still-at-the-beginning",
          {{"wallpaper-frames-before", kFail, "the first frame"}},
          [](AtomNode& moov) {
            edit_list(moov, Marker).body = fields(u32(0), u32(1), u32(1), u32(0), u32(0x10000));
          }),
      with_atoms(
          "still-is-the-second-frame",
          {{"wallpaper-frames-before", kWarn, "1 frame comes"}},
          [](AtomNode& moov) { edit_list(moov, Marker).set_u32(8, kTick); }),
      with_atoms(
          "still-too-early",
          {{"wallpaper-frames-before", kWarn, "13 frames come"}},
          [](AtomNode& moov) { edit_list(moov, Marker).set_u32(8, 13 * kTick); }),
      with_atoms(
          "still-just-late-enough",
          {},
          [](AtomNode& moov) { edit_list(moov, Marker).set_u32(8, 14 * kTick); }),
      with_atoms(
          "marker-between-frames",
          {{"wallpaper-still-on-frame", Verdict::Warn, "between two frames"}},
          [](AtomNode& moov) { edit_list(moov, Marker).set_u32(8, kMarked * kTick + 7); }),
      with_bytes(
          "transform-of-another-type",
          {{"wallpaper-transform", kFail, "type 79"}},
          [](Bytes& file) {
            file[place_of(file, std::string_view("dtyp\0\0\0\0\0\0\0\x53", 12)) + 11] = 79;
          }),
      with_bytes(
          "no-reference-dimensions",
          {{"wallpaper-reference", Verdict::Warn, "not there"}},
          [](Bytes& file) { file[place_of(file, "transform-reference-dimensions")] = 'T'; }),
      with_atoms(
          "no-marker",
          {{"wallpaper-transform", kFail, "no marker"}},
          [](AtomNode& moov) { remove_track(moov, Marker); }),
  };
}

std::vector<FakePair> fakes_of_records() {
  constexpr auto kFail = Verdict::Fail;
  constexpr auto kWarn = Verdict::Warn;
  return {
      with_atoms(
          "no-info",
          {{"wallpaper-info", kFail, "no track live-photo-info"}},
          [](AtomNode& moov) { remove_track(moov, Info); }),
      with_atoms(
          "two-infos",
          {{"wallpaper-info", kWarn, "2 tracks live-photo-info"}},
          [](AtomNode& moov) { copied_track(moov, Info); }),
      with_bytes(
          "info-of-another-type",
          {{"wallpaper-info-type", kFail, "com.apple.quicktime.Com.apple"}},
          [](Bytes& file) { file[place_of(file, "com.apple.quicktime.com.apple") + 20] = 'C'; }),
      with_clip(
          "no-set-up",
          {{"wallpaper-set-up", kFail, "no set-up data"},
           {"wallpaper-dims", kFail, "does not say in which size"}},
          [](Clip& clip) { clip.wallpaper->has_set_up = false; }),
      with_bytes(
          "set-up-without-capture",
          {{"wallpaper-set-up", kWarn, "no version of CMCaptureCore"}},
          [](Bytes& file) { file[place_of(file, "CMCaptureCore")] = 'X'; }),
      with_bytes(
          "other-dims",
          {{"wallpaper-dims", kWarn, "1081x1920"}},
          [](Bytes& file) { ++file[place_of(file, "dims") + 7]; }),
      with_bytes(
          "record-of-another-version",
          {{"wallpaper-records", kFail, "1 records"},
           {"wallpaper-record-times", kWarn, "1 of them"}},
          [](Bytes& file) { file[record(file, 0)] = 2; }),
      with_bytes(
          "no-homography",
          {{"wallpaper-records", kFail, "a homography and a blur"}},
          [](Bytes& file) { file[record(file, 3) + 64] = 0x06; }),
      with_bytes(
          "no-blur",
          {{"wallpaper-records", kFail, "a homography and a blur"}},
          [](Bytes& file) { file[record(file, 3) + 42] = 0xF7; }),
      with_clip("blur-alone", {}, [](Clip& clip) { clip.wallpaper->has_camera_values = false; }),
      with_atoms(
          "records-late",
          {{"wallpaper-record-times", kFail, "without a record"}},
          [](AtomNode& moov) {
            auto& body = edit_list(moov, Info).body;
            body = fields(
                u32(0),
                u32(2),
                u32(10),
                u32(0xFFFFFFFF),
                u32(0x10000),
                u32(1200),
                u32(0),
                u32(0x10000));
          }),
      with_atoms(
          "records-of-another-timescale",
          {{"wallpaper-record-table", kWarn, "60000 ticks a second"}},
          [](AtomNode& moov) {
            auto& media = track_of(moov, Info).at({"mdia"});
            media.at({"mdhd"}).set_u32(12, 60'000);
            media.at({"mdhd"}).set_u32(16, 120'000);
            media.at({"minf", "stbl", "stts"}).set_u32(12, 100 * kTick);
          }),
      with_atoms(
          "last-record-too-long",
          {{"wallpaper-record-table", kWarn, "60 in 2.100 s"}},
          [](AtomNode& moov) {
            track_of(moov, Info).at({"mdia", "mdhd"}).set_u32(16, 1260);
          }),
      // By so little that each is still at its frame's time.
      with_atoms(
          "a-record-that-lasts-longer",
          {{"wallpaper-record-table", kWarn, "do not last as long"}},
          [](AtomNode& moov) {
            track_of(moov, Info).at({"mdia", "minf", "stbl", "stts"}).body =
                fields(u32(0), u32(3), u32(1), u32(21), u32(1), u32(19), u32(58), u32(20));
          }),
      with_bytes(
          "motion-that-is-not-the-homographies",
          {{"wallpaper-info-motion", kWarn, "5.0 pixels"}},
          [](Bytes& file) {
            for (int i = 0; i < kFrames; ++i) {
              const auto bits = std::bit_cast<std::uint32_t>(5.0F * static_cast<float>(i));
              for (std::size_t k = 0; k < 4; ++k)
                file[record(file, i) + 20 + k] = static_cast<std::uint8_t>(bits >> (8 * k));
            }
          }),
      with_clip(
          "records-that-move",
          {{"wallpaper-record-motion", kWarn, "15 % of the picture"}},
          [](Clip& clip) {
            clip.wallpaper->has_camera_values = false;
            for (int i = 0; i < kFrames; ++i) {
              FramePlace place{.time = time_of(i)};
              place.over_still[2] = (i - kMarked) * 11.5;
              clip.wallpaper->places.push_back(place);
            }
          }),
      with_atoms(
          "no-orientation",
          {{"wallpaper-orientation", kWarn, "no track video-orientation"}},
          [](AtomNode& moov) { remove_track(moov, OrientationOfVideo); }),
      with_bytes(
          "other-orientation",
          {{"wallpaper-orientation", kWarn, "another thing than the matrix"}},
          [](Bytes& file) {
            file[place_of(file, std::string_view("\0\0\0\x0A\0\0\0\1\0\1", 10)) + 9] = 6;
          }),
      with_atoms(
          "not-enabled",
          {{"wallpaper-tracks-enabled", kWarn, "not enabled"}},
          [](AtomNode& moov) { track_of(moov, Info).at({"tkhd"}).body[3] = 0x0E; }),
      with_clip(
          "no-vitality",
          {{"wallpaper-vitality", kWarn, "no vitality score"}},
          [](Clip& clip) { clip.wallpaper->vitality.reset(); }),
  };
}

}  // namespace

FakePair wallpaper_pair() { return pair_of("wallpaper", {}, clip_of()); }

const std::vector<FakePair>& wallpaper_fakes() {
  static const std::vector<FakePair> kAll = [] {
    std::vector<FakePair> all;
    for (const auto& part : {fakes_of_pictures(), fakes_of_markers(), fakes_of_records()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

}  // namespace livephoto::testing
