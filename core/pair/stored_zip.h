// A zip file whose members are stored as they are; internal.
#pragma once

#include <cstdint>
#include <memory>
#include <string>

#include "core/bytes.h"
#include "core/pair/staged_file.h"
#include "core/result.h"

namespace livephoto::pair {

// Writes members as their bytes come. Sizes and checksums are in front of them, where
// readers that cannot seek need them. The same members give the same bytes: all are
// dated 1980-01-01, the earliest a zip can say.
class StoredZip {
 public:
  explicit StoredZip(StagedFile file);
  ~StoredZip();
  StoredZip(const StoredZip&) = delete;
  StoredZip& operator=(const StoredZip&) = delete;

  // `name` ends with a slash.
  Result<void> begin_folder(const std::string& name);
  Result<void> begin_file(const std::string& name);
  // Of the member that was begun last. InvalidInput past 4 GiB in all.
  Result<void> write(ByteSpan bytes);
  // The directory at the end; then the file is synced and closed.
  Result<void> finish();

  // After finish(): bytes of the whole.
  std::uint64_t size() const;

  struct State;

 private:
  std::unique_ptr<State> state_;
};

}  // namespace livephoto::pair
