#include "gst/tool/words.h"

#include <array>
#include <charconv>
#include <cmath>
#include <cstdio>
#include <optional>
#include <regex>

#include "core/isobmff/source_metadata.h"
#include "core/text.h"

namespace livephoto::tool {
namespace {

constexpr std::int64_t kSecond = 1'000'000'000;
constexpr std::int64_t kMostSeconds = 999 * 3600;

// Of a place's altitude: where aircraft do not fly any more.
constexpr double kMostMetres = 100'000;

// GStreamer's caps have no room for more.
constexpr unsigned kMostPixels = 65535;

Error not_a(std::string_view what, std::string_view text, std::string_view example) {
  return invalid_input(
      "\"" + std::string(text) + "\" is not " + std::string(what) + " such as " +
      std::string(example) + ".");
}

// All of `text`, without a sign in front where `Number` has none.
template <class Number>
std::optional<Number> number_in(std::string_view text) {
  Number number{};
  const char* end = text.data() + text.size();
  const auto read = std::from_chars(text.data(), end, number);
  if (text.empty() || read.ec != std::errc() || read.ptr != end) return std::nullopt;
  return number;
}

std::string_view view(const std::csub_match& match) {
  return match.matched ? std::string_view(match.first, static_cast<std::size_t>(match.length()))
                       : std::string_view();
}

bool matches(std::string_view text, std::cmatch& found, const std::regex& pattern) {
  return std::regex_match(text.data(), text.data() + text.size(), found, pattern);
}

}  // namespace

Result<nanoseconds> parse_time(std::string_view text) {
  static const std::regex pattern(
      "(?:(?:([0-9]{1,3}):)?([0-9]{1,5}):)?([0-9]{1,7})(?:\\.([0-9]{1,9}))?");
  const Error error = not_a("a time", text, "12.5, 0:12.5 or 1:02:03.250");
  std::cmatch found;
  if (!matches(text, found, pattern)) return error;
  const auto part = [&found](std::size_t i) {
    return number_in<std::int64_t>(view(found[i])).value_or(0);
  };
  const bool has_hours = found[1].matched;
  const bool has_minutes = found[2].matched;
  if ((has_hours && part(2) > 59) || (has_minutes && part(3) > 59)) return error;
  const std::int64_t seconds = part(1) * 3600 + part(2) * 60 + part(3);
  if (seconds > kMostSeconds) return error;
  std::string fraction(view(found[4]));
  fraction.resize(9, '0');
  return nanoseconds(seconds * kSecond + *number_in<std::int64_t>(fraction));
}

std::string clock_text(nanoseconds time) {
  if (time < nanoseconds(0)) return "-" + clock_text(-time);
  const std::int64_t all = time.count() / kSecond;
  std::array<char, 48> text{};
  if (all >= 3600) {
    std::snprintf(
        text.data(),
        text.size(),
        "%lld:%02d:%02d",
        static_cast<long long>(all / 3600),
        static_cast<int>(all / 60 % 60),
        static_cast<int>(all % 60));
  } else {
    std::snprintf(
        text.data(),
        text.size(),
        "%d:%02d",
        static_cast<int>(all / 60),
        static_cast<int>(all % 60));
  }
  std::string clock = text.data();
  std::snprintf(
      text.data(),
      text.size(),
      ".%03d",
      static_cast<int>(time.count() % kSecond / 1'000'000));
  std::string fraction = text.data();
  fraction.erase(fraction.find_last_not_of('0') + 1);
  return fraction == "." ? clock : clock + fraction;
}

Result<nanoseconds> time_of(double seconds) {
  if (!(seconds >= 0 && seconds <= static_cast<double>(kMostSeconds)))
    return invalid_input("A time is a number of seconds from 0 on.");
  return nanoseconds(std::llround(seconds * static_cast<double>(kSecond)));
}

Result<PixelSize> parse_size(std::string_view text) {
  static const std::regex pattern("([0-9]{0,5})[xX]([0-9]{0,5})");
  std::cmatch found;
  if (matches(text, found, pattern)) {
    const auto side = [&found](std::size_t i) {
      return found[i].length() > 0 ? number_in<unsigned>(view(found[i])) : std::nullopt;
    };
    const auto is_possible = [](std::optional<unsigned> pixels) {
      return !pixels || (*pixels >= 2 && *pixels <= kMostPixels);
    };
    const auto width = side(1);
    const auto height = side(2);
    if ((width || height) && is_possible(width) && is_possible(height))
      return PixelSize{width.value_or(0), height.value_or(0)};
  }
  return not_a("a size in pixels", text, "1920x1080, or 1920x for any height");
}

Result<Place> parse_place(std::string_view text) {
  const Error error = not_a("a place in degrees, north and east,", text, "51.5007,-0.1246");
  static const std::regex pattern("([^,]+),([^,]+)(?:,([^,]+))?");
  std::cmatch found;
  if (!matches(text, found, pattern)) return error;
  const auto latitude = number_in<double>(view(found[1]));
  const auto longitude = number_in<double>(view(found[2]));
  if (!latitude || !longitude || !(std::abs(*latitude) <= 90) || !(std::abs(*longitude) <= 180))
    return error;
  Place place{*latitude, *longitude};
  if (found[3].matched) {
    place.altitude_metres = number_in<double>(view(found[3]));
    if (!place.altitude_metres || !(std::abs(*place.altitude_metres) <= kMostMetres)) return error;
  }
  return place;
}

Result<CaptureTime> parse_date(std::string_view text) {
  constexpr std::size_t kDay = 10;  // characters of "2024-05-17"
  const auto date = parse_iso_8601(text);
  const auto noon = text.size() == kDay ? parse_iso_8601(std::string(text) + "T12:00:00")
                                        : std::optional<CaptureTime>();
  for (const auto& time : {date, noon})
    if (time && time->year > 0) return *time;
  return not_a("a date", text, "2024-05-17 or 2024-05-17T10:20:30+02:00");
}

}  // namespace livephoto::tool
