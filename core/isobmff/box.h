// A box of ISO/IEC 14496-12 is a value; its writer is a list of its fields.
#pragma once

#include <bit>
#include <cassert>
#include <cstdint>
#include <limits>
#include <optional>
#include <ranges>
#include <span>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace livephoto::isobmff {

// A four-character code. "moov" is checked by the compiler; "mov" does not build.
class FourCC {
 public:
  consteval FourCC(const char (&text)[5])
      : value_(
            std::uint32_t{static_cast<std::uint8_t>(text[0])} << 24 |
            std::uint32_t{static_cast<std::uint8_t>(text[1])} << 16 |
            std::uint32_t{static_cast<std::uint8_t>(text[2])} << 8 |
            std::uint32_t{static_cast<std::uint8_t>(text[3])}) {}
  constexpr explicit FourCC(std::uint32_t value) : value_(value) {}
  constexpr std::uint32_t value() const { return value_; }
  friend bool operator==(FourCC, FourCC) = default;

 private:
  std::uint32_t value_;
};

// ---- Fields: plain values that know their width ------------------------------

template <int kWidth>
struct Unsigned {
  std::uint64_t value;
};

constexpr Unsigned<1> u8(std::uint8_t v) { return {v}; }
constexpr Unsigned<2> u16(std::uint16_t v) { return {v}; }
constexpr Unsigned<3> u24(std::uint32_t v) { return {v}; }
constexpr Unsigned<4> u32(std::uint32_t v) { return {v}; }
constexpr Unsigned<4> u32(FourCC v) { return {v.value()}; }
constexpr Unsigned<8> u64(std::uint64_t v) { return {v}; }
constexpr Unsigned<2> i16(std::int16_t v) { return {static_cast<std::uint16_t>(v)}; }
constexpr Unsigned<4> i32(std::int32_t v) { return {static_cast<std::uint32_t>(v)}; }
constexpr Unsigned<4> float32(float v) { return {std::bit_cast<std::uint32_t>(v)}; }
constexpr Unsigned<8> float64(double v) { return {std::bit_cast<std::uint64_t>(v)}; }
constexpr Unsigned<4> fixed_16_16(double v) { return i32(static_cast<std::int32_t>(v * 65536.0)); }
constexpr Unsigned<4> fixed_2_30(double v) {
  return i32(static_cast<std::int32_t>(v * 1073741824.0));
}
constexpr Unsigned<2> fixed_8_8(double v) { return u16(static_cast<std::uint16_t>(v * 256.0)); }

struct Zeros {
  std::size_t count;
};
constexpr Zeros reserved(std::size_t bytes) { return {bytes}; }
constexpr Zeros pre_defined(std::size_t bytes) { return {bytes}; }

struct Box {
  Bytes bytes;
  std::size_t size() const { return bytes.size(); }
};

// ---- Appending ---------------------------------------------------------------

template <int kWidth>
void append(Bytes& out, Unsigned<kWidth> field) {
  for (int shift = 8 * (kWidth - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(field.value >> shift));
}
inline void append(Bytes& out, Zeros zeros) { out.insert(out.end(), zeros.count, 0); }
inline void append(Bytes& out, const Box& box) {
  out.insert(out.end(), box.bytes.begin(), box.bytes.end());
}
inline void append(Bytes& out, const std::optional<Box>& box) {
  if (box) append(out, *box);
}
inline void append(Bytes& out, const std::vector<Box>& boxes) {
  for (const Box& box : boxes) append(out, box);
}
inline void append(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}
inline void append(Bytes& out, ByteSpan raw) { out.insert(out.end(), raw.begin(), raw.end()); }

template <class... Fields>
Bytes fields(const Fields&... list) {
  Bytes out;
  (append(out, list), ...);  // the comma fold runs left to right
  return out;
}

// One row of fields per element, for the tables the format is made of.
template <std::ranges::input_range Range, class Row>
Bytes each(Range&& range, Row row) {
  Bytes out;
  for (auto&& element : range) append(out, row(element));
  return out;
}

// The same, for tables whose rows are known by a 1-based number.
template <std::ranges::input_range Range, class Row>
Bytes each_numbered(Range&& range, Row row) {
  Bytes out;
  std::uint32_t number = 1;
  for (auto&& element : range) append(out, row(number++, element));
  return out;
}

template <std::ranges::sized_range Range>
Unsigned<4> count_of(const Range& range) {
  assert(std::ranges::size(range) <= std::numeric_limits<std::uint32_t>::max());
  return u32(static_cast<std::uint32_t>(std::ranges::size(range)));
}

// ---- Boxes -------------------------------------------------------------------

template <class... Fields>
Box box(FourCC type, const Fields&... list) {
  const Bytes body = fields(list...);
  assert(body.size() <= std::numeric_limits<std::uint32_t>::max() - 8);
  return {fields(u32(static_cast<std::uint32_t>(body.size() + 8)), u32(type), ByteSpan(body))};
}

// A FullBox is a box whose first field is this one.
inline Unsigned<4> version_flags(std::uint8_t version, std::uint32_t flags) {
  assert(flags >> 24 == 0);
  return u32(static_cast<std::uint32_t>(version) << 24 | flags);
}

}  // namespace livephoto::isobmff
