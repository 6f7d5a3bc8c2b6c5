// The few texts that errors are made of.
#pragma once

#include <chrono>
#include <string>

#include "result.h"

namespace livephoto {

inline Error invalid_input(std::string message) {
  return {ErrorCode::InvalidInput, std::move(message), {}};
}

// "12.345 s", rounded to a millisecond.
std::string seconds_text(std::chrono::nanoseconds time);

}  // namespace livephoto
