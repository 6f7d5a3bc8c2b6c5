// Movies of others, as far as a reader must cope with them: every layout, and every kind of damage.
#include "core/isobmff/reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/isobmff/atom.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/movie.h"
#include "tests/core/isobmff/atom_tree.h"

namespace livephoto::isobmff {
namespace {

using namespace std::chrono_literals;
using livephoto::testing::AtomNode;
using livephoto::testing::atoms_of;
using livephoto::testing::bytes_of;
using livephoto::testing::track_of;
using livephoto::testing::with_moov;

constexpr const char* kIdentifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";

// 10 frames of 40 ms, of 100 bytes and more, with B-frames; sound of three packets.
Clip clip() {
  Clip clip;
  clip.content_identifier = kIdentifier;
  clip.capture.make = "Maker";
  clip.capture.orientation = Orientation::Rotate90;
  clip.video.format.configuration = Bytes(3, 7);
  clip.video.format.width = 64;
  clip.video.format.height = 48;
  clip.video.format.colour = Colour{12, 13, 6, false};
  std::uint32_t size = 100;
  for (const int frame : {0, 2, 1, 4, 3, 6, 5, 8, 7, 9})
    clip.video.packets.push_back(
        {.size = size++,
         .presentation_time = frame * 40ms,
         .duration = 40ms,
         .is_sync = frame == 0});
  AudioTrack sound;
  sound.format.configuration = Bytes(2, 9);
  for (int i = 0; i < 3; ++i) sound.packets.push_back({.size = 30, .samples = 1024});
  clip.audio.push_back(sound);
  clip.still_time = 120ms;
  return clip;
}

Bytes movie_of(const Clip& clip) {
  const auto movie = plan_movie(clip);
  EXPECT_TRUE(movie);
  Bytes file = movie->head;
  file.resize(static_cast<std::size_t>(movie->size) - movie->tail.size(), 0xEE);
  file.insert(file.end(), movie->tail.begin(), movie->tail.end());
  return file;
}

Result<MovieFile> read(const Bytes& file) { return read_movie(MemorySource(file)); }

std::string message_of(const Bytes& file) {
  const auto movie = read(file);
  return movie ? "no error" : movie.error().message;
}

TEST(MovieReader, ReadsWhatIsWritten) {
  for (const auto layout : {MovieLayout::Camera, MovieLayout::FastStart}) {
    Clip wanted = clip();
    wanted.layout = layout;
    const Bytes file = movie_of(wanted);

    const auto movie = read(file);

    ASSERT_TRUE(movie) << movie.error().message;
    EXPECT_EQ(movie->timescale, 600u);
    EXPECT_EQ(movie->duration, 240u);
    EXPECT_EQ(movie->moov_is_first(), layout == MovieLayout::FastStart);
    EXPECT_EQ(text_of(movie->type->major), "qt  ");
    ASSERT_NE(movie->item("content.identifier"), nullptr);
    EXPECT_EQ(text_in(movie->item("content.identifier")->value), kIdentifier);
    EXPECT_EQ(movie->capture.make, "Maker");
    ASSERT_EQ(movie->tracks.size(), 3u);

    const Track& video = movie->tracks[0];
    EXPECT_EQ(video.handler, FourCC("vide"));
    EXPECT_EQ(video.handler_name, "Core Media Video");
    EXPECT_EQ(video.format, FourCC("avc1"));
    EXPECT_TRUE(video.is_enabled);
    EXPECT_EQ(video.width, 64);
    EXPECT_EQ(orientation_of(video.matrix), Orientation::Rotate90);
    ASSERT_TRUE(video.video);
    EXPECT_EQ(video.video->width, 64u);
    EXPECT_EQ(video.video->height, 48u);
    EXPECT_EQ(video.video->colour, (Colour{12, 13, 6, false}));
    EXPECT_EQ(video.video->configuration_record, Bytes(3, 7));

    const Track& sound = movie->tracks[1];
    EXPECT_EQ(sound.handler, FourCC("soun"));
    EXPECT_EQ(sound.timescale, 48'000u);
    EXPECT_EQ(sound.sound->channels, 2u);
    EXPECT_EQ(sound.sound->sample_rate, 48'000);

    const Track& marker = movie->tracks[2];
    EXPECT_EQ(marker.format, FourCC("mebx"));
    ASSERT_EQ(marker.keys.size(), 3u);
    EXPECT_EQ(marker.keys[0].name, kStillImageTime);
    EXPECT_EQ(marker.keys[0].type, DataType::Int8);
    EXPECT_EQ(marker.keys[1].type, DataType::PerspectiveTransformFloat64);
    EXPECT_EQ(marker.keys[2].local_id, 3u);
    ASSERT_EQ(marker.references.size(), 1u);
    EXPECT_EQ(marker.references[0].tracks, std::vector<std::uint32_t>{1});
  }
}

TEST(MovieReader, ReadsWhereAndWhenEachSampleIs) {
  const Bytes file = movie_of(clip());
  const auto movie = read(file);
  ASSERT_TRUE(movie);

  const auto samples = read_samples(movie->tracks[0].stbl, kMostSamples);

  ASSERT_TRUE(samples);
  ASSERT_EQ(samples->size(), 10u);
  std::vector<std::int64_t> shown;
  for (std::size_t i = 0; i < 10; ++i) {
    EXPECT_EQ((*samples)[i].size, 100 + i);
    EXPECT_EQ((*samples)[i].decode, static_cast<std::int64_t>(i * 24));
    EXPECT_EQ((*samples)[i].is_sync, i == 0);
    shown.push_back((*samples)[i].presentation / 24);
  }
  EXPECT_EQ(shown, (std::vector<std::int64_t>{0, 2, 1, 4, 3, 6, 5, 8, 7, 9}));
  EXPECT_EQ((*samples)[0].offset, 36u);  // behind ftyp, wide and the header of mdat

  const auto marker = read_samples(movie->tracks[2].stbl, kMostSamples);
  ASSERT_TRUE(marker);
  const Bytes sample(
      file.begin() + static_cast<long>(marker->front().offset),
      file.begin() + static_cast<long>(marker->front().offset + marker->front().size));
  EXPECT_EQ(sample, still_image_time_sample(64, 48));
  EXPECT_EQ(shown_at(*movie, movie->tracks[2], 0), 120ms);
  const auto values = timed_values(sample);
  ASSERT_EQ(values.size(), 3u);
  EXPECT_EQ(shown_value(DataType::Int8, values[0].value), "-1");
  EXPECT_EQ(
      shown_value(DataType::PerspectiveTransformFloat64, values[1].value),
      "1 0 0 0 1 0 0 0 1");
  EXPECT_EQ(shown_value(DataType::DimensionsFloat32, values[2].value), "64 48");
}

// Counts what is asked for.
class CountingSource final : public Source {
 public:
  explicit CountingSource(const Bytes& bytes) : source_(bytes) {}
  std::uint64_t size() const override { return source_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    bytes_ += out.size();
    return source_.read(offset, out);
  }
  std::size_t bytes() const { return bytes_; }

 private:
  MemorySource source_;
  mutable std::size_t bytes_ = 0;
};

TEST(MovieReader, ReadsOnlyTheHeaders) {
  Clip large = clip();
  large.video.packets.back().size = 10'000'000;
  const Bytes file = movie_of(large);
  const CountingSource source(file);

  ASSERT_TRUE(read_movie(source));

  EXPECT_LT(source.bytes(), 5000u);
}

TEST(MovieReader, NeedsNoFileType) {
  Bytes file = movie_of(clip());
  file.erase(file.begin(), file.begin() + 20);

  const auto movie = read(file);

  ASSERT_TRUE(movie);
  EXPECT_FALSE(movie->type);
  EXPECT_EQ(movie->tracks.size(), 3u);
}

TEST(MovieReader, TakesSizesOf64BitsAndToTheEnd) {
  const Bytes file = movie_of(clip());
  const auto mdat_size = u32_at(file, 28);
  Bytes wide(file.begin(), file.begin() + 20);
  append(wide, fields(u32(1), u32(FourCC("mdat")), u64(mdat_size + 8)));
  wide.insert(wide.end(), file.begin() + 36, file.begin() + 28 + mdat_size);
  Bytes to_the_end = wide;
  const ByteSpan moov = ByteSpan(file).subspan(28 + mdat_size);
  append(wide, fields(u32(1), u32(FourCC("moov")), u64(moov.size() + 8), moov.subspan(8)));
  append(to_the_end, fields(u32(0), u32(FourCC("moov")), moov.subspan(8)));

  for (const Bytes& changed : {wide, to_the_end}) {
    const auto movie = read(changed);
    ASSERT_TRUE(movie) << movie.error().message;
    EXPECT_EQ(movie->tracks.size(), 3u);
    EXPECT_EQ(movie->atoms.find("mdat")->header, 16u);
  }
}

TEST(MovieReader, ReadsChunkOffsetsOf64Bits) {
  const Bytes file = with_moov(movie_of(clip()), [](AtomNode& moov) {
    AtomNode& stco = track_of(moov, 0).at({"mdia", "minf", "stbl", "stco"});
    Bytes co64(stco.body.begin(), stco.body.begin() + 8);
    for (std::size_t at = 8; at < stco.body.size(); at += 4) {
      co64.insert(co64.end(), 4, 0);
      co64.insert(
          co64.end(),
          stco.body.begin() + static_cast<long>(at),
          stco.body.begin() + static_cast<long>(at) + 4);
    }
    stco.type = "co64";
    stco.body = co64;
  });

  const auto movie = read(file);

  ASSERT_TRUE(movie);
  const auto samples = read_samples(movie->tracks[0].stbl, kMostSamples);
  ASSERT_TRUE(samples);
  EXPECT_EQ(samples->front().offset, 36u);
}

TEST(MovieReader, ReadsEditListsOfBothVersions) {
  const auto with_edits = [](const Bytes& elst) {
    return with_moov(movie_of(clip()), [&](AtomNode& moov) {
      track_of(moov, 0).at({"edts", "elst"}).body = elst;
    });
  };
  const Bytes narrow = with_edits(fields(
      u32(0),
      u32(3),
      u32(60),
      i32(-1),
      u32(0x10000),
      u32(120),
      i32(48),
      u32(0x10000),
      u32(30),
      i32(0),
      u32(0x8000)));
  const Bytes wide = with_edits(fields(
      version_flags(1, 0),
      u32(3),
      u64(60),
      u64(~std::uint64_t{0}),
      u32(0x10000),
      u64(120),
      u64(48),
      u32(0x10000),
      u64(30),
      u64(0),
      u32(0x8000)));

  for (const Bytes& file : {narrow, wide}) {
    const auto movie = read(file);
    ASSERT_TRUE(movie);
    const Track& video = movie->tracks[0];
    ASSERT_EQ(video.edits.size(), 3u);
    EXPECT_TRUE(video.edits[0].is_empty());
    EXPECT_EQ(video.edits[2].rate, 0.5);
    EXPECT_EQ(shown_at(*movie, video, 48), 100ms);
    EXPECT_EQ(shown_at(*movie, video, 72), 140ms);
    EXPECT_EQ(shown_at(*movie, video, 24), 300ms + 40ms);   // by the third edit
    EXPECT_EQ(shown_at(*movie, video, 168), std::nullopt);  // where the second ends
  }
}

AtomNode& video_entry(AtomNode& moov) {
  return track_of(moov, 0).at({"mdia", "minf", "stbl", "stsd"}).children.at(0);
}

// Profile and level behind the version: BL and RPU, level 4.
Bytes dolby_vision_of(std::uint8_t profile) {
  Bytes record(kDolbyVisionRecord);
  record[0] = 1;
  record[2] = static_cast<std::uint8_t>(profile << 1);
  record[3] = 4 << 3 | 5;
  record[4] = 0x40;
  return record;
}

TEST(MovieReader, ReadsDolbyVisionFromTheBoxThatItsProfileHas) {
  const std::pair<std::uint8_t, FourCC> boxes[] = {
      {5, FourCC("dvcC")},
      {7, FourCC("dvcC")},
      {8, FourCC("dvvC")},
      {10, FourCC("dvvC")},
      {20, FourCC("dvwC")}};
  for (const auto& [profile, type] : boxes) {
    Clip wanted = clip();
    wanted.video.format.dolby_vision = dolby_vision_of(profile);
    const auto movie = read(movie_of(wanted));

    ASSERT_TRUE(movie);
    EXPECT_EQ(movie->tracks[0].video->dolby_vision, type);
    EXPECT_EQ(movie->tracks[0].video->dolby_vision_record, dolby_vision_of(profile));
  }
}

TEST(MovieReader, BelievesNoDolbyVisionOfAnotherLength) {
  Clip wanted = clip();
  wanted.video.format.dolby_vision = dolby_vision_of(8);
  const auto movie = read(with_moov(movie_of(wanted), [](AtomNode& moov) {
    Bytes& entry = video_entry(moov).body;
    const auto type = std::ranges::search(entry, std::string_view("dvvC")).begin();
    *(type - 1) -= 1;  // the box's size
    entry.erase(type + 4);
  }));

  ASSERT_TRUE(movie);
  EXPECT_EQ(movie->tracks[0].video->dolby_vision, FourCC("dvvC"));
  EXPECT_TRUE(movie->tracks[0].video->dolby_vision_record.empty());
  EXPECT_TRUE(movie->tracks[0].video->colour);  // what is behind it
}

TEST(MovieReader, ReadsTheMarginsOfACleanAperture) {
  const auto movie = read(with_moov(movie_of(clip()), [](AtomNode& moov) {
    Bytes& entry = video_entry(moov).body;
    entry.resize(entry.size() - 4);  // QuickTime's terminator
    append(
        entry,
        box("clap", u32(60), u32(1), u32(40), u32(1), i32(2), u32(1), i32(-4), u32(1)).bytes);
  }));

  ASSERT_TRUE(movie);
  EXPECT_TRUE(movie->tracks[0].video->has_clean_aperture);
  EXPECT_EQ(movie->tracks[0].video->margins, (Margins{4, 0, 0, 8}));
}

TEST(MovieReader, ReadsMetadataOfIsoAndUnderUserData) {
  const Bytes file = with_moov(movie_of(clip()), [](AtomNode& moov) {
    AtomNode iso = moov.at({"meta"});
    iso.body = Bytes(4, 0);
    moov.remove("meta");
    moov.children.push_back({.type = "udta", .children = {iso}});
  });
  const auto under_user_data = read(file);
  ASSERT_TRUE(under_user_data);
  EXPECT_TRUE(under_user_data->metadata.empty());
  EXPECT_EQ(under_user_data->user_metadata.size(), 4u);
  EXPECT_EQ(under_user_data->capture.make, "Maker");

  const auto iso = read(
      with_moov(movie_of(clip()), [](AtomNode& moov) { moov.at({"meta"}).body = Bytes(4, 0); }));
  ASSERT_TRUE(iso);
  EXPECT_TRUE(iso->metadata_is_iso);
  EXPECT_NE(iso->item("content.identifier"), nullptr);
}

// A new value for each kind of damage, with the sentence that it gets.
TEST(MovieReader, RefusesFragmentsPolitely) {
  Bytes with_moof = movie_of(clip());
  append(with_moof, box("moof", u32(0)));
  const Bytes with_mvex = with_moov(movie_of(clip()), [](AtomNode& moov) {
    moov.remove("trak");
    moov.children.push_back({.type = "mvex"});
  });

  for (const Bytes& file : {with_moof, with_mvex}) {
    const auto movie = read(file);
    ASSERT_FALSE(movie);
    EXPECT_EQ(movie.error().code, ErrorCode::Unsupported);
    EXPECT_NE(movie.error().message.find("in fragments"), std::string::npos);
  }
}

TEST(MovieReader, SaysWhatIsWrongWithAFile) {
  const Bytes good = movie_of(clip());
  const auto cut = [&](std::size_t size) {
    return Bytes(good.begin(), good.begin() + static_cast<long>(size));
  };
  const auto has = [](const std::string& message, const char* words) {
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };

  has(message_of({}), "empty");
  has(message_of(Bytes(100, 'x')), "neither QuickTime nor MP4");
  has(message_of(cut(20)), "no \"moov\" atom");
  has(message_of(cut(500)), "is cut off: it ends in the middle of its atom \"mdat\"");
  has(message_of(cut(good.size() - 1)), "in the middle of its atom \"moov\"");
  has(message_of(with_moov(good, [](AtomNode& moov) { moov.at({"mvhd"}).set_u32(12, 0); })),
      "no timescale");
  has(message_of(with_moov(good, [](AtomNode& moov) { moov.children[0].type = "cmov"; })),
      "compressed");
  has(message_of(with_moov(
          good,
          [](AtomNode& moov) {
            for (int i = 0; i < 64; ++i) moov.children.push_back({.type = "trak"});
          })),
      "more than 64 tracks");
}

TEST(MovieReader, DoesNotBelieveInHugeSizes) {
  Bytes file = fields(u32(1), u32(FourCC("moov")), u64(std::uint64_t{1} << 40));
  file.resize(1000);
  EXPECT_NE(message_of(file).find("in the middle"), std::string::npos);

  const auto huge = read(with_moov(movie_of(clip()), [](AtomNode& moov) {
    track_of(moov, 0).at({"mdia", "minf", "stbl", "stsz"}).set_u32(8, 0xFFFFFFFF);
  }));
  ASSERT_TRUE(huge);
  const auto samples = read_samples(huge->tracks[0].stbl, kMostSamples);
  ASSERT_FALSE(samples);
  EXPECT_EQ(samples.error().code, ErrorCode::Unsupported);
}

TEST(SampleReader, NamesContradictions) {
  const auto error_with = [](std::string_view atom, const Bytes& body) {
    const auto movie = read(with_moov(movie_of(clip()), [&](AtomNode& moov) {
      track_of(moov, 0).at({"mdia", "minf", "stbl", atom}).body = body;
    }));
    const auto samples = read_samples(movie->tracks[0].stbl, kMostSamples);
    return samples ? std::string("no error") : samples.error().message;
  };
  const auto has = [](const std::string& message, const char* words) {
    EXPECT_NE(message.find(words), std::string::npos) << message;
  };

  has(error_with("stsc", fields(u32(0), u32(0))), "\"stsc\"");
  has(error_with("stsz", fields(u32(0), u32(0), u32(10), u32(1))), "not every sample has a size");
  has(error_with("stts", fields(u32(0), u32(1), u32(9), u32(24))), "not every sample has a time");
  has(error_with("stco", fields(u32(0), u32(0))), "more samples than places");
}

TEST(SampleReader, ReadsCompactSizes) {
  for (const int bits : {4, 8, 16}) {
    const auto movie = read(with_moov(movie_of(clip()), [&](AtomNode& moov) {
      AtomNode& stsz = track_of(moov, 0).at({"mdia", "minf", "stbl", "stsz"});
      stsz.type = "stz2";
      stsz.body = fields(u32(0), u24(0), u8(static_cast<std::uint8_t>(bits)), u32(10));
      for (std::uint8_t i = 0; i < 10; ++i) {
        if (bits == 4 && i % 2 == 0) append(stsz.body, u8(static_cast<std::uint8_t>(17 * i + 1)));
        if (bits == 8) append(stsz.body, u8(i));
        if (bits == 16) append(stsz.body, u16(i));
      }
    }));
    ASSERT_TRUE(movie);

    const auto samples = read_samples(movie->tracks[0].stbl, kMostSamples);

    ASSERT_TRUE(samples) << samples.error().message;
    for (std::uint32_t i = 0; i < 10; ++i) EXPECT_EQ((*samples)[i].size, i) << bits;
  }
}

TEST(SampleReader, CountsTheEntriesOfATable) {
  const auto movie = read(movie_of(clip()));
  const ByteSpan stbl = movie->tracks[0].stbl;

  EXPECT_EQ(entry_count(stbl, "stts"), u32_at(*find_atom(stbl, "stts"), 4));
  EXPECT_EQ(entry_count(stbl, "stss"), 1u);
  EXPECT_EQ(entry_count(stbl, "stps"), 0u);
  EXPECT_EQ(
      entry_count(Bytes{0, 0, 0, 12, 's', 't', 't', 's', 0, 0, 0, 0}, "stts"),
      0u);  // cut off
}

TEST(SampleReader, KnowsTheRangeOfATable) {
  const auto movie = read(movie_of(clip()));
  const auto range = sample_range(movie->tracks[0].stbl);

  ASSERT_TRUE(range);
  EXPECT_EQ(range->begin, 36u);
  EXPECT_EQ(range->end, 36u + 1045);  // 100 to 109
}

TEST(MovieReader, ReadsSeveralKeysOfTheirOwnTypes) {
  const auto movie = read(with_moov(movie_of(clip()), [](AtomNode& moov) {
    AtomNode& stsd = track_of(moov, 2).at({"mdia", "minf", "stbl", "stsd"});
    const Bytes keys = fields(
        box(FourCC(1u),
            box("keyd", u32(FourCC("mdta")), std::string_view("com.example.one")),
            box("dtyp", u32(1), std::string_view("com.example.type")),
            box("setu", u32(7))),
        box(FourCC(9u),
            box("keyd", u32(FourCC("mdta")), std::string_view("com.example.two")),
            box("dtyp", u32(0), u32(23))),
        box(FourCC(10u), box("keyd", u32(FourCC("udta")), std::string_view("name"))));
    stsd.children = atoms_of(box("mebx", reserved(6), u16(1), box("keys", ByteSpan(keys))).bytes);
  }));
  ASSERT_TRUE(movie);

  const auto& keys = movie->tracks[2].keys;

  ASSERT_EQ(keys.size(), 3u);
  EXPECT_EQ(keys[0].name, "com.example.one");
  EXPECT_EQ(keys[0].type, std::nullopt);
  EXPECT_EQ(keys[0].own_type, "com.example.type");
  EXPECT_EQ(keys[0].setup, Bytes({0, 0, 0, 7}));
  EXPECT_EQ(keys[1].local_id, 9u);
  EXPECT_EQ(keys[1].type, DataType::Float32);
  EXPECT_EQ(keys[2].name, "");
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(MovieReader, SurvivesEveryChangedByte) {
  Bytes file = movie_of(clip());
  const auto moov = std::search(file.begin(), file.end(), "moov", "moov" + 4) - 4;
  for (auto at = moov; at != file.end(); ++at) {
    for (const int change : {0x01, 0x80, 0xFF}) {
      *at = static_cast<std::uint8_t>(*at ^ change);
      if (const auto movie = read(file))
        for (const Track& track : movie->tracks) {
          const auto samples = read_samples(track.stbl, kMostSamples);
          EXPECT_LE(samples ? samples->size() : 0, kMostSamples);
          static_cast<void>(sample_range(track.stbl));
        }
      *at = static_cast<std::uint8_t>(*at ^ change);
    }
  }
}

}  // namespace
}  // namespace livephoto::isobmff
