// Reading atoms of files that others wrote: nothing is believed about a size.
#pragma once

#include <cstdint>
#include <optional>

#include "core/bytes.h"
#include "core/isobmff/box.h"

namespace livephoto::isobmff {

// Big-endian numbers; the caller has checked that they are there.
inline std::uint32_t u16_at(ByteSpan bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 8 | bytes[at + 1];
}
inline std::uint32_t u32_at(ByteSpan bytes, std::size_t at) {
  return u16_at(bytes, at) << 16 | u16_at(bytes, at + 2);
}
inline std::uint64_t u64_at(ByteSpan bytes, std::size_t at) {
  return std::uint64_t{u32_at(bytes, at)} << 32 | u32_at(bytes, at + 4);
}

inline constexpr std::size_t kAtomHeader = 8;  // size and type, each 32 bits

struct Atom {
  FourCC type;
  ByteSpan body;
};

// Takes the first atom of `rest`; nothing, and `rest` stays, where it is not whole.
// Sizes of 64 bits and "to the end" are not for what lies inside a moov.
inline std::optional<Atom> take_atom(ByteSpan& rest) {
  if (rest.size() < kAtomHeader) return std::nullopt;
  const std::size_t size = u32_at(rest, 0);
  if (size < kAtomHeader || size > rest.size()) return std::nullopt;
  const Atom atom{FourCC(u32_at(rest, 4)), rest.subspan(kAtomHeader, size - kAtomHeader)};
  rest = rest.subspan(size);
  return atom;
}

// The body of the first atom of that type in a row of atoms.
inline std::optional<ByteSpan> find_atom(ByteSpan atoms, FourCC type) {
  while (const auto atom = take_atom(atoms))
    if (atom->type == type) return atom->body;
  return std::nullopt;
}

}  // namespace livephoto::isobmff
