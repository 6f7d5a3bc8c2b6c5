// MakerNotes put into Exif blocks: what was in them stays where it was.
#include "core/still/exif_edit.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/still/exif.h"
#include "core/still/exif_reader.h"
#include "core/still/maker_note.h"

namespace livephoto {
namespace {

constexpr const char* kIdentifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

Bytes full_block() {
  StillMetadata metadata{
      .content_identifier = "FFFFFFFF-4E5F-6789-ABCD-EF0123456789",
      .capture = {}};
  metadata.capture.make = "Maker";
  metadata.capture.time = CaptureTime{2024, 5, 17, 10, 20, 30, 250'000'000, 120};
  metadata.capture.place = Place{-33.5, 151.25, 12.5};
  return *exif_tiff(metadata, Orientation::Rotate90, 640, 480);
}

// Orientation, and where asked for an Exif directory with a date at offset 100.
Bytes small_block(bool big_endian, bool has_exif) {
  Bytes tiff(120, 0);
  const auto set = [&](std::size_t at, std::uint32_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
      tiff[at + i] = static_cast<std::uint8_t>(value >> 8 * (big_endian ? width - 1 - i : i));
  };
  tiff[0] = tiff[1] = big_endian ? 'M' : 'I';
  set(2, 42, 2), set(4, 8, 4), set(8, has_exif ? 2 : 1, 2);
  set(10, 0x0112, 2), set(12, 3, 2), set(14, 1, 4), set(18, 6, 2);
  if (!has_exif) return tiff;
  set(22, 0x8769, 2), set(24, 4, 2), set(26, 1, 4), set(30, 60, 4);
  set(60, 1, 2), set(62, 0x9003, 2), set(64, 2, 2), set(66, 20, 4), set(70, 100, 4);
  const std::string date = "2024:05:17 10:20:30";
  std::copy(date.begin(), date.end(), tiff.begin() + 100);
  return tiff;
}

TEST(WithMakerNote, ReplacesAnother) {
  const Bytes before = full_block();
  for (const std::string& identifier : {std::string(kIdentifier), std::string("SHORT")}) {
    const auto after = with_maker_note(before, apple_maker_note(identifier));

    ASSERT_TRUE(after) << after.error().message;
    const auto exif = read_exif(*after);
    ASSERT_TRUE(exif && exif->apple);
    EXPECT_EQ(exif->apple->identifier, identifier);
    const auto old = read_exif(before);
    EXPECT_EQ(exif->capture.time, old->capture.time);
    EXPECT_EQ(exif->capture.place, old->capture.place);
    EXPECT_EQ(exif->orientation, Orientation::Rotate90);
    // One of the same length takes its place; nothing else changes.
    EXPECT_EQ(after->size() == before.size(), identifier == kIdentifier);
  }
}

bool holds(const Bytes& bytes, const std::string& text) {
  return std::string(bytes.begin(), bytes.end()).find(text) != std::string::npos;
}

TEST(WithMakerNote, LeavesNothingOfTheOldOne) {
  const Bytes before = full_block();
  ASSERT_TRUE(holds(before, "FFFFFFFF-4E5F"));

  const auto longer = with_maker_note(before, Bytes(200, 'n'));
  const auto shorter = with_maker_note(before, apple_maker_note("SHORT"));

  ASSERT_TRUE(longer && shorter);
  EXPECT_FALSE(holds(*longer, "FFFFFFFF-4E5F"));
  EXPECT_FALSE(holds(*shorter, "FFFFFFFF-4E5F"));
}

// A note that was copied to where a date stands: the date is needed on.
TEST(WithMakerNote, LeavesWhatAnotherEntryUses) {
  Bytes block = small_block(true, true);
  block[61] = 2;
  const Bytes entry{0x92, 0x7C, 0, 7, 0, 0, 0, 24, 0, 0, 0, 96};
  std::ranges::copy(entry, block.begin() + 74);
  std::ranges::copy(std::string("note"), block.begin() + 96);

  const auto after = with_maker_note(block, apple_maker_note(kIdentifier));

  ASSERT_TRUE(after) << after.error().message;
  EXPECT_FALSE(holds(*after, "note"));
  EXPECT_TRUE(read_exif(*after)->capture.time);
}

TEST(WithMakerNote, AddsOneToEitherOrderAndLeavesAllWhereItIs) {
  for (const bool big_endian : {true, false})
    for (const bool has_exif : {true, false}) {
      const Bytes before = small_block(big_endian, has_exif);

      const auto after = with_maker_note(before, apple_maker_note(kIdentifier));

      ASSERT_TRUE(after);
      const auto exif = read_exif(*after);
      ASSERT_TRUE(exif && exif->apple);
      EXPECT_EQ(exif->big_endian, big_endian);
      EXPECT_EQ(exif->apple->identifier, kIdentifier);
      EXPECT_EQ(exif->orientation, Orientation::Rotate90);
      EXPECT_EQ(exif->capture.time.has_value(), has_exif);
      EXPECT_TRUE(std::equal(before.begin() + 40, before.end(), after->begin() + 40));
    }
}

TEST(WithMakerNote, MakesABlockWhereThereIsNone) {
  const auto tiff = with_maker_note({}, apple_maker_note(kIdentifier));

  ASSERT_TRUE(tiff);
  const auto exif = read_exif(*tiff);
  ASSERT_TRUE(exif && exif->apple);
  EXPECT_EQ(exif->apple->identifier, kIdentifier);
}

TEST(WithMakerNote, LeavesDamagedBlocksAlone) {
  const Bytes note = apple_maker_note(kIdentifier);
  EXPECT_FALSE(with_maker_note(Bytes(100, 'x'), note));
  Bytes wild = small_block(true, true);
  wild[30] = 0x7F;
  EXPECT_FALSE(with_maker_note(wild, note));
  Bytes many = small_block(true, false);
  many[8] = 0xFF;
  EXPECT_FALSE(with_maker_note(many, note));
}

// For the sanitizers: whatever a byte becomes, nothing outside is read or written.
TEST(WithMakerNote, SurvivesEveryChangedByte) {
  const Bytes note = apple_maker_note(kIdentifier);
  for (const Bytes& good : {full_block(), small_block(false, true)})
    for (std::size_t i = 0; i < good.size(); ++i)
      for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
        auto bytes = good;
        bytes[i] = static_cast<std::uint8_t>(bytes[i] ^ change);
        const auto changed = with_maker_note(bytes, note);
        EXPECT_LE(changed ? changed->size() : 0, good.size() + 1000);
        if (changed) {
          EXPECT_EQ(read_exif(*changed)->maker_note, note) << i;
        }
      }
}

}  // namespace
}  // namespace livephoto
