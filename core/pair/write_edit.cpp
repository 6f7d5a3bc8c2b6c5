// Writes a pair that was mended or parted.
#include <filesystem>
#include <system_error>
#include <utility>

#include "core/file.h"
#include "core/pair/commit.h"
#include "core/pair/recover.h"
#include "core/pair/repair.h"
#include "core/posix.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;

Result<void> write_together(const PairEdit& edit, PendingPair pair) {
  auto done = edit.write_movie([&pair](ByteSpan bytes) { return pair.write_movie(bytes); });
  if (done) done = edit.write_still([&pair](ByteSpan bytes) { return pair.write_still(bytes); });
  if (!done) return done;
  const auto written = pair.commit();
  return written ? Result<void>() : written.error();
}

Result<fs::path> followed(const fs::path& path) {
  std::error_code problem;
  fs::path file = fs::canonical(path, problem);
  if (problem) return posix::io_error(problem.value(), path);
  return file;
}

// What a killed process has left of the same file goes first.
Result<PendingFile> create_over(const fs::path& path) {
  static_cast<void>(recover_folder(path.has_parent_path() ? path.parent_path() : "."));
  auto file = PendingFile::create(path);
  if (file) file->keep_attributes();
  return file;
}

ByteSink into(PendingFile& file) {
  return [&file](ByteSpan bytes) { return file.write(bytes); };
}

Result<void> write_each(const PairEdit& edit, const fs::path& still, const fs::path& movie) {
  auto new_movie = create_over(movie);
  if (!new_movie) return new_movie.error();
  auto new_still = create_over(still);
  if (!new_still) return new_still.error();
  auto done = edit.write_movie(into(*new_movie));
  if (done) done = edit.write_still(into(*new_still));
  if (done) done = new_movie->sync();
  if (done) done = new_still->sync();
  if (done) done = new_movie->commit();
  if (done) done = new_still->commit();
  return done;
}

}  // namespace

Result<void> write_pair_edit(const PairEdit& edit, const fs::path& still, const fs::path& movie) {
  auto together = PendingPair::create_as(still, movie);
  if (together) return write_together(edit, *std::move(together));
  if (together.error().code != ErrorCode::InvalidInput) return together.error();
  return write_each(edit, still, movie);
}

Result<void> write_pair_edit_in_place(
    const PairEdit& edit, const fs::path& still, const fs::path& movie) {
  const auto old_still = followed(still);
  if (!old_still) return old_still.error();
  const auto old_movie = followed(movie);
  if (!old_movie) return old_movie.error();
  if (edit.changes_still() && edit.changes_movie())
    return write_pair_edit(edit, *old_still, *old_movie);
  if (!edit.changes_still() && !edit.changes_movie()) return {};

  auto file = create_over(edit.changes_still() ? *old_still : *old_movie);
  if (!file) return file.error();
  const auto done =
      edit.changes_still() ? edit.write_still(into(*file)) : edit.write_movie(into(*file));
  return done ? file->commit() : done;
}

}  // namespace livephoto
