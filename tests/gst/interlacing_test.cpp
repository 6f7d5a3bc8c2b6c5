// Which coded pictures are interlaced, by streams of x264.
#include "gst/support/interlacing.h"

#include <gst/gst.h>
#include <gtest/gtest.h>

#include <string>

#include "gst/support/ptr.h"

namespace livephoto::gst {
namespace {

Bytes bytes_of(const std::string& hex) {
  Bytes bytes(hex.size() / 2);
  for (std::size_t i = 0; i < bytes.size(); ++i)
    bytes[i] = static_cast<std::uint8_t>(std::stoi(hex.substr(2 * i, 2), nullptr, 16));
  return bytes;
}

struct Stream {
  std::string configuration;
  std::string timing;  // a packet's SEI with pic_struct, with its length
  std::string slice;   // and its slice

  Owned<GstCaps> caps(const std::string& more = "") const {
    return adopt(
        gst_caps_from_string(("video/x-h264,codec_data=(buffer)" + configuration + more).c_str()));
  }
  bool is_interlaced(const std::string& units) const {
    return gst::is_interlaced(bytes_of(units), caps().get());
  }
};

// tff=1
const Stream kFields = {
    "01640015ffe1001667640015acd94ad8088000000300800000190f8a14cb01000668fba3cb22c0fdf8f800",
    "000000050601013280",
    "000000116588820b02fff6f6aefcdc58066b64ea7d"};
// fake-interlaced=1:pic-struct=1
const Stream kFramesAmongFields = {
    "01640015ffe1001667640015acd94a58088000000300800000190f8b16cb01000668ebe3cb22c0fdf8f800",
    "000000050601010480",
    "000000116588820017fffef6aefcdc54a966ac2a7d"};
// A "frame" for one that may have fields, as x264 writes it into a stream of fields.
const std::string kFrameTiming = "000000050601010280";

class Interlacing : public testing::Test {
 protected:
  static void SetUpTestSuite() { gst_init(nullptr, nullptr); }
};

TEST_F(Interlacing, IsWhatPictureTimingAndSliceSay) {
  EXPECT_TRUE(kFields.is_interlaced(kFields.timing + kFields.slice));
  EXPECT_FALSE(
      kFramesAmongFields.is_interlaced(kFramesAmongFields.timing + kFramesAmongFields.slice));
}

TEST_F(Interlacing, IsWhatTheSliceSaysWithoutPictureTiming) {
  EXPECT_TRUE(kFields.is_interlaced(kFields.slice));
  EXPECT_FALSE(kFramesAmongFields.is_interlaced(kFramesAmongFields.slice));
}

TEST_F(Interlacing, IsWhatThePictureTimingSaysOfFramesWithFields) {
  EXPECT_FALSE(kFields.is_interlaced(kFrameTiming + kFields.slice));
}

TEST_F(Interlacing, IsNotFoundInWhatCannotBeRead) {
  EXPECT_FALSE(kFields.is_interlaced(""));
  EXPECT_FALSE(kFields.is_interlaced("000000ff6588"));
  EXPECT_FALSE(kFields.is_interlaced(kFields.timing));
  EXPECT_FALSE(gst::is_interlaced(
      bytes_of(kFields.slice),
      adopt(gst_caps_from_string("video/x-h264")).get()));
  const std::string whole = kFields.timing + kFields.slice;
  for (std::size_t size = 0; size < whole.size(); size += 2)
    kFields.is_interlaced(whole.substr(0, size));  // for the sanitizers
}

TEST_F(Interlacing, MayBeWhereTheCapsDoNotExcludeIt) {
  const auto may_be = [](const char* caps) {
    return may_be_interlaced(adopt(gst_caps_from_string(caps)).get());
  };
  EXPECT_TRUE(may_be("video/x-h264,coded-picture-structure=field"));
  EXPECT_TRUE(may_be("video/x-h264,interlace-mode=mixed"));
  EXPECT_TRUE(may_be("video/x-h265,interlace-mode=interleaved"));
  EXPECT_FALSE(may_be("video/x-h264,interlace-mode=mixed,coded-picture-structure=frame"));
  EXPECT_FALSE(may_be("video/x-h264,interlace-mode=progressive"));
  EXPECT_FALSE(may_be("video/x-h265,interlace-mode=progressive"));
  EXPECT_FALSE(may_be("video/x-h265"));
}

}  // namespace
}  // namespace livephoto::gst
