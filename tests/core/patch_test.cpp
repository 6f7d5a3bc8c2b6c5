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

// What is kept is told from what is not by bytes that no other place has.
TEST(Patch, SaysWhereKeptBytesAre) {
  const Bytes old = counted(20);
  const MemorySource source(old);
  Patch patch;
  patch.replace(0, 0, Bytes{100});
  patch.replace(3, 2, Bytes{101, 102, 103});
  patch.replace(8, 0, Bytes{104});
  patch.replace(10, 4, {});
  patch.replace(16, 1, Bytes{105});
  patch.append(Bytes{110, 111});
  const PatchedSource patched(source, patch);
  const Bytes now = *read_bytes(patched, 0, static_cast<std::size_t>(patched.size()));

  for (std::size_t from = 0; from < old.size(); ++from)
    for (std::size_t to = from + 1; to <= old.size(); ++to) {
      const auto wanted = ByteSpan(old).subspan(from, to - from);
      const auto found = std::ranges::search(now, wanted);
      const auto place = patch.place_of({from, to});
      ASSERT_EQ(place.has_value(), !found.empty()) << from << " to " << to;
      if (!place) continue;
      EXPECT_EQ(*place, static_cast<std::uint64_t>(found.begin() - now.begin()))
          << from << " to " << to;
    }
}

// In a build without assertions too: a torn file is never written.
TEST(Patch, RefusesToWriteReplacementsThatOverlap) {
  const Bytes old = counted(20);
  const MemorySource source(old);
  const std::pair<std::uint64_t, std::uint64_t> others[] = {{5, 5}, {4, 2}, {9, 3}, {6, 1}, {7, 0}};
  for (const auto& [offset, size] : others) {
    Patch patch;
    patch.replace(5, 5, Bytes{1});
    patch.replace(offset, size, Bytes{2});

    const auto written = patch.write(source, [](ByteSpan) { return Result<void>(); });

    ASSERT_FALSE(written) << offset;
    EXPECT_EQ(written.error().code, ErrorCode::Unsupported);
    EXPECT_FALSE(read_bytes(PatchedSource(source, patch), 0, 1)) << offset;
  }
  Patch beside;
  beside.replace(5, 5, Bytes{1});
  beside.replace(10, 2, Bytes{2});
  beside.replace(4, 1, {});
  EXPECT_TRUE(beside.write(source, [](ByteSpan) { return Result<void>(); }));
}

}  // namespace
}  // namespace livephoto
