// The two files of a pair, which appear under their names together or not at all.
#pragma once

#include <cstdint>
#include <filesystem>
#include <memory>
#include <string>
#include <vector>

#include "../bytes.h"
#include "../result.h"
#include "bundle.h"
#include "names.h"

namespace livephoto {

struct WrittenPair {
  // Inside the bundle, where there is one: "IMG_0001.pvt/IMG_0001.HEIC".
  std::filesystem::path still;
  std::filesystem::path movie;
  std::filesystem::path bundle;  // empty for Bundle::Pair
  std::uint64_t still_size = 0;  // bytes
  std::uint64_t movie_size = 0;
};

// A pair while it is made: under temporary names in its folder, on its file
// system. Whoever drops it uncommitted leaves nothing behind, and what stood under
// its names before still stands. A process that is killed leaves what recover()
// (recover.h) finishes or takes back. One process at a time has a pair: the next one
// is refused, also in the same process, until this is committed or dropped.
// Not for several threads at once.
class PendingPair {
 public:
  // Recovers first what a killed process has left under these names, then makes the
  // temporary files. `base` is the pair's name without extension (pair_base()).
  // Io, with what to do, if the folder does not exist or may not be written, if
  // something that must not be replaced has one of the names (a folder, a device, a
  // .pvt folder with other files in it), or if another process is writing the pair.
  // Unsupported for Bundle::PvtZip in a build without minizip.
  static Result<PendingPair> create(
      const std::filesystem::path& base, StillFormat format, Bundle bundle = Bundle::Pair);

  // The same for files whose names are known, in whatever case: those of a pair that is
  // mended. They keep owner, permissions and extended attributes as far as the user may.
  // InvalidInput where they are not one name with a still's and a movie's extension in
  // one folder.
  static Result<PendingPair> create_as(
      const std::filesystem::path& still, const std::filesystem::path& movie);

  PendingPair(PendingPair&&) noexcept;
  PendingPair& operator=(PendingPair&&) noexcept;
  ~PendingPair();

  // Append, in any order and in pieces of any size. NoSpace where the disk is full.
  // After an error all is gone and nothing can be committed.
  Result<void> write_movie(ByteSpan bytes);
  Result<void> write_still(ByteSpan bytes);

  // Syncs all and gives it its names, replacing older files of these names. After an
  // error those are there as before, and nothing new. Call once.
  Result<WrittenPair> commit();

  const std::filesystem::path& base() const;

  // What create() had to recover, as recover() says it.
  const std::vector<std::string>& recovered() const;

 private:
  struct State;
  explicit PendingPair(std::unique_ptr<State> state);
  static Result<PendingPair> begin(
      const std::filesystem::path& base,
      const std::string& still_extension,
      const std::string& movie_extension,
      Bundle bundle);

  std::unique_ptr<State> state_;
};

}  // namespace livephoto
