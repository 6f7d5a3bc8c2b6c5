#include "core/posix.h"

#include <fcntl.h>
#include <linux/magic.h>
#include <sys/file.h>
#include <sys/vfs.h>
#include <sys/xattr.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <cstring>
#include <iterator>
#include <random>
#include <system_error>
#include <vector>

namespace livephoto::posix {
namespace {

namespace fs = std::filesystem;

std::string system_text(int error) { return std::generic_category().message(error); }

// What is wrong and what the user can do, as the second half of a sentence.
std::string reason(int error, const fs::path& path) {
  const auto folder = in_quotes(folder_of(path));
  std::error_code ignored;
  switch (error) {
    case ENOENT:
      if (fs::exists(folder_of(path), ignored))  // /proc says so too
        return "the folder " + folder + " takes no new files; choose another one.";
      return "the folder " + folder + " does not exist; create it or choose another one.";
    case EISDIR:
      return "a folder has this name now; move it away or choose another name.";
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

// Some file systems (FUSE, CIFS) have nothing to sync and say so.
bool cannot_sync(int error) { return error == EINVAL || error == ENOTSUP || error == ENOSYS; }

// Both may grow between the two calls: then nothing is copied.
std::vector<char> names_of_attributes(int file) {
  std::vector<char> names(
      static_cast<std::size_t>(std::max<ssize_t>(::flistxattr(file, nullptr, 0), 0)));
  const auto size = ::flistxattr(file, names.data(), names.size());
  names.resize(static_cast<std::size_t>(std::max<ssize_t>(size, 0)));
  return names;
}

void copy_attribute(int from, int to, const char* name) {
  const auto size = ::fgetxattr(from, name, nullptr, 0);
  if (size < 0) return;
  std::vector<char> value(static_cast<std::size_t>(size));
  const auto got = ::fgetxattr(from, name, value.data(), value.size());
  if (got >= 0)
    static_cast<void>(::fsetxattr(to, name, value.data(), static_cast<std::size_t>(got), 0));
}

// `write` says how many it took, as write(2) does.
template <class Write>
Result<void> write_with(Write write, ByteSpan bytes, const fs::path& path) {
  while (!bytes.empty()) {
    const auto written = write(bytes);
    if (written < 0 && errno == EINTR) continue;
    if (written < 0) return io_error(errno, path);
    if (written == 0) return io_error(EIO, path);
    bytes = bytes.subspan(static_cast<std::size_t>(written));
  }
  return {};
}

}  // namespace

Descriptor& Descriptor::operator=(Descriptor&& other) noexcept {
  if (this == &other) return *this;
  close();
  number_ = std::exchange(other.number_, -1);
  return *this;
}

Descriptor::~Descriptor() { close(); }

// Never again after EINTR: the number is free then, and may be another thread's.
int Descriptor::close() noexcept {
  if (number_ < 0) return 0;
  return ::close(std::exchange(number_, -1)) == 0 || errno == EINTR ? 0 : errno;
}

std::string in_quotes(const fs::path& path) {
  constexpr char kDigits[] = "0123456789abcdef";
  std::string text = "\"";
  for (const unsigned char letter : path.string()) {
    if (letter >= 0x20 && letter != 0x7F)
      text += static_cast<char>(letter);
    else if (letter == '\n')
      text += "\\n";
    else
      text = text + "\\x" + kDigits[letter >> 4] + kDigits[letter & 15];
  }
  return text + '"';
}

Error io_error(int error, const fs::path& path) {
  const bool full = error == ENOSPC || error == EDQUOT;
  return Error{
      full ? ErrorCode::NoSpace : ErrorCode::Io,
      "Cannot write " + in_quotes(path) + ": " + reason(error, path),
      system_text(error)};
}

Error refused(const fs::path& path, const std::string& why) {
  return Error{ErrorCode::Io, "Cannot write " + in_quotes(path) + ": " + why, system_text(EINVAL)};
}

fs::path folder_of(const fs::path& path) {
  const auto folder = path.parent_path();
  return folder.empty() ? fs::path(".") : folder;
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

Result<void> write_all(int descriptor, ByteSpan bytes, const fs::path& path) {
  return write_with(
      [descriptor](ByteSpan rest) { return ::write(descriptor, rest.data(), rest.size()); },
      bytes,
      path);
}

Result<void> write_all_at(
    int descriptor, std::uint64_t offset, ByteSpan bytes, const fs::path& path) {
  const auto end = static_cast<off_t>(offset + bytes.size());
  return write_with(
      [descriptor, end](ByteSpan rest) {
        return ::pwrite(descriptor, rest.data(), rest.size(), end - std::ssize(rest));
      },
      bytes,
      path);
}

Result<void> sync(int descriptor, const fs::path& path) {
  while (::fsync(descriptor) != 0) {
    if (errno == EINTR) continue;
    if (cannot_sync(errno)) break;
    return io_error(errno, path);
  }
  return {};
}

void copy_attributes(int from, int to) {
  struct stat status {};
  if (::fstat(from, &status) != 0) return;
  // Changing the owner clears the set-user-ID bit, so the mode comes last; where the owner cannot
  // be kept, that bit must not go to another.
  const bool has_owner = ::fchown(to, status.st_uid, static_cast<gid_t>(-1)) == 0;
  const bool has_group = ::fchown(to, static_cast<uid_t>(-1), status.st_gid) == 0;
  const mode_t kept = has_owner && has_group ? 07777 : 0777;
  static_cast<void>(::fchmod(to, status.st_mode & kept));
  const auto names = names_of_attributes(from);
  for (std::size_t at = 0; at < names.size(); at += std::strlen(&names[at]) + 1)
    copy_attribute(from, to, &names[at]);
}

Result<std::string> read_text(int descriptor, std::size_t limit, const fs::path& path) {
  std::string text(limit + 1, '\0');
  std::size_t size = 0;
  while (size < text.size()) {
    const auto got =
        ::pread(descriptor, text.data() + size, text.size() - size, static_cast<off_t>(size));
    if (got < 0 && errno == EINTR) continue;
    if (got < 0) return io_error(errno, path);
    if (got == 0) break;
    size += static_cast<std::size_t>(got);
  }
  if (size > limit) return io_error(EFBIG, path);
  text.resize(size);
  return text;
}

Result<Lock> lock(int descriptor, const fs::path& path) {
  while (::flock(descriptor, LOCK_EX | LOCK_NB) != 0) {
    switch (errno) {
      case EINTR:
        continue;
      case EWOULDBLOCK:
        return Lock::Busy;
      case EINVAL:
      case ENOLCK:
      case ENOSYS:
      case EOPNOTSUPP:
        return Lock::Unsupported;
      default:
        return io_error(errno, path);
    }
  }
  return Lock::Taken;
}

bool is_local(int descriptor) {
  constexpr std::array<unsigned, 11> kLocal{
      0xEF53,  // ext2, ext3, ext4
      BTRFS_SUPER_MAGIC,
      XFS_SUPER_MAGIC,
      F2FS_SUPER_MAGIC,
      TMPFS_MAGIC,
      RAMFS_MAGIC,
      OVERLAYFS_SUPER_MAGIC,
      MSDOS_SUPER_MAGIC,
      EXFAT_SUPER_MAGIC,
      0x2FC12FC1,   // ZFS
      0x7366746E};  // ntfs3
  struct statfs status {};
  return ::fstatfs(descriptor, &status) == 0 &&
         std::ranges::find(kLocal, static_cast<unsigned>(status.f_type)) != kLocal.end();
}

bool is_named(int descriptor, int folder, const std::string& name) {
  struct stat open {};
  struct stat named {};
  return ::fstat(descriptor, &open) == 0 &&
         ::fstatat(folder, name.c_str(), &named, AT_SYMLINK_NOFOLLOW) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

std::string random_suffix() {
  constexpr char kLetters[] = "abcdefghijklmnopqrstuvwxyz0123456789";
  std::random_device device;
  std::uniform_int_distribution<std::size_t> place(0, sizeof(kLetters) - 2);
  std::string suffix;
  for (int i = 0; i < 6; ++i) suffix += kLetters[place(device)];
  return suffix;
}

}  // namespace livephoto::posix
