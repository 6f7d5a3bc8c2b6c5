// Takes the fields of a box from its front, one after the other.
#pragma once

#include <bit>
#include <cstdint>

#include "core/bytes.h"
#include "core/isobmff/box.h"

namespace livephoto::isobmff {

// Big-endian numbers. What is not there reads as 0, and complete() tells of it, so
// that a list of fields can be read before it is asked whether it was whole.
class FieldReader {
 public:
  explicit FieldReader(ByteSpan bytes) : left_(bytes) {}

  std::uint64_t number(std::size_t width) {
    std::uint64_t value = 0;
    for (const auto byte : bytes(width)) value = value << 8 | byte;
    return value;
  }
  std::uint8_t u8() { return static_cast<std::uint8_t>(number(1)); }
  std::uint16_t u16() { return static_cast<std::uint16_t>(number(2)); }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  std::uint64_t u64() { return number(8); }
  std::int32_t i32() { return static_cast<std::int32_t>(u32()); }
  FourCC type() { return FourCC(u32()); }
  double fixed_16_16() { return i32() / 65536.0; }

  ByteSpan bytes(std::size_t count) {
    complete_ = complete_ && count <= left_.size();
    if (!complete_) return {};
    const auto taken = left_.first(count);
    left_ = left_.subspan(count);
    return taken;
  }
  void skip(std::size_t count) { bytes(count); }

  bool complete() const { return complete_; }
  std::size_t left() const { return left_.size(); }
  ByteSpan rest() const { return complete_ ? left_ : ByteSpan(); }

 private:
  ByteSpan left_;
  bool complete_ = true;
};

}  // namespace livephoto::isobmff
