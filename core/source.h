// A file that is read in pieces, wherever they lie; never as a whole.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <span>

#include "bytes.h"
#include "result.h"

namespace livephoto {

class Source {
 public:
  virtual ~Source() = default;

  virtual std::uint64_t size() const = 0;  // bytes
  // Fills all of `out` with what stands from byte `offset` on. InvalidInput where
  // the file ends before, Io where the system cannot read it.
  virtual Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const = 0;
};

// Opens a file for reading; Io, with the reason, if that cannot be done or if
// it is a folder, a pipe or a device.
Result<std::unique_ptr<Source>> open_source(const std::filesystem::path& path);

// Bytes that are in memory already; they are lent, not copied.
class MemorySource final : public Source {
 public:
  explicit MemorySource(ByteSpan bytes) : bytes_(bytes) {}

  std::uint64_t size() const override { return bytes_.size(); }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override;

 private:
  ByteSpan bytes_;
};

// `count` bytes from `offset` on. What memory this may take, the caller has seen to.
Result<Bytes> read_bytes(const Source& source, std::uint64_t offset, std::size_t count);

}  // namespace livephoto
