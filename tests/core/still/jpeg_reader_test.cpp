// JPEG files segment by segment, hand-made.
#include "core/still/jpeg_reader.h"

#include <gtest/gtest.h>

#include <string>
#include <string_view>

#include "core/isobmff/box.h"

namespace livephoto {
namespace {

using isobmff::append;

// Marker, length, content.
Bytes segment(int marker, std::string_view content) {
  return isobmff::fields(
      isobmff::u8(0xFF),
      isobmff::u8(static_cast<std::uint8_t>(marker)),
      isobmff::u16(static_cast<std::uint16_t>(content.size() + 2)),
      content);
}

const Bytes kStart{0xFF, 0xD8};
const Bytes kFrame =
    segment(0xC0, std::string_view("\x08\x02\x58\x03\x20\x03\1\x22\0\2\x11\1\3\x11\1", 15));
const Bytes kScan = segment(0xDA, std::string_view("\1\1\0\0\x3F\0", 6));
const Bytes kExif = segment(0xE1, std::string_view("Exif\0\0MM\0*....", 14));

Bytes joined(std::initializer_list<Bytes> parts) {
  Bytes file;
  for (const Bytes& part : parts) append(file, ByteSpan(part));
  return file;
}

Result<JpegFile> read(const Bytes& file) { return read_jpeg(MemorySource(file)); }

TEST(ReadJpeg, ReadsSegmentsUpToThePicture) {
  const Bytes bytes = joined(
      {kStart,
       segment(0xE0, std::string_view("JFIF\0\1", 6)),
       segment(0xE1, "http://ns.adobe.com/xap"),
       kExif,
       {0xFF, 0xFF},
       segment(0xE2, std::string_view("ICC_PROFILE\0\1\1", 14)),
       kFrame,
       kScan,
       Bytes(50, 1)});

  const auto file = read(bytes);

  ASSERT_TRUE(file) << file.error().message;
  EXPECT_EQ(file->segments.size(), 6u);
  EXPECT_EQ(file->width, 800u);
  EXPECT_EQ(file->height, 600u);
  EXPECT_EQ(file->bit_depth, 8);
  EXPECT_EQ(file->components, 3);
  EXPECT_TRUE(file->has_jfif);
  EXPECT_TRUE(file->has_icc_profile);
  ASSERT_TRUE(file->exif);
  EXPECT_EQ(file->exif->offset, 2u + 10 + 27);
  EXPECT_EQ(*read_jpeg_exif(MemorySource(bytes), *file), Bytes(kExif.begin() + 10, kExif.end()));
}

TEST(ReadJpeg, FindsExifBehindMegabytesOfOtherSegments) {
  Bytes bytes = kStart;
  const std::string filler(65'000, 'x');
  for (int i = 0; i < 40; ++i) append(bytes, ByteSpan(segment(0xE4, filler)));
  append(bytes, ByteSpan(joined({kExif, kFrame, kScan})));

  const auto file = read(bytes);

  ASSERT_TRUE(file && file->exif);
  EXPECT_EQ(file->exif->offset, 2u + 40 * 65'004);
}

TEST(ReadJpeg, HasNoExifWhereThereIsNone) {
  const Bytes bytes = joined({kStart, kFrame, kScan});
  const auto file = read(bytes);

  ASSERT_TRUE(file);
  EXPECT_FALSE(file->exif);
  EXPECT_TRUE(read_jpeg_exif(MemorySource(bytes), *file)->empty());
}

TEST(ReadJpeg, KnowsWhetherTheEndIsThere) {
  for (const std::size_t coded : {0u, 1u, 65'533u, 65'534u, 65'535u, 65'536u, 200'000u}) {
    Bytes bytes = joined({kStart, kFrame, kScan, Bytes(coded, 0x55)});
    const auto file = read(bytes);
    EXPECT_EQ(*has_end(MemorySource(bytes), *file), false) << coded;
    append(bytes, std::string_view("\xFF\xD9"));
    EXPECT_EQ(*has_end(MemorySource(bytes), *file), true) << coded;
    append(bytes, std::string_view("and what stands behind"));
    EXPECT_EQ(*has_end(MemorySource(bytes), *file), true) << coded;
  }
}

TEST(ReadJpeg, SaysWhatIsWrongWithAFile) {
  const auto message = [](const Bytes& bytes) {
    const auto file = read(bytes);
    return file ? std::string("read") : file.error().message;
  };
  const auto has = [](const std::string& text, const char* words) {
    EXPECT_NE(text.find(words), std::string::npos) << text;
  };

  has(message({}), "no JPEG");
  has(message({0xFF, 0xD8}), "no JPEG");
  has(message(joined({kStart, kExif})), "cut off");
  has(message(joined({kStart, kExif, {0xFF, 0xD9, 0, 0}})), "cut off");
  has(message(joined({kStart, kExif, {1, 2, 3, 4}})), "does not begin with a marker");
  has(message(joined({kStart, {0xFF, 0xE1, 0, 1, 0, 0}})), "shorter than its header");
  has(message(joined({kStart, {0xFF, 0xE1, 0x10, 0, 0, 0}})), "cut off");
  has(message(joined({kStart, Bytes(100'000, 0xFF)})), "too many segments");
}

// For the sanitizers: whatever a byte becomes, nothing outside is read.
TEST(ReadJpeg, SurvivesEveryByteAndEveryCut) {
  const Bytes good = joined({kStart, kExif, kFrame, kScan});
  for (std::size_t i = 0; i < good.size(); ++i) {
    const auto cut = read(Bytes(good.begin(), good.begin() + static_cast<long>(i)));
    EXPECT_FALSE(cut) << i;
    for (int value = 0; value < 256; ++value) {
      Bytes bytes = good;
      bytes[i] = static_cast<std::uint8_t>(value);
      const auto file = read(bytes);
      EXPECT_TRUE(!file || read_jpeg_exif(MemorySource(bytes), *file));
    }
  }
}

}  // namespace
}  // namespace livephoto
