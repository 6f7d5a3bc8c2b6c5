// What was typed behind "repair" and "split": one pair, and where the new files go.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/pair/verify.h"
#include "core/result.h"

namespace livephoto::tool {

// A still and a movie, in any order, or one word for both: their common name, one of
// them, or their .pvt folder. InvalidInput or Io, with what to do, where that is no pair.
Result<PairPaths> pair_named(const std::vector<std::string>& names);

// The new pair's name without extension: `place` is a folder, if it exists or ends in a
// slash, or that name; empty: beside the movie. `ending` is put behind the movie's name.
// InvalidInput for a name that two files cannot have, of a bundle or a video.
Result<std::filesystem::path> new_base(
    const PairPaths& pair, const std::string& place, const std::string& ending);

// Tells why nothing came of the pair, as a sentence or as an event; the exit status.
int tell_failure(const PairPaths& pair, const Error& error, bool as_json);

// Makes the folder of files that are to be written, where it is missing. Io where that
// cannot be done, or where one of the files is there and may not be replaced.
Result<void> prepare(const std::vector<std::filesystem::path>& files, bool may_replace);

}  // namespace livephoto::tool
