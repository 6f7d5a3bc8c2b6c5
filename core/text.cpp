#include "core/text.h"

#include <array>
#include <charconv>
#include <cstdint>

namespace livephoto {

std::string decimal_text(double value, int decimals) {
  // The longest double has 309 digits before the point.
  std::array<char, 400> text{};
  const auto end = std::to_chars(
      text.data(),
      text.data() + text.size(),
      value,
      std::chars_format::fixed,
      decimals);
  return {text.data(), end.ptr};
}

std::string seconds_text(std::chrono::nanoseconds time) {
  return decimal_text(static_cast<double>(time.count()) / 1e9, 3) + " s";
}

bool is_utf8(std::string_view text) {
  const auto byte = [text](std::size_t at) { return static_cast<std::uint8_t>(text[at]); };
  for (std::size_t i = 0; i < text.size();) {
    const std::uint8_t first = byte(i++);
    if (first == 0) return false;
    if (first < 0x80) continue;
    const std::size_t more = first >= 0xF0 ? 3 : first >= 0xE0 ? 2 : 1;
    if (first < 0xC2 || first > 0xF4 || text.size() - i < more) return false;
    std::uint32_t point = first & (0x3FU >> more);
    for (std::size_t k = 0; k < more; ++k, ++i) {
      if ((byte(i) & 0xC0U) != 0x80) return false;
      point = point << 6 | (byte(i) & 0x3FU);
    }
    constexpr std::array<std::uint32_t, 4> kSmallest = {0, 0x80, 0x800, 0x10000};
    if (point < kSmallest[more] || point > 0x10FFFF || (point >= 0xD800 && point <= 0xDFFF))
      return false;
  }
  return true;
}

std::string printable(std::string text) {
  for (std::size_t i = 0; i < text.size(); ++i) {
    const auto code = static_cast<std::uint8_t>(text[i]);
    // C2 80 to C2 9F
    const bool is_second = i > 0 && text[i - 1] == '\xC2' && code >= 0x80 && code < 0xA0;
    if (code < 0x20 || code == 0x7F) text[i] = '.';
    if (is_second) text.replace(i - 1, 2, "..");
  }
  return text;
}

}  // namespace livephoto
