#include "gst/tool/luma.h"

#include <algorithm>
#include <cmath>
#include <cstdint>

#include "core/pair/verify.h"

namespace livephoto::tool {
namespace {

// Part of a row or column, cut into equal pieces.
struct Side {
  std::size_t from = 0;
  std::size_t size = 1;

  std::size_t begin(std::size_t piece, std::size_t pieces) const {
    return from + size * piece / pieces;
  }
  std::size_t end(std::size_t piece, std::size_t pieces) const {
    return std::max(begin(piece, pieces) + 1, begin(piece + 1, pieces));
  }
};

Side middle(std::size_t whole, double share) {
  const auto kept = static_cast<std::size_t>(std::lround(static_cast<double>(whole) * share));
  const std::size_t size = std::clamp<std::size_t>(kept, 1, whole);
  return {(whole - size) / 2, size};
}

}  // namespace

Bytes from_afar(const Luma& picture, double aspect) {
  const double wider = picture.aspect() / aspect;
  const Side across = middle(picture.width, std::min(1.0, 1 / wider));
  const Side down = middle(picture.height, std::min(1.0, wider));
  Bytes seen;
  seen.reserve(kSeenWidth * kSeenHeight);
  for (std::size_t y = 0; y < kSeenHeight; ++y)
    for (std::size_t x = 0; x < kSeenWidth; ++x) {
      std::uint64_t sum = 0;
      std::uint64_t count = 0;
      for (std::size_t row = down.begin(y, kSeenHeight); row < down.end(y, kSeenHeight); ++row)
        for (std::size_t column = across.begin(x, kSeenWidth); column < across.end(x, kSeenWidth);
             ++column, ++count)
          sum += picture.pixels[row * picture.width + column];
      seen.push_back(static_cast<std::uint8_t>(sum / count));
    }
  return seen;
}

}  // namespace livephoto::tool
