// Files with some of their bytes replaced: read in any piece, they are what is written.
#include "core/patch.h"

#include <gtest/gtest.h>

#include <algorithm>
#include <numeric>

namespace livephoto {
namespace {

Bytes counted(std::size_t size) {
  Bytes bytes(size);
  std::iota(bytes.begin(), bytes.end(), std::uint8_t{0});
  return bytes;
}

TEST(Patch, IsReadAsItIsWritten) {
  const Bytes old = counted(20);
  const MemorySource source(old);
  Patch patch;
  patch.replace(0, 0, Bytes{100});
  patch.replace(3, 2, Bytes{101, 102, 103});
  patch.replace(10, 4, {});
  patch.append(Bytes{110, 111});
  const Bytes expected{
      100, 0, 1, 2, 101, 102, 103, 5, 6, 7, 8, 9, 14, 15, 16, 17, 18, 19, 110, 111};

  Bytes written;
  const auto done = patch.write(source, [&written](ByteSpan bytes) {
    written.insert(written.end(), bytes.begin(), bytes.end());
    return Result<void>();
  });

  ASSERT_TRUE(done);
  EXPECT_EQ(written, expected);
  const PatchedSource patched(source, patch);
  ASSERT_EQ(patched.size(), expected.size());
  for (std::size_t from = 0; from <= expected.size(); ++from)
    for (std::size_t to = from; to <= expected.size(); ++to) {
      const auto piece = read_bytes(patched, from, to - from);
      ASSERT_TRUE(piece);
      EXPECT_TRUE(std::equal(
          piece->begin(),
          piece->end(),
          expected.begin() + static_cast<std::ptrdiff_t>(from)));
    }
  EXPECT_FALSE(read_bytes(patched, 0, expected.size() + 1));
  EXPECT_FALSE(read_bytes(patched, expected.size(), 1));
}

}  // namespace
}  // namespace livephoto
