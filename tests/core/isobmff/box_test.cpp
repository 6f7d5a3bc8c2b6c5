// Small boxes byte by byte, each field with a value of its own.
#include "core/isobmff/box.h"

#include <gtest/gtest.h>

#include <locale>
#include <string>

#include "core/isobmff/boxes.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/quicktime.h"
#include "core/isobmff/sample_table.h"

namespace livephoto::isobmff {
namespace {

std::string hex(ByteSpan bytes) {
  std::string out;
  for (auto byte : bytes) {
    constexpr char digits[] = "0123456789abcdef";
    out += digits[byte >> 4];
    out += digits[byte & 15];
  }
  return out;
}

TEST(Box, SizeCountsItsHeader) { EXPECT_EQ(hex(box("free").bytes), "0000000866726565"); }

TEST(Box, WritesFieldsInOrderBigEndian) {
  EXPECT_EQ(
      hex(fields(u8(1), u16(0x0203), u24(0x040506), u32(0x0708090A), i16(-2), i32(-3))),
      "010203040506070809"
      "0a"
      "fffe"
      "fffffffd");
}

TEST(Box, WritesFloatsAsIeee754) {
  EXPECT_EQ(hex(fields(float32(1920.0f), float64(1.0))), "44f000003ff0000000000000");
}

TEST(Box, AnAbsentBoxWritesNothing) { EXPECT_EQ(box("free", std::optional<Box>()).size(), 8u); }

TEST(Stts, WritesOneRowPerRun) {
  EXPECT_EQ(
      hex(stts(runs_of<std::uint32_t>({20, 20, 20, 24})).bytes),
      "00000020"
      "73747473"
      "00000000"
      "00000002"
      "00000003"
      "00000014"
      "00000001"
      "00000018");
}

TEST(Ctts, KeepsNegativeOffsets) {
  EXPECT_EQ(
      hex(ctts(runs_of<std::int32_t>({0, 40, -20, -20})).bytes),
      "00000028"
      "63747473"
      "01000000"
      "00000003"
      "00000001"
      "00000000"
      "00000001"
      "00000028"
      "00000002"
      "ffffffec");
}

TEST(Cslg, SaysHowFarDecodingRunsAhead) {
  EXPECT_EQ(
      hex(cslg(runs_of<std::int32_t>({0, 40, -20, -20}), 80).bytes),
      "00000020"
      "63736c67"
      "00000000"
      "00000014"
      "ffffffec"
      "00000028"
      "00000000"
      "00000050");
}

TEST(Stsc, WritesARowWhereTheNumberOfSamplesChanges) {
  EXPECT_EQ(
      hex(stsc({{100, 15}, {200, 15}, {300, 7}}).bytes),
      "00000028"
      "73747363"
      "00000000"
      "00000002"
      "00000001"
      "0000000f"
      "00000001"
      "00000003"
      "00000007"
      "00000001");
}

TEST(Stsz, WritesOneSizeForAllWhereTheyAreEqual) {
  EXPECT_EQ(
      hex(stsz({.each = 4, .count = 96000, .sizes = {}}).bytes),
      "00000014"
      "7374737a"
      "00000000"
      "00000004"
      "00017700");
}

TEST(ChunkOffsets, AreStcoWhile32BitsAreEnough) {
  EXPECT_EQ(
      hex(chunk_offsets({{0xFFFFFFFF, 1}}).bytes),
      "00000014"
      "7374636f"
      "00000000"
      "00000001"
      "ffffffff");
}

TEST(ChunkOffsets, AreCo64BeyondThat) {
  EXPECT_EQ(
      hex(chunk_offsets({{24, 1}, {0x100000000, 1}}).bytes),
      "00000020"
      "636f3634"
      "00000000"
      "00000002"
      "0000000000000018"
      "0000000100000000");
}

TEST(Ftyp, IsTheCamerasTwentyBytes) {
  EXPECT_EQ(
      hex(ftyp().bytes),
      "00000014"
      "66747970"
      "71742020"
      "00000000"
      "71742020");
}

TEST(Mdat, HasWideInFrontWhile32BitsAreEnough) {
  EXPECT_EQ(
      hex(wide_and_mdat_header(5)),
      "0000000877696465"
      "0000000d6d646174");
}

TEST(Mdat, TakesTheRoomOfWideWhenItNeeds64Bits) {
  EXPECT_EQ(
      hex(wide_and_mdat_header(0xFFFFFFFF)),
      "00000001"
      "6d646174"
      "000000010000000f");
}

TEST(Colr, IsNclcForLimitedRange) {
  EXPECT_EQ(
      hex(colr({.primaries = 12, .transfer = 1, .matrix = 6}).bytes),
      "00000012"
      "636f6c72"
      "6e636c63"
      "000c"
      "0001"
      "0006");
}

TEST(Colr, IsNclxForFullRangeWhichNclcCannotSay) {
  EXPECT_EQ(
      hex(colr({.primaries = 9, .transfer = 18, .matrix = 9, .full_range = true}).bytes),
      "00000013"
      "636f6c72"
      "6e636c78"
      "0009"
      "0012"
      "0009"
      "80");
}

TEST(Edts, WritesAnEmptyEditBeforeTheMedia) {
  EXPECT_EQ(
      hex(edts({{780, Edit::kEmpty}, {1, 30}}).bytes),
      "00000030"
      "65647473"
      "00000028"
      "656c7374"
      "00000000"
      "00000002"
      "0000030c"
      "ffffffff"
      "00010000"
      "00000001"
      "0000001e"
      "00010000");
}

struct Point {
  double x;
  double y;
  bool operator==(const Point&) const = default;
};

// Where a 640x480 picture's stored top-left and bottom-right corners are shown.
std::pair<Point, Point> corners(Orientation orientation) {
  const Matrix m = matrix_of(orientation, 640, 480);
  const auto show = [&m](double x, double y) {
    return Point{m.a * x + m.c * y + m.tx, m.b * x + m.d * y + m.ty};
  };
  return {show(0, 0), show(640, 480)};
}

TEST(Matrix, PutsTheStoredCornersWhereExifSaysTheyBelong) {
  using enum Orientation;
  EXPECT_EQ(corners(Normal), std::pair(Point{0, 0}, Point{640, 480}));
  EXPECT_EQ(corners(FlipHorizontal), std::pair(Point{640, 0}, Point{0, 480}));
  EXPECT_EQ(corners(Rotate180), std::pair(Point{640, 480}, Point{0, 0}));
  EXPECT_EQ(corners(FlipVertical), std::pair(Point{0, 480}, Point{640, 0}));
  EXPECT_EQ(corners(Transpose), std::pair(Point{0, 0}, Point{480, 640}));
  EXPECT_EQ(corners(Rotate90), std::pair(Point{480, 0}, Point{0, 640}));
  EXPECT_EQ(corners(Transverse), std::pair(Point{480, 640}, Point{0, 0}));
  EXPECT_EQ(corners(Rotate270), std::pair(Point{0, 640}, Point{480, 0}));
}

TEST(Meta, IsQuickTimesWithoutVersionAndFlags) {
  const std::string_view identifier = "0F1E2D3C-4B5A-4978-8695-A4B3C2D1E0FF";
  const std::vector<MetadataItem> items = {
      {.key = "com.apple.quicktime.content.identifier",
       .type = DataType::Utf8,
       .value = Bytes(identifier.begin(), identifier.end())}};
  EXPECT_EQ(
      hex(meta(items).bytes),
      "000000ac"
      "6d657461"
      "00000022"
      "68646c72"
      "00000000"
      "00000000"
      "6d647461"
      "000000000000000000000000"
      "0000"
      "0000003e"
      "6b657973"
      "00000000"
      "00000001"
      "0000002e"
      "6d647461"
      "636f6d2e6170706c652e717569636b74696d652e636f6e74656e742e6964656e746966696572"
      "00000044"
      "696c7374"
      "0000003c"
      "00000001"
      "00000034"
      "64617461"
      "00000001"
      "00000000"
      "30463145324433432d344235412d343937382d383639352d413442334332443145304646");
}

TEST(Mdcv, HasTheOrderOfTheSeiMessage) {
  EXPECT_EQ(
      hex(mdcv({
                   .primaries = {{{1, 2}, {3, 4}, {5, 6}}},
                   .white = {7, 8},
                   .max_luminance = 10'000'000,
                   .min_luminance = 9,
               })
              .bytes),
      "00000020"
      "6d646376"
      "00010002"
      "00030004"
      "00050006"
      "00070008"
      "00989680"
      "00000009");
}

TEST(Clli, HasTheBrightestPixelFirst) {
  EXPECT_EQ(
      hex(clli({1000, 400}).bytes),
      "0000000c"
      "636c6c69"
      "03e80190");
}

TEST(MovieMetadata, HasTheCamerasOrder) {
  const auto items = movie_metadata(
      "ID",
      {.time = CaptureTime{2024, 10, 1, 21, 2, 3, 0, 540},
       .place = Place{35.5296, 139.6805, 9.471},
       .make = "Make",
       .model = "Model",
       .software = "18.0",
       .title = "Title",
       .description = "Words",
       .keywords = {"one", "another"}});

  std::string text;
  for (const auto& item : items) {
    const bool is_text = item.type == DataType::Utf8;
    text += item.key + "=" +
            (is_text ? std::string(item.value.begin(), item.value.end()) : hex(item.value)) + "\n";
  }
  EXPECT_EQ(
      text,
      "com.apple.quicktime.live-photo.auto=01\n"
      "com.apple.quicktime.full-frame-rate-playback-intent=0000000000000001\n"
      "com.apple.quicktime.content.identifier=ID\n"
      "com.apple.quicktime.location.ISO6709=+35.5296+139.6805+009.471/\n"
      "com.apple.quicktime.make=Make\n"
      "com.apple.quicktime.model=Model\n"
      "com.apple.quicktime.software=18.0\n"
      "com.apple.quicktime.title=Title\n"
      "com.apple.quicktime.description=Words\n"
      "com.apple.quicktime.keywords=one, another\n"
      "com.apple.quicktime.creationdate=2024-10-01T21:02:03+0900\n");
}

TEST(Iso6709, SignsAndPadsEveryPart) {
  EXPECT_EQ(iso_6709({-5.25, -0.5, std::nullopt}), "-05.2500-000.5000/");
  EXPECT_EQ(iso_6709({5.25, 100.125, -3.5}), "+05.2500+100.1250-003.500/");
}

// A German application has set this; the file's numbers stay the file's.
TEST(Iso6709, HasPointsWhateverTheLocale) {
  class CommaAsPoint : public std::numpunct<char> {
    char do_decimal_point() const override { return ','; }
  };
  const std::locale before = std::locale::global(std::locale(std::locale(), new CommaAsPoint));
  const std::string text = iso_6709({35.5296, 139.6805, 9.471});
  std::locale::global(before);

  EXPECT_EQ(text, "+35.5296+139.6805+009.471/");
}

TEST(Iso8601, LeavesOutAZoneThatIsNotKnown) {
  EXPECT_EQ(iso_8601({2001, 2, 3, 4, 5, 6, 0, std::nullopt}), "2001-02-03T04:05:06");
  EXPECT_EQ(iso_8601({2001, 2, 3, 4, 5, 6, 0, -210}), "2001-02-03T04:05:06-0330");
}

TEST(StillImageTimeSample, IsTheCameras105Bytes) {
  EXPECT_EQ(
      hex(still_image_time_sample(1920, 1440)),
      "00000009"
      "00000001"
      "ff"
      "00000050"
      "00000002"
      "3ff0000000000000"
      "0000000000000000"
      "0000000000000000"
      "0000000000000000"
      "3ff0000000000000"
      "0000000000000000"
      "0000000000000000"
      "0000000000000000"
      "3ff0000000000000"
      "00000010"
      "00000003"
      "44f00000"
      "44b40000");
}

}  // namespace
}  // namespace livephoto::isobmff
