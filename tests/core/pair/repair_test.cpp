// Broken pairs are mended, pairs are parted and joined again, and no pixel and no sample changes.
#include "core/pair/repair.h"

#include <gtest/gtest.h>
#include <unistd.h>

#include <algorithm>
#include <fstream>
#include <iterator>
#include <set>
#include <string>

#include "core/content_identifier.h"
#include "core/isobmff/atom.h"
#include "core/isobmff/movie.h"
#include "core/isobmff/reader.h"
#include "core/pair/verify.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg_reader.h"
#include "tests/core/isobmff/atom_tree.h"
#include "tests/core/pair/fake_pairs.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using namespace std::chrono_literals;
using testing::FakePair;

Bytes contents(const fs::path& path) {
  std::ifstream file(path, std::ios::binary);
  return Bytes(std::istreambuf_iterator<char>(file), {});
}

// The coded picture: the primary item, or what follows the header of the scan.
Bytes picture_in(const Bytes& still) {
  const MemorySource source(still);
  if (still[0] == 0xFF) {
    const auto file = read_jpeg(source);
    EXPECT_TRUE(file);
    const auto at = static_cast<std::ptrdiff_t>(file->segments.back().offset);
    return Bytes(still.begin() + at, still.end());
  }
  const auto file = read_heif(source);
  EXPECT_TRUE(file) << file.error().message;
  const auto bytes = read_item(source, *file, *file->item(file->primary), 1 << 20);
  EXPECT_TRUE(bytes) << bytes.error().message;
  return *bytes;
}

// All samples of the picture, one after the other, with their times.
std::pair<Bytes, std::vector<isobmff::StoredSample>> samples_in(const Bytes& movie) {
  const MemorySource source(movie);
  const auto file = isobmff::read_movie(source);
  EXPECT_TRUE(file) << file.error().message;
  auto samples = isobmff::read_samples(file->tracks[0].stbl, 1000);
  EXPECT_TRUE(samples);
  Bytes all;
  for (auto& sample : *samples) {
    const auto bytes = read_bytes(source, sample.offset, sample.size);
    EXPECT_TRUE(bytes);
    all.insert(all.end(), bytes->begin(), bytes->end());
    sample.offset = 0;
  }
  return {all, *samples};
}

class Repairing : public ::testing::Test {
 protected:
  void TearDown() override { fs::remove_all(folder_); }

  PairPaths written(const FakePair& pair) { return write_pair(pair, folder_ / pair.name); }

  // What becomes of it, as IMG_9.HEIC or .JPG and IMG_9.MOV beside it.
  PairPaths write(const PairEdit& edit, const PairPaths& old) {
    const bool is_jpeg = contents(old.still)[0] == 0xFF;
    const PairPaths out{
        old.still.parent_path() / (is_jpeg ? "IMG_9.JPG" : "IMG_9.HEIC"),
        old.still.parent_path() / "IMG_9.MOV"};
    const auto done = write_pair_edit(edit, out.still, out.movie);
    EXPECT_TRUE(done) << done.error().message;
    EXPECT_EQ(fs::file_size(out.still), edit.still_size());
    EXPECT_EQ(fs::file_size(out.movie), edit.movie_size());
    return out;
  }

  void expect_untouched(const PairPaths& old, const PairPaths& now) {
    EXPECT_EQ(picture_in(contents(old.still)), picture_in(contents(now.still)));
    EXPECT_EQ(samples_in(contents(old.movie)), samples_in(contents(now.movie)));
  }

  void expect_good(const PairPaths& pair, const std::string& name) {
    for (const Check& check : verify_pair(pair.still, pair.movie).checks)
      EXPECT_TRUE(check.profile != Profile::Apple || check.verdict != Verdict::Fail)
          << name << ": " << check.name << ": " << check.why;
  }

  const fs::path folder_ =
      fs::path(::testing::TempDir()) / ("repair-" + std::to_string(::getpid()));
};

const FakePair& fake(const std::string& name) {
  return *std::ranges::find(testing::fake_pairs(), name, &FakePair::name);
}

bool holds(const fs::path& path, const std::string& text) {
  const Bytes bytes = contents(path);
  return std::string(bytes.begin(), bytes.end()).find(text) != std::string::npos;
}

TEST_F(Repairing, LeavesAGoodPairAsItIs) {
  for (const FakePair& good : {testing::good_pair(), testing::good_jpeg_pair()}) {
    const auto paths = written(good);

    const auto repair = plan_repair(paths.still, paths.movie, {});

    ASSERT_TRUE(repair) << repair.error().message;
    EXPECT_TRUE(repair->changes.empty());
    EXPECT_EQ(repair->content_identifier, testing::kFakeIdentifier);
    EXPECT_EQ(repair->still_time, 480ms);
    const auto out = write(repair->edit, paths);
    EXPECT_EQ(contents(out.still), good.still);
    EXPECT_EQ(contents(out.movie), good.movie);
  }
}

TEST_F(Repairing, MendsWhatOnlyLooksRight) {
  const std::set<std::string> without_time{
      "exiftool-only",
      "static-marker",
      "no-marker",
      "marker-outside",
      "marker-never-shown"};
  for (const char* name :
       {"identifiers-differ",
        "exiftool-only",
        "note-little-endian",
        "note-truncated",
        "note-cut-in-its-entries",
        "note-wild-offset",
        "no-identifier-in-still",
        "exif-behind-64-kib",
        "no-exif",
        "lower-case",
        "identifier-under-udta",
        "iso-meta",
        "no-metadata",
        "brand-mp42",
        "no-ftyp",
        "static-marker",
        "no-marker",
        "float32-marker",
        "marker-of-0",
        "two-markers",
        "two-samples",
        "marker-outside",
        "marker-never-shown",
        "remuxed"}) {
    const auto paths = written(fake(name));
    const bool has_no_time = without_time.contains(name);
    if (has_no_time) {
      const auto refused = plan_repair(paths.still, paths.movie, {});
      ASSERT_FALSE(refused) << name;
      EXPECT_NE(refused.error().message.find("give the still's time"), std::string::npos) << name;
    }

    const auto repair = plan_repair(
        paths.still,
        paths.movie,
        {.still_time =
             has_no_time ? std::optional<std::chrono::nanoseconds>(490ms) : std::nullopt});

    ASSERT_TRUE(repair) << name << ": " << repair.error().message << repair.error().detail;
    EXPECT_EQ(repair->changes.empty(), std::string(name) == "no-ftyp") << name;
    EXPECT_EQ(repair->still_time, 480ms) << name;
    const auto out = write(repair->edit, paths);
    expect_untouched(paths, out);
    expect_good(out, name);
    const auto again = plan_repair(out.still, out.movie, {});
    ASSERT_TRUE(again);
    EXPECT_TRUE(again->changes.empty()) << name << ": " << again->changes.front();
    EXPECT_EQ(again->content_identifier, repair->content_identifier);
  }
}

TEST_F(Repairing, JoinsLooseFilesByANewIdentifier) {
  FakePair loose = fake("no-identifier-in-still");
  loose.movie = fake("no-metadata").movie;
  const auto paths = written(loose);

  const auto one = plan_repair(paths.still, paths.movie, {});
  const auto other = plan_repair(paths.still, paths.movie, {});
  const auto given = plan_repair(
      paths.still,
      paths.movie,
      {.content_identifier = "aaaaaaaa-4b5a-4978-8695-a4b3c2d1e0ff"});

  ASSERT_TRUE(one && other && given);
  EXPECT_TRUE(parse_content_identifier(one->content_identifier));
  EXPECT_NE(one->content_identifier, other->content_identifier);
  EXPECT_EQ(given->content_identifier, "AAAAAAAA-4B5A-4978-8695-A4B3C2D1E0FF");
  const auto out = write(one->edit, paths);
  expect_untouched(paths, out);
  expect_good(out, "loose");
  EXPECT_EQ(inspect_still(out.still)->identifier, one->content_identifier);
  EXPECT_EQ(inspect_movie(out.movie)->identifier, one->content_identifier);
}

TEST_F(Repairing, GivesACopyANewIdentifierAndChangesNothingElse) {
  for (const FakePair& good : {testing::good_pair(), testing::good_jpeg_pair()}) {
    const auto paths = written(good);

    const auto repair = plan_repair(paths.still, paths.movie, {.new_identifier = true});

    ASSERT_TRUE(repair);
    EXPECT_NE(repair->content_identifier, testing::kFakeIdentifier);
    const auto out = write(repair->edit, paths);
    expect_untouched(paths, out);
    const auto movie = inspect_movie(out.movie);
    EXPECT_EQ(inspect_still(out.still)->identifier, repair->content_identifier);
    EXPECT_EQ(movie->identifier, repair->content_identifier);
    EXPECT_EQ(movie->metadata.size(), inspect_movie(paths.movie)->metadata.size());
    EXPECT_EQ(inspect_still(out.still)->capture.time, inspect_still(paths.still)->capture.time);
    EXPECT_TRUE(verify_pair(out.still, out.movie).verdict(Profile::Apple) == Verdict::Pass);
    EXPECT_EQ(fs::file_size(out.still), good.still.size());
  }
}

// A copy must not be found by the old identifier, which tools search for in the bytes.
TEST_F(Repairing, LeavesNothingOfTheOldIdentifier) {
  for (const char* name :
       {"good",
        "good-jpeg",
        "identifiers-differ",
        "note-little-endian",
        "note-truncated",
        "note-cut-in-its-entries",
        "note-wild-offset",
        "exif-behind-64-kib",
        "identifier-under-udta",
        "static-marker",
        "two-markers",
        "remuxed"}) {
    const auto paths = written(
        name == std::string("good")        ? testing::good_pair()
        : name == std::string("good-jpeg") ? testing::good_jpeg_pair()
                                           : fake(name));
    ASSERT_TRUE(holds(paths.still, "-4B5A-4978-8695-A4B3C2D1E0FF")) << name;

    const auto repair =
        plan_repair(paths.still, paths.movie, {.new_identifier = true, .still_time = 200ms});

    ASSERT_TRUE(repair) << name << ": " << repair.error().message;
    const auto out = write(repair->edit, paths);
    expect_good(out, name);
    EXPECT_FALSE(holds(out.still, "-4B5A-4978-8695-A4B3C2D1E0FF")) << name;
    EXPECT_FALSE(holds(out.movie, "-4B5A-4978-8695-A4B3C2D1E0FF")) << name;
  }
}

// Bytes of a marker's sample in the file, none where they are zeros.
std::size_t marker_bytes(const fs::path& original, const fs::path& now) {
  const Bytes was = contents(original);
  const Bytes is = contents(now);
  const auto file = isobmff::read_movie(MemorySource(was));
  const auto track = std::ranges::find_if(file->tracks, [](const isobmff::Track& each) {
    return each.has_key("com.apple.quicktime.still-image-time");
  });
  EXPECT_NE(track, file->tracks.end());
  std::size_t count = 0;
  const auto samples = isobmff::read_samples(track->stbl, 10);
  for (const auto& sample : *samples)
    for (std::uint64_t at = sample.offset; at < sample.offset + sample.size; ++at)
      count += is[static_cast<std::size_t>(at)] != 0 ? 1 : 0;
  return count;
}

TEST_F(Repairing, LeavesNothingOfTheOldMarker) {
  for (const FakePair& pair : {testing::good_pair(), fake("two-samples"), fake("float32-marker")}) {
    const auto paths = written(pair);
    ASSERT_GT(marker_bytes(paths.movie, paths.movie), 10u);

    const auto moved = plan_repair(paths.still, paths.movie, {.still_time = 200ms});
    const auto split = plan_split(paths.still, paths.movie);

    ASSERT_TRUE(moved && split);
    for (const PairEdit* edit : {&moved->edit, &split->edit}) {
      const auto out = write(*edit, paths);
      expect_untouched(paths, out);
      EXPECT_EQ(marker_bytes(paths.movie, out.movie), 0u) << pair.name;
    }
  }
}

// A hostile marker says that its sample is where the picture's are.
TEST_F(Repairing, LeavesBytesThatThePictureUses) {
  FakePair pair = testing::good_pair();
  pair.name = "marker-in-picture";
  auto file = isobmff::read_movie(MemorySource(pair.movie));
  ASSERT_TRUE(file);
  const auto of_picture = isobmff::read_samples(file->tracks[0].stbl, 1000);
  ASSERT_TRUE(of_picture);
  const std::uint32_t inside = static_cast<std::uint32_t>((*of_picture)[2].offset) + 3;
  const auto of_marker = isobmff::read_samples(file->tracks.back().stbl, 1);
  ASSERT_TRUE(of_marker);
  const auto as_bytes = [](std::uint64_t number) {
    return isobmff::fields(isobmff::u32(static_cast<std::uint32_t>(number)));
  };
  const Bytes old = as_bytes((*of_marker)[0].offset);
  const auto at = std::find_end(pair.movie.begin(), pair.movie.end(), old.begin(), old.end());
  ASSERT_NE(at, pair.movie.end());
  std::ranges::copy(as_bytes(inside), at);
  const auto paths = written(pair);

  const auto split = plan_split(paths.still, paths.movie);

  ASSERT_TRUE(split) << split.error().message;
  expect_untouched(paths, write(split->edit, paths));
}

TEST_F(Repairing, WritesTheMarkerAtTheFrameOnScreen) {
  const auto paths = written(testing::good_pair());
  const auto at = [&](std::chrono::nanoseconds time) {
    const auto repair = plan_repair(paths.still, paths.movie, {.still_time = time});
    EXPECT_TRUE(repair) << repair.error().message;
    const auto out = write(repair->edit, paths);
    expect_untouched(paths, out);
    expect_good(out, "moved");
    EXPECT_EQ(inspect_movie(out.movie)->markers.size(), 1u);
    EXPECT_EQ(inspect_movie(out.movie)->markers[0].times[0], repair->still_time);
    return repair->still_time;
  };

  EXPECT_EQ(at(0ms), 0ms);
  EXPECT_EQ(at(239ms), 200ms);
  EXPECT_EQ(at(239600us), 240ms);
  EXPECT_EQ(at(999ms), 960ms);
  EXPECT_FALSE(plan_repair(paths.still, paths.movie, {.still_time = 1000ms}));
  EXPECT_FALSE(plan_repair(paths.still, paths.movie, {.still_time = -1ms}));
}

// Media behind the header do not move, and a free atom takes its place.
TEST_F(Repairing, LeavesMediaBehindTheHeaderWhereTheyAre) {
  Clip clip{.content_identifier = testing::kFakeIdentifier};
  clip.layout = MovieLayout::FastStart;
  clip.video.format.configuration = Bytes(30, 1);
  clip.video.format.width = 64;
  clip.video.format.height = 48;
  for (int i = 0; i < 10; ++i)
    clip.video.packets.push_back(
        {.size = 50, .presentation_time = i * 40ms, .duration = 40ms, .is_sync = true});
  const auto planned = plan_movie(clip);
  ASSERT_TRUE(planned);
  FakePair pair = testing::good_pair();
  pair.name = "fast-start";
  pair.movie = planned->head;
  for (int i = 0; i < 500; ++i) pair.movie.push_back(static_cast<std::uint8_t>(i));
  pair.movie.insert(pair.movie.end(), planned->tail.begin(), planned->tail.end());
  const auto paths = written(pair);

  const auto repair =
      plan_repair(paths.still, paths.movie, {.new_identifier = true, .still_time = 200ms});

  ASSERT_TRUE(repair) << repair.error().message;
  const auto out = write(repair->edit, paths);
  expect_untouched(paths, out);
  expect_good(out, "fast-start");
  const auto movie = inspect_movie(out.movie);
  EXPECT_FALSE(movie->moov_is_first);
  EXPECT_EQ(movie->markers[0].times[0], 200ms);
}

// The good movie with its header in front and its media in an atom of another name, as
// parsers skip them and players, who go by the tables, do not.
FakePair with_media_in(const std::string& atom) {
  FakePair pair = testing::good_pair();
  pair.name = "media-in-" + atom;
  const auto file = isobmff::read_movie(MemorySource(pair.movie));
  const auto* media = file->atoms.find("mdat");
  const auto* ftyp = file->atoms.find("ftyp");
  EXPECT_LT(media->offset, file->moov_atom.offset);
  const auto part = [&](std::uint64_t from, std::uint64_t to) {
    return Bytes(
        pair.movie.begin() + static_cast<std::ptrdiff_t>(from),
        pair.movie.begin() + static_cast<std::ptrdiff_t>(to));
  };
  const std::uint64_t now_at = ftyp->size + file->moov_atom.size + isobmff::kAtomHeader;
  const Bytes old = pair.movie;
  Bytes moved = testing::with_moov(old, [&](testing::AtomNode& moov) {
    for (std::size_t i = 0; i < file->tracks.size(); ++i) {
      auto& stco = testing::track_of(moov, i).at({"mdia", "minf", "stbl", "stco"});
      for (std::size_t at = 8; at + 4 <= stco.body.size(); at += 4)
        stco.set_u32(
            at,
            static_cast<std::uint32_t>(
                isobmff::u32_at(stco.body, at) - media->body_offset() + now_at));
    }
  });
  const auto again = isobmff::read_movie(MemorySource(moved));
  EXPECT_EQ(again->moov_atom.size, file->moov_atom.size);
  Bytes movie = part(ftyp->offset, ftyp->end());
  movie.insert(
      movie.end(),
      moved.begin() + static_cast<std::ptrdiff_t>(again->moov_atom.offset),
      moved.begin() + static_cast<std::ptrdiff_t>(again->moov_atom.end()));
  const Bytes body = part(media->body_offset(), media->end());
  const isobmff::FourCC type(isobmff::u32_at(Bytes(atom.begin(), atom.end()), 0));
  const Bytes whole = isobmff::box(type, ByteSpan(body)).bytes;
  movie.insert(movie.end(), whole.begin(), whole.end());
  pair.movie = movie;
  return pair;
}

TEST_F(Repairing, LeavesMediaInAtomsOfOtherNamesWhereTheyAre) {
  for (const char* atom : {"free", "skip", "idat", "cdat"}) {
    const auto paths = written(with_media_in(atom));

    const auto repair =
        plan_repair(paths.still, paths.movie, {.new_identifier = true, .still_time = 200ms});
    const auto split = plan_split(paths.still, paths.movie);

    ASSERT_TRUE(repair) << repair.error().message;
    ASSERT_TRUE(split) << split.error().message;
    expect_untouched(paths, write(repair->edit, paths));
    expect_untouched(paths, write(split->edit, paths));
  }
}

// Samples that lie in what is rewritten cannot stay what they are.
TEST_F(Repairing, RefusesMoviesWhoseSamplesLieInTheirHeader) {
  for (const bool in_moov : {true, false}) {
    FakePair pair = testing::good_pair();
    pair.name = in_moov ? "samples-in-moov" : "samples-behind-the-end";
    const auto file = isobmff::read_movie(MemorySource(pair.movie));
    const auto at = in_moov ? file->moov_atom.offset + 8 : pair.movie.size() - 8;
    pair.movie = testing::with_moov(pair.movie, [&](testing::AtomNode& moov) {
      testing::track_of(moov, 0)
          .at({"mdia", "minf", "stbl", "stco"})
          .set_u32(8, static_cast<std::uint32_t>(at));
    });
    const auto paths = written(pair);

    EXPECT_FALSE(plan_repair(paths.still, paths.movie, {.new_identifier = true})) << pair.name;
    EXPECT_FALSE(plan_split(paths.still, paths.movie)) << pair.name;
  }
}

// A HEIC whose picture, or whose Exif, lies in the box idat at the end of `meta`, named by where
// it is in the file or in the box. Its old place holds zeros.
Bytes heic_with_idat(const Bytes& still, bool of_exif, bool by_file_offset) {
  using namespace isobmff;
  const MemorySource source(still);
  const auto file = read_heif(source);
  const HeifItem& inside = of_exif ? *file->description("Exif") : *file->item(file->primary);
  const Bytes picture = *read_item(source, *file, inside, 1 << 20);
  const auto iloc_with = [&](std::uint64_t idat_at, std::uint64_t growth) {
    Bytes rows;
    std::uint16_t count = 0;
    for (const HeifItem& item : file->items) {
      if (item.extents.empty()) continue;
      ++count;
      const bool is_inside = item.id == inside.id;
      const std::uint64_t in_idat = by_file_offset ? idat_at : 0;
      const std::uint64_t offset = is_inside ? in_idat : item.extents[0].offset + growth;
      append(
          rows,
          ByteSpan(fields(
              u16(static_cast<std::uint16_t>(item.id)),
              u16(is_inside && !by_file_offset ? 1 : 0),
              u16(0),
              u16(1),
              u32(static_cast<std::uint32_t>(offset)),
              u32(static_cast<std::uint32_t>(item.extents[0].length)))));
    }
    return box("iloc", version_flags(1, 0), u16(0x4400), u16(count), ByteSpan(rows));
  };
  const auto meta_with = [&](const Box& iloc) {
    Bytes body(file->meta.begin(), file->meta.begin() + 4);
    ByteSpan rest = ByteSpan(file->meta).subspan(4);
    while (const auto atom = take_atom(rest))
      append(body, atom->type == FourCC("iloc") ? ByteSpan(iloc.bytes) : atom->whole);
    append(body, box("idat", ByteSpan(picture)));
    return box("meta", ByteSpan(body)).bytes;
  };
  const std::uint64_t size = meta_with(iloc_with(0, 0)).size();
  const Bytes meta = meta_with(
      iloc_with(file->meta_atom.offset + size - picture.size(), size - file->meta_atom.size));
  Bytes out(still.begin(), still.begin() + static_cast<std::ptrdiff_t>(file->meta_atom.offset));
  append(out, ByteSpan(meta));
  out.insert(
      out.end(),
      still.begin() + static_cast<std::ptrdiff_t>(file->meta_atom.end()),
      still.end());
  const auto old_place = inside.extents[0].offset + out.size() - still.size();
  std::fill_n(
      out.begin() + static_cast<std::ptrdiff_t>(old_place),
      picture.size(),
      std::uint8_t{0});
  return out;
}

TEST_F(Repairing, KeepsAPictureThatLiesInIdat) {
  for (const bool by_file_offset : {true, false})
    for (const bool has_exif : {true, false}) {
      FakePair pair = testing::good_pair();
      pair.name = "picture-in-idat";
      const Bytes picture = picture_in(pair.still);
      pair.still = heic_with_idat(pair.still, false, by_file_offset);
      if (!has_exif) {  // so that an item has to be added, before the picture
        const std::string_view type = "Exif";
        std::ranges::copy(
            std::string_view("abcd"),
            std::search(pair.still.begin(), pair.still.end(), type.begin(), type.end()));
      }
      ASSERT_EQ(picture_in(pair.still), picture);
      const auto paths = written(pair);

      const auto repair = plan_repair(
          paths.still,
          paths.movie,
          {.content_identifier = "AAAAAAAA-4B5A-4978-8695-A4B3C2D1E0FF"});

      ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
      EXPECT_EQ(picture_in(contents(write(repair->edit, paths).still)), picture);
    }
}

constexpr const char* kOther = "BBBBBBBB-4B5A-4978-8695-A4B3C2D1E0FF";

Bytes with_text(Bytes bytes, std::string_view old, std::string_view now) {
  auto at = std::search(bytes.begin(), bytes.end(), old.begin(), old.end());
  EXPECT_NE(at, bytes.end());
  std::ranges::copy(now, at);
  return bytes;
}

// The JPEG with a second Exif segment behind its first one.
Bytes jpeg_with_another_exif(const Bytes& still, std::string_view identifier) {
  const auto file = read_jpeg(MemorySource(still));
  const auto begin = still.begin() + static_cast<std::ptrdiff_t>(file->exif->offset);
  const auto end = still.begin() + static_cast<std::ptrdiff_t>(file->exif->end());
  const Bytes second = with_text(Bytes(begin, end), testing::kFakeIdentifier, identifier);
  Bytes out(still.begin(), end);
  out.insert(out.end(), second.begin(), second.end());
  out.insert(out.end(), end, still.end());
  return out;
}

// The HEIC with a second Exif item, in media of its own behind.
Bytes heic_with_another_exif(const Bytes& still, std::string_view identifier) {
  using namespace isobmff;
  constexpr std::uint16_t kId = 99;
  const MemorySource source(still);
  const auto file = read_heif(source);
  const Bytes block = with_text(
      *read_item(source, *file, *file->description("Exif"), 1 << 20),
      testing::kFakeIdentifier,
      identifier);
  const auto iloc_with = [&](std::uint64_t growth) {
    Bytes rows;
    const auto add_row = [&rows](std::uint32_t id, std::uint64_t offset, std::uint64_t length) {
      append(
          rows,
          ByteSpan(fields(
              u16(static_cast<std::uint16_t>(id)),
              u16(0),
              u16(0),
              u16(1),
              u32(static_cast<std::uint32_t>(offset)),
              u32(static_cast<std::uint32_t>(length)))));
    };
    for (const HeifItem& item : file->items)
      add_row(item.id, item.extents.at(0).offset + growth, item.extents.at(0).length);
    add_row(kId, still.size() + growth + kAtomHeader, block.size());
    const auto count = static_cast<std::uint16_t>(file->items.size() + 1);
    return box("iloc", version_flags(1, 0), u16(0x4400), u16(count), ByteSpan(rows));
  };
  const auto meta_with = [&](const Box& iloc) {
    Bytes body(file->meta.begin(), file->meta.begin() + 4);
    ByteSpan rest = ByteSpan(file->meta).subspan(4);
    while (const auto atom = take_atom(rest)) {
      if (atom->type == FourCC("iinf"))
        append(
            body,
            box("iinf",
                version_flags(0, 0),
                u16(static_cast<std::uint16_t>(file->items.size() + 1)),
                atom->body.subspan(6),
                box("infe", version_flags(2, 1), u16(kId), u16(0), u32(FourCC("Exif")), u8(0))));
      else
        append(body, atom->type == FourCC("iloc") ? ByteSpan(iloc.bytes) : atom->whole);
    }
    return box("meta", ByteSpan(body)).bytes;
  };
  const Bytes meta = meta_with(iloc_with(meta_with(iloc_with(0)).size() - file->meta_atom.size));
  Bytes out(still.begin(), still.begin() + static_cast<std::ptrdiff_t>(file->meta_atom.offset));
  append(out, ByteSpan(meta));
  out.insert(
      out.end(),
      still.begin() + static_cast<std::ptrdiff_t>(file->meta_atom.end()),
      still.end());
  append(out, box("mdat", ByteSpan(block)));
  return out;
}

// Readers differ in which of several Exif blocks counts: all have to say the same.
TEST_F(Repairing, GivesEveryExifBlockTheIdentifier) {
  for (const bool is_jpeg : {true, false}) {
    FakePair pair = is_jpeg ? testing::good_jpeg_pair() : testing::good_pair();
    pair.name = is_jpeg ? "two-exif.jpg" : "two-exif.heic";
    pair.still = is_jpeg ? jpeg_with_another_exif(pair.still, kOther)
                         : heic_with_another_exif(pair.still, kOther);
    const auto paths = written(pair);
    const auto before = inspect_still(paths.still);
    ASSERT_TRUE(before) << before.error().message;
    EXPECT_EQ(before->exif_blocks, 2u);
    EXPECT_EQ(before->identifier, testing::kFakeIdentifier);
    EXPECT_EQ(before->last_identifier, kOther);
    const auto verdicts = verify_pair(paths.still, paths.movie);
    EXPECT_EQ(verdicts.verdict(Profile::Immich), Verdict::Fail);
    EXPECT_EQ(verdicts.verdict(Profile::Memories), Verdict::Fail);
    EXPECT_EQ(verdicts.verdict(Profile::Apple), Verdict::Warn);

    const auto repair = plan_repair(paths.still, paths.movie, {.new_identifier = true});
    const auto kept = plan_repair(paths.still, paths.movie, {});
    const auto split = plan_split(paths.still, paths.movie);

    ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
    const auto out = write(repair->edit, paths);
    expect_untouched(paths, out);
    EXPECT_EQ(inspect_still(out.still)->identifier, repair->content_identifier);
    EXPECT_EQ(inspect_still(out.still)->last_identifier, repair->content_identifier);
    EXPECT_FALSE(holds(out.still, "-4B5A-4978-8695-A4B3C2D1E0FF"));
    EXPECT_EQ(verify_pair(out.still, out.movie).verdict(Profile::Immich), Verdict::Pass);
    ASSERT_TRUE(kept);
    EXPECT_EQ(kept->content_identifier, testing::kFakeIdentifier);
    EXPECT_EQ(kept->changes.size(), 1u);
    ASSERT_TRUE(split) << split.error().message;
    EXPECT_FALSE(holds(write(split->edit, paths).still, "-4B5A-4978-8695-A4B3C2D1E0FF"));
  }
}

TEST_F(Repairing, TakesExifOutOfIdat) {
  FakePair pair = testing::good_pair();
  pair.name = "exif-in-idat";
  pair.still = heic_with_idat(pair.still, true, false);
  const auto paths = written(pair);
  const auto before = inspect_still(paths.still);
  ASSERT_TRUE(before) << before.error().message;
  EXPECT_TRUE(before->exif_in_idat);
  EXPECT_EQ(before->identifier, testing::kFakeIdentifier);
  EXPECT_EQ(before->last_identifier, std::nullopt);
  EXPECT_EQ(verify_pair(paths.still, paths.movie).verdict(Profile::Immich), Verdict::Fail);

  for (const bool is_new : {true, false}) {
    const auto repair = plan_repair(paths.still, paths.movie, {.new_identifier = is_new});

    ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
    const auto out = write(repair->edit, paths);
    expect_untouched(paths, out);
    EXPECT_EQ(inspect_still(out.still)->last_identifier, repair->content_identifier);
    EXPECT_EQ(inspect_still(out.still)->capture.time, before->capture.time);
    EXPECT_EQ(verify_pair(out.still, out.movie).verdict(Profile::Immich), Verdict::Pass);
    const Bytes now = contents(out.still);
    const std::string text(now.begin(), now.end());
    const auto first = text.find(testing::kFakeIdentifier);
    EXPECT_EQ(first == std::string::npos, is_new);
    // Not in its old place too.
    EXPECT_EQ(text.rfind(testing::kFakeIdentifier), first);
  }
}

// CIPA DC-007: where the second picture of a file is, counted from the index.
TEST_F(Repairing, FindsTheSecondPictureOfAJpegAgain) {
  using namespace isobmff;
  for (const bool exif_is_first : {true, false}) {
    FakePair pair = testing::good_jpeg_pair();
    pair.name = exif_is_first ? "mpf-behind-exif" : "mpf-before-exif";
    const auto file = read_jpeg(MemorySource(pair.still));
    const auto cut = [&](std::uint64_t from, std::uint64_t to) {
      return Bytes(
          pair.still.begin() + static_cast<std::ptrdiff_t>(from),
          pair.still.begin() + static_cast<std::ptrdiff_t>(to));
    };
    const Bytes exif = with_text(
        cut(file->exif->offset, file->exif->end()),
        "Apple iOS",
        "Peach iOS");  // a note of another length comes
    const auto index = [&](std::uint64_t size, std::uint64_t offset) {
      const Bytes body = fields(
          std::string_view("MPF\0MM\0\x2A\0\0\0\x08", 12),
          u16(1),
          u16(0xB002),
          u16(7),
          u32(32),
          u32(26),
          u32(0),
          u32(0x030000),
          u32(static_cast<std::uint32_t>(size)),
          u32(0),
          u32(0),
          u32(0),
          u32(4),
          u32(static_cast<std::uint32_t>(offset)),
          u32(0));
      return fields(u16(0xFFE2), u16(static_cast<std::uint16_t>(body.size() + 2)), ByteSpan(body));
    };
    const std::uint64_t index_size = index(0, 0).size();
    const std::uint64_t size = pair.still.size() + index_size;
    const std::uint64_t header = (exif_is_first ? file->exif->end() : file->exif->offset) + 8;
    const Bytes mpf = index(size, size - header);
    Bytes still = cut(0, file->exif->offset);
    for (const Bytes& part : exif_is_first ? std::vector{exif, mpf} : std::vector{mpf, exif})
      append(still, ByteSpan(part));
    append(still, ByteSpan(cut(file->exif->end(), pair.still.size())));
    ASSERT_EQ(still.size(), size);
    append(still, std::string_view("\xFF\xD8\xFF\xD9", 4));
    pair.still = still;
    const auto paths = written(pair);

    const auto repair = plan_repair(paths.still, paths.movie, {.replace_maker_note = true});

    ASSERT_TRUE(repair) << repair.error().message;
    const Bytes now = contents(write(repair->edit, paths).still);
    const Bytes sign = fields(std::string_view("MPF\0", 4));
    const auto at = static_cast<std::size_t>(
        std::search(now.begin(), now.end(), sign.begin(), sign.end()) - now.begin());
    ASSERT_LT(at, now.size());
    const std::size_t header_at = at + 4;
    EXPECT_EQ(u32_at(now, header_at + 26 + 4), now.size() - 4) << pair.name;
    EXPECT_EQ(header_at + u32_at(now, header_at + 26 + 16 + 8), now.size() - 4) << pair.name;
    EXPECT_EQ(picture_in(now), picture_in(contents(paths.still)));
  }
}

TEST_F(Repairing, AddsAnExifItemToAHeicWithoutOne) {
  FakePair pair = testing::good_pair();
  pair.name = "heic-without-exif";
  const std::string_view type = "Exif";
  std::ranges::copy(
      std::string_view("abcd"),
      std::search(pair.still.begin(), pair.still.end(), type.begin(), type.end()));
  const auto paths = written(pair);
  ASSERT_FALSE(inspect_still(paths.still)->has_exif);

  const auto repair = plan_repair(paths.still, paths.movie, {});

  ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
  const auto out = write(repair->edit, paths);
  expect_untouched(paths, out);
  const auto before = inspect_still(paths.still);
  const auto after = inspect_still(out.still);
  ASSERT_TRUE(after) << after.error().message;
  EXPECT_EQ(after->identifier, testing::kFakeIdentifier);
  EXPECT_EQ(after->width, before->width);
  EXPECT_EQ(after->thumbnails, before->thumbnails);
  EXPECT_EQ(after->colour, before->colour);
}

// With another version and number in the first Item Info Entry of a type.
Bytes with_entry(Bytes still, std::string_view type, std::uint8_t version, std::uint8_t id) {
  const auto at = std::search(still.begin(), still.end(), type.begin(), type.end());
  at[-8] = version;  // before flags, number and protection
  at[-3] = id;
  return still;
}

TEST_F(Repairing, RefusesItemsThatItDoesNotKnow) {
  const Bytes good = testing::good_pair().still;
  const auto file = read_heif(MemorySource(good));
  const auto number = static_cast<std::uint8_t>(file->description("Exif")->id);
  for (const auto& [version, id] : {std::pair(1, int{number}), {2, 77}, {2, int(file->primary)}}) {
    FakePair pair = testing::good_pair();
    pair.name = "items-" + std::to_string(version) + "-" + std::to_string(id);
    pair.still = with_entry(
        pair.still,
        "Exif",
        static_cast<std::uint8_t>(version),
        static_cast<std::uint8_t>(id));
    const auto paths = written(pair);

    const auto repair =
        plan_repair(paths.still, paths.movie, {.new_identifier = true, .still_time = 0ms});

    ASSERT_FALSE(repair) << pair.name;
    EXPECT_EQ(repair.error().code, ErrorCode::Unsupported) << repair.error().message;
  }
}

TEST_F(Repairing, LeavesTheVideoOfAMotionPhotoAtTheEnd) {
  FakePair pair = testing::good_pair();
  pair.name = "motion-photo";
  const Bytes video = isobmff::box("mpvd", Bytes(1000, 7)).bytes;
  pair.still.insert(pair.still.end(), video.begin(), video.end());
  const std::string_view type = "Exif";  // so that an item has to be added
  std::ranges::copy(
      std::string_view("abcd"),
      std::search(pair.still.begin(), pair.still.end(), type.begin(), type.end()));
  const auto paths = written(pair);

  const auto repair = plan_repair(paths.still, paths.movie, {});

  ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
  const auto out = write(repair->edit, paths);
  const Bytes still = contents(out.still);
  EXPECT_TRUE(std::equal(video.rbegin(), video.rend(), still.rbegin()));
  EXPECT_EQ(inspect_still(out.still)->identifier, testing::kFakeIdentifier);
  EXPECT_EQ(picture_in(still), picture_in(pair.still));
}

TEST_F(Repairing, TellsWhatOfADamagedMakerNoteIsLost) {
  const auto lost = [&](const char* name) {
    const auto paths = written(fake(name));
    const auto repair = plan_repair(paths.still, paths.movie, {});
    EXPECT_TRUE(repair) << name;
    const auto told = std::ranges::find_if(repair->changes, [](const std::string& change) {
      return change.find("could not be read") != std::string::npos;
    });
    return told == repair->changes.end() ? std::string() : *told;
  };

  EXPECT_EQ(lost("note-little-endian"), "");
  EXPECT_EQ(lost("note-wild-offset"), "");  // but for the identifier, which is written anew
  EXPECT_EQ(lost("note-cut-in-its-entries").find("Of the still's damaged MakerNote 8 entries"), 0u);
}

TEST_F(Repairing, AsksBeforeItReplacesAnothersMakerNote) {
  const auto paths = written(fake("other-maker"));

  const auto refused = plan_repair(paths.still, paths.movie, {});
  const auto replaced = plan_repair(paths.still, paths.movie, {.replace_maker_note = true});

  ASSERT_FALSE(refused);
  EXPECT_NE(refused.error().message.find("another maker"), std::string::npos);
  ASSERT_TRUE(replaced);
  expect_good(write(replaced->edit, paths), "other-maker");
}

TEST_F(Repairing, RefusesWhatItCannotMend) {
  const auto message = [&](const char* name) {
    const auto paths = written(fake(name));
    const auto repair = plan_repair(paths.still, paths.movie, {});
    return repair ? std::string("mended") : repair.error().message;
  };

  EXPECT_NE(message("still-is-text").find("neither QuickTime"), std::string::npos);
  EXPECT_NE(message("fragments").find("in fragments"), std::string::npos);
  EXPECT_NE(message("movie-cut-off").find("moov"), std::string::npos);
  EXPECT_NE(message("disabled").find("shows no picture"), std::string::npos);
  const auto paths = written(testing::good_pair());
  EXPECT_FALSE(plan_repair(paths.still, paths.movie, {.content_identifier = "no UUID"}));
  // Its header is in front, so that it can be read all the same.
  FakePair cut = testing::good_pair();
  cut.name = "cut-off";
  const Bytes promises = isobmff::fields(isobmff::u32(1000), isobmff::u32(isobmff::FourCC("mdat")));
  cut.movie.insert(cut.movie.end(), promises.begin(), promises.end());
  const auto cut_off = written(cut);
  const auto of_cut_off = plan_repair(cut_off.still, cut_off.movie, {.new_identifier = true});
  ASSERT_FALSE(of_cut_off);
  EXPECT_NE(of_cut_off.error().message.find("cut off"), std::string::npos);
  FakePair garbage = testing::good_pair();
  garbage.name = "garbage";
  garbage.movie.insert(garbage.movie.end(), 100, 0xFF);
  const auto behind = written(garbage);
  const auto repair = plan_repair(behind.still, behind.movie, {.new_identifier = true});
  ASSERT_FALSE(repair);
  EXPECT_NE(repair.error().message.find("something that is none"), std::string::npos);
}

TEST_F(Repairing, MendsInPlaceUnderAnyNames) {
  const std::pair<const char*, const char*> names[] = {
      {"IMG_0001.HEIC", "IMG_0001.MOV"},
      {"img_0001.heic", "img_0001.mov"},
      {"IMG_0001.HEIF", "IMG_0002.MOV"}};
  for (const auto& [still, movie] : names) {
    FakePair pair = fake("identifiers-differ");
    pair.name = std::string("in-place-") + movie;
    pair.still_name = still;
    pair.movie_name = movie;
    const auto paths = written(pair);

    const auto repair = plan_repair(paths.still, paths.movie, {});
    ASSERT_TRUE(repair);
    const auto done = write_pair_edit(repair->edit, paths.still, paths.movie);

    ASSERT_TRUE(done) << done.error().message;
    expect_good(paths, pair.name);
    EXPECT_EQ(picture_in(contents(paths.still)), picture_in(pair.still));
    EXPECT_EQ(samples_in(contents(paths.movie)), samples_in(pair.movie));
    EXPECT_EQ(std::distance(fs::directory_iterator(paths.still.parent_path()), {}), 2);
  }
}

// The movie's name cannot be taken, so that the still keeps its old bytes too.
TEST_F(Repairing, LeavesBothWhereOneCannotBeWritten) {
  const auto paths = written(fake("identifiers-differ"));
  const auto before = contents(paths.still);
  const auto repair = plan_repair(paths.still, paths.movie, {.new_identifier = true});
  ASSERT_TRUE(repair);
  fs::remove(paths.movie);
  fs::create_directory(paths.movie);

  const auto done = write_pair_edit(repair->edit, paths.still, paths.movie);

  ASSERT_FALSE(done);
  EXPECT_EQ(done.error().code, ErrorCode::Io);
  EXPECT_EQ(contents(paths.still), before);
  EXPECT_EQ(std::distance(fs::directory_iterator(paths.still.parent_path()), {}), 2);
  EXPECT_FALSE(write_pair_edit(repair->edit, folder_ / "none" / "a.HEIC", paths.still));
}

TEST_F(Repairing, PartsAPairAndJoinsItAgain) {
  for (const FakePair& good : {testing::good_pair(), testing::good_jpeg_pair()}) {
    const auto paths = written(good);

    const auto split = plan_split(paths.still, paths.movie);

    ASSERT_TRUE(split) << split.error().message;
    EXPECT_EQ(split->content_identifier, testing::kFakeIdentifier);
    EXPECT_EQ(split->still_time, 480ms);
    const auto parted = write(split->edit, paths);
    expect_untouched(paths, parted);
    const auto still = inspect_still(parted.still);
    const auto movie = inspect_movie(parted.movie);
    ASSERT_TRUE(still && movie);
    EXPECT_EQ(still->identifier, std::nullopt);
    EXPECT_EQ(still->capture.time, inspect_still(paths.still)->capture.time);
    EXPECT_EQ(movie->identifier, std::nullopt);
    EXPECT_TRUE(movie->markers.empty());
    EXPECT_EQ(movie->tracks.size(), 1u);
    for (const Profile profile : {Profile::Apple, Profile::Immich, Profile::Memories})
      EXPECT_EQ(verify_pair(parted.still, parted.movie).verdict(profile), Verdict::Fail);
    const Bytes bytes = contents(parted.still);
    EXPECT_EQ(
        std::string(bytes.begin(), bytes.end()).find(testing::kFakeIdentifier),
        std::string::npos);

    fs::create_directory(folder_ / "joined");
    const auto repair = plan_repair(parted.still, parted.movie, {});
    ASSERT_TRUE(repair) << repair.error().message << repair.error().detail;
    EXPECT_EQ(repair->content_identifier, testing::kFakeIdentifier);
    EXPECT_EQ(repair->still_time, 480ms);
    const PairPaths joined{
        folder_ / "joined" / parted.still.filename(),
        folder_ / "joined" / "IMG_9.MOV"};
    ASSERT_TRUE(write_pair_edit(repair->edit, joined.still, joined.movie));
    expect_untouched(paths, joined);
    EXPECT_EQ(verify_pair(joined.still, joined.movie).verdict(Profile::Apple), Verdict::Pass);
    EXPECT_EQ(
        inspect_movie(joined.movie)->metadata.size(),
        inspect_movie(paths.movie)->metadata.size());
    fs::remove_all(folder_ / "joined");
  }
}

// For the sanitizers: whatever a byte of the headers becomes, there is a file or a sentence.
TEST_F(Repairing, SurvivesChangedBytes) {
  FakePair bare = testing::good_pair();
  bare.name = "without-exif";
  const std::string_view type = "Exif";
  std::ranges::copy(
      std::string_view("abcd"),
      std::search(bare.still.begin(), bare.still.end(), type.begin(), type.end()));
  const auto plan = [](const PairPaths& paths) {
    const auto check = [](const PairEdit& edit) {
      std::uint64_t still = 0;
      std::uint64_t movie = 0;
      const auto one = edit.write_still([&](ByteSpan bytes) {
        still += bytes.size();
        return Result<void>();
      });
      const auto other = edit.write_movie([&](ByteSpan bytes) {
        movie += bytes.size();
        return Result<void>();
      });
      EXPECT_TRUE(!one || still == edit.still_size());
      EXPECT_TRUE(!other || movie == edit.movie_size());
    };
    const auto repair =
        plan_repair(paths.still, paths.movie, {.new_identifier = true, .still_time = 200ms});
    if (repair) check(repair->edit);
    if (const auto split = plan_split(paths.still, paths.movie)) check(split->edit);
  };
  const auto change_each = [&](const FakePair& good, bool is_still, std::size_t from) {
    const auto paths = written(good);
    const Bytes& bytes = is_still ? good.still : good.movie;
    std::fstream file(
        is_still ? paths.still : paths.movie,
        std::ios::binary | std::ios::in | std::ios::out);
    const auto put = [&](std::size_t at, int value) {
      file.seekp(static_cast<std::streamoff>(at));
      file.put(static_cast<char>(value)).flush();
    };
    for (std::size_t i = from; i < std::min(bytes.size(), from + 3000); ++i) {
      put(i, bytes[i] ^ (i % 2 == 0 ? 0x80 : 0x01));
      plan(paths);
      put(i, bytes[i]);
    }
  };

  change_each(testing::good_pair(), true, 0);
  change_each(testing::good_jpeg_pair(), true, 0);
  change_each(bare, true, 0);
  const FakePair good = testing::good_pair();
  const std::string_view moov = "moov";
  const auto at = std::search(good.movie.begin(), good.movie.end(), moov.begin(), moov.end());
  ASSERT_NE(at, good.movie.end());
  change_each(good, false, static_cast<std::size_t>(at - good.movie.begin()) - 4);
}

}  // namespace
}  // namespace livephoto
