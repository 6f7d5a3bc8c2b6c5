// A pair's bytes under the temporary names from which a commit takes them; internal.
#pragma once

#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/pair/bundle.h"
#include "core/pair/folder.h"
#include "core/pair/journal.h"
#include "core/result.h"

namespace livephoto::pair {

struct StagingPlace {
  const Folder* folder = nullptr;  // outlives the staging
  std::string base;
  std::string journal;  // its name, which the temporary names begin with
};

// What stands behind the pair's name: ".HEIC", ".MOV".
struct Extensions {
  std::string still;
  std::string movie;
};

// One way of putting the two files into a folder.
class Staging {
 public:
  // Which of the temporary files of Bundle::Pair is which, as Placement::new_name() counts.
  static constexpr std::size_t kMovie = 0;
  static constexpr std::size_t kStill = 1;

  virtual ~Staging() = default;
  virtual Result<void> write_movie(ByteSpan bytes) = 0;
  virtual Result<void> write_still(ByteSpan bytes) = 0;
  // All that was written is on the disk, and closed.
  virtual Result<void> finish() = 0;
  // What is to be put in place, after finish().
  virtual std::vector<Entry> entries() const = 0;
};

// Makes the temporary files. Io as PendingPair::create().
Result<std::unique_ptr<Staging>> make_staging(
    const StagingPlace& place, const Extensions& extensions, Bundle bundle);

// Removes what they may have been. True if there was anything.
Result<bool> remove_staged(const Folder& folder, const std::string& journal);

}  // namespace livephoto::pair
