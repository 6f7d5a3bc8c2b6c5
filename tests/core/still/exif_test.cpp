// The Exif block of a still, read back with exiv2.
#include "core/still/exif.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <cmath>
#include <cstdlib>
#include <exiv2/exiv2.hpp>
#include <limits>
#include <set>
#include <thread>

#include "core/still/maker_note.h"

namespace livephoto {
namespace {

constexpr char kIdentifier[] = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

StillMetadata identified() {
  StillMetadata metadata;
  metadata.content_identifier = kIdentifier;
  return metadata;
}

StillMetadata complete() {
  auto metadata = identified();
  metadata.capture.time = CaptureTime{2024, 2, 29, 13, 14, 15, 678'901'234, 9 * 60};
  metadata.capture.place = Place{-33.8567844, 151.2152967, 12.345};
  metadata.capture.make = "Maker";
  metadata.capture.model = "Model 7";
  metadata.capture.software = "Software 1.2";
  metadata.capture.description = "Description";
  return metadata;
}

Exiv2::ExifData decoded(const Bytes& tiff) {
  Exiv2::ExifData exif;
  Exiv2::ExifParser::decode(exif, tiff.data(), static_cast<std::uint32_t>(tiff.size()));
  return exif;
}

Exiv2::ExifData written(const StillMetadata& metadata) {
  const auto tiff = exif_tiff(metadata, Orientation::Normal, 4032, 3024);
  EXPECT_TRUE(tiff);
  return tiff ? decoded(*tiff) : Exiv2::ExifData();
}

// "" where the field is missing.
std::string field(const Exiv2::ExifData& exif, const std::string& key) {
  const auto found = exif.findKey(Exiv2::ExifKey("Exif." + key));
  return found == exif.end() ? "" : found->toString();
}

bool contains(const Bytes& whole, const Bytes& part) {
  return std::search(whole.begin(), whole.end(), part.begin(), part.end()) != whole.end();
}

TEST(ExifTiff, IsBigEndian) {
  const auto tiff = exif_tiff(identified(), Orientation::Normal, 1, 1);

  ASSERT_TRUE(tiff);
  const Bytes start(tiff->begin(), tiff->begin() + 8);
  EXPECT_EQ(start, (Bytes{'M', 'M', 0, 42, 0, 0, 0, 8}));
}

TEST(ExifTiff, HoldsEachFieldInItsPlace) {
  const auto tiff = exif_tiff(complete(), Orientation::Rotate90, 4032, 3024);

  ASSERT_TRUE(tiff);
  const auto exif = decoded(*tiff);
  EXPECT_EQ(field(exif, "Image.Orientation"), "6");
  EXPECT_EQ(field(exif, "Image.Make"), "Maker");
  EXPECT_EQ(field(exif, "Image.Model"), "Model 7");
  EXPECT_EQ(field(exif, "Image.Software"), "Software 1.2");
  EXPECT_EQ(field(exif, "Image.ImageDescription"), "Description");
  EXPECT_EQ(field(exif, "Image.DateTime"), "2024:02:29 13:14:15");
  EXPECT_EQ(field(exif, "Photo.DateTimeOriginal"), "2024:02:29 13:14:15");
  EXPECT_EQ(field(exif, "Photo.DateTimeDigitized"), "2024:02:29 13:14:15");
  EXPECT_EQ(field(exif, "Photo.OffsetTime"), "+09:00");
  EXPECT_EQ(field(exif, "Photo.OffsetTimeOriginal"), "+09:00");
  EXPECT_EQ(field(exif, "Photo.OffsetTimeDigitized"), "+09:00");
  EXPECT_EQ(field(exif, "Photo.SubSecTimeOriginal"), "678");
  EXPECT_EQ(field(exif, "Photo.SubSecTimeDigitized"), "678");
  EXPECT_EQ(field(exif, "Photo.PixelXDimension"), "4032");
  EXPECT_EQ(field(exif, "Photo.PixelYDimension"), "3024");
  EXPECT_EQ(field(exif, "Photo.ExifVersion"), "48 50 51 50");
  EXPECT_EQ(field(exif, "GPSInfo.GPSVersionID"), "2 3 0 0");
  EXPECT_EQ(field(exif, "GPSInfo.GPSLatitudeRef"), "S");
  EXPECT_EQ(field(exif, "GPSInfo.GPSLatitude"), "33/1 51/1 244238/10000");
  EXPECT_EQ(field(exif, "GPSInfo.GPSLongitudeRef"), "E");
  EXPECT_EQ(field(exif, "GPSInfo.GPSLongitude"), "151/1 12/1 550681/10000");
  EXPECT_EQ(field(exif, "GPSInfo.GPSAltitudeRef"), "0");
  EXPECT_EQ(field(exif, "GPSInfo.GPSAltitude"), "12345/1000");
}

TEST(ExifTiff, HasTheTypesOfTheStandard) {
  const auto exif = written(complete());
  const auto type = [&](const char* key) {
    return std::string(exif.findKey(Exiv2::ExifKey(std::string("Exif.") + key))->typeName());
  };

  EXPECT_EQ(type("Image.Orientation"), "Short");
  EXPECT_EQ(type("Image.Make"), "Ascii");
  EXPECT_EQ(type("Photo.ExifVersion"), "Undefined");
  EXPECT_EQ(type("Photo.MakerNote"), "Undefined");
  EXPECT_EQ(type("Photo.PixelXDimension"), "Long");
  EXPECT_EQ(type("GPSInfo.GPSVersionID"), "Byte");
  EXPECT_EQ(type("GPSInfo.GPSAltitudeRef"), "Byte");
  EXPECT_EQ(type("GPSInfo.GPSLatitude"), "Rational");
  EXPECT_EQ(exif.findKey(Exiv2::ExifKey("Exif.Photo.DateTimeOriginal"))->count(), 20);
  EXPECT_EQ(exif.findKey(Exiv2::ExifKey("Exif.Photo.OffsetTimeOriginal"))->count(), 7);
  EXPECT_EQ(exif.findKey(Exiv2::ExifKey("Exif.GPSInfo.GPSLatitudeRef"))->count(), 2);
}

TEST(ExifTiff, LeavesOutWhatIsNotKnown) {
  std::set<std::string> keys;
  for (const auto& datum : written(identified())) keys.insert(datum.key());

  EXPECT_EQ(
      keys,
      (std::set<std::string>{
          "Exif.Image.Orientation",
          "Exif.Image.ExifTag",
          "Exif.Photo.ExifVersion",
          "Exif.Photo.PixelXDimension",
          "Exif.Photo.PixelYDimension",
          "Exif.Photo.MakerNote"}));
}

TEST(ExifTiff, WritesEveryOrientation) {
  for (int number = 1; number <= 8; ++number) {
    const auto tiff = exif_tiff(identified(), static_cast<Orientation>(number), 1, 1);
    ASSERT_TRUE(tiff);
    EXPECT_EQ(field(decoded(*tiff), "Image.Orientation"), std::to_string(number));
  }
}

// exiv2 knows the notes of these makers and could rewrite them.
TEST(ExifTiff, KeepsTheMakerNoteByteForByteWhoeverTheMakerIs) {
  for (const auto* make :
       {"", "Apple", "Canon", "NIKON CORPORATION", "Panasonic", "SONY", "FUJIFILM"}) {
    auto metadata = complete();
    metadata.capture.make = make;

    const auto tiff = exif_tiff(metadata, Orientation::Normal, 4032, 3024);

    ASSERT_TRUE(tiff);
    EXPECT_TRUE(contains(*tiff, apple_maker_note(kIdentifier))) << make;
  }
}

TEST(ExifTiff, WritesTheIdentifierInUpperCase) {
  auto metadata = identified();
  metadata.content_identifier = "0a1b2c3d-4e5f-6789-abcd-ef0123456789";

  const auto tiff = exif_tiff(metadata, Orientation::Normal, 1, 1);

  ASSERT_TRUE(tiff);
  EXPECT_TRUE(contains(*tiff, apple_maker_note(kIdentifier)));
}

TEST(ExifTiff, KeepsUtf8) {
  auto metadata = identified();
  metadata.capture.description = "Frühling in 東京 🌸";

  EXPECT_EQ(field(written(metadata), "Image.ImageDescription"), "Frühling in 東京 🌸");
}

TEST(ExifTiff, WritesNoOffsetWhereTheZoneIsNotKnown) {
  auto metadata = complete();
  metadata.capture.time->utc_offset_minutes.reset();

  const auto exif = written(metadata);

  EXPECT_EQ(field(exif, "Photo.DateTimeOriginal"), "2024:02:29 13:14:15");
  EXPECT_EQ(field(exif, "Photo.OffsetTimeOriginal"), "");
  EXPECT_EQ(field(exif, "Photo.OffsetTimeDigitized"), "");
  EXPECT_EQ(field(exif, "Photo.OffsetTime"), "");
}

TEST(ExifTiff, WritesOffsetsOfHalfAnHourEastAndWest) {
  auto metadata = complete();
  for (const auto& [minutes, text] :
       {std::pair{-210, "-03:30"},
        {-30, "-00:30"},
        {0, "+00:00"},
        {345, "+05:45"},
        {840, "+14:00"}}) {
    metadata.capture.time->utc_offset_minutes = minutes;
    EXPECT_EQ(field(written(metadata), "Photo.OffsetTimeOriginal"), text);
  }
}

TEST(ExifTiff, CutsTheTimeToMilliseconds) {
  auto metadata = complete();
  for (const auto& [nanosecond, text] :
       {std::pair{0u, ""},
        {1u, "000"},
        {5'000'000u, "005"},
        {70'999'999u, "070"},
        {999'999'999u, "999"}}) {
    metadata.capture.time->nanosecond = nanosecond;
    EXPECT_EQ(field(written(metadata), "Photo.SubSecTimeOriginal"), text) << nanosecond;
    EXPECT_EQ(field(written(metadata), "Photo.DateTimeOriginal"), "2024:02:29 13:14:15");
  }
}

double degrees_in(const Exiv2::ExifData& exif, const std::string& axis, const char* negative) {
  const auto found = exif.findKey(Exiv2::ExifKey("Exif.GPSInfo.GPS" + axis));
  double degrees = 0;
  for (long i = 2; i >= 0; --i) {
    const auto part = found->toRational(i);
    EXPECT_LT(part.first / part.second, i == 0 ? 181 : 60);
    degrees = degrees / 60 + static_cast<double>(part.first) / part.second;
  }
  return field(exif, "GPSInfo.GPS" + axis + "Ref") == negative ? -degrees : degrees;
}

TEST(ExifTiff, KeepsPlacesToATenMillionthOfADegree) {
  for (const auto& [latitude, longitude] :
       {std::pair{0.0, 0.0},
        {90.0, 180.0},
        {-90.0, -180.0},
        {-33.8567844, 151.2152967},
        {48.8583701, -2.2944813},
        {-0.00000012, 0.00000012},
        {59.99999999, -179.99999999},
        {12.0166666666, -77.0499999999},
        {35.6586, 139.7454}}) {
    auto metadata = identified();
    metadata.capture.place = Place{latitude, longitude, {}};

    const auto exif = written(metadata);

    EXPECT_NEAR(degrees_in(exif, "Latitude", "S"), latitude, 1e-7);
    EXPECT_NEAR(degrees_in(exif, "Longitude", "W"), longitude, 1e-7);
    EXPECT_EQ(field(exif, "GPSInfo.GPSAltitude"), "");
    EXPECT_EQ(field(exif, "GPSInfo.GPSAltitudeRef"), "");
  }
}

TEST(ExifTiff, KeepsAltitudesToAMillimetre) {
  auto metadata = complete();
  for (const auto& [metres, reference, text] :
       {std::tuple{0.0, "0", "0/1000"},
        {8848.86, "0", "8848860/1000"},
        {-430.5, "1", "430500/1000"},
        {-0.0004, "1", "0/1000"},
        {35'786'000.0 / 100, "0", "357860000/1000"}}) {
    metadata.capture.place->altitude_metres = metres;
    const auto exif = written(metadata);
    EXPECT_EQ(field(exif, "GPSInfo.GPSAltitudeRef"), reference);
    EXPECT_EQ(field(exif, "GPSInfo.GPSAltitude"), text);
  }
}

void expect_invalid(const StillMetadata& metadata, const std::string& about) {
  const auto tiff = exif_tiff(metadata, Orientation::Normal, 1, 1);
  ASSERT_FALSE(tiff) << about;
  EXPECT_EQ(tiff.error().code, ErrorCode::InvalidInput);
  EXPECT_NE(tiff.error().message.find(about), std::string::npos) << tiff.error().message;
}

TEST(ExifTiff, RefusesAnIdentifierThatIsNoUuid) {
  expect_invalid(StillMetadata{}, "content identifier");
  expect_invalid(StillMetadata{"IMG_0001", {}}, "IMG_0001");
}

TEST(ExifTiff, RefusesATimeThatIsNotInTheCalendar) {
  for (const auto& time :
       {CaptureTime{0, 1, 1},
        CaptureTime{10000, 1, 1},
        CaptureTime{2024, 0, 1},
        CaptureTime{2024, 13, 1},
        CaptureTime{2024, 1, 0},
        CaptureTime{2023, 2, 29},
        CaptureTime{1900, 2, 29},
        CaptureTime{2024, 4, 31},
        CaptureTime{2024, 1, 1, 24},
        CaptureTime{2024, 1, 1, -1},
        CaptureTime{2024, 1, 1, 0, 60},
        CaptureTime{2024, 1, 1, 0, 0, 61},
        CaptureTime{2024, 1, 1, 0, 0, 0, 1'000'000'000}}) {
    auto metadata = identified();
    metadata.capture.time = time;
    expect_invalid(metadata, "capture time");
  }
}

TEST(ExifTiff, TakesLeapDaysAndLeapSeconds) {
  auto metadata = identified();
  metadata.capture.time = CaptureTime{2000, 2, 29, 23, 59, 60};

  EXPECT_EQ(field(written(metadata), "Photo.DateTimeOriginal"), "2000:02:29 23:59:60");
}

TEST(ExifTiff, RefusesAnOffsetOfADay) {
  for (const int minutes : {24 * 60, -24 * 60, std::numeric_limits<int>::min()}) {
    auto metadata = complete();
    metadata.capture.time->utc_offset_minutes = minutes;
    expect_invalid(metadata, "offset from UTC");
  }
}

TEST(ExifTiff, RefusesAPlaceThatIsNotOnEarth) {
  constexpr double kNan = std::numeric_limits<double>::quiet_NaN();
  constexpr double kInfinity = std::numeric_limits<double>::infinity();
  for (const auto& place :
       {Place{90.1, 0, {}},
        Place{-90.1, 0, {}},
        Place{0, 180.1, {}},
        Place{0, -180.1, {}},
        Place{kNan, 0, {}},
        Place{0, kNan, {}},
        Place{kInfinity, 0, {}}}) {
    auto metadata = identified();
    metadata.capture.place = place;
    expect_invalid(metadata, "not on Earth");
  }
  for (const double metres : {kNan, kInfinity, -1.1e6}) {
    auto metadata = complete();
    metadata.capture.place->altitude_metres = metres;
    expect_invalid(metadata, "altitude");
  }
}

TEST(ExifTiff, KeepsTextsOfSixteenThousandBytes) {
  auto metadata = complete();
  metadata.capture.make = std::string(16000, 'a');
  metadata.capture.model = std::string(16000, 'b');
  metadata.capture.software = std::string(16000, 'c');
  metadata.capture.description = std::string(16000, 'd');

  const auto tiff = exif_tiff(metadata, Orientation::Normal, 1, 1);

  ASSERT_TRUE(tiff);
  EXPECT_LE(tiff->size() + 6, 65533u) << "does not fit into a JPEG segment";
  const auto exif = decoded(*tiff);
  EXPECT_EQ(field(exif, "Image.Make"), metadata.capture.make);
  EXPECT_EQ(field(exif, "Image.Model"), metadata.capture.model);
  EXPECT_EQ(field(exif, "Image.Software"), metadata.capture.software);
  EXPECT_EQ(field(exif, "Image.ImageDescription"), metadata.capture.description);
}

TEST(ExifTiff, RefusesLongerTexts) {
  auto metadata = identified();
  metadata.capture.description = std::string(16001, 'd');

  expect_invalid(metadata, "longer than 16000 bytes");
}

TEST(ExifTiff, IsTheSameInFourThreads) {
  const auto expected = exif_tiff(complete(), Orientation::Rotate270, 1920, 1080);
  ASSERT_TRUE(expected);

  std::vector<std::thread> threads;
  for (int thread = 0; thread < 4; ++thread)
    threads.emplace_back([&] {
      for (int i = 0; i < 50; ++i) {
        const auto tiff = exif_tiff(complete(), Orientation::Rotate270, 1920, 1080);
        ASSERT_TRUE(tiff);
        EXPECT_EQ(*tiff, *expected);
      }
    });
  for (auto& thread : threads) thread.join();
}

}  // namespace
}  // namespace livephoto
