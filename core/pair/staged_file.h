// A new file while it is written; internal.
#pragma once

#include <algorithm>
#include <cstdint>
#include <filesystem>
#include <string>
#include <utility>

#include "core/bytes.h"
#include "core/pair/folder.h"
#include "core/posix.h"
#include "core/result.h"

namespace livephoto::pair {

class StagedFile {
 public:
  // `shown` is what an error says cannot be written.
  static Result<StagedFile> create(
      const Folder& folder, const std::string& name, std::filesystem::path shown) {
    auto descriptor = folder.create_file(name, shown);
    if (!descriptor) return descriptor.error();
    return StagedFile(*std::move(descriptor), std::move(shown));
  }

  Result<void> write(ByteSpan bytes) { return write_at(size_, bytes); }

  Result<void> write_at(std::uint64_t offset, ByteSpan bytes) {
    size_ = std::max(size_, offset + bytes.size());
    return posix::write_all_at(descriptor_.get(), offset, bytes, shown_);
  }

  // Synced, and closed: some file systems rename no open file.
  Result<void> finish() {
    if (const auto synced = posix::sync(descriptor_.get(), shown_); !synced) return synced.error();
    if (const int failed = descriptor_.close(); failed != 0) return posix::io_error(failed, shown_);
    return {};
  }

  std::uint64_t size() const { return size_; }
  const std::filesystem::path& shown() const { return shown_; }

 private:
  StagedFile(posix::Descriptor descriptor, std::filesystem::path shown)
      : descriptor_(std::move(descriptor)), shown_(std::move(shown)) {}

  posix::Descriptor descriptor_;
  std::filesystem::path shown_;
  std::uint64_t size_ = 0;
};

}  // namespace livephoto::pair
