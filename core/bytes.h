// The two shapes in which core/ hands bytes around: owned, and borrowed.
#pragma once

#include <cstdint>
#include <span>
#include <vector>

namespace livephoto {

using Bytes = std::vector<std::uint8_t>;
using ByteSpan = std::span<const std::uint8_t>;

}  // namespace livephoto
