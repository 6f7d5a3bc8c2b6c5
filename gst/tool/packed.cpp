#include "gst/tool/packed.h"

#include <algorithm>
#include <array>
#include <memory>
#include <string>
#include <system_error>

#ifdef HAVE_MINIZIP
#include <minizip/unzip.h>
#endif

#include "core/file.h"
#include "core/pair/names.h"
#include "core/text.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

}  // namespace

#ifdef HAVE_MINIZIP
namespace {

constexpr int kMostMembers = 4096;
constexpr std::uint64_t kLargest = std::uint64_t{1} << 30;
// Pictures and movies are compressed already; what shrinks much more is made to fill a disk.
constexpr std::uint64_t kMostTimes = 4;
constexpr std::uint64_t kAlwaysAllowed = std::uint64_t{8} << 20;

struct Close {
  void operator()(voidp zip) const { unzClose(zip); }
};
using Zip = std::unique_ptr<void, Close>;

Error damaged(const fs::path& zip) {
  return invalid_input(shown(zip) + " is no zip file that can be unpacked; it may be cut off.");
}

bool is_still(const std::string& extension) {
  return extension == ".heic" || extension == ".heif" || extension == ".jpg" ||
         extension == ".jpeg";
}

bool is_movie(const std::string& extension) { return extension == ".mov" || extension == ".mp4"; }

// The member at which `zip` stands.
Result<void> unpack(const fs::path& path, const Zip& zip, const fs::path& target) {
  std::error_code error;
  const std::uint64_t packed = fs::file_size(path, error);
  if (error) return damaged(path);
  const std::uint64_t most = std::min(kLargest, std::max(kAlwaysAllowed, kMostTimes * packed));
  if (unzOpenCurrentFile(zip.get()) != UNZ_OK) return damaged(path);
  auto file = PendingFile::create(target);
  if (!file) return file.error();
  Bytes piece(std::size_t{1} << 20);
  for (std::uint64_t size = 0; size <= most;) {
    const int got =
        unzReadCurrentFile(zip.get(), piece.data(), static_cast<unsigned>(piece.size()));
    if (got < 0) return damaged(path);
    if (got == 0) {
      // It is now that the checksum is compared.
      if (unzCloseCurrentFile(zip.get()) != UNZ_OK) return damaged(path);
      return file->commit();
    }
    const auto count = static_cast<std::size_t>(got);
    if (const auto written = file->write(ByteSpan(piece).first(count)); !written) return written;
    size += count;
  }
  if (most == kLargest)
    return invalid_input(shown(path) + " has a file of more than 1 GiB in it; unpack it first.");
  return invalid_input(
      shown(path) +
      " has a file in it that is much larger than when it is packed, as no picture and "
      "no movie is; look at it by hand.");
}

}  // namespace

Result<std::vector<fs::path>> unpack_pair(const fs::path& path, const fs::path& folder) {
  const Zip zip(unzOpen64(path.c_str()));
  if (!zip) return damaged(path);
  fs::path still;
  fs::path movie;
  int step = unzGoToFirstFile(zip.get());
  for (int i = 0; i < kMostMembers && step == UNZ_OK; ++i, step = unzGoToNextFile(zip.get())) {
    unz_file_info64 info{};
    std::array<char, 1024> name{};
    if (unzGetCurrentFileInfo64(
            zip.get(),
            &info,
            name.data(),
            name.size() - 1,
            nullptr,
            0,
            nullptr,
            0) != UNZ_OK)
      return damaged(path);
    const fs::path member = fs::path(name.data()).filename();
    const std::string extension = lower_case_extension(member);
    fs::path* const wanted = is_still(extension) ? &still : is_movie(extension) ? &movie : nullptr;
    if (!wanted || !wanted->empty() || member.native().starts_with('.')) continue;
    constexpr uLong kEncrypted = 1;
    if (info.flag & kEncrypted)
      return invalid_input(shown(path) + " is encrypted; unpack it first.");
    *wanted = folder / member;
    if (const auto done = unpack(path, zip, *wanted); !done) return done.error();
  }
  if (step != UNZ_OK && step != UNZ_END_OF_LIST_OF_FILE) return damaged(path);
  if (still.empty() || movie.empty())
    return invalid_input("There is no still with a movie in " + shown(path) + ".");
  return std::vector{still, movie};
}
#else
Result<std::vector<fs::path>> unpack_pair(const fs::path& path, const fs::path&) {
  return Error{
      ErrorCode::Unsupported,
      shown(path) + " is packed, and this program was built without minizip; unpack it first.",
      {}};
}
#endif

}  // namespace livephoto::tool
