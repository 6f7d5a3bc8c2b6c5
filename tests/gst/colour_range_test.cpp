// Of which range a coded picture is, where the caps and its parameter sets differ.
#include "gst/support/colour_range.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>
#include <vector>

namespace livephoto::gst {
namespace {

// As x264 and x265 make them; the second of each says that the range is limited.
const std::string kFullAvc =
    "0164000dffe1001a6764000dacd94141fa6e02020280000003008000001e078a14cb01000568ef816f2cfdf8f800";
const std::string kLimitedAvc =
    "0164000dffe1001a6764000dacd94141fa6a02020280000003008000001e078a14cb01000568ef816f2cfdf8f800";
const std::string kFullHvc =
    "0102200000009000000000003cf000fcfdfafa00000f03a00001001840010c01ffff02200000030090000003000003"
    "0"
    "03c959409a10001002c42010102200000030090000003000003003ca00a080f136595952930b9b8080808200000030"
    "0"
    "2000000303c1a2000100064401c073c189";
// Without VUI
const std::string kSilentAvc = "0142c01effe1000f6742c01e8c8d40c84ef700f08846a001000568ce3c8000";

Owned<GstCaps> caps_of(const std::string& text) {
  return adopt(gst_caps_from_string(text.c_str()));
}

Owned<GstCaps> avc(const std::string& configuration, const std::string& more = "") {
  return caps_of("video/x-h264,codec_data=(buffer)" + configuration + more);
}

std::string colorimetry_of(const Owned<GstCaps>& caps) {
  const gchar* text =
      gst_structure_get_string(gst_caps_get_structure(caps.get(), 0), "colorimetry");
  return text ? text : "";
}

class ColourRange : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

TEST_F(ColourRange, IsWhatTheParameterSetSays) {
  EXPECT_EQ(full_range_of(avc(kFullAvc).get()), true);
  EXPECT_EQ(full_range_of(avc(kLimitedAvc).get()), false);
  EXPECT_EQ(full_range_of(caps_of("video/x-h265,codec_data=(buffer)" + kFullHvc).get()), true);
}

TEST_F(ColourRange, IsUnknownWhereNobodySays) {
  EXPECT_EQ(full_range_of(avc(kSilentAvc).get()), std::nullopt);
  EXPECT_EQ(full_range_of(caps_of("video/x-h264").get()), std::nullopt);
  EXPECT_EQ(
      full_range_of(caps_of("video/x-vp9,codec_data=(buffer)" + kFullAvc).get()),
      std::nullopt);
  EXPECT_EQ(full_range_of(nullptr), std::nullopt);
}

TEST_F(ColourRange, IsPutRightInTheCaps) {
  const auto coded = avc(kFullAvc);
  const auto raw = caps_of("video/x-raw,format=I420,width=320,height=240,colorimetry=bt709");
  const auto unknown = caps_of("video/x-raw,format=I420,width=320,height=240");

  EXPECT_EQ(colorimetry_of(with_true_range(raw.get(), coded.get())), "1:3:5:1");
  EXPECT_EQ(colorimetry_of(with_true_range(unknown.get(), coded.get())), "1:4:16:4");
  EXPECT_EQ(colorimetry_of(with_true_range(coded.get(), coded.get())), "1:0:0:0");
  EXPECT_EQ(
      colorimetry_of(with_true_range(avc(kFullAvc, ",colorimetry=bt709").get(), coded.get())),
      "1:3:5:1");
}

TEST_F(ColourRange, StaysWhereNothingElseIsSaid) {
  const auto full = caps_of("video/x-raw,format=I420,width=320,height=240,colorimetry=1:0:0:0");
  const auto large = caps_of("video/x-raw,format=I420,width=1920,height=1080,colorimetry=1:0:0:0");

  EXPECT_EQ(colorimetry_of(with_true_range(full.get(), nullptr)), "1:4:16:4");
  EXPECT_EQ(colorimetry_of(with_true_range(large.get(), nullptr)), "1:3:5:1");
  EXPECT_EQ(gst::colorimetry_of(full.get())->range, GST_VIDEO_COLOR_RANGE_0_255);
  EXPECT_FALSE(gst::colorimetry_of(caps_of("video/x-h264").get()));
}

TEST_F(ColourRange, LeavesGoodCapsAlone) {
  const auto coded = avc(kFullAvc);
  for (const char* text :
       {"video/x-raw,format=I420,width=320,height=240,colorimetry=1:3:5:1",
        "video/x-raw,format=RGB,width=320,height=240,colorimetry=sRGB"}) {
    const auto raw = caps_of(text);
    EXPECT_EQ(with_true_range(raw.get(), coded.get()).get(), raw.get()) << text;
  }
  const auto raw = caps_of("video/x-raw,format=I420,width=320,height=240,colorimetry=bt709");
  EXPECT_EQ(with_true_range(raw.get(), avc(kLimitedAvc).get()).get(), raw.get());
  EXPECT_EQ(with_true_range(raw.get(), nullptr).get(), raw.get());
}

TEST_F(ColourRange, SurvivesDamage) {
  gst_debug_set_default_threshold(GST_LEVEL_NONE);  // the parsers complain of each
  for (const auto& [type, configuration] :
       {std::pair("video/x-h264", kFullAvc), std::pair("video/x-h265", kFullHvc)}) {
    for (std::size_t i = 0; i < configuration.size(); ++i) {
      for (const char digit : {'0', '7', 'f'}) {
        std::string damaged = configuration;
        damaged[i] = digit;
        full_range_of(caps_of(std::string(type) + ",codec_data=(buffer)" + damaged).get());
      }
      const std::string shorter = configuration.substr(0, i / 2 * 2);
      full_range_of(caps_of(std::string(type) + ",codec_data=(buffer)" + shorter).get());
    }
  }
}

}  // namespace
}  // namespace livephoto::gst
