// One picture in shades of grey, and how it looks from afar.
#pragma once

#include <cstddef>

#include "core/bytes.h"

namespace livephoto::tool {

struct Luma {
  std::size_t width = 0;  // in pixels
  std::size_t height = 0;
  double pixel_aspect = 1;  // how much wider a pixel is than high
  Bytes pixels;             // width x height

  double aspect() const {
    return static_cast<double>(width) * pixel_aspect / static_cast<double>(height);
  }
};

// The middle of it that has the given width by height, in kSeenWidth x kSeenHeight pixels: each
// the mean of what it stands for. The picture is not empty.
Bytes from_afar(const Luma& picture, double aspect);

}  // namespace livephoto::tool
