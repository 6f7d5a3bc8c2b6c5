// When the still of somebody's Live Photo was taken, read from its movie.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "core/bytes.h"

namespace livephoto {

// The presentation time of the sample in the track that has the key
// com.apple.quicktime.still-image-time; nothing where there is none, or no movie.
// `moov` is the atom's body.
std::optional<std::chrono::nanoseconds> still_time_in(ByteSpan moov);

// The same of a file; of it no more is read than the headers of its atoms and its
// moov, and that only up to 64 MiB.
std::optional<std::chrono::nanoseconds> still_time_of(const std::filesystem::path& movie);

}  // namespace livephoto
