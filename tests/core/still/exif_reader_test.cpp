// Exif blocks: our own, in either order, and damaged ones.
#include "core/still/exif_reader.h"

#include <gtest/gtest.h>

#include <string>

#include "core/still/exif.h"

namespace livephoto {
namespace {

constexpr const char* kIdentifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

StillMetadata metadata() {
  StillMetadata metadata;
  metadata.content_identifier = kIdentifier;
  metadata.capture.make = "Maker";
  metadata.capture.model = "Model 5";
  metadata.capture.software = "1.2";
  metadata.capture.time = CaptureTime{2024, 5, 17, 10, 20, 30, 250'000'000, 120};
  metadata.capture.place = Place{-33.5, 151.25, 12.5};
  return metadata;
}

// A TIFF block by hand, in either order: IFD0 with Orientation and the Exif
// directory, in that a MakerNote of `note`.
Bytes tiff_with(const Bytes& note, bool big_endian, std::uint32_t note_at = 56) {
  Bytes tiff;
  const auto number = [&](std::uint32_t value, int width) {
    for (int i = 0; i < width; ++i)
      tiff.push_back(static_cast<std::uint8_t>(value >> 8 * (big_endian ? width - 1 - i : i)));
  };
  const auto entry = [&](std::uint32_t tag,
                         std::uint32_t type,
                         std::uint32_t count,
                         std::uint32_t value,
                         int width) {
    number(tag, 2);
    number(type, 2);
    number(count, 4);
    number(value, width);
    number(0, 4 - width);
  };
  tiff.insert(tiff.end(), 2, big_endian ? 'M' : 'I');
  number(42, 2);
  number(8, 4);
  number(2, 2);
  entry(0x0112, 3, 1, 6, 2);
  entry(0x8769, 4, 1, 38, 4);
  number(0, 4);
  number(1, 2);
  entry(0x927C, 7, static_cast<std::uint32_t>(note.size()), note_at, 4);
  number(0, 4);
  tiff.insert(tiff.end(), note.begin(), note.end());
  return tiff;
}

TEST(ReadExif, ReadsWhatIsWritten) {
  const auto tiff = exif_tiff(metadata(), Orientation::Rotate90, 640, 480);
  ASSERT_TRUE(tiff);

  const auto exif = read_exif(*tiff);

  ASSERT_TRUE(exif) << exif.error().message;
  EXPECT_TRUE(exif->big_endian);
  EXPECT_EQ(exif->capture.make, "Maker");
  EXPECT_EQ(exif->capture.model, "Model 5");
  EXPECT_EQ(exif->capture.software, "1.2");
  EXPECT_EQ(exif->capture.time, metadata().capture.time);
  ASSERT_TRUE(exif->capture.place);
  EXPECT_NEAR(exif->capture.place->latitude_degrees, -33.5, 1e-6);
  EXPECT_NEAR(exif->capture.place->longitude_degrees, 151.25, 1e-6);
  EXPECT_NEAR(*exif->capture.place->altitude_metres, 12.5, 1e-3);
  EXPECT_EQ(exif->orientation, Orientation::Rotate90);
  EXPECT_EQ(exif->width, 640u);
  EXPECT_EQ(exif->height, 480u);
  ASSERT_TRUE(exif->apple);
  EXPECT_EQ(exif->apple->identifier, kIdentifier);
  EXPECT_EQ(exif->maker_note, apple_maker_note(kIdentifier));
}

TEST(ReadExif, ReadsEitherOrderWithAppleNoteOfItsOwn) {
  for (const bool big_endian : {true, false}) {
    const auto exif = read_exif(tiff_with(apple_maker_note(kIdentifier), big_endian));

    ASSERT_TRUE(exif);
    EXPECT_EQ(exif->big_endian, big_endian);
    EXPECT_EQ(exif->orientation, Orientation::Rotate90);
    EXPECT_EQ(exif->maker_note_at, 56u);
    ASSERT_TRUE(exif->apple);
    EXPECT_EQ(exif->apple->identifier, kIdentifier);
  }
}

TEST(ReadExif, TellsOthersNotesFromApples) {
  const auto exif = read_exif(tiff_with(Bytes(40, 'N'), true));

  ASSERT_TRUE(exif);
  EXPECT_TRUE(exif->has_maker_note);
  EXPECT_FALSE(exif->apple);
}

TEST(ReadExif, FindsNoNoteOutsideTheBlock) {
  for (const std::uint32_t at : {57u, 1000u, 0xFFFFFFF0u}) {
    const auto exif = read_exif(tiff_with(apple_maker_note(kIdentifier), true, at));

    ASSERT_TRUE(exif);
    EXPECT_TRUE(exif->has_maker_note);
    EXPECT_FALSE(exif->apple) << at;
  }
}

// The note's value lies behind the note, but inside the block: exiftool reads it.
TEST(ReadExif, KeepsApartWhatLiesBehindTheNote) {
  const Bytes note = apple_maker_note(kIdentifier);
  Bytes cut(note.begin(), note.begin() + 32);
  Bytes tiff = tiff_with(cut, true);
  tiff.insert(tiff.end(), note.begin() + 32, note.end());

  const auto exif = read_exif(tiff);

  ASSERT_TRUE(exif && exif->apple);
  EXPECT_EQ(exif->apple->identifier, std::nullopt);
  EXPECT_EQ(exif->apple->outside, std::vector<std::uint16_t>{0x0011});
  EXPECT_EQ(exif->identifier_behind_note, kIdentifier);
}

TEST(ReadExif, RefusesWhatIsNoTiff) {
  const auto message = [](const Bytes& bytes) {
    const auto exif = read_exif(bytes);
    return exif ? std::string("read") : exif.error().message;
  };

  EXPECT_NE(message({}).find("does not begin as a TIFF"), std::string::npos);
  EXPECT_NE(message({'M', 'M', 0, 43, 0, 0, 0, 8}).find("does not begin"), std::string::npos);
  EXPECT_NE(message({'M', 'M', 0, 42, 0, 0, 0, 9}).find("first directory"), std::string::npos);
}

TEST(ParseExifTime, TakesWhatIsADate) {
  EXPECT_EQ(
      parse_exif_time("2021:04:10 11:44:00", "814", "+01:00"),
      (CaptureTime{2021, 4, 10, 11, 44, 0, 814'000'000, 60}));
  EXPECT_EQ(
      parse_exif_time("2021:04:10 11:44:00", "   ", "nowhere"),
      (CaptureTime{2021, 4, 10, 11, 44, 0, 0, std::nullopt}));
  EXPECT_EQ(parse_exif_time("0000:00:00 00:00:00", "", ""), std::nullopt);
  EXPECT_EQ(parse_exif_time("    :  :     :  :  ", "", ""), std::nullopt);
  EXPECT_EQ(parse_exif_time("2021:04:10", "", ""), std::nullopt);
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(ReadExif, SurvivesEveryChangedByteAndEveryCut) {
  const auto tiff = exif_tiff(metadata(), Orientation::Rotate90, 640, 480);
  ASSERT_TRUE(tiff);
  for (std::size_t i = 0; i < tiff->size(); ++i) {
    const auto cut = read_exif(ByteSpan(*tiff).first(i));
    EXPECT_LE(cut ? cut->maker_note.size() : 0, i);
    for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
      auto bytes = *tiff;
      bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
      const auto exif = read_exif(bytes);
      EXPECT_LE(exif ? exif->maker_note.size() : 0, bytes.size());
    }
  }
}

}  // namespace
}  // namespace livephoto
