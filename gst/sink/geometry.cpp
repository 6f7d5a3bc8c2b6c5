#include "gst/sink/geometry.h"

#include <algorithm>
#include <cmath>

namespace livephoto::sink {
namespace {

int even_below(int size) { return size < 2 ? size : size - size % 2; }

// The nearest even number that is within `limit` (0: none).
int even(double size, unsigned limit) {
  const int nearest = std::max(2, 2 * static_cast<int>(std::lround(size / 2)));
  return limit == 0 ? nearest : std::min(nearest, std::max(2, even_below(static_cast<int>(limit))));
}

// Cuts what is too much in one direction, the same at both edges.
void cut_to_aspect(const PictureSize& picture, double aspect, Geometry& geometry) {
  const double pixel = static_cast<double>(picture.width_ratio) / picture.height_ratio;
  const double width = picture.width * pixel;
  if (width > picture.height * aspect) {
    const int kept = std::clamp(
        static_cast<int>(std::lround(picture.height * aspect / pixel)),
        1,
        picture.width);
    geometry.left = (picture.width - kept) / 2;
    geometry.right = picture.width - kept - geometry.left;
  } else {
    const int kept = std::clamp(static_cast<int>(std::lround(width / aspect)), 1, picture.height);
    geometry.top = (picture.height - kept) / 2;
    geometry.bottom = picture.height - kept - geometry.top;
  }
}

}  // namespace

Geometry fit(const PictureSize& picture, const SizeLimit& limit) {
  Geometry geometry;
  if (limit.crop && limit.width != 0 && limit.height != 0)
    cut_to_aspect(picture, static_cast<double>(limit.width) / limit.height, geometry);
  if (limit.is_exact) {
    geometry.is_scaled = true;
    geometry.width = static_cast<int>(limit.width);
    geometry.height = static_cast<int>(limit.height);
    return geometry;
  }
  const int kept_width = picture.width - geometry.left - geometry.right;
  const int kept_height = picture.height - geometry.top - geometry.bottom;
  const double width = static_cast<double>(kept_width) * picture.width_ratio / picture.height_ratio;
  const double factor = std::min(
      {1.0,
       limit.width ? limit.width / width : 1.0,
       limit.height ? static_cast<double>(limit.height) / kept_height : 1.0});
  // A limit that asks for nothing leaves also the pixels' shape alone.
  if (factor < 1.0) {
    geometry.is_scaled = true;
    geometry.width = even(width * factor, limit.width);
    geometry.height = even(kept_height * factor, limit.height);
    return geometry;
  }
  geometry.width = even_below(kept_width);
  geometry.height = even_below(kept_height);
  geometry.right += kept_width - geometry.width;
  geometry.bottom += kept_height - geometry.height;
  return geometry;
}

bool is_changed(const PictureSize& picture, const SizeLimit& limit) {
  const Geometry geometry = fit(picture, limit);
  return geometry.is_scaled || geometry.left > 0 || geometry.top > 0 || geometry.right > 1 ||
         geometry.bottom > 1;
}

}  // namespace livephoto::sink
