// A file that is written under a temporary name and renamed when it is whole.
#include "core/file.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <cerrno>
#include <climits>
#include <random>
#include <system_error>
#include <utility>

namespace livephoto {
namespace {

namespace fs = std::filesystem;

// A second process of the same program may be at work in the same folder; a
// name that is taken is tried again with another suffix.
constexpr int kAttempts = 100;

std::string quoted(const fs::path& path) { return '"' + path.string() + '"'; }

std::string system_text(int error) { return std::generic_category().message(error); }

fs::path folder_of(const fs::path& path) {
  const auto folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
}

// What is wrong and what the user can do, as the second half of a sentence.
std::string reason(int error, const fs::path& path) {
  const auto folder = quoted(folder_of(path));
  std::error_code ignored;
  switch (error) {
    case ENOENT:
      if (fs::exists(folder_of(path), ignored))  // /proc says so too
        return "the folder " + folder + " takes no new files; choose another one.";
      return "the folder " + folder + " does not exist; create it or choose another one.";
    case ENOTDIR:
      return folder + " is not a folder; choose another one.";
    case EACCES:
    case EPERM:
      return "the folder " + folder +
             " may not be written; change its permissions or choose another one.";
    case EROFS:
      return "the folder " + folder + " is on a read-only file system; choose another one.";
    case ENAMETOOLONG:
      return "the name is too long; choose a shorter one.";
    case ENOSPC:
      return "there is no space left in the folder " + folder +
             "; free some or choose another one.";
    case EDQUOT:
      return "the disk quota is used up in the folder " + folder +
             "; free some space or choose another one.";
    case EFBIG:
      return "the file would be larger than the system allows; raise the limit or choose another "
             "folder.";
    case EMFILE:
    case ENFILE:
      return "too many files are open; close some or raise the limit.";
    default:
      return "the system reported \"" + system_text(error) + "\"; check the folder " + folder + ".";
  }
}

Error io_error(int error, const fs::path& path) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return Error{
      full ? ErrorCode::NoSpace : ErrorCode::Io,
      "Cannot write " + quoted(path) + ": " + reason(error, path),
      system_text(error)};
}

Error refused(const fs::path& path, const std::string& why) {
  return Error{ErrorCode::Io, "Cannot write " + quoted(path) + ": " + why, system_text(EINVAL)};
}

// rename(2) would put a file where a folder is refused too late, and would
// replace a device such as /dev/null by an ordinary file.
Result<void> check_replaceable(const fs::path& path) {
  if (!path.has_filename())
    return refused(path, "it names no file; add a file name to the folder.");

  struct stat status {};
  if (::stat(path.c_str(), &status) != 0) {
    if (errno == ENOENT) return {};
    return io_error(errno, path);
  }
  if (S_ISDIR(status.st_mode)) return refused(path, "it is a folder; add a file name to it.");
  if (!S_ISREG(status.st_mode))
    return refused(path, "it is a device, a pipe or a socket; choose the name of a file.");
  return {};
}

// Hidden, and recognizable where a killed process has left one. NAME_MAX holds
// for the temporary name too.
std::string temporary_stem(const fs::path& path) {
  const auto name = path.filename().string();
  constexpr std::size_t kAround = sizeof(".") - 1 + sizeof(".XXXXXX") - 1;
  return name.size() + kAround <= NAME_MAX ? "." + name + "." : ".livephoto.";
}

std::string random_suffix() {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> place(0, sizeof(kLetters) - 2);
  std::string suffix;
  for (int i = 0; i < 6; ++i) suffix += kLetters[place(device)];
  return suffix;
}

Result<void> write_all(int descriptor, ByteSpan bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = ::write(descriptor, bytes.data(), bytes.size());
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(errno, path);
    if (written == 0) return io_error(EIO, path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

// Some file systems (FUSE, CIFS) have nothing to sync and say so.
bool cannot_sync(int error) { return error == EINVAL || error == ENOTSUP || error == ENOSYS; }

Result<void> sync(int descriptor, const fs::path& path) {
  while (::fsync(descriptor) != 0) {
    if (errno == EINTR) continue;
    if (cannot_sync(errno)) break;
    return io_error(errno, path);
  }
  return {};
}

// So that the new name survives a power cut. A folder that may be written but
// not read cannot be opened for it; the file is in place all the same.
Result<void> sync_folder(const fs::path& path) {
  const int descriptor = ::open(folder_of(path).c_str(), O_RDONLY | O_DIRECTORY | O_CLOEXEC);
  if (descriptor < 0) return {};
  auto synced = sync(descriptor, path);
  ::close(descriptor);
  return synced;
}

}  // namespace

PendingFile::PendingFile(fs::path path, fs::path temporary, int descriptor)
    : path_(std::move(path)), temporary_(std::move(temporary)), descriptor_(descriptor) {}

PendingFile::PendingFile(PendingFile&& other) noexcept
    : path_(std::move(other.path_)),
      temporary_(std::move(other.temporary_)),
      descriptor_(std::exchange(other.descriptor_, -1)) {}

PendingFile& PendingFile::operator=(PendingFile&& other) noexcept {
  if (this == &other) return *this;
  discard();
  path_ = std::move(other.path_);
  temporary_ = std::move(other.temporary_);
  descriptor_ = std::exchange(other.descriptor_, -1);
  return *this;
}

PendingFile::~PendingFile() { discard(); }

void PendingFile::discard() noexcept {
  if (descriptor_ < 0) return;
  ::close(std::exchange(descriptor_, -1));
  ::unlink(temporary_.c_str());
}

// mkostemp() would give mode 0600, and the umask that turns it into the usual
// 0666 & ~umask cannot be read without changing it under the feet of other
// threads. open() leaves that, and a folder's default ACL, to the kernel.
Result<PendingFile> PendingFile::create(const fs::path& path) {
  const auto replaceable = check_replaceable(path);
  if (!replaceable) return replaceable.error();

  const auto stem = temporary_stem(path);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto temporary = path.parent_path() / (stem + random_suffix());
    const int descriptor = ::open(temporary.c_str(), O_WRONLY | O_CREAT | O_EXCL | O_CLOEXEC, 0666);
    if (descriptor >= 0) return PendingFile(path, std::move(temporary), descriptor);
    if (errno != EEXIST && errno != EINTR) return io_error(errno, path);
  }
  return io_error(EEXIST, path);
}

Result<void> PendingFile::write(ByteSpan bytes) {
  if (descriptor_ < 0) return io_error(EBADF, path_);
  auto result = write_all(descriptor_, bytes, path_);
  if (result) result = sync(descriptor_, path_);
  // What is cut short must not be committed, and frees its space at once.
  if (!result) discard();
  return result;
}

Result<void> PendingFile::commit() {
  if (descriptor_ < 0) return io_error(EBADF, path_);
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
