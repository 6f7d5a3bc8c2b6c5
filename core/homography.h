// How one plane lies over another: a 3 x 3 matrix, by rows, of projective coordinates.
#pragma once

#include <array>
#include <optional>

namespace livephoto {

// A point (x, y) is mapped to (a x + b y + c, d x + e y + f) / (g x + h y + i).
using Homography = std::array<double, 9>;

inline constexpr Homography kSamePlace{1, 0, 0, 0, 1, 0, 0, 0, 1};

struct PlanePoint {
  double x = 0;
  double y = 0;
};

PlanePoint mapped(const Homography& map, PlanePoint point);

// First the one, then the other.
Homography combined(const Homography& first, const Homography& then);

// Nothing where it has none, or is not finite.
std::optional<Homography> inverse(const Homography& map);

// How far it moves that corner of a picture that it moves farthest, in the picture's unit.
double corner_travel(const Homography& map, double width, double height);

}  // namespace livephoto
