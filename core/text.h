// The few texts that errors are made of.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "result.h"

namespace livephoto {

inline Error invalid_input(std::string message) {
  return {ErrorCode::InvalidInput, std::move(message), {}};
}

// A number with `decimals` digits behind a point, whatever the locale's mark is.
std::string decimal_text(double value, int decimals);

// "12.345 s", rounded to a millisecond.
std::string seconds_text(std::chrono::nanoseconds time);

// UTF-8 without NUL (RFC 3629): no overlong forms, no surrogates, nothing past U+10FFFF.
bool is_utf8(std::string_view text);

// With points for control characters, of ASCII and of what UTF-8 has beside it: a
// terminal would obey those in texts of files.
std::string printable(std::string text);

}  // namespace livephoto
