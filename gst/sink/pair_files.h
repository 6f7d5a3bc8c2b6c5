// The two files of a pair while they are made: none of them has its name until
// both are complete.
#pragma once

#include <cstdint>
#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>

#include "core/bytes.h"
#include "core/file.h"
#include "core/pair/names.h"
#include "core/result.h"

namespace livephoto::sink {

enum class Bundle { Pair, Pvt, PvtZip };

struct WrittenPair {
  std::filesystem::path still;
  std::filesystem::path movie;
  std::filesystem::path bundle;  // empty for a pair
  std::uint64_t still_size = 0;  // bytes
  std::uint64_t movie_size = 0;
};

// From any thread.
class PairFiles {
 public:
  // Takes the names and makes both files, without their names: so a folder that
  // cannot be written is found before anything is decoded.
  Result<void> begin(const std::filesystem::path& base, StillFormat format, Bundle bundle);

  bool has_begun() const;

  // Appends to the movie.
  Result<void> write_movie(std::span<const ByteSpan> pieces);

  // Writes the still and gives both files their names. Call when the movie is
  // complete; once, for a pair that has begun.
  Result<WrittenPair> commit(ByteSpan still);

  // What was begun leaves nothing.
  void forget();

 private:
  mutable std::mutex mutex_;
  std::optional<PendingFile> still_;
  std::optional<PendingFile> movie_;
  std::uint64_t movie_size_ = 0;
};

}  // namespace livephoto::sink
