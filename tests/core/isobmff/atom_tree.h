// Movies taken apart into atoms, to be changed and put together again: for files that are wrong on
// purpose.
#pragma once

#include <functional>
#include <initializer_list>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"

namespace livephoto::testing {

// An atom that has either children, behind `body`, or only a body.
struct AtomNode {
  std::string type;
  Bytes body{};
  std::vector<AtomNode> children{};

  // The first child of each type in turn; the test ends where there is none.
  AtomNode& at(std::initializer_list<std::string_view> path);
  bool has(std::string_view child) const;
  void remove(std::string_view child);  // all of that type
  // The big-endian number of 32 bits at `offset` of the body.
  void set_u32(std::size_t offset, std::uint32_t value);
};

Bytes bytes_of(const AtomNode& atom);
std::vector<AtomNode> atoms_of(ByteSpan bytes);

// A copy of a movie with another moov, which has to be last: no sample moves.
Bytes with_moov(const Bytes& movie, const std::function<void(AtomNode& moov)>& change);

// The number-th track, from 0.
AtomNode& track_of(AtomNode& moov, std::size_t number);

}  // namespace livephoto::testing
