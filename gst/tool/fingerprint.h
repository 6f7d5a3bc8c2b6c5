// What a pair was made of and how: by it a later run knows that there is nothing to do.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "core/result.h"
#include "gst/tool/job.h"

namespace livephoto::tool {

// A hash of the video's bytes (its size and samples of it all over; where it lies and what it is
// called do not matter) and of all that decides what the pair is. Io if the video cannot be read,
// with a sentence for the user.
Result<std::string> fingerprint(const Job& job);

// Io, with a sentence, for what is no file that can be read, or is empty.
Result<void> check_readable(const std::filesystem::path& video);

// What stands in a movie, or in that of a bundle. Nothing where there is none.
std::optional<std::string> fingerprint_in(const std::filesystem::path& movie);
std::optional<std::string> fingerprint_in_zip(const std::filesystem::path& bundle);

}  // namespace livephoto::tool
