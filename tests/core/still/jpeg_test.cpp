// JPEG stills, segment by segment and decoded again with libjpeg.
#include "core/still/jpeg.h"

#include <gtest/gtest.h>
#include <jpeglib.h>

#include <cstddef>
#include <cstdio>
#include <cstdlib>
#include <string>
#include <thread>

#include "core/still/icc_profile.h"
#include "core/still/xmp.h"
#include "sample_picture.h"

namespace livephoto {
namespace {

using sample::photograph;
using sample::psnr;
using sample::Samples;
using sample::samples_of;

StillMetadata identified(Orientation orientation = Orientation::Normal) {
  StillMetadata metadata;
  metadata.content_identifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";
  metadata.capture.orientation = orientation;
  return metadata;
}

Bytes encoded(const Picture& picture, const StillMetadata& metadata, int quality) {
  const auto file = encode_jpeg(picture, metadata, JpegSettings{quality});
  EXPECT_TRUE(file) << (file ? "" : file.error().message + " " + file.error().detail);
  return file ? *file : Bytes();
}

Samples decoded(const Bytes& file) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, file.data(), file.size());
  jpeg_read_header(&jpeg, TRUE);
  jpeg.out_color_space = JCS_RGB;
  jpeg_start_decompress(&jpeg);
  const std::size_t stride = jpeg.output_width * 3u;
  Bytes rows(stride * jpeg.output_height);
  while (jpeg.output_scanline < jpeg.output_height) {
    auto* row = rows.data() + jpeg.output_scanline * stride;
    jpeg_read_scanlines(&jpeg, &row, 1);
  }
  const auto samples =
      samples_of(rows.data(), stride, static_cast<std::uint32_t>(stride), jpeg.output_height, 8);
  jpeg_finish_decompress(&jpeg);
  jpeg_destroy_decompress(&jpeg);
  return samples;
}

struct Segment {
  int marker;
  std::string content;
};

// All that is before the quantization tables.
std::vector<Segment> application_segments(const Bytes& file) {
  std::vector<Segment> segments;
  for (std::size_t at = 2; file.at(at) == 0xff && file.at(at + 1) != 0xdb;) {
    const auto length = static_cast<std::size_t>(file.at(at + 2)) << 8 | file.at(at + 3);
    const auto* content = reinterpret_cast<const char*>(file.data()) + at + 4;
    segments.push_back({file.at(at + 1), std::string(content, length - 2)});
    at += 2 + length;
  }
  return segments;
}

Bytes icc_profile_of(const Bytes& file) {
  jpeg_error_mgr errors;
  jpeg_decompress_struct jpeg{};
  jpeg.err = jpeg_std_error(&errors);
  jpeg_create_decompress(&jpeg);
  jpeg_mem_src(&jpeg, file.data(), file.size());
  jpeg_save_markers(&jpeg, JPEG_APP0 + 2, 0xffff);
  jpeg_read_header(&jpeg, TRUE);
  JOCTET* data = nullptr;
  unsigned int size = 0;
  Bytes profile;
  if (jpeg_read_icc_profile(&jpeg, &data, &size) != 0) profile.assign(data, data + size);
  std::free(data);
  jpeg_destroy_decompress(&jpeg);
  return profile;
}

TEST(EncodeJpeg, BeginsWithTheExifSegmentOfItsMetadata) {
  const auto picture = photograph(96, 64, Chroma::Rgb, 8);

  const auto file = encoded(picture.picture, identified(Orientation::Rotate90), 90);

  const auto tiff = exif_tiff(identified(), Orientation::Rotate90, 96, 64);
  ASSERT_TRUE(tiff);
  const auto length = tiff->size() + 8;
  Bytes expected{
      0xff,
      0xd8,
      0xff,
      0xe1,
      static_cast<std::uint8_t>(length >> 8),
      static_cast<std::uint8_t>(length & 0xff),
      'E',
      'x',
      'i',
      'f',
      0,
      0};
  expected.insert(expected.end(), tiff->begin(), tiff->end());
  expected.push_back(0xff);  // the next segment
  ASSERT_GT(file.size(), expected.size());
  EXPECT_EQ(
      Bytes(file.begin(), file.begin() + static_cast<std::ptrdiff_t>(expected.size())),
      expected);
}

// Exif 2.32, 4.5.2: Exif is the first.
TEST(EncodeJpeg, HasExifThenXmpThenTheProfileOfItsColour) {
  auto picture = photograph(96, 64, Chroma::Rgb, 8);
  picture.picture.colour = {12, 13, 0, true};
  auto metadata = identified();
  metadata.capture.title = "A title";
  metadata.capture.keywords = {"sea", "sand"};

  const auto file = encoded(picture.picture, metadata, 90);

  const auto segments = application_segments(file);
  ASSERT_EQ(segments.size(), 3U);
  EXPECT_EQ(segments[0].marker, 0xe1);
  EXPECT_TRUE(segments[0].content.starts_with("Exif"));
  const auto packet = xmp_packet(metadata.capture);
  ASSERT_TRUE(packet);
  EXPECT_EQ(segments[1].marker, 0xe1);
  EXPECT_EQ(
      segments[1].content,
      std::string("http://ns.adobe.com/xap/1.0/") + '\0' +
          std::string(packet->begin(), packet->end()));
  EXPECT_EQ(segments[2].marker, 0xe2);
  const auto profile = icc_profile(picture.picture.colour);
  ASSERT_TRUE(profile && !profile->empty());
  EXPECT_EQ(icc_profile_of(file), *profile);
}

TEST(EncodeJpeg, HasNoXmpWithoutTextsAndNoProfileWithoutWideColours) {
  for (const auto& colour : {Colour{}, Colour{1, 13, 0, true}, Colour{9, 16, 0, true}}) {
    auto picture = photograph(96, 64, Chroma::Rgb, 8);
    picture.picture.colour = colour;
    auto metadata = identified();
    metadata.capture.make = "Maker";

    EXPECT_EQ(application_segments(encoded(picture.picture, metadata, 90)).size(), 1U);
  }
}

// XML writes one & with five letters.
TEST(EncodeJpeg, RefusesTextsThatOneSegmentDoesNotHold) {
  const auto picture = photograph(16, 16, Chroma::Rgb, 8);
  auto metadata = identified();
  metadata.capture.title = std::string(12900, '&');
  EXPECT_EQ(application_segments(encoded(picture.picture, metadata, 90)).size(), 2U);

  metadata.capture.title = std::string(13100, '&');
  const auto file = encode_jpeg(picture.picture, metadata, {});

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::Metadata);
  EXPECT_NE(file.error().message.find("XMP does not fit"), std::string::npos);
}

TEST(EncodeJpeg, HasNoJfifAndEndsWithEoi) {
  const auto picture = photograph(96, 64, Chroma::Rgb, 8);

  const auto file = encoded(picture.picture, identified(), 90);

  EXPECT_EQ(std::string(file.begin(), file.end()).find("JFIF"), std::string::npos);
  EXPECT_EQ(file.at(file.size() - 2), 0xff);
  EXPECT_EQ(file.at(file.size() - 1), 0xd9);
}

TEST(EncodeJpeg, ShowsThePictureThatWentIn) {
  const auto picture = photograph(640, 480, Chroma::Rgb, 8);

  const auto file = encoded(picture.picture, identified(), 95);

  const auto quality = psnr(samples_of(picture.picture, 0), decoded(file));
  RecordProperty("psnr", std::to_string(quality));
  EXPECT_GE(quality, 38);
}

TEST(EncodeJpeg, KeepsFlatColours) {
  for (const auto& [red, green, blue] :
       {std::tuple{0.0, 0.0, 0.0},
        {1.0, 1.0, 1.0},
        {1.0, 0.0, 0.0},
        {0.0, 1.0, 0.0},
        {0.0, 0.0, 1.0}}) {
    const std::array<double, 3> colour{red, green, blue};
    const auto picture =
        sample::picture_of(32, 32, Chroma::Rgb, 8, [&](auto component, auto, auto) {
          return colour[component];
        });

    const auto shown = decoded(encoded(picture.picture, identified(), 90));

    for (std::size_t i = 0; i < 3; ++i) EXPECT_NEAR(shown.at(i + 30, 10), colour[i] * 255, 3);
  }
}

TEST(EncodeJpeg, LeavesTurningToExif) {
  const auto picture = photograph(96, 64, Chroma::Rgb, 8);

  const auto upright = decoded(encoded(picture.picture, identified(), 90));
  const auto lying = decoded(encoded(picture.picture, identified(Orientation::Rotate90), 90));

  EXPECT_EQ(upright.values, lying.values);
}

TEST(EncodeJpeg, TakesEverySize) {
  for (const auto& [width, height] :
       {std::pair{1u, 1u}, {1u, 7u}, {7u, 1u}, {8u, 8u}, {17u, 15u}, {1u, 16384u}, {16384u, 2u}}) {
    const auto picture = photograph(width, height, Chroma::Rgb, 8);
    const auto shown = decoded(encoded(picture.picture, identified(), 90));
    EXPECT_EQ(shown.width, width * 3);
    EXPECT_EQ(shown.height, height);
  }
}

// Several times the first buffer.
TEST(EncodeJpeg, GrowsWithThePicture) {
  const auto picture = sample::picture_of(800, 600, Chroma::Rgb, 8, [](auto c, auto x, auto y) {
    return sample::noise(x, y, c);
  });

  const auto file = encoded(picture.picture, identified(), 100);

  EXPECT_GT(file.size(), 512u * 1024u);
  EXPECT_EQ(decoded(file).height, 600u);
}

TEST(EncodeJpeg, GetsLargerWithQuality) {
  const auto picture = photograph(320, 240, Chroma::Rgb, 8);
  std::size_t last = 0;
  for (const int quality : {0, 25, 50, 75, 100}) {
    const auto size = encoded(picture.picture, identified(), quality).size();
    EXPECT_GT(size, last) << quality;
    last = size;
  }
}

TEST(EncodeJpeg, ReadsNothingBesideTheRows) {
  const auto tight = photograph(33, 21, Chroma::Rgb, 8);
  Picture padded = tight.picture;
  Bytes storage(140 * 20 + 99, 0xee);
  for (std::size_t y = 0; y < 21; ++y)
    for (std::size_t x = 0; x < 99; ++x) storage[y * 140 + x] = tight.storage[0][y * 99 + x];
  padded.planes[0] = Plane{storage, 140};

  EXPECT_EQ(encoded(padded, identified(), 90), encoded(tight.picture, identified(), 90));
}

TEST(EncodeJpeg, IsReproducibleAlsoInFourThreads) {
  const auto picture = photograph(320, 240, Chroma::Rgb, 8);
  const auto expected = encoded(picture.picture, identified(), 90);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 10; ++i) EXPECT_EQ(encoded(picture.picture, identified(), 90), expected);
    });
  for (auto& thread : threads) thread.join();
}

void expect_refused(const Picture& picture, int quality, ErrorCode code, const std::string& about) {
  const auto file = encode_jpeg(picture, identified(), JpegSettings{quality});
  ASSERT_FALSE(file) << about;
  EXPECT_EQ(file.error().code, code);
  EXPECT_NE(file.error().message.find(about), std::string::npos) << file.error().message;
}

TEST(EncodeJpeg, TakesOnlyRgbOfEightBits) {
  for (const auto chroma : {Chroma::Yuv420, Chroma::Yuv422, Chroma::Yuv444})
    expect_refused(
        photograph(16, 16, chroma, 8).picture,
        90,
        ErrorCode::Unsupported,
        "made from 8-bit RGB");
  expect_refused(
      photograph(16, 16, Chroma::Rgb, 10).picture,
      90,
      ErrorCode::Unsupported,
      "made from 8-bit RGB");
}

TEST(EncodeJpeg, RefusesWhatCannotBe) {
  const auto good = photograph(16, 16, Chroma::Rgb, 8);
  auto short_plane = good.picture;
  short_plane.planes[0].bytes = short_plane.planes[0].bytes.first(16 * 16 * 3 - 1);
  auto wide = good.picture;
  wide.width = 16385;

  expect_refused(short_plane, 90, ErrorCode::InvalidInput, "less data");
  expect_refused(wide, 90, ErrorCode::InvalidInput, "1 to 16384 pixels");
  expect_refused(good.picture, -1, ErrorCode::InvalidInput, "quality of -1");
  expect_refused(good.picture, 101, ErrorCode::InvalidInput, "quality of 101");
}

TEST(EncodeJpeg, RefusesMetadataThatCannotBeWritten) {
  const auto good = photograph(16, 16, Chroma::Rgb, 8);

  const auto file = encode_jpeg(good.picture, StillMetadata{}, {});

  ASSERT_FALSE(file);
  EXPECT_EQ(file.error().code, ErrorCode::InvalidInput);
}

}  // namespace
}  // namespace livephoto
