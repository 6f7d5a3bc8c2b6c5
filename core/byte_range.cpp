#include "core/byte_range.h"

#include <algorithm>

namespace livephoto {

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
