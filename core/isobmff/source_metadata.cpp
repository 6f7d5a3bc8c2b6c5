#include "core/isobmff/source_metadata.h"

#include <algorithm>
#include <array>
#include <chrono>
#include <cmath>
#include <cstdint>
#include <utility>

#include "core/isobmff/atom.h"
#include "core/isobmff/metadata_items.h"

namespace livephoto {
namespace {

using namespace isobmff;

std::vector<std::string> split(const std::string& text, char mark) {
  std::vector<std::string> parts;
  for (std::size_t at = 0; at <= text.size();) {
    const std::size_t end = std::min(text.find(mark, at), text.size());
    const std::size_t first = text.find_first_not_of(' ', at);
    const std::size_t last = end == 0 ? std::string::npos : text.find_last_not_of(' ', end - 1);
    if (first < end && last != std::string::npos && last >= first)
      parts.push_back(text.substr(first, last - first + 1));
    at = end + 1;
  }
  return parts;
}

// ---- Numbers in texts ----------------------------------------------------------

bool is_digit(char letter) { return letter >= '0' && letter <= '9'; }

// Takes exactly `count` digits.
std::optional<int> take_digits(std::string_view& rest, std::size_t count) {
  if (rest.size() < count || !std::ranges::all_of(rest.substr(0, count), is_digit))
    return std::nullopt;
  int value = 0;
  for (const char digit : rest.substr(0, count)) value = value * 10 + (digit - '0');
  rest.remove_prefix(count);
  return value;
}

bool take(std::string_view& rest, char letter) {
  if (!rest.starts_with(letter)) return false;
  rest.remove_prefix(1);
  return true;
}

// A number with a sign before it, and how many digits are before its point.
struct Signed {
  bool negative = false;
  double digits = 0;  // all of them, as if there were no point
  double scale = 1;   // and ten times for each behind it
  std::size_t before_point = 0;

  double magnitude() const { return digits / scale; }
  double value() const { return negative ? -magnitude() : magnitude(); }
};

std::optional<Signed> take_signed(std::string_view& rest) {
  constexpr std::size_t kMostDigits = 15;  // that a double has without loss
  if (rest.empty() || (rest[0] != '+' && rest[0] != '-')) return std::nullopt;
  Signed number{.negative = rest[0] == '-'};
  rest.remove_prefix(1);
  std::size_t count = 0;
  const auto take_digits_of = [&](bool behind_point) {
    for (; !rest.empty() && is_digit(rest[0]); rest.remove_prefix(1)) {
      if (++count > kMostDigits && behind_point) continue;
      number.digits = number.digits * 10 + (rest[0] - '0');
      if (behind_point) number.scale *= 10;
    }
  };
  take_digits_of(false);
  number.before_point = count;
  if (count == 0 || count > kMostDigits) return std::nullopt;
  if (take(rest, '.')) take_digits_of(true);
  return number;
}

// DD, DDMM or DDMMSS, with a fraction of the last; longitudes have a digit more.
// exiftool leaves zeros in front of the degrees away.
std::optional<double> degrees(const Signed& number, std::size_t digits_of_degrees) {
  double value = number.magnitude();
  if (number.before_point == digits_of_degrees + 2) {
    const double whole = std::floor(value / 100);
    value = whole + (value - whole * 100) / 60;
  } else if (number.before_point == digits_of_degrees + 4) {
    const double whole = std::floor(value / 10000);
    const double minutes = std::floor((value - whole * 10000) / 100);
    value = whole + minutes / 60 + (value - whole * 10000 - minutes * 100) / 3600;
  } else if (number.before_point > digits_of_degrees) {
    return std::nullopt;
  }
  return number.negative ? -value : value;
}

// "Z", "+01", "+0100", "+01:00"; in minutes. False for anything else but nothing.
bool take_zone(std::string_view& rest, std::optional<int>& offset) {
  if (rest.empty()) return true;
  if (take(rest, 'Z')) {
    offset = 0;
    return true;
  }
  const bool negative = rest[0] == '-';
  if (!negative && rest[0] != '+') return false;
  rest.remove_prefix(1);
  const auto hours = take_digits(rest, 2);
  if (!hours) return false;
  take(rest, ':');
  const auto minutes = rest.empty() ? std::optional(0) : take_digits(rest, 2);
  if (!minutes || *hours > 18 || *minutes > 59) return false;
  offset = (negative ? -1 : 1) * (*hours * 60 + *minutes);
  return true;
}

double fixed_16_16(ByteSpan bytes, std::size_t at) {
  return static_cast<std::int32_t>(u32_at(bytes, at)) / 65536.0;
}

// 3GPP TS 26.244, 8.10: version and flags, a language, a name that ends with NUL
// (or, in UTF-16, with two), a role, and three numbers.
std::optional<Place> place_in_loci(ByteSpan body) {
  constexpr std::size_t kBeforeName = 6;
  if (body.size() < kBeforeName + 2) return std::nullopt;
  ByteSpan rest = body.subspan(kBeforeName);
  const bool is_utf16 = u16_at(rest, 0) == 0xFEFF;
  const std::size_t unit = is_utf16 ? 2 : 1;
  std::size_t end = 0;
  const auto is_end = [&] { return rest[end] == 0 && rest[end + unit - 1] == 0; };
  while (end + unit <= rest.size() && !is_end()) end += unit;
  constexpr std::size_t kRole = 1;
  if (end + unit + kRole + 12 > rest.size()) return std::nullopt;
  rest = rest.subspan(end + unit + kRole);
  const Place place{fixed_16_16(rest, 4), fixed_16_16(rest, 0), fixed_16_16(rest, 8)};
  if (std::abs(place.latitude_degrees) > 90 || std::abs(place.longitude_degrees) > 180)
    return std::nullopt;
  return place;
}

// A text with its length and language before it, of several languages the first; or
// as iTunes has it, in an atom "data".
std::string user_text_in(ByteSpan body) {
  ByteSpan inside = body;
  const auto data = take_atom(inside);
  if (data && data->type == FourCC("data")) {
    constexpr std::size_t kBeforeValue = 8;  // type and locale
    const bool is_text = data->body.size() >= kBeforeValue &&
                         static_cast<DataType>(u32_at(data->body, 0)) == DataType::Utf8;
    return is_text ? text_in(data->body.subspan(kBeforeValue)) : "";
  }
  constexpr std::size_t kBeforeText = 4;
  if (body.size() < kBeforeText || body.size() - kBeforeText < u16_at(body, 0)) return "";
  return text_in(body.subspan(kBeforeText, u16_at(body, 0)));
}

}  // namespace

std::optional<Place> parse_iso_6709(std::string_view text) {
  constexpr double kHighest = 100'000;  // metres; also below the sea
  const auto latitude = take_signed(text);
  const auto longitude = latitude ? take_signed(text) : std::nullopt;
  if (!longitude) return std::nullopt;
  const auto north = degrees(*latitude, 2);
  const auto east = degrees(*longitude, 3);
  if (!north || !east || std::abs(*north) > 90 || std::abs(*east) > 180) return std::nullopt;
  Place place{.latitude_degrees = *north, .longitude_degrees = *east};
  const auto altitude = take_signed(text);
  if (altitude && std::abs(altitude->value()) < kHighest) place.altitude_metres = altitude->value();
  // A reference system may follow ("CRSWGS_84"), and the end is marked.
  if (!text.empty() && text.back() != '/') return std::nullopt;
  return place;
}

std::optional<CaptureTime> parse_iso_8601(std::string_view text) {
  const auto year = take_digits(text, 4);
  if (!year || !take(text, '-')) return std::nullopt;
  const auto month = take_digits(text, 2);
  if (!month || !take(text, '-')) return std::nullopt;
  const auto day = take_digits(text, 2);
  if (!day || !(take(text, 'T') || take(text, ' '))) return std::nullopt;
  const auto hour = take_digits(text, 2);
  if (!hour || !take(text, ':')) return std::nullopt;
  const auto minute = take_digits(text, 2);
  if (!minute) return std::nullopt;
  CaptureTime time{.year = *year, .month = *month, .day = *day, .hour = *hour, .minute = *minute};
  if (take(text, ':')) {
    const auto second = take_digits(text, 2);
    if (!second) return std::nullopt;
    time.second = *second;
    if (take(text, '.')) {
      std::uint32_t unit = 100'000'000;
      for (; !text.empty() && is_digit(text[0]); text.remove_prefix(1), unit /= 10)
        time.nanosecond += unit * static_cast<std::uint32_t>(text[0] - '0');
    }
  }
  if (!take_zone(text, time.utc_offset_minutes) || !text.empty()) return std::nullopt;
  using namespace std::chrono;
  const year_month_day date(
      std::chrono::year(*year),
      std::chrono::month(static_cast<unsigned>(*month)),
      std::chrono::day(static_cast<unsigned>(*day)));
  if (!date.ok() || *hour > 23 || *minute > 59 || time.second > 60) return std::nullopt;
  return time;
}

void SourceMetadataReader::add(ByteSpan atom) {
  const auto taken = take_atom(atom);
  if (!taken) return;
  const ByteSpan body = taken->body;
  if (taken->type == FourCC("keys")) {
    keys_ = key_names(body);
    return;
  }
  if (taken->type == FourCC("ilst")) {
    add_items(metadata_items(body, keys_));
    ByteSpan items = body;  // those of iTunes have names of their own
    while (const auto item = take_atom(items))
      if (item->type != FourCC("ilst")) add(item->whole);
    return;
  }
  if (taken->type == FourCC("loci")) {
    if (!metadata_.place) metadata_.place = place_in_loci(body);
    return;
  }
  if (taken->type == FourCC("date")) {  // the text alone
    take("com.apple.quicktime.creationdate", text_in(body));
    return;
  }
  constexpr std::array<std::pair<FourCC, std::string_view>, 7> kTexts{{
      {FourCC("\251xyz"), "location.ISO6709"},
      {FourCC("\251mak"), "make"},
      {FourCC("\251mod"), "model"},
      {FourCC("\251swr"), "software"},
      {FourCC("\251day"), "creationdate"},
      {FourCC("\251nam"), "title"},
      {FourCC("\251des"), "description"},
  }};
  const auto known =
      std::ranges::find(kTexts, taken->type, [](const auto& row) { return row.first; });
  if (known != kTexts.end())
    take("com.apple.quicktime." + std::string(known->second), user_text_in(body));
}

void SourceMetadataReader::add_named(std::string_view name, std::string text) {
  std::string key(name);
  std::ranges::transform(key, key.begin(), [](char letter) {
    if (letter == '_') return '.';
    return letter >= 'A' && letter <= 'Z' ? static_cast<char>(letter - 'A' + 'a') : letter;
  });
  constexpr std::string_view kPlace = "com.apple.quicktime.location.ISO6709";
  if (key == "com.apple.quicktime.location.iso6709") key = kPlace;
  take(key, std::move(text));
}

void SourceMetadataReader::add_items(const std::vector<isobmff::MetadataItem>& items) {
  // Of several languages the first.
  std::string_view last;
  for (const auto& item : items) {
    if (item.type != DataType::Utf8 || item.key == last) continue;
    last = item.key;
    take(item.key, text_in(item.value));
  }
}

void SourceMetadataReader::take(std::string_view key, std::string text) {
  if (text.empty()) return;
  constexpr std::string_view kApple = "com.apple.quicktime.";
  const auto is = [&](std::string_view apple) {
    return key.starts_with(kApple) && key.substr(kApple.size()) == apple;
  };
  if (is("creationdate")) {
    if (auto time = parse_iso_8601(text)) metadata_.time = time;
  } else if (is("location.ISO6709")) {
    if (auto place = parse_iso_6709(text)) metadata_.place = place;
  } else if (is("make") || key == "com.android.manufacturer") {
    metadata_.make = std::move(text);
  } else if (is("model") || key == "com.android.model") {
    metadata_.model = std::move(text);
  } else if (is("software")) {
    metadata_.software = std::move(text);
  } else if (is("title") || is("displayname")) {
    metadata_.title = std::move(text);
  } else if (is("description")) {
    metadata_.description = std::move(text);
  } else if (is("keywords")) {
    metadata_.keywords = split(text, ',');
  }
}

}  // namespace livephoto
