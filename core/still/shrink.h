// A picture made smaller, for a thumbnail.
#pragma once

#include <cstdint>

#include "picture.h"

namespace livephoto {

// The mean of the pixels each new pixel covers, in the same format and colour.
// `picture` has passed check_picture(); the new size is at least 1x1 and no
// larger than the old one.
OwnedPicture shrink(const Picture& picture, std::uint32_t width, std::uint32_t height);

}  // namespace livephoto
