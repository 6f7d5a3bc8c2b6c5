// ICC profiles, read and applied with Little CMS.
#include "core/still/icc_profile.h"

#include <gtest/gtest.h>
#include <lcms2.h>

#include <array>
#include <string>
#include <thread>
#include <vector>

namespace livephoto {
namespace {

using CodePoints = std::vector<std::uint16_t>;
using Rgb8 = std::array<std::uint8_t, 3>;

constexpr Colour kP3{12, 1, 1, false};
constexpr Colour kWide{9, 14, 9, false};

Bytes made(const Colour& colour) {
  const auto profile = icc_profile(colour);
  EXPECT_TRUE(profile);
  return profile ? *profile : Bytes();
}

cmsHPROFILE opened(const Bytes& profile) {
  return cmsOpenProfileFromMem(profile.data(), static_cast<cmsUInt32Number>(profile.size()));
}

std::string name_of(const Bytes& profile) {
  auto* handle = opened(profile);
  std::array<char, 64> name{};
  cmsGetProfileInfoASCII(handle, cmsInfoDescription, "en", "US", name.data(), name.size());
  cmsCloseProfile(handle);
  return name.data();
}

Rgb8 in_srgb(const Rgb8& value, const Bytes& profile) {
  auto* from = opened(profile);
  auto* to = cmsCreate_sRGBProfile();
  auto* transform = cmsCreateTransform(
      from,
      TYPE_RGB_8,
      to,
      TYPE_RGB_8,
      INTENT_RELATIVE_COLORIMETRIC,
      cmsFLAGS_NOOPTIMIZE);
  Rgb8 result{};
  cmsDoTransform(transform, value.data(), result.data(), 1);
  cmsDeleteTransform(transform);
  cmsCloseProfile(to);
  cmsCloseProfile(from);
  return result;
}

void expect_near(const Rgb8& found, const Rgb8& expected) {
  for (std::size_t i = 0; i < found.size(); ++i) EXPECT_NEAR(found[i], expected[i], 1) << i;
}

TEST(IccProfile, IsOfADisplayAndNamedAsGalleriesKnowIt) {
  const auto profile = made(kP3);

  EXPECT_EQ(name_of(profile), "Display P3");
  auto* handle = opened(profile);
  EXPECT_EQ(cmsGetDeviceClass(handle), cmsSigDisplayClass);
  EXPECT_EQ(cmsGetColorSpace(handle), cmsSigRgbData);
  EXPECT_EQ(cmsGetEncodedICCversion(handle), 0x4300000U);
  EXPECT_FALSE(cmsIsTag(handle, cmsSigChromaticityTag)) << "exiftool warns of it";
  cmsCloseProfile(handle);
  EXPECT_EQ(name_of(made(kWide)), "BT.2020 with sRGB curve");
}

// The columns of the Display P3 that phones write, to the precision of an s15Fixed16.
TEST(IccProfile, HasTheColorantsOfDisplayP3) {
  auto* handle = opened(made(kP3));
  const auto expect_column = [&](cmsTagSignature tag, double x, double y, double z) {
    const auto* column = static_cast<const cmsCIEXYZ*>(cmsReadTag(handle, tag));
    ASSERT_NE(column, nullptr);
    EXPECT_NEAR(column->X, x, 2e-4);
    EXPECT_NEAR(column->Y, y, 2e-4);
    EXPECT_NEAR(column->Z, z, 2e-4);
  };

  expect_column(cmsSigRedColorantTag, 0.51512, 0.24120, -0.00105);
  expect_column(cmsSigGreenColorantTag, 0.29198, 0.69225, 0.04189);
  expect_column(cmsSigBlueColorantTag, 0.15710, 0.06657, 0.78407);

  cmsCloseProfile(handle);
}

TEST(IccProfile, KeepsGreysAsTheyAre) {
  for (const auto& colour : {kP3, kWide})
    for (const auto grey : Bytes{0, 1, 7, 40, 128, 200, 255})
      expect_near(in_srgb({grey, grey, grey}, made(colour)), {grey, grey, grey});
}

// Computed from the chromaticities.
TEST(IccProfile, BringsColoursIntoSrgb) {
  expect_near(in_srgb({200, 100, 100}, made(kP3)), {215, 93, 97});
  expect_near(in_srgb({60, 80, 190}, made(kP3)), {54, 81, 197});
  expect_near(in_srgb({140, 120, 110}, made(kWide)), {152, 117, 108});
}

TEST(IccProfile, IsThereWhereAnSdrCameraHasMoreColoursThanSrgb) {
  for (const auto transfer : CodePoints{1, 2, 6, 13, 14, 15}) {
    EXPECT_EQ(made({12, transfer, 1, false}), made(kP3)) << transfer;
    EXPECT_EQ(made({9, transfer, 9, true}), made(kWide)) << transfer;
  }
}

TEST(IccProfile, IsNotThereWhereReadersNeedNone) {
  for (const auto primaries : CodePoints{1, 2, 5, 6})
    EXPECT_TRUE(made({primaries, 1, 1, false}).empty()) << primaries;
}

TEST(IccProfile, IsNotThereWhereItWouldSaySomethingElse) {
  for (const auto transfer : CodePoints{4, 5, 8, 16, 17, 18}) {
    EXPECT_TRUE(made({12, transfer, 1, false}).empty()) << transfer;
    EXPECT_TRUE(made({9, transfer, 9, false}).empty()) << transfer;
  }
  EXPECT_TRUE(made({11, 1, 1, false}).empty()) << "DCI-P3 has another white";
}

// ICC.1:2010, 7.2.8: year, month, day, hour, minute, second.
TEST(IccProfile, DoesNotTellWhenItWasMade) {
  const auto profile = made(kP3);

  const Bytes date(profile.begin() + 24, profile.begin() + 36);
  EXPECT_EQ(date, (Bytes{0x07, 0xe8, 0, 1, 0, 1, 0, 0, 0, 0, 0, 0}));
}

TEST(IccProfile, IsTheSameInFourThreads) {
  const auto expected = made(kP3);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) EXPECT_EQ(made(kP3), expected);
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace livephoto
