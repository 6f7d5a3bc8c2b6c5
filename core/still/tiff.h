// Reads the directories of a TIFF block that others wrote, in either byte order.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"

namespace livephoto {

// TIFF 6.0, section 2, with the types that Apple's notes use beside them.
enum class TiffType : std::uint16_t {
  Byte = 1,
  Ascii = 2,
  Short = 3,
  Long = 4,
  Rational = 5,
  SignedByte = 6,
  Undefined = 7,
  SignedShort = 8,
  SignedLong = 9,
  SignedRational = 10,
  Float = 11,
  Double = 12,
  Ifd = 13,
  Long8 = 16,
};

struct TiffEntry {
  std::uint16_t tag = 0;
  TiffType type = TiffType::Byte;
  std::uint32_t count = 0;
  std::size_t at = 0;        // of the entry, in the block
  std::size_t value_at = 0;  // where its value stands or should
  // Empty where the value lies outside the block or its type is unknown.
  ByteSpan value{};
};

struct TiffDirectory {
  std::vector<TiffEntry> entries;  // at most 1,024
  std::uint16_t promised = 0;      // how many it says it has
  std::size_t end = 0;             // behind the offset of the next directory

  const TiffEntry* find(std::uint16_t tag) const;
};

// Bytes in which offsets count from the first.
class TiffBlock {
 public:
  TiffBlock(ByteSpan bytes, bool big_endian) : bytes_(bytes), big_endian_(big_endian) {}

  bool big_endian() const { return big_endian_; }
  ByteSpan bytes() const { return bytes_; }

  // 0 for what is not in the block.
  std::uint16_t u16(std::size_t at) const;
  std::uint32_t u32(std::size_t at) const;

  // Nothing where not even its number of entries is in the block.
  std::optional<TiffDirectory> directory(std::size_t at) const;

  // The first number of an entry of any integer type.
  std::optional<std::uint32_t> number(const TiffEntry& entry) const;
  // Number `index` of an entry of rationals; nothing for a denominator of 0.
  std::optional<double> rational(const TiffEntry& entry, std::size_t index) const;
  // Up to the first NUL, without blanks at the end; empty for what is not UTF-8.
  std::string text(const TiffEntry& entry) const;

 private:
  ByteSpan bytes_;
  bool big_endian_;
};

// How many bytes a value of that type takes; 0 for unknown types.
std::size_t tiff_size(TiffType type);

// "MM" or "II" as a TIFF header has it: true for big-endian, nothing for others.
std::optional<bool> tiff_order(ByteSpan two_bytes);

}  // namespace livephoto
