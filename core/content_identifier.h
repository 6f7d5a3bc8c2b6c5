// The identifier that makes a still and a movie one Live Photo.
#pragma once

#include <string>
#include <string_view>

#include "result.h"

namespace livephoto {

// A fresh random UUID (RFC 4122, version 4), 36 characters in upper case as
// Apple's cameras write it. Safe to call from any thread.
std::string new_content_identifier();

// `text` in upper case if it is a UUID of any version (8-4-4-4-12 hexadecimal
// digits, either case); InvalidInput otherwise.
Result<std::string> parse_content_identifier(std::string_view text);

}  // namespace livephoto
