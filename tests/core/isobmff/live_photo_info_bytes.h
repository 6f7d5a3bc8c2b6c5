// Records of live-photo-info, made up: docs/live-photo-format.md says what is in them.
#pragma once

#include <bit>
#include <cstdint>

#include "core/bytes.h"

namespace livephoto::testing {

inline void append_little(Bytes& out, std::uint64_t value, int width) {
  for (int i = 0; i < width; ++i) out.push_back(static_cast<std::uint8_t>(value >> 8 * i));
}
inline void append_little(Bytes& out, float value) {
  append_little(out, std::bit_cast<std::uint32_t>(value), 4);
}

// With so many faces, and from version 3 on so many other objects.
inline Bytes info_payload(std::uint32_t version, std::uint32_t faces, std::uint32_t others) {
  Bytes out;
  append_little(out, version, 4);
  append_little(out, 0.01F);             // exposure
  append_little(out, 9'000'000'000, 8);  // focus score
  for (const float value : {1.5F, -2.5F, 0.25F, 0.125F, 1.5F, 4.0F}) append_little(out, value);
  append_little(out, 2, 1);     // focus status
  append_little(out, 0xFF, 1);  // focus mode
  append_little(out, 0xFF, 2);  // validity
  append_little(out, faces, 4);
  out.resize(out.size() + 32 * faces, 0xFA);
  if (version < 3) return out;
  for (const std::uint32_t count : {0u, others, 0u, 0u}) append_little(out, count, 4);
  out.resize(out.size() + 32 * others, 0x0B);
  append_little(out, 7, 4);
  for (int i = 0; i < 9; ++i) append_little(out, static_cast<float>(i));
  append_little(out, 1'000'000'000'001, 8);
  append_little(out, 1'000'000'000'002, 8);
  append_little(out, 0x010000, 3);  // recipe, displacement, interpolated
  out.resize(out.size() + 13);
  return out;
}

}  // namespace livephoto::testing
