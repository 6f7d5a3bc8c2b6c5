// The two files of a pair that is packed, as .pvt.zip or by any program, taken out to be read.
#pragma once

#include <filesystem>
#include <vector>

#include "core/result.h"

namespace livephoto::tool {

// Writes the first still and the first movie in `zip` into `folder`, known by their suffixes
// and under their own names; what is hidden is passed over. Of 4,096 members, and of 1 GiB
// each, but no more than four times what the whole zip has (or 8 MiB). InvalidInput for what is no
// zip or damaged, is encrypted, or holds no pair; Io; Unsupported in a build without minizip.
Result<std::vector<std::filesystem::path>> unpack_pair(
    const std::filesystem::path& zip, const std::filesystem::path& folder);

}  // namespace livephoto::tool
