#include "core/pair/staging.h"

#include <cerrno>
#include <utility>

#include "core/pair/names.h"
#include "core/pair/placement.h"
#include "core/pair/staged_file.h"
#ifdef HAVE_MINIZIP
#include "core/pair/stored_zip.h"
#endif

namespace livephoto::pair {
namespace {

namespace fs = std::filesystem;
using posix::refused;

constexpr std::string_view kFolderExtension = ".pvt";
constexpr std::string_view kZipExtension = ".pvt.zip";

ByteSpan bytes_of(std::string_view text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
}

fs::path target(const StagingPlace& place, std::string_view extension) {
  return with_extension(place.folder->path_of(place.base), extension);
}

Result<StagedFile> stage_file(
    const StagingPlace& place, std::size_t index, std::string_view extension) {
  auto path = target(place, extension);
  if (const auto free = posix::check_replaceable(path); !free) return free.error();
  return StagedFile::create(
      *place.folder,
      Placement::new_name(place.journal, index),
      std::move(path));
}

Entry file_entry(const StagedFile& file, std::string_view extension) {
  return {
      .kind = Kind::File,
      .extension = std::string(extension),
      .old_size = {},
      .new_size = file.size()};
}

// IMG_0001.HEIC and IMG_0001.MOV.
class LooseFiles : public Staging {
 public:
  LooseFiles(StagedFile movie, StagedFile still, Extensions extensions)
      : movie_(std::move(movie)), still_(std::move(still)), extensions_(std::move(extensions)) {}

  static Result<std::unique_ptr<Staging>> make(
      const StagingPlace& place, const Extensions& extensions) {
    auto movie = stage_file(place, kMovie, extensions.movie);
    if (!movie) return movie.error();
    auto still = stage_file(place, kStill, extensions.still);
    if (!still) return still.error();
    return std::unique_ptr<Staging>(
        std::make_unique<LooseFiles>(*std::move(movie), *std::move(still), extensions));
  }

  Result<void> write_movie(ByteSpan bytes) override { return movie_.write(bytes); }
  Result<void> write_still(ByteSpan bytes) override { return still_.write(bytes); }

  Result<void> finish() override {
    if (const auto finished = movie_.finish(); !finished) return finished.error();
    return still_.finish();
  }

  std::vector<Entry> entries() const override {
    return {file_entry(movie_, extensions_.movie), file_entry(still_, extensions_.still)};
  }

 private:
  StagedFile movie_;
  StagedFile still_;
  Extensions extensions_;
};

bool is_of_bundle(const std::string& name) {
  const auto extension = lower_case_extension(name);
  return extension == ".heic" || extension == ".heif" || extension == ".jpg" ||
         extension == ".jpeg" || extension == ".mov" || extension == ".plist" ||
         name == ".DS_Store";
}

// A folder goes with all that is in it.
Result<void> check_bundle(const StagingPlace& place) {
  const auto path = target(place, kFolderExtension);
  const auto found = place.folder->find(path.filename().string());
  if (!found) return found.error();
  if (!*found || S_ISLNK((*found)->st_mode)) return {};
  if (!S_ISDIR((*found)->st_mode))
    return refused(path, "it is not a folder; move it away or choose another name.");
  const auto old = Folder::open(path, path);
  if (!old) return old.error();
  const auto names = old->names();
  if (!names) return names.error();
  for (const auto& name : *names) {
    const auto status = old->find(name);
    if (!status) return status.error();
    if (*status && (!S_ISREG((*status)->st_mode) || !is_of_bundle(name)))
      return refused(
          path,
          "it is a folder in which " + posix::in_quotes(name) +
              " would be lost; move that away or choose another name.");
  }
  return {};
}

// IMG_0001.pvt with the two and metadata.plist.
class BundleFolder : public Staging {
 public:
  BundleFolder(
      StagingPlace place, Folder folder, StagedFile movie, StagedFile still, StagedFile metadata)
      : place_(std::move(place)),
        folder_(std::move(folder)),
        movie_(std::move(movie)),
        still_(std::move(still)),
        metadata_(std::move(metadata)) {}

  static Result<std::unique_ptr<Staging>> make(
      const StagingPlace& place, const Extensions& extensions) {
    if (const auto free = check_bundle(place); !free) return free.error();
    const auto path = target(place, kFolderExtension);
    auto folder = place.folder->make_folder(Placement::new_name(place.journal, 0), path);
    if (!folder) return folder.error();
    const auto stage = [&](const std::string& name) {
      return StagedFile::create(*folder, name, path / name);
    };
    auto movie = stage(place.base + extensions.movie);
    if (!movie) return movie.error();
    auto still = stage(place.base + extensions.still);
    if (!still) return still.error();
    auto metadata = stage(std::string(kBundleMetadataName));
    if (!metadata) return metadata.error();
    return std::unique_ptr<Staging>(std::make_unique<BundleFolder>(
        place,
        *std::move(folder),
        *std::move(movie),
        *std::move(still),
        *std::move(metadata)));
  }

  Result<void> write_movie(ByteSpan bytes) override { return movie_.write(bytes); }
  Result<void> write_still(ByteSpan bytes) override { return still_.write(bytes); }

  Result<void> finish() override {
    // Somebody may have put something into the old one since.
    auto finished = check_bundle(place_);
    if (finished) finished = metadata_.write(bytes_of(kBundleMetadata));
    for (auto* file : {&movie_, &still_, &metadata_})
      if (finished) finished = file->finish();
    return finished ? folder_.sync() : finished;
  }

  std::vector<Entry> entries() const override {
    return {
        {.kind = Kind::Folder,
         .extension = std::string(kFolderExtension),
         .old_size = {},
         .new_size = 0}};
  }

 private:
  StagingPlace place_;
  Folder folder_;
  StagedFile movie_;
  StagedFile still_;
  StagedFile metadata_;
};

#ifdef HAVE_MINIZIP
// IMG_0001.pvt.zip. The movie comes first in it, as it is written; the still is
// kept until then.
class BundleZip : public Staging {
 public:
  BundleZip(StagedFile file, std::string base, Extensions extensions)
      : zip_(std::make_unique<StoredZip>(std::move(file))),
        inside_(base + std::string(kFolderExtension) + "/"),
        base_(std::move(base)),
        extensions_(std::move(extensions)) {}

  static Result<std::unique_ptr<Staging>> make(
      const StagingPlace& place, const Extensions& extensions) {
    auto file = stage_file(place, 0, kZipExtension);
    if (!file) return file.error();
    auto staging = std::make_unique<BundleZip>(*std::move(file), place.base, extensions);
    if (const auto begun = staging->begin(); !begun) return begun.error();
    return std::unique_ptr<Staging>(std::move(staging));
  }

  Result<void> write_movie(ByteSpan bytes) override { return zip_->write(bytes); }

  Result<void> write_still(ByteSpan bytes) override {
    still_.insert(still_.end(), bytes.begin(), bytes.end());
    return {};
  }

  Result<void> finish() override {
    auto added = add(base_ + extensions_.still, still_);
    if (added) added = add(std::string(kBundleMetadataName), bytes_of(kBundleMetadata));
    return added ? zip_->finish() : added;
  }

  std::vector<Entry> entries() const override {
    return {
        {.kind = Kind::File,
         .extension = std::string(kZipExtension),
         .old_size = {},
         .new_size = zip_->size()}};
  }

 private:
  Result<void> begin() {
    if (const auto begun = zip_->begin_folder(inside_); !begun) return begun.error();
    return zip_->begin_file(inside_ + base_ + extensions_.movie);
  }

  Result<void> add(const std::string& name, ByteSpan bytes) {
    if (const auto begun = zip_->begin_file(inside_ + name); !begun) return begun.error();
    return zip_->write(bytes);
  }

  std::unique_ptr<StoredZip> zip_;
  std::string inside_;
  std::string base_;
  Extensions extensions_;
  Bytes still_;
};
#endif

Result<std::unique_ptr<Staging>> make_zip(
    [[maybe_unused]] const StagingPlace& place, [[maybe_unused]] const Extensions& extensions) {
#ifdef HAVE_MINIZIP
  return BundleZip::make(place, extensions);
#else
  return Error{
      ErrorCode::Unsupported,
      "This build writes no .pvt.zip; write a .pvt folder, or build it with -Dzip=enabled.",
      {}};
#endif
}

}  // namespace

Result<std::unique_ptr<Staging>> make_staging(
    const StagingPlace& place, const Extensions& extensions, Bundle bundle) {
  switch (bundle) {
    case Bundle::Pvt:
      return BundleFolder::make(place, extensions);
    case Bundle::PvtZip:
      return make_zip(place, extensions);
    case Bundle::Pair:
      break;
  }
  return LooseFiles::make(place, extensions);
}

Result<bool> remove_staged(const Folder& folder, const std::string& journal) {
  bool was_there = false;
  for (const std::size_t index : {0, 1}) {
    const auto name = Placement::new_name(journal, index);
    const auto found = folder.find(name);
    if (!found) return found.error();
    if (!*found) continue;
    was_there = true;
    if (const int failed = folder.remove(name); failed != 0)
      return posix::io_error(failed, folder.path_of(name));
  }
  return was_there;
}

}  // namespace livephoto::pair
