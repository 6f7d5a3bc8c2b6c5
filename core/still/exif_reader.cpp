#include "core/still/exif_reader.h"

#include <algorithm>
#include <cmath>

#include "core/isobmff/source_metadata.h"
#include "core/still/tiff.h"
#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::size_t kHeader = 8;

// Exif 2.32, 4.6.3 to 4.6.6
namespace tag {
constexpr std::uint16_t kDescription = 0x010E;
constexpr std::uint16_t kMake = 0x010F;
constexpr std::uint16_t kModel = 0x0110;
constexpr std::uint16_t kOrientation = 0x0112;
constexpr std::uint16_t kSoftware = 0x0131;
constexpr std::uint16_t kDateTime = 0x0132;
constexpr std::uint16_t kExif = 0x8769;
constexpr std::uint16_t kGps = 0x8825;
constexpr std::uint16_t kOriginal = 0x9003;
constexpr std::uint16_t kDigitized = 0x9004;
constexpr std::uint16_t kOffset = 0x9010;
constexpr std::uint16_t kOffsetOriginal = 0x9011;
constexpr std::uint16_t kOffsetDigitized = 0x9012;
constexpr std::uint16_t kMakerNote = 0x927C;
constexpr std::uint16_t kSubseconds = 0x9290;
constexpr std::uint16_t kSubsecondsOriginal = 0x9291;
constexpr std::uint16_t kSubsecondsDigitized = 0x9292;
constexpr std::uint16_t kWidth = 0xA002;
constexpr std::uint16_t kHeight = 0xA003;
constexpr std::uint16_t kLatitudeReference = 1;
constexpr std::uint16_t kLatitude = 2;
constexpr std::uint16_t kLongitudeReference = 3;
constexpr std::uint16_t kLongitude = 4;
constexpr std::uint16_t kAltitudeReference = 5;
constexpr std::uint16_t kAltitude = 6;
}  // namespace tag

std::string text(const TiffBlock& block, const TiffDirectory& from, std::uint16_t tag) {
  const auto* entry = from.find(tag);
  return entry ? block.text(*entry) : std::string();
}

std::optional<std::uint32_t> number(
    const TiffBlock& block, const TiffDirectory& from, std::uint16_t tag) {
  const auto* entry = from.find(tag);
  return entry ? block.number(*entry) : std::nullopt;
}

// The directory that an entry of `from` points to.
std::optional<TiffDirectory> directory(
    const TiffBlock& block, const TiffDirectory& from, std::uint16_t tag) {
  const auto at = number(block, from, tag);
  return at ? block.directory(*at) : std::nullopt;
}

// Degrees, minutes, seconds; a writer may leave the last ones at 0/0.
std::optional<double> degrees(const TiffBlock& block, const TiffDirectory& gps, std::uint16_t tag) {
  const auto* entry = gps.find(tag);
  const auto whole = entry ? block.rational(*entry, 0) : std::nullopt;
  if (!whole) return std::nullopt;
  return *whole + block.rational(*entry, 1).value_or(0) / 60 +
         block.rational(*entry, 2).value_or(0) / 3600;
}

std::optional<Place> place_in(const TiffBlock& block, const TiffDirectory& gps) {
  constexpr double kHighest = 100'000;  // metres
  auto north = degrees(block, gps, tag::kLatitude);
  auto east = degrees(block, gps, tag::kLongitude);
  if (!north || !east) return std::nullopt;
  if (text(block, gps, tag::kLatitudeReference) == "S") *north = -*north;
  if (text(block, gps, tag::kLongitudeReference) == "W") *east = -*east;
  if (!(std::abs(*north) <= 90) || !(std::abs(*east) <= 180)) return std::nullopt;
  Place place{.latitude_degrees = *north, .longitude_degrees = *east};
  const auto* entry = gps.find(tag::kAltitude);
  const auto altitude = entry ? block.rational(*entry, 0) : std::nullopt;
  if (altitude && std::abs(*altitude) < kHighest)
    place.altitude_metres =
        number(block, gps, tag::kAltitudeReference) == 1 ? -*altitude : *altitude;
  return place;
}

void take_ifd0(const TiffBlock& block, const TiffDirectory& ifd0, ExifBlock& exif) {
  exif.capture.make = text(block, ifd0, tag::kMake);
  exif.capture.model = text(block, ifd0, tag::kModel);
  exif.capture.software = text(block, ifd0, tag::kSoftware);
  exif.capture.description = text(block, ifd0, tag::kDescription);
  const auto orientation = number(block, ifd0, tag::kOrientation);
  if (!orientation || *orientation < 1 || *orientation > 8) return;
  exif.orientation = static_cast<Orientation>(*orientation);
  exif.capture.orientation = *exif.orientation;
}

void take_time(
    const TiffBlock& block,
    const TiffDirectory& ifd0,
    const TiffDirectory& photo,
    ExifBlock& exif) {
  const auto time = [&](const TiffDirectory& from, auto when, auto subseconds, auto zone) {
    if (exif.capture.time) return;
    exif.capture.time = parse_exif_time(
        text(block, from, when),
        text(block, photo, subseconds),
        text(block, photo, zone));
  };
  time(photo, tag::kOriginal, tag::kSubsecondsOriginal, tag::kOffsetOriginal);
  time(photo, tag::kDigitized, tag::kSubsecondsDigitized, tag::kOffsetDigitized);
  time(ifd0, tag::kDateTime, tag::kSubseconds, tag::kOffset);
}

void take_maker_note(const TiffBlock& block, const TiffEntry& entry, ExifBlock& exif) {
  exif.has_maker_note = true;
  exif.maker_note_at = entry.value_at;
  exif.maker_note.assign(entry.value.begin(), entry.value.end());
  exif.apple = read_apple_maker_note(entry.value);
  if (!exif.apple || exif.apple->identifier) return;
  exif.identifier_behind_note = content_identifier_in(block.bytes().subspan(entry.value_at));
}

}  // namespace

std::optional<CaptureTime> parse_exif_time(
    std::string text, const std::string& subseconds, const std::string& zone) {
  constexpr std::size_t kLength = 19;
  if (text.size() < kLength || text[4] != ':' || text[7] != ':') return std::nullopt;
  text.resize(kLength);
  text[4] = text[7] = '-';
  const auto is_digit = [](char letter) { return letter >= '0' && letter <= '9'; };
  const bool has_fraction = !subseconds.empty() && std::ranges::all_of(subseconds, is_digit);
  const std::string fraction = has_fraction ? "." + subseconds : std::string();
  const auto with_zone = parse_iso_8601(text + fraction + zone);
  return with_zone ? with_zone : parse_iso_8601(text + fraction);
}

Result<ExifBlock> read_exif(ByteSpan tiff) {
  const auto big_endian = tiff_order(tiff);
  const TiffBlock block(tiff, big_endian.value_or(true));
  if (!big_endian || tiff.size() < kHeader || block.u16(2) != 42)
    return invalid_input("The still's Exif is damaged: it does not begin as a TIFF block.");
  const auto ifd0 = block.directory(block.u32(4));
  if (!ifd0)
    return invalid_input("The still's Exif is damaged: its first directory lies outside of it.");

  ExifBlock exif;
  exif.big_endian = *big_endian;
  take_ifd0(block, *ifd0, exif);
  const TiffDirectory photo = directory(block, *ifd0, tag::kExif).value_or(TiffDirectory());
  take_time(block, *ifd0, photo, exif);
  exif.width = number(block, photo, tag::kWidth);
  exif.height = number(block, photo, tag::kHeight);
  if (const auto gps = directory(block, *ifd0, tag::kGps))
    exif.capture.place = place_in(block, *gps);
  if (const auto* note = photo.find(tag::kMakerNote)) take_maker_note(block, *note, exif);
  return exif;
}

}  // namespace livephoto
