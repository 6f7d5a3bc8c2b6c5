#include "tests/core/pair/fake_pairs.h"

#include <algorithm>
#include <fstream>
#include <functional>
#include <stdexcept>
#include <string_view>

#include "core/isobmff/box.h"
#include "core/isobmff/movie.h"
#include "core/still/heic.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg.h"
#include "tests/core/isobmff/atom_tree.h"
#include "tests/core/still/sample_picture.h"

namespace livephoto::testing {
namespace {

using namespace std::chrono_literals;
using isobmff::append;
using isobmff::box;
using isobmff::fields;
using isobmff::FourCC;
using isobmff::i32;
using isobmff::u32;

constexpr std::uint32_t kWidth = 96;
constexpr std::uint32_t kHeight = 64;
constexpr int kFrames = 25;
constexpr int kMarked = 12;

template <class T>
T valid(Result<T> result) {
  if (!result) throw std::logic_error(result.error().message + " " + result.error().detail);
  return std::move(*result);
}

// A bar that moves, so that frames differ.
OwnedPicture frame(int number, Chroma chroma) {
  return sample::picture_of(
      kWidth,
      kHeight,
      chroma,
      8,
      [number](std::size_t i, std::uint32_t x, std::uint32_t y) {
        const bool in_bar = i == 0 && x / 3 == static_cast<std::uint32_t>(number);
        return in_bar ? 0.9 : 0.3 + 0.2 * sample::scene(i, x, y);
      });
}

StillMetadata metadata() {
  StillMetadata metadata;
  metadata.content_identifier = kFakeIdentifier;
  metadata.capture.make = "Maker";
  metadata.capture.time = CaptureTime{2024, 5, 17, 10, 20, 30, 480'000'000, 120};
  return metadata;
}

// A HEIC holds one coded picture, which is as good a sample of a movie.
struct Coded {
  Bytes configuration;
  Bytes packet;
};

Coded coded(int number) {
  const auto picture = frame(number, Chroma::Yuv420);
  const Bytes file =
      valid(encode_heic(picture.picture, metadata(), {.quality = 50, .thumbnail_size = 0}));
  const MemorySource source(file);
  const auto heif = valid(read_heif(source));
  const auto& item = *heif.item(heif.primary);
  const ByteSpan configuration = heif.property(item, "hvcC")->body;
  return {
      Bytes(configuration.begin(), configuration.end()),
      valid(read_item(source, heif, item, 1 << 20))};
}

Bytes movie_of(int frames, std::optional<CaptureTime> time) {
  static const std::vector<Coded> kCoded = [] {
    std::vector<Coded> all;
    for (int i = 0; i < kFrames; ++i) all.push_back(coded(i));
    return all;
  }();
  Clip clip;
  clip.content_identifier = kFakeIdentifier;
  clip.capture.make = "Maker";
  clip.capture.time = time;
  clip.video.format.codec = VideoFormat::Codec::H265;
  clip.video.format.configuration = kCoded[0].configuration;
  clip.video.format.width = kWidth;
  clip.video.format.height = kHeight;
  clip.still_time = kMarked * 40ms;
  for (int i = 0; i < frames; ++i)
    clip.video.packets.push_back(
        {.size = static_cast<std::uint32_t>(
             kCoded[static_cast<std::size_t>(i % kFrames)].packet.size()),
         .presentation_time = i * 40ms,
         .duration = 40ms,
         .is_sync = true});
  const Movie movie = valid(plan_movie(clip));
  Bytes file = movie.head;
  for (const auto& reference : movie.packets)
    append(file, ByteSpan(kCoded[reference.packet % kFrames].packet));
  append(file, ByteSpan(movie.tail));
  return file;
}

Bytes movie() { return movie_of(kFrames, CaptureTime{2024, 5, 17, 10, 20, 30, 0, 120}); }

// Where `old` stands in `file`; there has to be one such place.
std::size_t place_of(const Bytes& file, std::string_view old) {
  const Bytes wanted(old.begin(), old.end());
  const auto found = std::search(file.begin(), file.end(), wanted.begin(), wanted.end());
  if (found == file.end() ||
      std::search(found + 1, file.end(), wanted.begin(), wanted.end()) != file.end())
    throw std::logic_error("not one place of \"" + std::string(old) + "\"");
  return static_cast<std::size_t>(found - file.begin());
}

void replace(Bytes& file, std::string_view old, std::string_view changed) {
  if (old.size() != changed.size()) throw std::logic_error("a change of another length");
  std::ranges::copy(changed, file.begin() + static_cast<std::ptrdiff_t>(place_of(file, old)));
}

constexpr std::string_view kNoteEntry("\x92\x7c\0\x07\0\0\0\x45", 8);  // MakerNote, 69 bytes
constexpr std::string_view kIdentifierEntry("\0\x11\0\x02\0\0\0\x25\0\0\0\x20", 12);
constexpr std::string_view kFloat32(
    "\0\0\0\x10"
    "dtyp\0\0\0\0\0\0\0\x17",
    16);

AtomNode& marker_track(AtomNode& moov) { return track_of(moov, 1); }

FakePair broken(
    const char* name, std::vector<Expected> apple, const std::function<void(FakePair&)>& change) {
  FakePair pair = good_pair();
  pair.name = name;
  pair.apple = std::move(apple);
  change(pair);
  return pair;
}

FakePair with_moov_of(
    const char* name, std::vector<Expected> apple, const std::function<void(AtomNode&)>& change) {
  return broken(name, std::move(apple), [&](FakePair& pair) {
    pair.movie = with_moov(pair.movie, change);
  });
}

Bytes jpeg() {
  const auto picture = frame(kMarked, Chroma::Rgb);
  return valid(encode_jpeg(picture.picture, metadata(), {}));
}

// The identifier's item alone, as ffmpeg's use_metadata_tags writes it: in ISO's form.
void move_metadata_to_user_data(AtomNode& moov) {
  AtomNode meta = moov.at({"meta"});
  meta.body = Bytes(4, 0);
  moov.remove("meta");
  moov.children.push_back({.type = "udta", .children = {meta}});
}

void remove_marker(AtomNode& moov) { moov.children.erase(moov.children.begin() + 2); }

// What ffmpeg 5.1 -c copy leaves of a track that it does not know.
void remux(AtomNode& moov) {
  AtomNode& track = marker_track(moov);
  const std::string_view url = "url ";
  std::ranges::copy(url, track.at({"mdia", "hdlr"}).body.begin() + 8);
  track.at({"mdia", "minf"}).remove("gmhd");
  track.at({"mdia", "minf", "stbl", "stsd"}).children.clear();
  track.at({"edts", "elst"}).set_u32(20, 0);
  track.remove("tref");
  moov.remove("meta");
}

void set_marker_time(AtomNode& moov, std::uint32_t ticks) {
  marker_track(moov).at({"edts", "elst"}).set_u32(8, ticks);
}

void add_static_key(AtomNode& moov) {
  AtomNode& keys = moov.at({"meta", "keys"});
  const std::uint32_t number = keys.body[7] + 1u;
  keys.body[7] = static_cast<std::uint8_t>(number);
  append(keys.body, box("mdta", std::string_view("com.apple.quicktime.still-image-time")));
  append(
      moov.at({"meta", "ilst"}).body,
      box(FourCC(number), box("data", u32(65), u32(0), isobmff::u8(0xFF))));
}

std::vector<FakePair> fakes_of_stills() {
  const Expected no_identifier{"still-identifier", Verdict::Fail, "no content identifier"};
  const Expected nothing_to_compare{
      "identifiers-match",
      Verdict::Fail,
      "the still has no identifier"};
  return {
      broken(
          "identifiers-differ",
          {{"identifiers-match", Verdict::Fail, "The identifiers differ: 1F1E2D3C"}},
          [](FakePair& pair) { replace(pair.still, "0F1E2D3C", "1F1E2D3C"); }),
      // What exiftool alone can do: an identifier in the movie, none in the still.
      broken(
          "exiftool-only",
          {{"maker-note", Verdict::Fail, "no Apple MakerNote; exiftool"},
           no_identifier,
           nothing_to_compare,
           {"marker", Verdict::Fail, "no marker"}},
          [](FakePair& pair) {
            replace(pair.still, kNoteEntry, std::string_view("\x92\x7b\0\x07\0\0\0\x45", 8));
            pair.movie = with_moov(pair.movie, remove_marker);
          }),
      broken(
          "other-maker",
          {{"maker-note", Verdict::Fail, "is not Apple's"}, no_identifier, nothing_to_compare},
          [](FakePair& pair) { replace(pair.still, "Apple iOS", "Peach iOS"); }),
      broken(
          "note-little-endian",
          {{"maker-note", Verdict::Fail, "is little-endian"}},
          [](FakePair& pair) {
            replace(
                pair.still,
                std::string_view("MM\0\1\0\x11\0\x02\0\0\0\x25\0\0\0\x20", 16),
                std::string_view("II\1\0\x11\0\x02\0\x25\0\0\0\x20\0\0\0", 16));
          }),
      broken(
          "note-truncated",
          {{"maker-note", Verdict::Fail, "points outside of itself"}, no_identifier},
          [](FakePair& pair) {
            replace(pair.still, kNoteEntry, std::string_view("\x92\x7c\0\x07\0\0\0\x30", 8));
          }),
      broken(
          "note-cut-in-its-entries",
          {{"maker-note", Verdict::Fail, "is cut off: of 9 entries"},
           no_identifier,
           nothing_to_compare},
          [](FakePair& pair) {
            replace(
                pair.still,
                std::string_view("MM\0\1\0\x11", 6),
                std::string_view("MM\0\x09\0\x11", 6));
          }),
      broken(
          "note-wild-offset",
          {{"maker-note", Verdict::Fail, "points outside of itself"},
           no_identifier,
           nothing_to_compare},
          [](FakePair& pair) {
            replace(
                pair.still,
                kIdentifierEntry,
                std::string_view("\0\x11\0\x02\0\0\0\x25\x7F\0\0\x20", 12));
          }),
      broken(
          "no-identifier-in-still",
          {no_identifier, nothing_to_compare},
          [](FakePair& pair) {
            replace(
                pair.still,
                kIdentifierEntry,
                std::string_view("\0\x20\0\x02\0\0\0\x25\0\0\0\x20", 12));
          }),
      broken(
          "exif-behind-64-kib",
          {{"still-exif", Verdict::Warn, "begins only at byte 130010"}},
          [](FakePair& pair) {
            pair.still = jpeg();
            pair.still_name = "IMG_0001.JPG";
            Bytes fillers;
            for (int i = 0; i < 2; ++i)
              append(
                  fillers,
                  fields(isobmff::u16(0xFFE4), isobmff::u16(65'002), isobmff::Zeros{65'000}));
            pair.still.insert(pair.still.begin() + 2, fillers.begin(), fillers.end());
          }),
      broken(
          "no-exif",
          {{"still-exif", Verdict::Fail, "has no Exif"},
           nothing_to_compare,
           {"dates", Verdict::Warn, "The still has no date"}},
          [](FakePair& pair) {
            pair.still = jpeg();
            pair.still_name = "IMG_0001.JPG";
            replace(pair.still, std::string_view("Exif\0\0", 6), std::string_view("Exit\0\0", 6));
          }),
      broken(
          "jpeg-named-heic",
          {{"still-suffix", Verdict::Warn, "does not say that it is a JPEG"}},
          [](FakePair& pair) { pair.still = jpeg(); }),
      broken(
          "heix",
          {},
          [](FakePair& pair) {
            replace(pair.still, std::string_view("ftypheic", 8), std::string_view("ftypheix", 8));
          }),
      broken(
          "lower-case",
          {{"still-identifier", Verdict::Warn, "no UUID in upper case"}},
          [](FakePair& pair) {
            replace(pair.still, kFakeIdentifier, "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff");
            replace(pair.movie, kFakeIdentifier, "0f1e2d3c-4b5a-4978-8695-a4b3c2d1e0ff");
          }),
      broken(
          "still-is-text",
          {{"still-readable", Verdict::Fail, "neither QuickTime nor MP4 nor HEIF"}},
          [](FakePair& pair) { pair.still = Bytes(1000, 't'); }),
  };
}

std::vector<FakePair> fakes_of_metadata() {
  const Expected nothing_to_compare{
      "identifiers-match",
      Verdict::Fail,
      "the movie has no identifier"};
  return {
      with_moov_of(
          "identifier-under-udta",
          {{"movie-identifier", Verdict::Fail, "only under udta/meta"}},
          move_metadata_to_user_data),
      with_moov_of(
          "iso-meta",
          {{"movie-identifier", Verdict::Fail, "ISO's form"}},
          [](AtomNode& moov) { moov.at({"meta"}).body = Bytes(4, 0); }),
      with_moov_of(
          "no-metadata",
          {{"movie-identifier", Verdict::Fail, "no content identifier"}, nothing_to_compare},
          [](AtomNode& moov) { moov.remove("meta"); }),
      broken(
          "brand-mp42",
          {{"movie-brand", Verdict::Warn, "is \"mp42\""}},
          [](FakePair& pair) {
            replace(
                pair.movie,
                std::string_view("ftypqt  \0\0\0\0qt  ", 16),
                std::string_view("ftypmp42\0\0\0\0mp42", 16));
          }),
      broken(
          "brand-unknown",
          {{"movie-brand", Verdict::Warn, "is \"dby1\""}},
          [](FakePair& pair) {
            replace(
                pair.movie,
                std::string_view("ftypqt  \0\0\0\0qt  ", 16),
                std::string_view("ftypdby1\0\0\0\0qt  ", 16));
          }),
      broken(
          "no-ftyp",
          {},
          [](FakePair& pair) {
            // A free atom: all stays where it is.
            replace(pair.movie, std::string_view("ftyp", 4), std::string_view("free", 4));
          }),
      broken(
          "dates-apart",
          {{"dates", Verdict::Warn, "a day or more apart"}},
          [](FakePair& pair) {
            pair.movie = movie_of(kFrames, CaptureTime{2024, 5, 27, 10, 20, 30, 0, 120});
          }),
      broken(
          "no-date-in-movie",
          {{"dates", Verdict::Warn, "The movie has no date"}},
          [](FakePair& pair) { pair.movie = movie_of(kFrames, std::nullopt); }),
      broken(
          "long",
          {},
          [](FakePair& pair) {
            pair.movie = movie_of(79, CaptureTime{2024, 5, 17, 10, 20, 30, 0, 120});
          }),
      broken(
          "large",
          {},
          [](FakePair& pair) {
            append(
                pair.movie,
                fields(
                    u32(21 * 1024 * 1024),
                    u32(FourCC("free")),
                    isobmff::Zeros{21 * 1024 * 1024 - 8}));
          }),
      broken(
          "other-names",
          {{"names", Verdict::Warn, "The names differ"}},
          [](FakePair& pair) { pair.movie_name = "IMG_0002.MOV"; }),
      broken("other-folder", {}, [](FakePair& pair) { pair.movie_name = "movies/IMG_0001.MOV"; }),
      broken(
          "named-mp4",
          {{"movie-suffix", Verdict::Warn, "\".mp4\""}},
          [](FakePair& pair) { pair.movie_name = "IMG_0001.mp4"; }),
  };
}

std::vector<FakePair> fakes_of_markers() {
  return {
      with_moov_of(
          "static-marker",
          {{"marker", Verdict::Fail, "only a static key"}},
          [](AtomNode& moov) { add_static_key(moov), remove_marker(moov); }),
      with_moov_of("no-marker", {{"marker", Verdict::Fail, "has no marker"}}, remove_marker),
      with_moov_of(
          "float32-marker",
          {{"marker-type", Verdict::Fail, "of type float32"}},
          [](AtomNode& moov) {
            AtomNode& mebx = marker_track(moov).at({"mdia", "minf", "stbl", "stsd"}).children[0];
            replace(mebx.body, std::string_view("dtyp\0\0\0\0\0\0\0\x41", 12), kFloat32.substr(4));
          }),
      broken(
          "marker-of-0",
          {{"marker-type", Verdict::Warn, "value is 0"}},
          [](FakePair& pair) {
            replace(
                pair.movie,
                std::string_view("\0\0\0\x09\0\0\0\1\xFF", 9),
                std::string_view("\0\0\0\x09\0\0\0\1\0", 9));
          }),
      with_moov_of(
          "two-markers",
          {{"marker-count", Verdict::Fail, "has 2 markers"}},
          [](AtomNode& moov) {
            AtomNode second = marker_track(moov);
            second.at({"tkhd"}).set_u32(12, 3);
            moov.children.insert(moov.children.begin() + 3, second);
          }),
      with_moov_of(
          "two-samples",
          {{"marker-count", Verdict::Fail, "has 2 samples"}},
          [](AtomNode& moov) {
            AtomNode& table = marker_track(moov).at({"mdia", "minf", "stbl"});
            table.at({"stsz"}).set_u32(8, 2);
            table.at({"stts"}).set_u32(8, 2);
            table.at({"stsc"}).body = fields(u32(0), u32(1), u32(1), u32(1), u32(1));
            AtomNode& stco = table.at({"stco"});
            append(stco.body, ByteSpan(Bytes(stco.body.begin() + 8, stco.body.end())));
            stco.set_u32(4, 2);
          }),
      with_moov_of(
          "marker-outside",
          {{"marker-time", Verdict::Fail, "outside the movie, which ends at 1.000 s"}},
          [](AtomNode& moov) { set_marker_time(moov, 600); }),
      with_moov_of(
          "marker-never-shown",
          {{"marker-time", Verdict::Fail, "never shown"}},
          [](AtomNode& moov) {
            marker_track(moov).at({"edts", "elst"}).body =
                fields(u32(0), u32(1), u32(600), i32(-1), u32(0x10000));
          }),
      with_moov_of(
          "marker-between-frames",
          {{"marker-on-frame", Verdict::Warn, "at 0.490 s, the nearest frame at 0.480 s; iOS 10"}},
          [](AtomNode& moov) { set_marker_time(moov, 294); }),
      with_moov_of(
          "remuxed",
          {{"marker", Verdict::Fail, "was destroyed"},
           {"movie-identifier", Verdict::Fail, "no content identifier"},
           {"identifiers-match", Verdict::Fail, "the movie has no identifier"}},
          remux),
  };
}

std::vector<FakePair> fakes_of_pictures() {
  const auto video = [](AtomNode& moov) -> AtomNode& {
    return track_of(moov, 0).at({"mdia", "minf", "stbl", "stsd"}).children[0];
  };
  return {
      with_moov_of(
          "hev1",
          {{"video-codec", Verdict::Fail, "stored as hev1"}},
          [&](AtomNode& moov) { video(moov).type = "hev1"; }),
      with_moov_of(
          "mpeg4",
          {{"video-codec", Verdict::Fail, "\"mp4v\", neither H.264"}},
          [&](AtomNode& moov) { video(moov).type = "mp4v"; }),
      with_moov_of(
          "no-configuration",
          {{"video-format", Verdict::Fail, "no decoder configuration"}},
          [&](AtomNode& moov) { replace(video(moov).body, "hvcC", "free"); }),
      with_moov_of(
          "4-4-4",
          {{"video-format", Verdict::Fail, "is 4:4:4"}},
          [&](AtomNode& moov) {
            Bytes& body = video(moov).body;
            body[place_of(body, "hvcC") + 4 + 16] = 0xFF;
          }),
      with_moov_of(
          "disabled",
          {{"video-track", Verdict::Fail, "disabled"}},
          [](AtomNode& moov) { track_of(moov, 0).at({"tkhd"}).body[3] = 0; }),
      with_moov_of(
          "two-edits",
          {{"video-edits", Verdict::Warn, "by 2 edits"}},
          [](AtomNode& moov) {
            track_of(moov, 0).at({"edts", "elst"}).body = fields(
                u32(0),
                u32(2),
                u32(480),
                i32(0),
                u32(0x10000),
                u32(120),
                i32(480),
                u32(0x10000));
          }),
      with_moov_of(
          "turned",
          {{"shapes", Verdict::Warn, "not the same in both files"}},
          [](AtomNode& moov) {
            AtomNode& tkhd = track_of(moov, 0).at({"tkhd"});
            tkhd.set_u32(40, 0), tkhd.set_u32(44, 0x10000), tkhd.set_u32(52, 0xFFFF0000),
                tkhd.set_u32(56, 0);
          }),
      with_moov_of(
          "cut-media",
          {{"movie-data", Verdict::Fail, "behind the end of the file"}},
          [](AtomNode& moov) {
            track_of(moov, 0).at({"mdia", "minf", "stbl", "stco"}).set_u32(8, 0x7F000000);
          }),
      with_moov_of(
          "samples-in-header",
          {{"movie-data", Verdict::Fail, "in what describes the file"}},
          [](AtomNode& moov) {
            track_of(moov, 0).at({"mdia", "minf", "stbl", "stco"}).set_u32(8, 12);
          }),
      broken(
          "media-called-free",
          {{"movie-data", Verdict::Warn, "in an atom called \"free\""}},
          [](FakePair& pair) { replace(pair.movie, "mdat", "free"); }),
      broken(
          "media-called-free-in-still",
          {{"still-data", Verdict::Warn, "in an atom called \"free\""}},
          [](FakePair& pair) { replace(pair.still, "mdat", "free"); }),
      broken(
          "picture-in-header",
          {{"still-data", Verdict::Fail, "in what describes the file"}},
          [](FakePair& pair) {
            // The primary item's place, whose low half is a number of 16 bits or more.
            const auto file = valid(read_heif(MemorySource(pair.still)));
            const auto number = [](std::uint64_t offset) {
              return fields(u32(static_cast<std::uint32_t>(offset)));
            };
            const Bytes old = number(file.item(file.primary)->extents[0].offset);
            const Bytes to = number(file.meta_atom.body_offset() + 20);
            replace(
                pair.still,
                std::string(old.begin(), old.end()),
                std::string(to.begin(), to.end()));
          }),
      broken(
          "picture-behind-the-end",
          {{"still-data", Verdict::Fail, "outside the file"}},
          [](FakePair& pair) {
            const auto file = valid(read_heif(MemorySource(pair.still)));
            const auto offset = file.item(file.primary)->extents[0].offset;
            const Bytes old = fields(u32(static_cast<std::uint32_t>(offset)));
            replace(
                pair.still,
                std::string(old.begin(), old.end()),
                std::string_view("\x7F\0\0\0", 4));
          }),
      broken(
          "fragments",
          {{"movie-readable", Verdict::Fail, "in fragments"}},
          [](FakePair& pair) { append(pair.movie, box("moof", u32(0))); }),
      broken(
          "movie-cut-off",
          {{"movie-readable", Verdict::Fail, "in the middle of its atom \"moov\""}},
          [](FakePair& pair) { pair.movie.resize(pair.movie.size() - 100); }),
  };
}

void write(const std::filesystem::path& path, const Bytes& bytes) {
  std::filesystem::create_directories(path.parent_path());
  std::ofstream file(path, std::ios::binary);
  file.write(
      reinterpret_cast<const char*>(bytes.data()),
      static_cast<std::streamsize>(bytes.size()));
  if (!file) throw std::runtime_error("cannot write " + path.string());
}

}  // namespace

FakePair good_pair() {
  static const FakePair kGood = [] {
    const auto picture = frame(kMarked, Chroma::Yuv420);
    return FakePair{
        .name = "good",
        .still = valid(encode_heic(picture.picture, metadata(), {})),
        .movie = movie()};
  }();
  return kGood;
}

FakePair good_jpeg_pair() {
  FakePair pair = good_pair();
  pair.name = "good-jpeg";
  pair.still = jpeg();
  pair.still_name = "IMG_0001.JPG";
  return pair;
}

const std::vector<FakePair>& fake_pairs() {
  static const std::vector<FakePair> kAll = [] {
    std::vector<FakePair> all;
    for (const auto& part :
         {fakes_of_stills(), fakes_of_metadata(), fakes_of_markers(), fakes_of_pictures()})
      all.insert(all.end(), part.begin(), part.end());
    return all;
  }();
  return kAll;
}

PairPaths write_pair(const FakePair& pair, const std::filesystem::path& folder) {
  const PairPaths paths{folder / pair.still_name, folder / pair.movie_name};
  write(paths.still, pair.still);
  write(paths.movie, pair.movie);
  return paths;
}

}  // namespace livephoto::testing
