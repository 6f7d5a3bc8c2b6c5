// How much of a clip the elements keep in memory unless they are told otherwise.
#pragma once

#include <cstdint>

namespace livephoto::gst {

// Of encoded packets, in bytes: half a minute of what phones write at 4K.
inline constexpr std::uint64_t kDefaultMaxSizeBytes = std::uint64_t{256} * 1024 * 1024;

}  // namespace livephoto::gst
