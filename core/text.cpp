#include "core/text.h"

#include <array>
#include <charconv>

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

}  // namespace livephoto
