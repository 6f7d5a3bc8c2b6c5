// irot and imir in a small HEIF file made by hand, byte by byte.
#include "core/still/heif_orientation.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string_view>
#include <vector>

#include "core/isobmff/box.h"

namespace livephoto {
namespace {

using isobmff::append;
using isobmff::Box;
using isobmff::box;
using isobmff::fields;
using isobmff::u16;
using isobmff::u32;
using isobmff::u64;
using isobmff::u8;
using isobmff::version_flags;

// Item 1 is a tile, item 2 the primary picture made of it in idat, item 3 its
// thumbnail, item 4 Exif.
struct Parts {
  std::uint32_t first_offset = 0;  // of the media in the file
  std::vector<Box> added{};
  std::vector<Box> associations{};
};

Box association(std::uint16_t item, Bytes properties) {
  return Box{
      fields(u16(item), u8(static_cast<std::uint8_t>(properties.size())), ByteSpan(properties))};
}

Box location(std::uint16_t item, std::uint16_t method, std::uint32_t offset, std::uint32_t length) {
  return Box{fields(u16(item), u16(method), u16(0), u32(0), u16(1), u32(offset), u32(length))};
}

Box iloc(std::uint32_t first) {
  return box(
      "iloc",
      version_flags(1, 0),
      u16(0x4440),  // offset_size, length_size, base_offset_size, index_size
      u16(4),
      location(1, 0, first, 10),
      location(2, 1, 0, 8),
      location(3, 0, first + 10, 5),
      location(4, 0, first + 15, 7));
}

Box property(std::uint8_t value) { return box("free", u8(value)); }

Bytes file_with(const Parts& parts) {
  const auto iprp =
      box("iprp",
          box("ipco", property(11), property(22), property(33), parts.added),
          box("ipma",
              version_flags(0, 0),
              u32(static_cast<std::uint32_t>(parts.associations.size())),
              parts.associations));
  const auto meta =
      box("meta",
          version_flags(0, 0),
          box("pitm", version_flags(0, 0), u16(2)),
          box("idat", u64(0x0102030405060708)),
          iloc(parts.first_offset),
          iprp,
          box("iref",
              version_flags(0, 0),
              box("dimg", u16(2), u16(1), u16(1)),
              box("thmb", u16(3), u16(1), u16(2)),
              box("cdsc", u16(4), u16(1), u16(2))));
  return fields(
      box("ftyp", std::string_view("heic")),
      meta,
      box("mdat", std::string_view("tile-bytesthumbexif---")));
}

// The media start behind ftyp, meta and mdat's header.
Bytes laid_out(Parts parts) {
  parts.first_offset = static_cast<std::uint32_t>(file_with(parts).size() - 22);
  return file_with(parts);
}

Bytes plain() {
  return laid_out(
      {0, {}, {association(1, {0x81}), association(2, {0x02, 0x83}), association(3, {0x82})}});
}

Bytes with_one(const Box& added) {
  return laid_out(
      {0,
       {added},
       {association(1, {0x81}), association(2, {0x02, 0x83, 0x84}), association(3, {0x82, 0x84})}});
}

Bytes with_both(const Box& first, const Box& second) {
  return laid_out(
      {0,
       {first, second},
       {association(1, {0x81}),
        association(2, {0x02, 0x83, 0x84, 0x85}),
        association(3, {0x82, 0x84, 0x85})}});
}

Box irot(std::uint8_t angle) { return box("irot", u8(angle)); }
Box imir(std::uint8_t axis) { return box("imir", u8(axis)); }

TEST(WithOrientation, AddsTheTransformationsToThePictureAndItsThumbnail) {
  const auto turned = [](Orientation orientation) {
    const auto file = with_orientation(plain(), orientation);
    EXPECT_TRUE(file) << (file ? "" : file.error().detail);
    return file ? *file : Bytes();
  };

  EXPECT_EQ(turned(Orientation::Normal), plain());
  EXPECT_EQ(turned(Orientation::FlipHorizontal), with_one(imir(1)));
  EXPECT_EQ(turned(Orientation::Rotate180), with_one(irot(2)));
  EXPECT_EQ(turned(Orientation::FlipVertical), with_one(imir(0)));
  EXPECT_EQ(turned(Orientation::Transpose), with_both(irot(1), imir(0)));
  EXPECT_EQ(turned(Orientation::Rotate90), with_one(irot(3)));
  EXPECT_EQ(turned(Orientation::Transverse), with_both(irot(1), imir(1)));
  EXPECT_EQ(turned(Orientation::Rotate270), with_one(irot(1)));
}

// The bytes of "iloc" from its version on, in a file with nothing but what is needed
// and 500 bytes of media around 300.
Bytes minimal(const Bytes& iloc) {
  return fields(
      box("meta",
          version_flags(0, 0),
          box("pitm", version_flags(0, 0), u16(1)),
          box("iloc", ByteSpan(iloc)),
          box("iprp",
              box("ipco", property(1)),
              box("ipma", version_flags(0, 0), u32(1), association(1, {1}))),
          box("iref", version_flags(0, 0))),
      box("mdat", isobmff::reserved(500)));
}

// 9 bytes of irot, and one of its association.
constexpr std::uint32_t kGrowth = 10;

void expect_moved(const Bytes& before, const Bytes& after) {
  const auto file = with_orientation(minimal(before), Orientation::Rotate90);
  ASSERT_TRUE(file) << file.error().detail;
  const auto place = std::search(file->begin(), file->end(), after.begin(), after.end());
  EXPECT_NE(place, file->end());
}

TEST(WithOrientation, MovesEachWidthOfOffset) {
  const auto narrow = [](std::uint32_t offset) {
    return fields(
        version_flags(0, 0),
        u16(0x4400),
        u16(1),
        u16(1),
        u16(0),
        u16(2),
        u32(offset),
        u32(1),
        u32(offset + 1),
        u32(2));
  };
  const auto wide = [](std::uint64_t offset) {
    return fields(
        version_flags(1, 0),
        u16(0x8408),
        u16(1),
        u16(1),
        u16(0),
        u16(0),
        u16(1),
        u64(7),
        u64(offset),
        u32(1));
  };

  expect_moved(narrow(300), narrow(300 + kGrowth));
  expect_moved(wide(300), wide(300 + kGrowth));
}

TEST(WithOrientation, MovesTheBaseWhereThereIsOne) {
  const auto based = [](std::uint32_t base) {
    return fields(
        version_flags(0, 0),
        u16(0x4440),
        u16(1),
        u16(1),
        u16(0),
        u32(base),
        u16(1),
        u32(2),
        u32(1));
  };

  expect_moved(based(300), based(300 + kGrowth));
}

void expect_refused(const Bytes& bytes) {
  const auto file = with_orientation(bytes, Orientation::Rotate90);
  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::Encoder);
  EXPECT_FALSE(file.error().detail.empty());
}

TEST(WithOrientation, RefusesLocationsThatItCannotMove) {
  const auto one = [](std::uint8_t version, std::uint16_t sizes, const Bytes& item) {
    return minimal(fields(version_flags(version, 0), u16(sizes), u16(1), ByteSpan(item)));
  };
  const auto item = fields(u16(1), u16(0), u16(1), u32(300), u32(1));
  ASSERT_TRUE(with_orientation(one(0, 0x4400, item), Orientation::Rotate90));

  expect_refused(one(0, 0x4500, item));
  expect_refused(one(2, 0x4400, item));
  expect_refused(one(0, 0x4400, fields(u16(1), u16(1), u16(1), u32(300), u32(1))));
  expect_refused(one(0, 0x4400, fields(u16(1), u16(0), u16(1), u32(20), u32(1))));
  expect_refused(one(0, 0x4400, fields(u16(1), u16(0), u16(1), u32(0xfffffffe), u32(1))));
  expect_refused(one(0, 0x4400, fields(u16(1), u16(0), u16(2), u32(300), u32(1))));
  expect_refused(one(0, 0x4400, fields(u16(1), u16(0), u16(1), u32(300), u32(1), u8(0))));
  expect_refused(one(1, 0x4400, fields(u16(1), u16(2), u16(0), u16(1), u32(300), u32(1))));
}

TEST(WithOrientation, RefusesAPictureWithoutProperties) {
  expect_refused(laid_out({0, {}, {association(1, {0x81}), association(3, {0x82})}}));
}

TEST(WithOrientation, RefusesMorePropertiesThanCanBeNumbered) {
  const auto file =
      laid_out({0, std::vector<Box>(123, property(1)), {association(2, {1}), association(3, {1})}});

  EXPECT_TRUE(with_orientation(file, Orientation::Rotate90));     // the 127th
  EXPECT_FALSE(with_orientation(file, Orientation::Transverse));  // the 128th
}

TEST(WithOrientation, RefusesMoreAssociationsThanCanBeCounted) {
  expect_refused(laid_out({0, {}, {association(2, Bytes(255, 1)), association(3, {1})}}));
}

TEST(WithOrientation, RefusesAFileThatIsCutShort) {
  const auto whole = plain();
  for (std::size_t size = 0; size < whole.size(); ++size) {
    const Bytes cut(whole.begin(), whole.begin() + static_cast<std::ptrdiff_t>(size));
    expect_refused(cut);
  }
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(WithOrientation, StaysInsideWhateverAByteBecomes) {
  const auto whole = plain();
  for (std::size_t i = 0; i < whole.size(); ++i)
    for (int value = 0; value < 256; ++value) {
      auto bytes = whole;
      bytes[i] = static_cast<std::uint8_t>(value);
      const auto file = with_orientation(bytes, Orientation::Transpose);
      if (file) {
        EXPECT_GT(file->size(), whole.size());
      }
    }
}

}  // namespace
}  // namespace livephoto
