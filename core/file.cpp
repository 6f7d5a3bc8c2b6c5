// A file that is written under a temporary name and renamed when it is whole.
#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <utility>

#include "core/posix.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using posix::folder_of;
using posix::io_error;

// A second process of the same program may be at work in the same folder; a
// name that is taken is tried again with another suffix.
constexpr int kAttempts = 100;

// Hidden, and recognizable where a killed process has left one. NAME_MAX holds
// for the temporary name too.
std::string temporary_stem(const fs::path& path) {
  const auto name = path.filename().string();
  constexpr std::size_t kAround = sizeof("..livephoto-XXXXXX") - 1;
  return name.size() + kAround <= NAME_MAX ? "." + name + ".livephoto-" : ".livephoto-";
}

// So that the new name survives a power cut. A folder that may be written but
// not read cannot be opened for it; the file is in place all the same.
Result<void> sync_folder(const fs::path& path) {
  const posix::Descriptor folder(
      ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!folder) return {};
  return posix::sync(folder.get(), path);
}

// False if recover_folder() of another process has come between open() and here,
// and taken the file for an abandoned one.
bool is_ours(int descriptor, const fs::path& temporary) {
  static_cast<void>(posix::lock(descriptor, temporary));
  struct stat status {};
  return ::fstat(descriptor, &status) != 0 || status.st_nlink > 0;
}

}  // namespace

PendingFile::PendingFile(fs::path path, fs::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)),
      is_synced_(other.is_synced_) {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  temporary_ = std::move(other.temporary_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  is_synced_ = other.is_synced_;
  return *this;
}

PendingFile::~PendingFile() { discard(); }

// Without its name first: a file that nobody locks may be taken for abandoned.
void PendingFile::discard() noexcept {
  if (descriptor_ < 0) return;
  ::unlink(temporary_.c_str());
  ::close(std::exchange(descriptor_, -1));
}

// mkostemp() would give mode 0600, and the umask that turns it into the usual
// 0666 & ~umask cannot be read without changing it under the feet of other
// threads. open() leaves that, and a folder's default ACL, to the kernel.
Result<PendingFile> PendingFile::create(const fs::path& path) {
  const auto replaceable = posix::check_replaceable(path);
  if (!replaceable) return replaceable.error();

  const auto stem = temporary_stem(path);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto temporary = path.parent_path() / (stem + posix::random_suffix());
    posix::Descriptor file(
        ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666));
    if (!file && errno != EEXIST && errno != EINTR) return io_error(errno, path);
    if (!file || !is_ours(file.get(), temporary)) continue;
    return PendingFile(path, std::move(temporary), file.release());
  }
  return io_error(EEXIST, path);
}

void PendingFile::keep_attributes() {
  const posix::Descriptor old(
      ::open(path_.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (old && descriptor_ >= 0) posix::copy_attributes(old.get(), descriptor_);
}

Result<void> PendingFile::write(ByteSpan bytes) {
  if (descriptor_ < 0) return io_error(EBADF, path_);
  is_synced_ = false;
  auto result = posix::write_all(descriptor_, bytes, path_);
  // What is cut short must not be committed, and frees its space at once.
  if (!result) discard();
  return result;
}

Result<void> PendingFile::sync() {
  if (descriptor_ < 0) return io_error(EBADF, path_);
  if (is_synced_) return {};
  auto result = posix::sync(descriptor_, path_);
  is_synced_ = static_cast<bool>(result);
  if (!result) discard();
  return result;
}

Result<void> PendingFile::commit() {
  if (const auto synced = sync(); !synced) return synced.error();
  if (::rename(temporary_.c_str(), path_.c_str()) != 0) {
    const int error = errno;
    discard();
    return io_error(error, path_);
  }
  ::close(std::exchange(descriptor_, -1));
  // The file has its name now; that the folder could not be synced does not take it back.
  static_cast<void>(sync_folder(path_));
  return {};
}

Result<void> write_file(const fs::path& path, ByteSpan bytes) {
  auto file = PendingFile::create(path);
  if (!file) return file.error();
  const auto written = file->write(bytes);
  if (!written) return written.error();
  return file->commit();
}

}  // namespace livephoto
