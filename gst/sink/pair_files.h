// The pair that livephotosink's threads write together.
#pragma once

#include <filesystem>
#include <mutex>
#include <optional>
#include <span>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/pair/commit.h"
#include "core/result.h"

namespace livephoto::sink {

// From any thread.
class PairFiles {
 public:
  // What was begun before leaves nothing. Answers what had to be recovered of a killed
  // process's pair, a sentence each. The errors are those of PendingPair::create().
  Result<std::vector<std::string>> begin(
      const std::filesystem::path& base, StillFormat format, Bundle bundle);

  bool has_begun() const;

  // Appends to the movie of a pair that has begun.
  Result<void> write_movie(std::span<const ByteSpan> pieces);

  // Writes the still and gives both files their names. Call when the movie is
  // complete; once, for a pair that has begun.
  Result<WrittenPair> commit(ByteSpan still);

  // What was begun leaves nothing.
  void forget();

 private:
  mutable std::mutex mutex_;
  std::optional<PendingPair> pair_;
};

}  // namespace livephoto::sink
