// A folder that is held open, with what happens to the names in it; internal.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/posix.h"
#include "core/result.h"

namespace livephoto::pair {

// Calls that take a name act in this folder, wherever it has been moved to and
// whatever folder the process works in.
class Folder {
 public:
  // `shown` is what an error says cannot be written.
  static Result<Folder> open(const std::filesystem::path& path, const std::filesystem::path& shown);
  // A folder in this one; made, or Io if the name is taken.
  Result<Folder> make_folder(const std::string& name, const std::filesystem::path& shown) const;

  const std::filesystem::path& path() const { return path_; }
  std::filesystem::path path_of(const std::string& name) const { return path_ / name; }
  int descriptor() const { return descriptor_.get(); }

  // False where it was moved, removed or replaced by another one.
  bool is_where_it_was() const;

  // A symbolic link itself, not what it points to; nothing where no such name is.
  Result<std::optional<struct stat>> find(const std::string& name) const;
  Result<std::vector<std::string>> names() const;
  // False where one of them is no file.
  Result<bool> has_same_bytes(const std::string& one, const std::string& other) const;

  // Io if the name is taken. Mode 0666, less the umask.
  Result<posix::Descriptor> create_file(
      const std::string& name, const std::filesystem::path& shown) const;

  // Gives the file `to` the owner, the permissions and the extended attributes of `from`, as
  // far as the user may; nothing where `from` is no file.
  void copy_attributes(const std::string& from, const std::string& to) const;

  // 0 or errno. rename() replaces a file, exchange() and link() need a file
  // system that can.
  int rename(const std::string& from, const std::string& to) const;
  int exchange(const std::string& one, const std::string& other) const;
  int link(const std::string& from, const std::string& to) const;
  int unlink(const std::string& name) const;
  // A file, or a folder with the files in it; 0 where there is neither.
  int remove(const std::string& name) const;

  // So that the names survive a power cut.
  Result<void> sync() const;

 private:
  Folder(std::filesystem::path path, posix::Descriptor descriptor);

  std::filesystem::path path_;
  std::filesystem::path absolute_;
  posix::Descriptor descriptor_;
};

}  // namespace livephoto::pair
