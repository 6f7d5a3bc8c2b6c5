#include "core/text.h"

#include <array>
#include <cstdio>

namespace livephoto {

std::string seconds_text(std::chrono::nanoseconds time) {
  std::array<char, 48> text{};
  std::snprintf(text.data(), text.size(), "%.3f s", static_cast<double>(time.count()) / 1e9);
  return text.data();
}

}  // namespace livephoto
