// A file that appears under its name whole or not at all.
#pragma once

#include <filesystem>
#include <string>

#include "bytes.h"
#include "result.h"

namespace livephoto {

// Bytes that are complete and synced under a temporary name in the folder of
// `path`, waiting to take that name. Whoever drops it uncommitted leaves
// nothing behind, and what stood under `path` before still stands. While it
// lives it holds a lock on the temporary file, so that recover_folder()
// (pair/recover.h) knows those that a killed process has left.
class PendingFile {
 public:
  // Creates the temporary file, empty. Io, with what to do, if the folder does
  // not exist or may not be written, or if `path` is something that must not be
  // replaced: a folder, a device, a pipe. (A symbolic link is replaced itself,
  // not what it points to.)
  static Result<PendingFile> create(const std::filesystem::path& path);

  PendingFile(PendingFile&&) noexcept;
  PendingFile& operator=(PendingFile&&) noexcept;
  ~PendingFile();

  // Gives the new file the owner, the permissions and the extended attributes of the one that it
  // will replace, as far as the user may; nothing where there is none.
  void keep_attributes();

  // Appends. NoSpace where the file system is full.
  // After an error the temporary file is gone and nothing can be committed.
  Result<void> write(ByteSpan bytes);

  // Waits until what was written is on the device, as commit() else does. The
  // errors are those of write().
  Result<void> sync();

  // Takes the final name, replacing an older file in one step, and syncs the
  // folder. Call once.
  Result<void> commit();

  const std::filesystem::path& path() const { return path_; }

 private:
  PendingFile(std::filesystem::path path, std::filesystem::path temporary, int descriptor);
  void discard() noexcept;

  std::filesystem::path path_;
  std::filesystem::path temporary_;
  int descriptor_ = -1;
  bool is_synced_ = true;
};

// create, write and commit in one.
Result<void> write_file(const std::filesystem::path& path, ByteSpan bytes);

}  // namespace livephoto
