#include "gst/sink/pair_files.h"

#include <utility>

namespace livephoto::sink {

Result<void> PairFiles::begin(const std::filesystem::path& base, StillFormat format, Bundle) {
  const std::lock_guard lock(mutex_);
  auto still = PendingFile::create(with_extension(base, still_extension(format)));
  if (!still) return still.error();
  auto movie = PendingFile::create(with_extension(base, ".MOV"));
  if (!movie) return movie.error();
  still_ = *std::move(still);
  movie_ = *std::move(movie);
  movie_size_ = 0;
  return {};
}

bool PairFiles::has_begun() const {
  const std::lock_guard lock(mutex_);
  return movie_.has_value();
}

Result<void> PairFiles::write_movie(std::span<const ByteSpan> pieces) {
  const std::lock_guard lock(mutex_);
  for (const ByteSpan piece : pieces) {
    if (const auto written = movie_->write(piece); !written) return written.error();
    movie_size_ += piece.size();
  }
  return {};
}

Result<WrittenPair> PairFiles::commit(ByteSpan bytes) {
  const std::lock_guard lock(mutex_);
  auto still = std::exchange(still_, std::nullopt);
  auto movie = std::exchange(movie_, std::nullopt);
  if (const auto written = still->write(bytes); !written) return written.error();
  WrittenPair pair{
      .still = still->path(),
      .movie = movie->path(),
      .bundle = {},
      .still_size = bytes.size(),
      .movie_size = movie_size_};
  if (const auto committed = movie->commit(); !committed) return committed.error();
  if (const auto committed = still->commit(); !committed) return committed.error();
  return pair;
}

void PairFiles::forget() {
  const std::lock_guard lock(mutex_);
  still_.reset();
  movie_.reset();
}

}  // namespace livephoto::sink
