// What a pair's journal says is left to do, done; internal.
#pragma once

#include <string>
#include <vector>

#include "core/pair/claim.h"
#include "core/pair/folder.h"
#include "core/result.h"

namespace livephoto::pair {

// Finishes or takes back what the owner before has left; after it only the journal
// is there, without entries. One sentence for each thing that was done.
Result<std::vector<std::string>> recover_claimed(const Folder& folder, Claim& claim);

}  // namespace livephoto::pair
