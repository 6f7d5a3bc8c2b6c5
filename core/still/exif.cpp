// Builds the Exif block of a still with exiv2.
#include "core/still/exif.h"

#include <array>
#include <cmath>
#include <cstdio>
#include <exception>
#include <exiv2/exiv2.hpp>
#include <optional>

#include "core/content_identifier.h"
#include "core/still/exiv2_messages.h"
#include "core/still/maker_note.h"
#include "core/text.h"

namespace livephoto {
namespace {

// exiv2 silently leaves out long texts when the block outgrows the 64 KiB of a
// JPEG segment; four texts of this length stay below.
constexpr std::size_t kLongestText = 16000;

template <class... Numbers>
std::string formatted(const char* format, Numbers... numbers) {
  std::array<char, 64> text{};
  std::snprintf(text.data(), text.size(), format, numbers...);
  return text.data();
}

bool is_leap(int year) { return (year % 4 == 0 && year % 100 != 0) || year % 400 == 0; }

int days_in(int month, int year) {
  constexpr std::array<int, 12> kDays{31, 28, 31, 30, 31, 30, 31, 31, 30, 31, 30, 31};
  if (month == 2 && is_leap(year)) return 29;
  return kDays[static_cast<std::size_t>(month - 1)];
}

constexpr bool within(int value, int low, int high) { return low <= value && value <= high; }

Result<void> check_time(const CaptureTime& time) {
  const bool date = within(time.year, 1, 9999) && within(time.month, 1, 12) &&
                    within(time.day, 1, days_in(time.month, time.year));
  const bool clock = within(time.hour, 0, 23) && within(time.minute, 0, 59) &&
                     within(time.second, 0, 60) && time.nanosecond < 1'000'000'000;
  if (!date || !clock)
    return invalid_input(
        "The capture time is no date and time of the calendar; correct it or leave it out.");
  if (!within(time.utc_offset_minutes.value_or(0), -(24 * 60 - 1), 24 * 60 - 1))
    return invalid_input(
        "The capture time's offset from UTC is a day or more; correct it or leave it out.");
  return {};
}

Result<void> check_place(const Place& place) {
  // Written so that NaN fails.
  const bool on_earth =
      std::abs(place.latitude_degrees) <= 90 && std::abs(place.longitude_degrees) <= 180;
  if (!on_earth)
    return invalid_input(
        "The place is not on Earth; give a latitude of -90 to 90 and a longitude of -180 to 180 "
        "degrees.");
  if (!(std::abs(place.altitude_metres.value_or(0)) <= 1'000'000))
    return invalid_input("The altitude is more than 1000 km; give it in metres or leave it out.");
  return {};
}

Result<void> check_texts(const CaptureInfo& capture) {
  for (const auto* text :
       {&capture.make, &capture.model, &capture.software, &capture.title, &capture.description}) {
    if (text->size() > kLongestText)
      return invalid_input(
          "A text of the still (make, model, software, title or description) is longer than " +
          std::to_string(kLongestText) + " bytes; shorten it.");
  }
  return {};
}

Result<void> check(const CaptureInfo& capture) {
  auto checked = check_texts(capture);
  if (checked && capture.time) checked = check_time(*capture.time);
  if (checked && capture.place) checked = check_place(*capture.place);
  return checked;
}

// Camera makers put UTF-8 into fields that Exif calls ASCII, and readers show it.
void set_text(Exiv2::ExifData& exif, const char* key, const std::string& text) {
  if (text.empty()) return;
  Exiv2::AsciiValue value;
  value.read(text);  // ends it with NUL, which the constructor does not
  exif.add(Exiv2::ExifKey(key), &value);
}

void set_short(Exiv2::ExifData& exif, const char* key, std::uint16_t number) {
  Exiv2::UShortValue value;
  value.value_.push_back(number);
  exif.add(Exiv2::ExifKey(key), &value);
}

void set_long(Exiv2::ExifData& exif, const char* key, std::uint32_t number) {
  Exiv2::ULongValue value;
  value.value_.push_back(number);
  exif.add(Exiv2::ExifKey(key), &value);
}

void set_bytes(Exiv2::ExifData& exif, const char* key, Exiv2::TypeId type, ByteSpan bytes) {
  Exiv2::DataValue value(type);
  value.read(bytes.data(), static_cast<long>(bytes.size()));
  exif.add(Exiv2::ExifKey(key), &value);
}

void set_rationals(
    Exiv2::ExifData& exif, const char* key, std::initializer_list<Exiv2::URational> numbers) {
  Exiv2::URationalValue value;
  value.value_.assign(numbers);
  exif.add(Exiv2::ExifKey(key), &value);
}

std::string offset_text(int minutes) {
  return formatted(
      "%c%02d:%02d",
      minutes < 0 ? '-' : '+',
      std::abs(minutes) / 60,
      std::abs(minutes) % 60);
}

// JEITA CP-3451 (Exif 2.32), 4.6.5 F: the wall clock in three fields.
void add_time(Exiv2::ExifData& exif, const CaptureTime& time) {
  const auto clock = formatted(
      "%04d:%02d:%02d %02d:%02d:%02d",
      time.year,
      time.month,
      time.day,
      time.hour,
      time.minute,
      time.second);
  set_text(exif, "Exif.Image.DateTime", clock);
  set_text(exif, "Exif.Photo.DateTimeOriginal", clock);
  set_text(exif, "Exif.Photo.DateTimeDigitized", clock);

  if (time.utc_offset_minutes) {
    const auto offset = offset_text(*time.utc_offset_minutes);
    set_text(exif, "Exif.Photo.OffsetTime", offset);
    set_text(exif, "Exif.Photo.OffsetTimeOriginal", offset);
    set_text(exif, "Exif.Photo.OffsetTimeDigitized", offset);
  }
  if (time.nanosecond != 0) {
    const auto milliseconds = formatted("%03u", time.nanosecond / 1'000'000);
    set_text(exif, "Exif.Photo.SubSecTimeOriginal", milliseconds);
    set_text(exif, "Exif.Photo.SubSecTimeDigitized", milliseconds);
  }
}

// Degrees, minutes and seconds; a ten-thousandth of a second of arc is 3 mm.
// The angle is rounded as a whole, so no minute ever has 60 seconds.
void set_angle(Exiv2::ExifData& exif, const char* key, double degrees) {
  constexpr std::int64_t kPerSecond = 10000;
  constexpr std::int64_t kPerMinute = 60 * kPerSecond;
  const std::int64_t angle = std::llround(std::abs(degrees) * 60 * kPerMinute);
  set_rationals(
      exif,
      key,
      {{static_cast<std::uint32_t>(angle / kPerMinute / 60), 1},
       {static_cast<std::uint32_t>(angle / kPerMinute % 60), 1},
       {static_cast<std::uint32_t>(angle % kPerMinute), kPerSecond}});
}

void add_place(Exiv2::ExifData& exif, const Place& place) {
  constexpr std::array<std::uint8_t, 4> kVersion{2, 3, 0, 0};
  set_bytes(exif, "Exif.GPSInfo.GPSVersionID", Exiv2::unsignedByte, kVersion);
  set_text(exif, "Exif.GPSInfo.GPSLatitudeRef", place.latitude_degrees < 0 ? "S" : "N");
  set_angle(exif, "Exif.GPSInfo.GPSLatitude", place.latitude_degrees);
  set_text(exif, "Exif.GPSInfo.GPSLongitudeRef", place.longitude_degrees < 0 ? "W" : "E");
  set_angle(exif, "Exif.GPSInfo.GPSLongitude", place.longitude_degrees);
  if (!place.altitude_metres) return;

  const std::array<std::uint8_t, 1> below_sea{
      static_cast<std::uint8_t>(*place.altitude_metres < 0)};
  const auto millimetres = std::llround(std::abs(*place.altitude_metres) * 1000);
  set_bytes(exif, "Exif.GPSInfo.GPSAltitudeRef", Exiv2::unsignedByte, below_sea);
  set_rationals(
      exif,
      "Exif.GPSInfo.GPSAltitude",
      {{static_cast<std::uint32_t>(millimetres), 1000}});
}

void add_capture(Exiv2::ExifData& exif, const CaptureInfo& capture) {
  // What viewers show as the caption; Exif has no field for a title.
  set_text(
      exif,
      "Exif.Image.ImageDescription",
      capture.description.empty() ? capture.title : capture.description);
  set_text(exif, "Exif.Image.Make", capture.make);
  set_text(exif, "Exif.Image.Model", capture.model);
  set_text(exif, "Exif.Image.Software", capture.software);
  if (capture.time) add_time(exif, *capture.time);
  if (capture.place) add_place(exif, *capture.place);
}

// Big-endian, as Apple's cameras write it.
Bytes encoded(const Exiv2::ExifData& exif) {
  Exiv2::Blob blob;
  Exiv2::ExifParser::encode(blob, Exiv2::bigEndian, exif);
  return Bytes(blob.begin(), blob.end());
}

}  // namespace

Result<Bytes> exif_tiff(
    const StillMetadata& metadata,
    Orientation orientation,
    std::uint32_t width,
    std::uint32_t height) {
  const auto identifier = parse_content_identifier(metadata.content_identifier);
  if (!identifier) return identifier.error();
  const auto checked = check(metadata.capture);
  if (!checked) return checked.error();

  constexpr std::array<std::uint8_t, 4> kExifVersion{'0', '2', '3', '2'};
  try {
    silence_exiv2();
    Exiv2::ExifData exif;
    set_short(exif, "Exif.Image.Orientation", static_cast<std::uint16_t>(orientation));
    set_bytes(exif, "Exif.Photo.ExifVersion", Exiv2::undefined, kExifVersion);
    set_long(exif, "Exif.Photo.PixelXDimension", width);
    set_long(exif, "Exif.Photo.PixelYDimension", height);
    add_capture(exif, metadata.capture);
    const auto note = apple_maker_note(*identifier);
    set_bytes(exif, "Exif.Photo.MakerNote", Exiv2::undefined, note);
    return encoded(exif);
  } catch (const std::exception& error) {
    return Error{
        ErrorCode::Metadata,
        "The still's metadata cannot be written as Exif; check date, place and texts.",
        error.what()};
  }
}

}  // namespace livephoto
