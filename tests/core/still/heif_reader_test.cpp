// HEIF files: our own, hand-made ones with what others do, and damaged ones.
#include "core/still/heif_reader.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <string>

#include "core/isobmff/box.h"
#include "core/still/exif_reader.h"
#include "core/still/heic.h"
#include "sample_picture.h"

namespace livephoto {
namespace {

using namespace isobmff;

constexpr const char* kIdentifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

Bytes heic(Orientation orientation = Orientation::Normal, int bit_depth = 8) {
  StillMetadata metadata;
  metadata.content_identifier = kIdentifier;
  metadata.capture.orientation = orientation;
  const auto picture = sample::photograph(400, 200, Chroma::Yuv420, bit_depth);
  const auto file = encode_heic(picture.picture, metadata, {});
  EXPECT_TRUE(file) << file.error().message;
  return *file;
}

Result<HeifFile> read(const Bytes& file) { return read_heif(MemorySource(file)); }

// A file with a grid of two tiles as its picture, an auxiliary picture and a
// thumbnail, an Exif item in two pieces and one in `idat`, as no encoder here makes it.
class HandMade {
 public:
  Bytes exif = fields(
      u32(6), std::string_view("Exif\0\0MM", 8), std::string_view("\0*\0\0\0\x08\0\0\0\0\0\0", 12));
  int iloc_version = 1;
  std::uint64_t exif_offset_shift = 0;
  std::vector<Box> turns;

  Bytes file() const {
    const Bytes media(100, 0xAB);
    const Bytes type =
        box("ftyp", u32(FourCC("mif1")), u32(0), u32(FourCC("mif1")), u32(FourCC("avif"))).bytes;
    const std::size_t media_at = type.size() + meta(0).size() + 16;
    Bytes whole = type;
    append(whole, meta(media_at));
    append(
        whole,
        fields(
            u32(1),
            u32(FourCC("mdat")),
            u64(16 + media.size() + exif.size()),
            ByteSpan(media),
            ByteSpan(exif)));
    return whole;
  }

 private:
  static Box infe(std::uint32_t id, FourCC type, std::uint32_t flags) {
    return box("infe", version_flags(3, flags), u32(id), u16(0), u32(type), u8(0));
  }
  Box meta(std::size_t media_at) const {
    const std::size_t exif_at = media_at + 100;
    const std::size_t half = exif.size() / 2;
    const auto location =
        [&](std::uint32_t id, std::uint16_t method, std::uint32_t base, auto... extents) {
          return fields(
              u32(id),
              u16(method),
              u16(0),
              u32(base),
              u16(sizeof...(extents) / 2),
              u32(static_cast<std::uint32_t>(extents))...);
        };
    const Box iloc =
        box("iloc",
            version_flags(2, 0),
            u16(0x4440),
            u32(4),
            ByteSpan(location(70'001, 0, static_cast<std::uint32_t>(media_at), 0, 50)),
            ByteSpan(location(70'002, 0, static_cast<std::uint32_t>(media_at), 50, 50)),
            ByteSpan(location(70'000, 1, 0, 0, 8)),
            ByteSpan(location(
                70'005,
                0,
                static_cast<std::uint32_t>(exif_at + exif_offset_shift),
                0,
                half,
                half,
                exif.size() - half)));
    const Bytes properties = fields(
        box("ispe", u32(0), u32(800), u32(600)),
        box("av1C", u8(0x81), u8(0), u8(0x60), u8(0)),
        box("colr", u32(FourCC("nclx")), u16(9), u16(16), u16(9), u8(0x80)),
        box("auxC", u32(0), std::string_view("urn:example:depth\0", 18)),
        box("colr", u32(FourCC("prof")), u32(0)));
    Bytes turning;
    std::uint8_t count = 4;
    for (std::size_t i = 0; i < turns.size(); ++i, ++count)
      append(turning, u16(static_cast<std::uint16_t>(0x8000 | (6 + i))));
    const Box ipma =
        box("ipma",
            version_flags(1, 1),
            u32(2),
            u32(70'000),
            u8(count),
            u16(1),
            u16(0x8002),
            u16(3),
            u16(5),
            ByteSpan(turning),
            u32(70'004),
            u8(1),
            u16(4));
    return box(
        "meta",
        u32(0),
        box("hdlr", u32(0), u32(0), u32(FourCC("pict")), reserved(13)),
        box("pitm", version_flags(1, 0), u32(70'000)),
        box("iinf",
            version_flags(1, 0),
            u32(6),
            infe(70'000, "grid", 0),
            infe(70'001, "av01", 1),
            infe(70'002, "av01", 1),
            infe(70'003, "av01", 0),
            infe(70'004, "av01", 0),
            infe(70'005, "Exif", 1)),
        box("iref",
            version_flags(1, 0),
            box("dimg", u32(70'000), u16(2), u32(70'001), u32(70'002)),
            box("thmb", u32(70'003), u16(1), u32(70'000)),
            box("auxl", u32(70'004), u16(1), u32(70'000)),
            box("cdsc", u32(70'005), u16(1), u32(70'000))),
        box("iprp", box("ipco", ByteSpan(properties), turns), ipma),
        box("idat", u32(0), u32(0x03200258)),
        iloc);
  }
};

TEST(ReadHeif, ReadsWhatIsWritten) {
  const Bytes bytes = heic(Orientation::Normal, 10);
  const auto file = read(bytes);
  ASSERT_TRUE(file) << file.error().message;

  const auto picture = shown_picture(*file);

  ASSERT_TRUE(picture);
  EXPECT_EQ(text_of(file->type.major), "heic");
  EXPECT_EQ(picture->type, FourCC("hvc1"));
  EXPECT_EQ(picture->width, 400u);
  EXPECT_EQ(picture->height, 200u);
  EXPECT_EQ(picture->bit_depth, 10);
  EXPECT_EQ(picture->thumbnails, 1u);
  EXPECT_EQ(picture->tiles, 0u);
  ASSERT_TRUE(picture->colour);
  EXPECT_EQ(picture->colour->matrix, 6);

  const auto exif = read_heif_exif(MemorySource(bytes), *file);
  ASSERT_TRUE(exif && *exif);
  const auto block = read_exif((*exif)->tiff);
  ASSERT_TRUE(block && block->apple);
  EXPECT_EQ(block->apple->identifier, kIdentifier);
}

TEST(ReadHeif, KnowsEveryOrientation) {
  for (int value = 1; value <= 8; ++value) {
    const auto file = read(heic(static_cast<Orientation>(value)));
    ASSERT_TRUE(file);
    EXPECT_EQ(shown_picture(*file)->orientation, static_cast<Orientation>(value));
  }
}

TEST(ReadHeif, ReadsWhatOthersDo) {
  HandMade made;
  made.turns = {box("irot", u8(1)), box("imir", u8(1)), box("irot", u8(1))};
  const Bytes bytes = made.file();
  const auto file = read(bytes);
  ASSERT_TRUE(file) << file.error().message;

  const auto picture = shown_picture(*file);

  ASSERT_TRUE(picture);
  EXPECT_EQ(picture->type, FourCC("grid"));
  EXPECT_TRUE(file->type.names("avif"));
  EXPECT_EQ(picture->width, 800u);
  EXPECT_EQ(picture->height, 600u);
  EXPECT_EQ(picture->tiles, 2u);
  EXPECT_EQ(picture->thumbnails, 1u);
  EXPECT_EQ(picture->auxiliary, std::vector<std::string>{"urn:example:depth"});
  EXPECT_EQ(picture->bit_depth, 12);
  EXPECT_EQ(picture->colour, (Colour{9, 16, 9, true}));
  EXPECT_TRUE(picture->has_icc_profile);
  // Anticlockwise, mirrored, anticlockwise: what the two turns do cancels out.
  EXPECT_EQ(picture->orientation, Orientation::FlipHorizontal);
  const auto* grid = file->item(70'000);
  ASSERT_NE(grid, nullptr);
  EXPECT_EQ(
      *read_item(MemorySource(bytes), *file, *grid, 100),
      (Bytes{0, 0, 0, 0, 3, 0x20, 2, 0x58}));
  const auto exif = read_heif_exif(MemorySource(bytes), *file);
  ASSERT_TRUE(exif && *exif);
  EXPECT_EQ((*exif)->tiff, Bytes(made.exif.begin() + 10, made.exif.end()));
  EXPECT_EQ((*exif)->offset, bytes.size() - made.exif.size());
}

TEST(ReadHeif, FindsNoExifOutsideTheFileOrItself) {
  HandMade outside;
  outside.exif_offset_shift = 10;
  const Bytes cut = outside.file();
  const auto file = read(cut);
  ASSERT_TRUE(file);
  const auto exif = read_heif_exif(MemorySource(cut), *file);
  ASSERT_FALSE(exif);
  EXPECT_NE(exif.error().message.find("outside the file"), std::string::npos);

  HandMade wild;
  wild.exif[0] = 0x40;
  const Bytes behind = wild.file();
  const auto wild_file = read(behind);
  ASSERT_TRUE(wild_file);
  EXPECT_FALSE(read_heif_exif(MemorySource(behind), *wild_file));
}

TEST(ReadHeif, SaysWhatIsWrongWithAFile) {
  const Bytes good = heic();
  const auto message = [](const Bytes& bytes) {
    const auto file = read(bytes);
    return file ? std::string("read") : file.error().message;
  };

  EXPECT_NE(message({}).find("empty"), std::string::npos);
  EXPECT_NE(message(Bytes(good.begin(), good.begin() + 24)).find("no HEIF"), std::string::npos);
  EXPECT_NE(message(Bytes(good.begin(), good.begin() + 100)).find("\"meta\""), std::string::npos);
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(ReadHeif, SurvivesEveryChangedByteOfItsMeta) {
  for (const Bytes& good : {heic(), HandMade().file()}) {
    const auto end = std::search(good.begin(), good.end(), "mdat", "mdat" + 4) - good.begin();
    for (long i = 0; i < end; ++i)
      for (const int change : {0x01, 0x10, 0x80, 0xFF}) {
        auto bytes = good;
        auto& byte = bytes[static_cast<std::size_t>(i)];
        byte = static_cast<std::uint8_t>(byte ^ change);
        const auto file = read(bytes);
        if (!file) continue;
        EXPECT_LE(shown_picture(*file) ? file->items.size() : 0, 4096u);
        const auto exif = read_heif_exif(MemorySource(bytes), *file);
        EXPECT_LE(exif && *exif ? (*exif)->tiff.size() : 0, bytes.size());
      }
  }
}

}  // namespace
}  // namespace livephoto
