// Pairs with all that a lock screen is known to look at, and ones that lack one part of it each.
#pragma once

#include <vector>

#include "tests/core/pair/fake_pairs.h"

namespace livephoto::testing {

// 60 frames of 1080 x 1920 at 30 a second, which cannot be decoded; the still is the 22nd.
FakePair wallpaper_pair();

// `apple` are here all of the lock screen's checks that do not pass.
const std::vector<FakePair>& wallpaper_fakes();

}  // namespace livephoto::testing
