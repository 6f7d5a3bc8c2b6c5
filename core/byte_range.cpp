#include "core/byte_range.h"

#include <algorithm>
#include <limits>

namespace livephoto {

std::uint64_t added(std::uint64_t a, std::uint64_t b) {
  constexpr auto kLargest = std::numeric_limits<std::uint64_t>::max();
  return a > kLargest - b ? kLargest : a + b;
}

std::vector<ByteRange> parts_alone(ByteRange range, std::vector<ByteRange> others) {
  std::ranges::sort(others, {}, &ByteRange::begin);
  std::vector<ByteRange> parts;
  for (const ByteRange& other : others) {
    if (other.end <= range.begin || other.begin >= other.end) continue;
    if (other.begin >= range.end) break;
    if (other.begin > range.begin) parts.push_back({range.begin, other.begin});
    range.begin = std::max(range.begin, other.end);
  }
  if (range.begin < range.end) parts.push_back(range);
  return parts;
}

}  // namespace livephoto
