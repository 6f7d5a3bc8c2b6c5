// Reads files by pread, so that nobody shares a position in them.
#include "core/source.h"

#include <fcntl.h>
#include <sys/stat.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <limits>
#include <string>
#include <system_error>

#include "core/text.h"

namespace livephoto {
namespace {

std::string system_text(int error) { return std::generic_category().message(error); }

Error cannot_read(const std::filesystem::path& path, const std::string& why, int error) {
  return Error{ErrorCode::Io, "Cannot read \"" + path.string() + "\": " + why, system_text(error)};
}

std::string reason(int error) {
  switch (error) {
    case ENOENT:
    case ENOTDIR:
      return "there is no such file; check its name.";
    case EACCES:
    case EPERM:
      return "it may not be read; change its permissions.";
    case EMFILE:
    case ENFILE:
      return "too many files are open; close some or raise the limit.";
    default:
      return "the system reported \"" + system_text(error) + "\".";
  }
}

Error ends_early() {
  return invalid_input("The file ends in the middle of what it holds; copy it again.");
}

class FileSource final : public Source {
 public:
  FileSource(std::filesystem::path path, int descriptor, std::uint64_t size)
      : path_(std::move(path)), descriptor_(descriptor), size_(size) {}
  FileSource(const FileSource&) = delete;
  FileSource& operator=(const FileSource&) = delete;
  ~FileSource() override { ::close(descriptor_); }

  std::uint64_t size() const override { return size_; }

  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > size_ || out.size() > size_ - offset) return ends_early();
    while (!out.empty()) {
      const ssize_t count =
          ::pread(descriptor_, out.data(), out.size(), static_cast<off_t>(offset));
      if (count < 0 && errno == EINTR) continue;
      if (count < 0) return cannot_read(path_, reason(errno), errno);
      if (count == 0) return ends_early();  // it became shorter meanwhile
      out = out.subspan(static_cast<std::size_t>(count));
      offset += static_cast<std::uint64_t>(count);
    }
    return {};
  }

 private:
  std::filesystem::path path_;
  int descriptor_;
  std::uint64_t size_;
};

}  // namespace

Result<std::unique_ptr<Source>> open_source(const std::filesystem::path& path) {
  // Not blocking: a pipe without a writer would keep us here.
  const int descriptor = ::open(path.c_str(), O_RDONLY | O_CLOEXEC | O_NONBLOCK);
  if (descriptor < 0) return cannot_read(path, reason(errno), errno);
  struct stat status {};
  const bool known = ::fstat(descriptor, &status) == 0;
  if (!known || !S_ISREG(status.st_mode)) {
    const int error = known ? EINVAL : errno;
    ::close(descriptor);
    if (known && S_ISDIR(status.st_mode)) return cannot_read(path, "it is a folder.", EISDIR);
    return cannot_read(path, "it is no ordinary file.", error);
  }
  return std::unique_ptr<Source>(std::make_unique<FileSource>(
      path,
      descriptor,
      static_cast<std::uint64_t>(std::max<off_t>(status.st_size, 0))));
}

Result<void> MemorySource::read(std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (offset > bytes_.size() || out.size() > bytes_.size() - offset) return ends_early();
  std::ranges::copy(bytes_.subspan(static_cast<std::size_t>(offset), out.size()), out.begin());
  return {};
}

Result<Bytes> read_bytes(const Source& source, std::uint64_t offset, std::size_t count) {
  // Before memory is asked for: a size in a file promises what it likes.
  if (offset > source.size() || count > source.size() - offset) return ends_early();
  Bytes bytes(count);
  const auto read = source.read(offset, bytes);
  if (!read) return read.error();
  return bytes;
}

}  // namespace livephoto
