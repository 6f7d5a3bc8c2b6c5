// The same as inspect.h, of bytes wherever they are: for who has no path, such as a fuzzer.
#pragma once

#include <string_view>

#include "core/pair/inspect.h"
#include "core/source.h"

namespace livephoto {

// The movie's key whose value joins the two files.
inline constexpr std::string_view kContentIdentifier = "com.apple.quicktime.content.identifier";

// Without a path in what they find.
Result<StillFacts> inspect_still(const Source& source);
Result<MovieFacts> inspect_movie(const Source& source);

}  // namespace livephoto
