// Looks values up in one of Apple's binary property lists, which MakerNotes and timed metadata
// hold.
#pragma once

#include <cstdint>
#include <initializer_list>
#include <optional>
#include <string>
#include <string_view>

#include "bytes.h"

namespace livephoto {

// Never leaves `bytes`, and takes at most 16 dictionaries one inside the other.
class BinaryPlist {
 public:
  // Nothing where the bytes are no property list of version 00.
  static std::optional<BinaryPlist> open(ByteSpan bytes);

  // The value under a path of keys, from the outermost dictionary inwards; nothing
  // where there is none, or of another kind. Texts are ASCII.
  std::optional<std::int64_t> integer(std::initializer_list<std::string_view> path) const;
  std::optional<std::string> text(std::initializer_list<std::string_view> path) const;

 private:
  struct Object {
    unsigned kind = 0;        // the upper half of its first byte
    std::uint64_t count = 0;  // of bytes or members, or the lower half
    ByteSpan rest{};          // what follows
  };

  std::optional<Object> object(std::uint64_t number) const;
  std::optional<Object> find(std::initializer_list<std::string_view> path) const;
  std::optional<std::uint64_t> member(const Object& dictionary, std::string_view key) const;

  ByteSpan bytes_;
  std::size_t offset_width_ = 0;
  std::size_t reference_width_ = 0;
  std::uint64_t objects_ = 0;
  std::uint64_t root_ = 0;
  std::uint64_t table_ = 0;
};

}  // namespace livephoto
