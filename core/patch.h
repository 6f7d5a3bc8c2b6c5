// A file as it is to become: another one with some of its bytes replaced, and new ones at its end.
#pragma once

#include <cstdint>
#include <functional>
#include <map>
#include <optional>
#include <span>

#include "byte_range.h"
#include "bytes.h"
#include "result.h"
#include "source.h"

namespace livephoto {

// Takes the next bytes of a file that is written.
using ByteSink = std::function<Result<void>(ByteSpan)>;

class Patch {
 public:
  // In place of the `size` bytes at `offset`. Replacements may not overlap: where one does,
  // nothing is known of the new file, and reading and writing it give Unsupported.
  void replace(std::uint64_t offset, std::uint64_t size, Bytes bytes);
  // Behind all others.
  void append(Bytes bytes);

  bool is_empty() const { return replacements_.empty() && appended_.empty() && !overlaps_; }

  // Where these bytes of the old file begin in the new one; nothing where they are not all
  // kept, one behind the other. The range is not empty.
  std::optional<std::uint64_t> place_of(ByteRange range) const;

  // How large a file of `size` bytes becomes.
  std::uint64_t size_of(std::uint64_t size) const;

  // The bytes of the new file from `offset` on, as Source::read() gives them.
  Result<void> read(const Source& source, std::uint64_t offset, std::span<std::uint8_t> out) const;

  // Hands all of the new file on, in pieces of at most 1 MiB where it copies. The
  // errors are those of `source` and `sink`.
  Result<void> write(const Source& source, const ByteSink& sink) const;

 private:
  struct Replacement {
    std::uint64_t size = 0;
    Bytes bytes;
  };

  std::map<std::uint64_t, Replacement> replacements_;
  // By how much those of another length make the file grow; there are few of them.
  std::map<std::uint64_t, std::int64_t> growth_;
  Bytes appended_;
  bool overlaps_ = false;
};

// The new file, to be read before it is written. Both have to outlive it.
class PatchedSource final : public Source {
 public:
  PatchedSource(const Source& source, const Patch& patch) : source_(source), patch_(patch) {}

  std::uint64_t size() const override { return patch_.size_of(source_.size()); }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    return patch_.read(source_, offset, out);
  }

 private:
  const Source& source_;
  const Patch& patch_;
};

}  // namespace livephoto
