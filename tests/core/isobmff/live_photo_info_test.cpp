// The records of live-photo-info, both versions, field by field.
#include "core/isobmff/live_photo_info.h"

#include <gtest/gtest.h>

#include "tests/core/isobmff/live_photo_info_bytes.h"

namespace livephoto {
namespace {

using testing::info_payload;

TEST(ParseLivePhotoInfo, ReadsVersion3) {
  const auto info = parse_live_photo_info(info_payload(3, 2, 1));

  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, 3u);
  EXPECT_FLOAT_EQ(info->exposure_seconds, 0.01F);
  EXPECT_EQ(info->focus_score, 9'000'000'000);
  EXPECT_FLOAT_EQ(info->motion[1], -2.5F);
  EXPECT_FLOAT_EQ(info->blur[0], 0.25F);
  EXPECT_FLOAT_EQ(info->zoom, 1.5F);
  EXPECT_FLOAT_EQ(info->gain, 4.0F);
  EXPECT_EQ(info->focus_status, 2);
  EXPECT_EQ(info->focus_mode, -1);
  EXPECT_EQ(info->validity, 0xFFu);
  EXPECT_EQ(info->objects, 3u);
  EXPECT_EQ(info->frame_validity, 7u);
  for (std::size_t i = 0; i < 9; ++i) EXPECT_FLOAT_EQ(info->homography[i], static_cast<float>(i));
  EXPECT_EQ(info->time.count(), 1'000'000'000'001);
  EXPECT_EQ(info->original_time.count(), 1'000'000'000'002);
  EXPECT_TRUE(info->is_interpolated);
}

TEST(ParseLivePhotoInfo, ReadsVersion1) {
  const auto info = parse_live_photo_info(info_payload(1, 2, 0));

  ASSERT_TRUE(info);
  EXPECT_EQ(info->version, 1u);
  EXPECT_EQ(info->objects, 2u);
  EXPECT_EQ(info->frame_validity, 0u);
}

TEST(ParseLivePhotoInfo, HasTheSizesOfCameras) {
  EXPECT_EQ(info_payload(1, 0, 0).size(), 48u);
  EXPECT_EQ(info_payload(3, 0, 0).size(), 136u);
  EXPECT_EQ(info_payload(3, 2, 0).size(), 200u);
}

TEST(ParseLivePhotoInfo, ReadsNothingElse) {
  for (const std::uint32_t version : {1u, 3u}) {
    const Bytes good = info_payload(version, 1, 0);
    for (std::size_t size = 0; size < good.size(); ++size)
      EXPECT_FALSE(parse_live_photo_info(ByteSpan(good).first(size))) << size;
    Bytes longer = good;
    longer.push_back(0);
    EXPECT_FALSE(parse_live_photo_info(longer));
  }
  EXPECT_FALSE(parse_live_photo_info(info_payload(2, 0, 0)));
  Bytes many = info_payload(1, 0, 0);
  for (std::size_t i = 44; i < 48; ++i) many[i] = 0xFF;
  EXPECT_FALSE(parse_live_photo_info(many));
}

}  // namespace
}  // namespace livephoto
