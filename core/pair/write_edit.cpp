// Writes a pair that was mended or parted.
#include <utility>

#include "core/file.h"
#include "core/pair/commit.h"
#include "core/pair/repair.h"

namespace livephoto {
namespace {

Result<void> write_together(const PairEdit& edit, PendingPair pair) {
  auto done = edit.write_movie([&pair](ByteSpan bytes) { return pair.write_movie(bytes); });
  if (done) done = edit.write_still([&pair](ByteSpan bytes) { return pair.write_still(bytes); });
  if (!done) return done;
  const auto written = pair.commit();
  return written ? Result<void>() : written.error();
}

Result<void> write_each(
    const PairEdit& edit, const std::filesystem::path& still, const std::filesystem::path& movie) {
  auto new_movie = PendingFile::create(movie);
  if (!new_movie) return new_movie.error();
  auto new_still = PendingFile::create(still);
  if (!new_still) return new_still.error();
  const auto into = [](PendingFile& file) {
    return [&file](ByteSpan bytes) { return file.write(bytes); };
  };
  auto done = edit.write_movie(into(*new_movie));
  if (done) done = edit.write_still(into(*new_still));
  if (done) done = new_movie->sync();
  if (done) done = new_still->sync();
  if (done) done = new_movie->commit();
  if (done) done = new_still->commit();
  return done;
}

}  // namespace

Result<void> write_pair_edit(
    const PairEdit& edit, const std::filesystem::path& still, const std::filesystem::path& movie) {
  auto together = PendingPair::create_as(still, movie);
  if (together) return write_together(edit, *std::move(together));
  if (together.error().code != ErrorCode::InvalidInput) return together.error();
  return write_each(edit, still, movie);
}

}  // namespace livephoto
