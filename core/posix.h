// The calls to the system by which files are written, as Results; internal.
#pragma once

#include <sys/stat.h>

#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <utility>

#include "core/bytes.h"
#include "core/result.h"

namespace livephoto::posix {

// An open file or folder; closed at the end.
class Descriptor {
 public:
  Descriptor() = default;
  explicit Descriptor(int number) : number_(number) {}
  Descriptor(Descriptor&& other) noexcept : number_(std::exchange(other.number_, -1)) {}
  Descriptor& operator=(Descriptor&& other) noexcept;
  ~Descriptor();

  explicit operator bool() const { return number_ >= 0; }
  int get() const { return number_; }
  int release() { return std::exchange(number_, -1); }
  // 0 or errno: NFS and quotas tell some failed writes only here.
  int close() noexcept;

 private:
  int number_ = -1;
};

// In quotation marks, on one line: control characters are escaped.
std::string in_quotes(const std::filesystem::path& path);

// "Cannot write PATH: ", the cause and what to do. NoSpace where the disk or the
// quota is full, Io else.
Error io_error(int error, const std::filesystem::path& path);
Error refused(const std::filesystem::path& path, const std::string& why);

std::filesystem::path folder_of(const std::filesystem::path& path);

// Whether a file may take the name `path`: there is nothing, a file, or a
// symbolic link to a file or to nothing.
Result<void> check_replaceable(const std::filesystem::path& path);

// `path` is only for the sentence of an error.
Result<void> write_all(int descriptor, ByteSpan bytes, const std::filesystem::path& path);
Result<void> write_all_at(
    int descriptor, std::uint64_t offset, ByteSpan bytes, const std::filesystem::path& path);
Result<void> sync(int descriptor, const std::filesystem::path& path);

// Gives a new file the owner, the permissions and the extended attributes (access lists
// among them) of another, as far as the user may.
void copy_attributes(int from, int to);

// Up to `limit` bytes from the beginning. Io if there are more.
Result<std::string> read_text(int descriptor, std::size_t limit, const std::filesystem::path& path);

enum class Lock { Taken, Busy, Unsupported };

// A lock of this open file (flock), which goes with it, also where the process is
// killed. It does not wait.
Result<Lock> lock(int descriptor, const std::filesystem::path& path);

// False where other machines may have the same file system mounted (or nobody
// knows): a lock may then hold on one machine only.
bool is_local(int descriptor);

// Whether `name` in `folder` is the file that `descriptor` has open.
bool is_named(int descriptor, int folder, const std::string& name);

// "ab3f90" and so on, other each time.
std::string random_suffix();

}  // namespace livephoto::posix
