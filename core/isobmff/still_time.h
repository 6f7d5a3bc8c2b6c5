// When the still of somebody's Live Photo was taken, read from its movie.
#pragma once

#include <chrono>
#include <filesystem>
#include <optional>

#include "core/isobmff/reader.h"

namespace livephoto {

// The presentation time of the first sample in the first track that has the key
// com.apple.quicktime.still-image-time; nothing where there is none.
std::optional<std::chrono::nanoseconds> still_time_in(const isobmff::MovieFile& movie);

// The same of a file, of which no more is read than read_movie() does; nothing
// where it is no movie.
std::optional<std::chrono::nanoseconds> still_time_of(const std::filesystem::path& movie);

}  // namespace livephoto
