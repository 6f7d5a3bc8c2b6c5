// Reading atoms of files that others wrote: nothing is believed about a size.
#pragma once

#include <cstdint>
#include <initializer_list>
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
  ByteSpan whole;  // with its header
};

// Takes the first atom of `rest`; nothing, and `rest` stays, where it is not whole.
// "To the end" is no size for what lies inside another atom.
inline std::optional<Atom> take_atom(ByteSpan& rest) {
  constexpr std::size_t kLongHeader = 16;  // 1 instead of the size, which follows in 64 bits
  if (rest.size() < kAtomHeader) return std::nullopt;
  std::uint64_t size = u32_at(rest, 0);
  std::size_t header = kAtomHeader;
  if (size == 1) {
    if (rest.size() < kLongHeader) return std::nullopt;
    size = u64_at(rest, kAtomHeader);
    header = kLongHeader;
  }
  if (size < header || size > rest.size()) return std::nullopt;
  const ByteSpan whole = rest.first(static_cast<std::size_t>(size));
  rest = rest.subspan(whole.size());
  return Atom{FourCC(u32_at(whole, 4)), whole.subspan(header), whole};
}

// The body of the first atom of that type in a row of atoms.
inline std::optional<ByteSpan> find_atom(ByteSpan atoms, FourCC type) {
  while (const auto atom = take_atom(atoms))
    if (atom->type == type) return atom->body;
  return std::nullopt;
}

// The same, one inside the other, the outermost first.
inline std::optional<ByteSpan> find_atom(ByteSpan atoms, std::initializer_list<FourCC> path) {
  for (const FourCC type : path) {
    const auto inside = find_atom(atoms, type);
    if (!inside) return std::nullopt;
    atoms = *inside;
  }
  return atoms;
}

}  // namespace livephoto::isobmff
