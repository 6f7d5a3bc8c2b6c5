#include "core/homography.h"

#include <algorithm>
#include <cmath>

namespace livephoto {

PlanePoint mapped(const Homography& map, PlanePoint point) {
  const double w = map[6] * point.x + map[7] * point.y + map[8];
  return {
      (map[0] * point.x + map[1] * point.y + map[2]) / w,
      (map[3] * point.x + map[4] * point.y + map[5]) / w};
}

Homography combined(const Homography& first, const Homography& then) {
  Homography result{};
  for (std::size_t row = 0; row < 3; ++row)
    for (std::size_t column = 0; column < 3; ++column)
      for (std::size_t k = 0; k < 3; ++k)
        result[3 * row + column] += then[3 * row + k] * first[3 * k + column];
  return result;
}

std::optional<Homography> inverse(const Homography& map) {
  const auto& [a, b, c, d, e, f, g, h, i] = map;
  const Homography adjugate{
      e * i - f * h,
      c * h - b * i,
      b * f - c * e,
      f * g - d * i,
      a * i - c * g,
      c * d - a * f,
      d * h - e * g,
      b * g - a * h,
      a * e - b * d};
  const double determinant = a * adjugate[0] + b * adjugate[3] + c * adjugate[6];
  if (!std::isfinite(determinant) || determinant == 0) return std::nullopt;
  Homography result = adjugate;
  for (double& value : result) value /= determinant;
  return result;
}

double corner_travel(const Homography& map, double width, double height) {
  double farthest = 0;
  for (const PlanePoint corner :
       {PlanePoint{0, 0}, PlanePoint{width, 0}, PlanePoint{0, height}, PlanePoint{width, height}}) {
    const PlanePoint to = mapped(map, corner);
    farthest = std::max(farthest, std::hypot(to.x - corner.x, to.y - corner.y));
  }
  return farthest;
}

}  // namespace livephoto
