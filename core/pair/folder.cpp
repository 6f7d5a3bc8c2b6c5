#include "core/pair/folder.h"

#include <dirent.h>
#include <fcntl.h>
#include <stdio.h>
#include <unistd.h>

#include <algorithm>
#include <array>
#include <cerrno>
#include <memory>
#include <system_error>
#include <utility>

namespace livephoto::pair {
namespace {

namespace fs = std::filesystem;
using posix::Descriptor;
using posix::io_error;

int result_of(int returned) { return returned == 0 ? 0 : errno; }

// O_PATH: a folder that may be written need not be readable.
Descriptor open_folder(int parent, const fs::path& path) {
  return Descriptor(::openat(parent, path.c_str(), O_PATH | O_DIRECTORY | O_CLOEXEC));
}

struct CloseFolder {
  void operator()(DIR* folder) const { ::closedir(folder); }
};
using Listing = std::unique_ptr<DIR, CloseFolder>;

Listing list(int parent, const char* name) {
  Descriptor descriptor(::openat(parent, name, O_RDONLY | O_DIRECTORY | O_NOFOLLOW | O_CLOEXEC));
  if (!descriptor) return nullptr;
  Listing listing(::fdopendir(descriptor.get()));
  if (listing) descriptor.release();
  return listing;
}

bool is_dots(const std::string& name) { return name == "." || name == ".."; }

}  // namespace

Folder::Folder(fs::path path, Descriptor descriptor)
    : path_(std::move(path)), descriptor_(std::move(descriptor)) {
  std::error_code error;
  absolute_ = fs::absolute(path_, error);
}

Result<Folder> Folder::open(const fs::path& path, const fs::path& shown) {
  auto descriptor = open_folder(AT_FDCWD, path);
  if (!descriptor) return io_error(errno, shown);
  return Folder(path, std::move(descriptor));
}

Result<Folder> Folder::make_folder(const std::string& name, const fs::path& shown) const {
  if (::mkdirat(descriptor(), name.c_str(), 0777) != 0) return io_error(errno, shown);
  auto made = open_folder(descriptor(), name);
  if (!made) return io_error(errno, shown);
  return Folder(path_of(name), std::move(made));
}

bool Folder::is_where_it_was() const {
  struct stat open {};
  struct stat named {};
  return ::fstat(descriptor(), &open) == 0 && ::stat(absolute_.c_str(), &named) == 0 &&
         open.st_dev == named.st_dev && open.st_ino == named.st_ino;
}

Result<std::optional<struct stat>> Folder::find(const std::string& name) const {
  struct stat status {};
  if (::fstatat(descriptor(), name.c_str(), &status, AT_SYMLINK_NOFOLLOW) == 0)
    return std::optional(status);
  if (errno == ENOENT) return std::optional<struct stat>();
  return io_error(errno, path_of(name));
}

Result<std::vector<std::string>> Folder::names() const {
  const auto listing = list(descriptor(), ".");
  if (!listing) return io_error(errno, path_ / "");
  std::vector<std::string> names;
  for (;;) {
    errno = 0;
    const dirent* entry = ::readdir(listing.get());
    if (!entry && errno != 0) return io_error(errno, path_ / "");
    if (!entry) return names;
    if (std::string name = entry->d_name; !is_dots(name)) names.push_back(std::move(name));
  }
}

Result<bool> Folder::has_same_bytes(const std::string& one, const std::string& other) const {
  constexpr int kFlags = O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  std::array<Descriptor, 2> files;
  std::array<struct stat, 2> found{};
  for (std::size_t i = 0; i < 2; ++i) {
    const auto& name = i == 0 ? one : other;
    files[i] = Descriptor(::openat(descriptor(), name.c_str(), kFlags));
    if (!files[i] && errno == ELOOP) return false;
    if (!files[i] || ::fstat(files[i].get(), &found[i]) != 0) return io_error(errno, path_of(name));
    if (!S_ISREG(found[i].st_mode)) return false;
  }
  if (found[0].st_size != found[1].st_size) return false;
  std::vector<char> bytes(128 * 1024);
  std::vector<char> others(bytes.size());
  for (off_t offset = 0; offset < found[0].st_size;) {
    const auto got = ::pread(files[0].get(), bytes.data(), bytes.size(), offset);
    if (got <= 0) return io_error(got < 0 ? errno : EIO, path_of(one));
    const auto size = static_cast<std::size_t>(got);
    if (::pread(files[1].get(), others.data(), size, offset) != got)
      return io_error(EIO, path_of(other));
    if (!std::equal(bytes.begin(), bytes.begin() + got, others.begin())) return false;
    offset += got;
  }
  return true;
}

Result<Descriptor> Folder::create_file(const std::string& name, const fs::path& shown) const {
  Descriptor file(::openat(
      descriptor(),
      name.c_str(),
      O_WRONLY | O_CREAT | O_EXCL | O_NOFOLLOW | O_CLOEXEC,
      0666));
  if (!file) return io_error(errno, shown);
  return file;
}

void Folder::copy_attributes(const std::string& from, const std::string& to) const {
  constexpr int kFlags = O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;
  const Descriptor old(::openat(descriptor(), from.c_str(), O_RDONLY | kFlags));
  const Descriptor made(::openat(descriptor(), to.c_str(), O_WRONLY | kFlags));
  if (old && made) posix::copy_attributes(old.get(), made.get());
}

int Folder::rename(const std::string& from, const std::string& to) const {
  return result_of(::renameat(descriptor(), from.c_str(), descriptor(), to.c_str()));
}

int Folder::exchange(const std::string& one, const std::string& other) const {
  return result_of(
      ::renameat2(descriptor(), one.c_str(), descriptor(), other.c_str(), RENAME_EXCHANGE));
}

int Folder::link(const std::string& from, const std::string& to) const {
  return result_of(::linkat(descriptor(), from.c_str(), descriptor(), to.c_str(), 0));
}

int Folder::unlink(const std::string& name) const {
  const int error = result_of(::unlinkat(descriptor(), name.c_str(), 0));
  return error == ENOENT ? 0 : error;
}

int Folder::remove(const std::string& name) const {
  const int error = unlink(name);
  if (error != EISDIR && error != EPERM) return error;
  const auto listing = list(descriptor(), name.c_str());
  if (!listing) return error;
  while (const dirent* entry = ::readdir(listing.get()))
    if (!is_dots(entry->d_name)) ::unlinkat(::dirfd(listing.get()), entry->d_name, 0);
  return result_of(::unlinkat(descriptor(), name.c_str(), AT_REMOVEDIR));
}

Result<void> Folder::sync() const {
  const Descriptor readable(::openat(descriptor(), ".", O_RDONLY | O_DIRECTORY | O_CLOEXEC));
  if (!readable && errno == EACCES) return {};
  if (!readable) return io_error(errno, path_ / "");
  return posix::sync(readable.get(), path_ / "");
}

}  // namespace livephoto::pair
