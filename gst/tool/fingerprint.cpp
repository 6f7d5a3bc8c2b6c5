#include "gst/tool/fingerprint.h"

#include <glib.h>
#include <sys/stat.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <fstream>
#include <memory>
#include <vector>

#include "core/bytes.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/reader.h"
#include "core/source.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

// ---- Of a job ----------------------------------------------------------------

// To be raised when the same job makes another pair than before.
constexpr std::string_view kVersion = "1";

// Of a video of gigabytes 2 MiB are read. Who edits one without changing its size changes its index
// or its tags, which are at the beginning or at the end.
constexpr std::uint64_t kSampleSize = 64 * 1024;
constexpr std::uint64_t kSamples = 32;

class Hash {
 public:
  Hash() : sum_(g_checksum_new(G_CHECKSUM_SHA256), g_checksum_free) {}
  void add(std::string_view text) {
    g_checksum_update(
        sum_.get(),
        reinterpret_cast<const guchar*>(text.data()),
        static_cast<gssize>(text.size()));
  }
  std::string text() { return g_checksum_get_string(sum_.get()); }

 private:
  std::unique_ptr<GChecksum, decltype(&g_checksum_free)> sum_;
};

Error cannot_read(const fs::path& video, const std::string& why) {
  return {ErrorCode::Io, shown(video) + " " + why, {}};
}

}  // namespace

Result<void> check_readable(const fs::path& video) {
  struct stat status {};
  if (stat(video.c_str(), &status) != 0) {
    if (errno == ENOENT || errno == ENOTDIR) return cannot_read(video, "does not exist.");
    return cannot_read(
        video,
        "cannot be read (" + std::string(std::strerror(errno)) + "); check its permissions.");
  }
  if (S_ISDIR(status.st_mode)) return cannot_read(video, "is a folder, not a video.");
  if (!S_ISREG(status.st_mode))
    return cannot_read(video, "is a pipe or a device; save the video to a file first.");
  if (status.st_size == 0) return cannot_read(video, "is empty.");
  return {};
}

namespace {

Result<void> add_samples(Hash& hash, const fs::path& video) {
  std::ifstream file(video, std::ios::binary);
  file.seekg(0, std::ios::end);
  const auto size = static_cast<std::uint64_t>(std::max<std::streamoff>(file.tellg(), 0));
  if (!file) return cannot_read(video, "cannot be read; check its permissions.");
  hash.add(std::to_string(size) + '\n');
  const bool is_small = size <= kSampleSize * kSamples;
  std::vector<char> sample(kSampleSize);
  for (std::uint64_t i = 0; i < kSamples; ++i) {
    const std::uint64_t at = is_small ? i * kSampleSize : (size - kSampleSize) * i / (kSamples - 1);
    if (at >= size) break;
    const std::uint64_t count = std::min(kSampleSize, size - at);
    file.seekg(static_cast<std::streamoff>(at));
    if (!file.read(sample.data(), static_cast<std::streamsize>(count)))
      return cannot_read(video, "cannot be read to its end.");
    hash.add({sample.data(), static_cast<std::size_t>(count)});
  }
  return {};
}

std::string text_of(const std::optional<nanoseconds>& time) {
  return time ? std::to_string(time->count()) : "none";
}

// All that decides what is in the two files; not where they are, nor what they are put into.
std::string text_of_settings(const Job& job) {
  const Settings& settings = job.settings;
  // What is found depends on what was said, not on what would stand in for it.
  std::string text = "start " + text_of(job.pick > 0 ? job.moment.start : job.start());
  text += "\nduration " + text_of(job.duration());
  text += "\nstill " + text_of(job.moment.still);
  text += "\nexact " + std::to_string(settings.exact);
  text += "\nformat " + std::string(still_extension(settings.still_format));
  text += "\nsize " + std::to_string(settings.size.width) + "x" +
          std::to_string(settings.size.height) + (settings.crop ? " crop" : "");
  text += "\nmute " + std::to_string(settings.mute);
  if (settings.no_gps) text += "\nno gps";
  if (job.pick > 0) text += "\npick " + std::to_string(job.pick);
  // Nothing stands in a stripped pair; this is so that no other one is taken for it.
  if (settings.strip) text += "\nstrip";
  if (settings.wallpaper) text += "\nwallpaper";
  text += "\ndate " + (settings.date ? isobmff::iso_8601(*settings.date) : "none");
  text += "\nplace " + (settings.place ? isobmff::iso_6709(*settings.place) : "none");
  return text + '\n';
}

// ---- In a movie --------------------------------------------------------------

constexpr std::size_t kLongestFingerprint = 200;  // bytes

std::string_view view(ByteSpan bytes) {
  return {reinterpret_cast<const char*>(bytes.data()), bytes.size()};
}

std::optional<std::string> fingerprint_in(const livephoto::Source& source) {
  const auto movie = isobmff::read_movie(source);
  if (!movie) return std::nullopt;
  for (const isobmff::MetadataItem& item : movie->metadata)
    if (item.key == isobmff::kFingerprintKey && item.value.size() <= kLongestFingerprint)
      return std::string(view(item.value));
  return std::nullopt;
}

// ---- In a zip ----------------------------------------------------------------

// PKWARE's APPNOTE, 4.3.7, "Local file header": numbers are little-endian.
constexpr std::size_t kZipHeader = 30;
constexpr int kMostMembers = 100;

std::uint64_t little_endian(ByteSpan bytes, std::size_t at, std::size_t count) {
  std::uint64_t number = 0;
  while (count-- > 0) number = number << 8 | bytes[at + count];
  return number;
}

struct Member {
  std::string name;
  bool is_stored;  // not compressed
  std::uint64_t begin;
  std::uint64_t size;
};

std::optional<Member> member_at(const livephoto::Source& file, std::uint64_t at) {
  const auto header = read_bytes(file, at, kZipHeader);
  if (!header || view(*header).substr(0, 4) != "PK\3\4") return std::nullopt;
  const auto name_size = static_cast<std::size_t>(little_endian(*header, 26, 2));
  const std::uint64_t extra_size = little_endian(*header, 28, 2);
  const auto name = read_bytes(file, at + kZipHeader, name_size);
  if (!name) return std::nullopt;
  return Member{
      std::string(view(*name)),
      little_endian(*header, 8, 2) == 0,
      at + kZipHeader + name_size + extra_size,
      little_endian(*header, 18, 4)};
}

// A member, as if it were a file of its own.
class MemberSource final : public livephoto::Source {
 public:
  MemberSource(const livephoto::Source& file, const Member& member)
      : file_(file), member_(member) {}

  std::uint64_t size() const override { return member_.size; }
  Result<void> read(std::uint64_t offset, std::span<std::uint8_t> out) const override {
    if (offset > member_.size || out.size() > member_.size - offset)
      return invalid_input("The file ends too early.");
    return file_.read(member_.begin + offset, out);
  }

 private:
  const livephoto::Source& file_;
  const Member& member_;
};

}  // namespace

Result<std::string> fingerprint(const Job& job) {
  const fs::path& video = job.moment.video;
  if (const auto readable = check_readable(video); !readable) return readable.error();
  Hash hash;
  hash.add(text_of_settings(job));
  if (const auto added = add_samples(hash, video); !added) return added.error();
  return std::string(kVersion) + ':' + hash.text();
}

std::optional<std::string> fingerprint_in(const fs::path& movie) {
  const auto file = open_source(movie);
  return file ? fingerprint_in(**file) : std::nullopt;
}

std::optional<std::string> fingerprint_in_zip(const fs::path& bundle) {
  const auto file = open_source(bundle);
  std::uint64_t at = 0;
  for (int i = 0; file && i < kMostMembers; ++i) {
    const auto member = member_at(**file, at);
    if (!member) break;
    if (member->is_stored && member->name.ends_with(".MOV"))
      return fingerprint_in(MemberSource(**file, *member));
    at = member->begin + member->size;
  }
  return std::nullopt;
}

}  // namespace livephoto::tool
