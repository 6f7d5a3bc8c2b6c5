// Apple's MakerNote, byte by byte.
#include "core/still/maker_note.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "plists.h"

namespace livephoto {
namespace {

constexpr char kIdentifier[] = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

void append(Bytes& out, std::string_view text) { out.insert(out.end(), text.begin(), text.end()); }

// A note in the given order with one entry; `value` stands at offset 32.
Bytes note_with(
    std::string_view order,
    std::uint16_t tag,
    std::uint16_t type,
    std::uint32_t count,
    std::uint32_t offset,
    std::string_view value) {
  Bytes note;
  const auto number = [&](std::uint32_t n, int bytes) {
    for (int i = 0; i < bytes; ++i) {
      const int shift = 8 * (order == "MM" ? bytes - 1 - i : i);
      note.push_back(static_cast<std::uint8_t>(n >> shift & 0xff));
    }
  };
  append(note, std::string_view("Apple iOS\0\0\1", 12));
  append(note, order);
  number(1, 2);
  number(tag, 2);
  number(type, 2);
  number(count, 4);
  number(offset, 4);
  number(0, 4);
  append(note, value);
  return note;
}

TEST(AppleMakerNote, IsSixtyNineBytes) {
  Bytes expected{0x41, 0x70, 0x70, 0x6c, 0x65, 0x20, 0x69, 0x4f, 0x53, 0x00, 0x00, 0x01,
                 0x4d, 0x4d,                                                              //
                 0x00, 0x01,                                                              //
                 0x00, 0x11, 0x00, 0x02, 0x00, 0x00, 0x00, 0x25, 0x00, 0x00, 0x00, 0x20,  //
                 0x00, 0x00, 0x00, 0x00};
  append(expected, kIdentifier);
  expected.push_back(0);

  const auto note = apple_maker_note(kIdentifier);

  EXPECT_EQ(note.size(), 69u);
  EXPECT_EQ(note, expected);
}

TEST(ContentIdentifierIn, ReadsWhatIsWritten) {
  EXPECT_EQ(content_identifier_in(apple_maker_note(kIdentifier)), kIdentifier);
}

TEST(ContentIdentifierIn, ReadsLittleEndianToo) {
  const auto note = note_with("II", 0x0011, 2, 37, 32, std::string(kIdentifier) + '\0');

  EXPECT_EQ(content_identifier_in(note), kIdentifier);
}

TEST(ContentIdentifierIn, ReadsAValueThatDoesNotEndWithNul) {
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, 36, 32, kIdentifier)), kIdentifier);
}

TEST(ContentIdentifierIn, ReadsAValueInsideTheEntry) {
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, 3, 0x61620000, "")), "ab");
}

TEST(ContentIdentifierIn, FindsItAmongOtherEntries) {
  Bytes note;
  append(note, std::string_view("Apple iOS\0\0\1MM\0\3", 16));
  append(note, std::string_view("\0\x01\0\x09\0\0\0\1\0\0\0\x0f", 12));  // version, 15
  append(note, std::string_view("\0\x11\0\x02\0\0\0\6\0\0\0\x38", 12));
  append(note, std::string_view("\0\x2b\0\x02\0\0\0\6\0\0\0\x3e", 12));  // photo identifier
  append(note, std::string_view("\0\0\0\0right\0wrong\0", 16));

  EXPECT_EQ(content_identifier_in(note), "right");
}

TEST(ContentIdentifierIn, IgnoresWhatFollowsTheNote) {
  auto note = apple_maker_note(kIdentifier);
  append(note, "trailing bytes");

  EXPECT_EQ(content_identifier_in(note), kIdentifier);
}

TEST(ContentIdentifierIn, FindsNothingInAnyTruncation) {
  const auto note = apple_maker_note(kIdentifier);

  for (std::size_t size = 0; size < note.size(); ++size) {
    const Bytes cut(note.begin(), note.begin() + static_cast<std::ptrdiff_t>(size));
    EXPECT_EQ(content_identifier_in(cut), std::nullopt) << size;
  }
}

TEST(ContentIdentifierIn, FindsNothingWhereTheOrderIsWrong) {
  auto note = apple_maker_note(kIdentifier);
  for (const auto* order : {"II", "MI", "IM", "XX", "mm"}) {
    note[12] = static_cast<std::uint8_t>(order[0]);
    note[13] = static_cast<std::uint8_t>(order[1]);
    EXPECT_EQ(content_identifier_in(note), std::nullopt) << order;
  }
}

TEST(ContentIdentifierIn, FindsNothingOutsideTheNote) {
  const auto value = std::string(kIdentifier) + '\0';
  for (const std::uint32_t offset : {33u, 69u, 70u, 0x7fffffffu, 0xffffffe0u, 0xffffffffu})
    EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, 37, offset, value)), std::nullopt);
  for (const std::uint32_t count : {38u, 0x7fffffffu, 0xfffffff0u, 0xffffffffu})
    EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, count, 32, value)), std::nullopt);
}

TEST(ContentIdentifierIn, FindsNothingInAnotherTagOrType) {
  const auto value = std::string(kIdentifier) + '\0';

  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0020, 2, 37, 32, value)), std::nullopt);
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x1100, 2, 37, 32, value)), std::nullopt);
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 7, 37, 32, value)), std::nullopt);
}

TEST(ContentIdentifierIn, FindsNothingInAnEmptyText) {
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, 0, 0, "")), std::nullopt);
  EXPECT_EQ(content_identifier_in(note_with("MM", 0x0011, 2, 1, 0, "")), std::nullopt);
}

TEST(ContentIdentifierIn, FindsNothingInAnotherMakersNote) {
  auto note = apple_maker_note(kIdentifier);
  note[0] = 'a';

  EXPECT_EQ(content_identifier_in(note), std::nullopt);
}

TEST(ContentIdentifierIn, FindsNothingWhereMoreEntriesArePromisedThanThere) {
  auto note = apple_maker_note(kIdentifier);
  note[14] = 0xff;
  note[15] = 0xff;

  EXPECT_EQ(content_identifier_in(note), std::nullopt);
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(ContentIdentifierIn, StaysInsideWhateverAByteBecomes) {
  for (const auto* order : {"MM", "II"}) {
    const auto good = note_with(order, 0x0011, 2, 37, 32, std::string(kIdentifier) + '\0');
    for (std::size_t i = 0; i < good.size(); ++i)
      for (int value = 0; value < 256; ++value) {
        auto note = good;
        note[i] = static_cast<std::uint8_t>(value);
        EXPECT_LE(content_identifier_in(note).value_or("").size(), note.size());
      }
  }
}

// Version, RunTime, identifier, photo identifier: as a camera orders them.
Bytes camera_note() {
  Bytes note;
  append(note, std::string_view("Apple iOS\0\0\1MM\0\4", 16));
  append(note, std::string_view("\0\x01\0\x09\0\0\0\1\0\0\0\x0f", 12));
  append(note, std::string_view("\0\x03\0\x07\0\0\0\x68\0\0\0\x44", 12));
  append(note, std::string_view("\0\x11\0\x02\0\0\0\6\0\0\0\xac", 12));
  append(note, std::string_view("\0\x2b\0\x02\0\0\0\6\0\0\0\xb2", 12));
  append(note, std::string_view("\0\0\0\0", 4));
  append(note, sample::kRunTimePlist);
  append(note, std::string_view("first\0other\0", 12));
  return note;
}

TEST(ReadAppleMakerNote, SaysWhatACameraNoted) {
  const auto note = read_apple_maker_note(camera_note());

  ASSERT_TRUE(note);
  EXPECT_TRUE(note->is_whole());
  EXPECT_TRUE(note->big_endian);
  EXPECT_EQ(note->tags, (std::vector<std::uint16_t>{0x0001, 0x0003, 0x0011, 0x002b}));
  EXPECT_TRUE(note->outside.empty());
  EXPECT_EQ(note->identifier, "first");
  EXPECT_EQ(note->run_time, std::chrono::nanoseconds(173'210'620'147'833));
}

TEST(ReadAppleMakerNote, SaysWhatIsWrong) {
  const auto value = std::string(kIdentifier) + '\0';
  const auto wild = read_apple_maker_note(note_with("MM", 0x0011, 2, 37, 0x10000, value));
  ASSERT_TRUE(wild);
  EXPECT_EQ(wild->outside, std::vector<std::uint16_t>{0x0011});
  EXPECT_EQ(wild->identifier, std::nullopt);

  const auto little = read_apple_maker_note(note_with("II", 0x0011, 2, 37, 32, value));
  ASSERT_TRUE(little);
  EXPECT_FALSE(little->big_endian);

  auto bytes = camera_note();
  bytes.resize(40);
  const auto cut = read_apple_maker_note(bytes);
  ASSERT_TRUE(cut);
  EXPECT_FALSE(cut->is_whole());
  EXPECT_EQ(cut->identifier, std::nullopt);

  EXPECT_FALSE(read_apple_maker_note(Bytes(100, 'A')));
}

std::string text_of(const Bytes& note) { return {note.begin(), note.end()}; }

TEST(WithContentIdentifier, KeepsAllElse) {
  for (const Bytes& note : {camera_note(), note_with("MM", 0x0014, 9, 1, 12, "")}) {
    const auto before = read_apple_maker_note(note);

    const auto changed = with_content_identifier(note, kIdentifier);

    ASSERT_TRUE(changed);
    const auto after = read_apple_maker_note(*changed);
    ASSERT_TRUE(after);
    EXPECT_TRUE(after->is_whole());
    EXPECT_TRUE(after->outside.empty());
    EXPECT_EQ(after->identifier, kIdentifier);
    EXPECT_EQ(after->run_time, before->run_time);
    EXPECT_TRUE(std::ranges::is_sorted(after->tags));
    EXPECT_EQ(after->tags.size(), before->tags.size() + (before->has(0x0011) ? 0 : 1));
    EXPECT_EQ(text_of(*changed).find("first"), std::string::npos);
  }
}

TEST(WithContentIdentifier, PutsOneOfTheSameLengthInItsPlace) {
  const auto changed = with_content_identifier(camera_note(), "FIRST");

  ASSERT_TRUE(changed);
  EXPECT_EQ(content_identifier_in(*changed), "FIRST");
  EXPECT_EQ(changed->size(), camera_note().size());
  EXPECT_EQ(text_of(*changed).find("first"), std::string::npos);
}

// The photo identifier is the same bytes, which it needs on.
TEST(WithContentIdentifier, LeavesWhatAnotherValueUses) {
  Bytes note = camera_note();
  note[63] = 0xac;
  ASSERT_EQ(content_identifier_in(note), "first");

  for (const auto& changed :
       {with_content_identifier(note, "FIRST"),
        with_content_identifier(note, kIdentifier),
        without_content_identifier(note)}) {
    ASSERT_TRUE(changed);
    EXPECT_NE(text_of(*changed).find("first"), std::string::npos);
    EXPECT_NE(content_identifier_in(*changed), "first");
    EXPECT_TRUE(read_apple_maker_note(*changed)->outside.empty());
  }
}

TEST(WithoutContentIdentifier, KeepsAllElseWhereItIs) {
  const auto note = camera_note();
  const auto before = read_apple_maker_note(note);

  const auto changed = without_content_identifier(note);

  ASSERT_TRUE(changed);
  EXPECT_EQ(changed->size(), note.size());
  const auto after = read_apple_maker_note(*changed);
  ASSERT_TRUE(after);
  EXPECT_TRUE(after->is_whole());
  EXPECT_EQ(after->identifier, std::nullopt);
  EXPECT_EQ(after->tags, (std::vector<std::uint16_t>{0x0001, 0x0003, 0x002b}));
  EXPECT_EQ(after->run_time, before->run_time);
  EXPECT_EQ(std::string(changed->begin(), changed->end()).find("first"), std::string::npos);
  EXPECT_NE(std::string(changed->begin(), changed->end()).find("other"), std::string::npos);
  EXPECT_EQ(content_identifier_in(*with_content_identifier(*changed, kIdentifier)), kIdentifier);
  EXPECT_FALSE(without_content_identifier(*changed));

  const auto own = without_content_identifier(apple_maker_note(kIdentifier));
  ASSERT_TRUE(own);
  EXPECT_TRUE(read_apple_maker_note(*own)->tags.empty());
}

TEST(WithContentIdentifier, LeavesDamagedNotesAlone) {
  const auto value = std::string(kIdentifier) + '\0';
  EXPECT_FALSE(with_content_identifier(note_with("II", 0x0011, 2, 37, 32, value), kIdentifier));
  EXPECT_FALSE(with_content_identifier(note_with("MM", 0x0020, 2, 37, 40, value), kIdentifier));
  EXPECT_FALSE(with_content_identifier(note_with("MM", 0x0020, 2, 12, 0, value), kIdentifier));
  EXPECT_FALSE(with_content_identifier(Bytes(80, 1), kIdentifier));
  Bytes twice = camera_note();
  twice[53] = 0x11;
  EXPECT_FALSE(with_content_identifier(twice, kIdentifier));
  EXPECT_FALSE(without_content_identifier(twice));
}

// A little-endian note of a number, a text that is not in it, two fractions and an identifier.
TEST(SavedMakerNote, KeepsWhatCanBeRead) {
  Bytes note;
  append(note, std::string_view("Apple iOS\0\0\1II\4\0", 16));
  append(note, std::string_view("\x01\0\x09\0\x01\0\0\0\x0E\0\0\0", 12));
  append(note, std::string_view("\x08\0\x0A\0\x02\0\0\0\x44\0\0\0", 12));
  append(note, std::string_view("\x11\0\x02\0\x03\0\0\0ab\0\0", 12));
  append(note, std::string_view("\x15\0\x02\0\x25\0\0\0\0\0\0\x7F", 12));
  append(note, std::string_view("\0\0\0\0", 4));
  append(note, std::string_view("\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04\0\0\0", 16));

  const auto saved = saved_maker_note(note, kIdentifier);

  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->lost, 1u);
  Bytes expected;
  append(expected, std::string_view("Apple iOS\0\0\1MM\0\3", 16));
  append(expected, std::string_view("\0\x01\0\x09\0\0\0\x01\0\0\0\x0E", 12));
  append(expected, std::string_view("\0\x08\0\x0A\0\0\0\x02\0\0\0\x38", 12));
  append(expected, std::string_view("\0\x11\0\x02\0\0\0\x25\0\0\0\x48", 12));
  append(expected, std::string_view("\0\0\0\0", 4));
  append(expected, std::string_view("\0\0\0\x01\0\0\0\x02\0\0\0\x03\0\0\0\x04", 16));
  append(expected, std::string(kIdentifier) + std::string(2, '\0'));
  EXPECT_EQ(saved->note, expected);
  EXPECT_FALSE(saved_maker_note(Bytes(100, 0), kIdentifier));
}

TEST(SavedMakerNote, CountsWhatIsCutOff) {
  Bytes note = note_with("MM", 0x0001, 9, 1, 14, "");
  note[15] = 9;

  const auto saved = saved_maker_note(note, kIdentifier);

  ASSERT_TRUE(saved);
  EXPECT_EQ(saved->lost, 8u);
  const auto read = read_apple_maker_note(saved->note);
  EXPECT_TRUE(read->is_whole());
  EXPECT_EQ(read->tags, (std::vector<std::uint16_t>{0x0001, 0x0011}));
  EXPECT_EQ(read->identifier, kIdentifier);
}

}  // namespace
}  // namespace livephoto
