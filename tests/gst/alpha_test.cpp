// Frames with an alpha channel on black, sample by sample.
#include "gst/support/alpha.h"

#include <gtest/gtest.h>

#include <string>

#include "core/bytes.h"

namespace livephoto::gst {
namespace {

GstVideoInfo info_of(const std::string& fields) {
  const auto caps = adopt(gst_caps_from_string(("video/x-raw,framerate=25/1," + fields).c_str()));
  GstVideoInfo info;
  EXPECT_TRUE(gst_video_info_from_caps(&info, caps.get()));
  return info;
}

// A buffer of `bytes` in which rows begin where the format wants them.
OpaqueFrame composed(const GstVideoInfo& info, const Bytes& bytes) {
  EXPECT_EQ(bytes.size(), GST_VIDEO_INFO_SIZE(&info));
  const auto buffer = adopt(gst_buffer_new_memdup(bytes.data(), bytes.size()));
  GstVideoFrame frame;
  EXPECT_TRUE(gst_video_frame_map(&frame, &info, buffer.get(), GST_MAP_READ));
  auto result = on_black(info, frame);
  gst_video_frame_unmap(&frame);
  return result;
}

Bytes bytes_of(const OpaqueFrame& frame) {
  Bytes bytes(gst_buffer_get_size(frame.buffer.get()));
  gst_buffer_extract(frame.buffer.get(), 0, bytes.data(), bytes.size());
  return bytes;
}

class OnBlack : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

TEST_F(OnBlack, BringsRgbToZeroByItsAlpha) {
  const auto rgba = info_of("format=RGBA,width=4,height=1");
  const Bytes shown =
      bytes_of(composed(rgba, {10, 20, 200, 255, 10, 20, 200, 0, 10, 20, 200, 128, 255, 1, 2, 1}));

  EXPECT_EQ(shown, (Bytes{10, 20, 200, 0, 0, 0, 5, 10, 100, 1, 0, 0}));
}

TEST_F(OnBlack, TakesEveryOrderOfRgb) {
  for (const auto& [format, pixel] :
       {std::pair{"RGBA", Bytes{10, 20, 200, 128}},
        {"BGRA", {200, 20, 10, 128}},
        {"ARGB", {128, 10, 20, 200}},
        {"ABGR", {128, 200, 20, 10}}}) {
    const auto info = info_of(std::string("width=1,height=1,format=") + format);

    const auto frame = composed(info, pixel);

    EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&frame.info), GST_VIDEO_FORMAT_RGB);
    const auto shown = bytes_of(frame);
    EXPECT_EQ(Bytes(shown.begin(), shown.begin() + 3), (Bytes{5, 10, 100})) << format;
  }
}

// ISO/IEC 23091-2, 8.3: black is at 16, or at 0 in full range; no colour is at 128.
TEST_F(OnBlack, BringsLumaToBlackAndChromaToTheMiddle) {
  for (const auto& [colorimetry, lumas] :
       {std::pair{"bt709", Bytes{116, 66, 16}}, {"1:3:5:1", {116, 58, 0}}}) {
    const auto info =
        info_of(std::string("format=AYUV,width=3,height=1,colorimetry=") + colorimetry);

    const auto frame = composed(info, {255, 116, 28, 228, 128, 116, 28, 228, 0, 116, 28, 228});

    EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&frame.info), GST_VIDEO_FORMAT_Y444);
    const auto shown = bytes_of(frame);  // rows of four bytes
    EXPECT_EQ(Bytes(shown.begin(), shown.begin() + 3), lumas) << colorimetry;
    EXPECT_EQ(Bytes(shown.begin() + 4, shown.begin() + 7), (Bytes{28, 78, 128}));
    EXPECT_EQ(Bytes(shown.begin() + 8, shown.begin() + 11), (Bytes{228, 178, 128}));
  }
}

// 3x3: chroma is 2x2, of which the last row and column stand for single pixels.
TEST_F(OnBlack, TakesTheMeanAlphaOfThePixelsThatShareAColour) {
  const auto info = info_of("format=A420,width=3,height=3,colorimetry=bt709");
  Bytes bytes(GST_VIDEO_INFO_SIZE(&info), 0);
  const auto put = [&](guint component, gsize x, gsize y, guint8 value) {
    bytes
        [GST_VIDEO_INFO_COMP_OFFSET(&info, component) +
         y * static_cast<gsize>(GST_VIDEO_INFO_COMP_STRIDE(&info, component)) + x] = value;
  };
  for (gsize y = 0; y < 3; ++y)
    for (gsize x = 0; x < 3; ++x) {
      put(0, x, y, 216);
      put(1, x / 2, y / 2, 228);
      put(2, x / 2, y / 2, 28);
    }
  // Of the first block a quarter, of the second a half, of the third all, of the last none.
  put(3, 0, 0, 255);
  put(3, 2, 0, 255);
  put(3, 0, 2, 255);
  put(3, 1, 2, 255);

  const auto frame = composed(info, bytes);

  EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&frame.info), GST_VIDEO_FORMAT_I420);
  const auto shown = bytes_of(frame);
  const auto at = [&](guint component, gsize x, gsize y) {
    return shown
        [GST_VIDEO_INFO_COMP_OFFSET(&frame.info, component) +
         y * static_cast<gsize>(GST_VIDEO_INFO_COMP_STRIDE(&frame.info, component)) + x];
  };
  EXPECT_EQ(at(0, 0, 0), 216);
  EXPECT_EQ(at(0, 1, 0), 16);
  EXPECT_EQ(at(0, 1, 2), 216);
  EXPECT_EQ(at(1, 0, 0), 153);
  EXPECT_EQ(at(1, 1, 0), 178);
  EXPECT_EQ(at(1, 0, 1), 228);
  EXPECT_EQ(at(1, 1, 1), 128);
  EXPECT_EQ(at(2, 0, 0), 103);
  EXPECT_EQ(at(2, 0, 1), 28);
}

TEST_F(OnBlack, LeavesAsItIsWhatWasMultipliedBefore) {
  auto info = info_of("format=RGBA,width=1,height=1");
  info.flags = GST_VIDEO_FLAG_PREMULTIPLIED_ALPHA;  // caps have no field for it

  const auto shown = bytes_of(composed(info, {10, 20, 100, 128}));

  EXPECT_EQ(Bytes(shown.begin(), shown.begin() + 3), (Bytes{10, 20, 100}));
}

TEST_F(OnBlack, KeepsShapeRateAndColour) {
  const auto info = info_of(
      "format=A444_10LE,width=4,height=2,pixel-aspect-ratio=4/3,colorimetry=bt2020,"
      "interlace-mode=interleaved");

  const auto opaque = composed(info, Bytes(GST_VIDEO_INFO_SIZE(&info), 0)).info;

  EXPECT_EQ(GST_VIDEO_INFO_FORMAT(&opaque), GST_VIDEO_FORMAT_Y444_10LE);
  EXPECT_EQ(GST_VIDEO_INFO_WIDTH(&opaque), 4);
  EXPECT_EQ(GST_VIDEO_INFO_PAR_N(&opaque), 4);
  EXPECT_EQ(GST_VIDEO_INFO_FPS_N(&opaque), 25);
  EXPECT_EQ(GST_VIDEO_INFO_INTERLACE_MODE(&opaque), GST_VIDEO_INTERLACE_MODE_INTERLEAVED);
  EXPECT_TRUE(gst_video_colorimetry_is_equal(&opaque.colorimetry, &info.colorimetry));
}

}  // namespace
}  // namespace livephoto::gst
