// A stretch of a file or block, and what of it nothing else uses.
#pragma once

#include <cstdint>
#include <vector>

namespace livephoto {

struct ByteRange {
  std::uint64_t begin = 0;
  std::uint64_t end = 0;  // behind the last byte

  bool operator==(const ByteRange&) const = default;
};

// The sum, or the largest number where it is larger than that.
std::uint64_t added(std::uint64_t a, std::uint64_t b);

// The parts of `range` that none of the others touches, in order.
std::vector<ByteRange> parts_alone(ByteRange range, std::vector<ByteRange> others);

}  // namespace livephoto
