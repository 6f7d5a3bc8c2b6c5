// Tells a blur from a sharp picture by the width of edges in the tiles that have the most fine
// detail.
#include "core/select/sharpness.h"

#include <algorithm>
#include <array>
#include <cmath>

#include "core/select/vectors.h"

namespace livephoto::select {
namespace {

constexpr int kRowStep = 3;         // from a row of coarse detail to the next
constexpr double kSharpEdge = 0.6;  // standard deviation of its blur, in units of the fine lag
constexpr double kBlurredEdge = 5;
constexpr double kLeastEnergy = 4;        // squared steps of 8 bits: fainter detail says nothing
constexpr double kNoisePercentile = 0.4;  // of the tiles
constexpr double kNoiseMargin = 1.25;     // what is subtracted of it: noise is no constant
constexpr double kNoiseDoubt = 1;  // of it counts as coarse detail: what is left of it is uncertain
constexpr double kShareOfTiles = 0.1;  // those with the most fine detail count
constexpr double kBothDirections =
    0.15;  // with less detail in one than in the other, it says nothing

double edge_at(double x, double blur) { return 0.5 * (1 + std::erf(x / (blur * std::sqrt(2.0)))); }

// Mean of the edge over `pixels` pixels from `x` on.
double averaged_edge(double x, double blur, int pixels) {
  double sum = 0;
  for (int i = 0; i < pixels; ++i) sum += edge_at(x + i, blur);
  return sum / pixels;
}

double edge_ratio(const Geometry& geometry, double blur) {
  const int factor = geometry.factor;
  const int reach = static_cast<int>(std::ceil(4 * blur)) + factor * (geometry.coarse_lag + 1);
  constexpr double kStep = 0.25;  // of the edge's place between the pixels
  double fine = 0, coarse = 0;
  for (double x = -reach; x < reach; x += kStep) {
    const double near = edge_at(x + geometry.fine_lag, blur) - edge_at(x, blur);
    const double far = averaged_edge(x + factor * geometry.coarse_lag, blur, factor) -
                       averaged_edge(x, blur, factor);
    fine += near * near;
    coarse += far * far;
  }
  return fine / std::max(coarse, 1e-9);  // both per pixel of their plane
}

struct Tile {
  double fine_across = 0;
  double across_twice = 0;
  double across_four = 0;
  double fine_down = 0;
  double coarse_across = 0;
  double coarse_down = 0;

  double fine() const { return fine_across + fine_down; }
  double coarse() const { return coarse_across + coarse_down; }
};

LIVEPHOTO_WIDE_TOO double mean_squared_difference(
    const std::int16_t* a, const std::int16_t* b, std::size_t stride, int width, int height) {
  std::int64_t total = 0;
  int rows = 0;
  for (int y = 0; y < height; y += kRowStep, ++rows) {
    const auto* upper = a + static_cast<std::size_t>(y) * stride;
    const auto* lower = b + static_cast<std::size_t>(y) * stride;
    std::int32_t sum = 0;
    for (int x = 0; x < width; ++x) {
      const auto difference = static_cast<std::int16_t>(upper[x] - lower[x]);
      sum += static_cast<std::int32_t>(difference) * static_cast<std::int32_t>(difference);
    }
    total += sum;
  }
  return static_cast<double>(total) / (std::max(rows * width, 1) * kUnit * kUnit);
}

Tile measure_tile(const WorkingPlane& plane, const Geometry& geometry, int x, int y) {
  const auto& base = plane.levels[0];
  const int lag = geometry.coarse_lag;
  const int left = geometry.tile_x(x), top = geometry.tile_y(y);
  const int width = std::min(geometry.tile_x(x + 1), base.width - lag) - left;
  const int height = std::min(geometry.tile_y(y + 1), base.height - lag) - top;
  Tile tile;
  if (width <= 0 || height <= 0) return tile;
  const auto* at = base.row(top) + left;
  const auto stride = static_cast<std::size_t>(base.width);
  const auto column = static_cast<std::size_t>(x), row = static_cast<std::size_t>(y);
  tile.fine_across = plane.fine.across[row][column];
  tile.across_twice = plane.fine.across_twice[row][column];
  tile.across_four = plane.fine.across_four[row][column];
  tile.fine_down = plane.fine.down[row][column];
  tile.coarse_across = mean_squared_difference(at, at + lag, stride, width, height);
  tile.coarse_down = mean_squared_difference(at, base.row(top + lag) + left, stride, width, height);
  return tile;
}

using Tiles = std::array<Tile, static_cast<std::size_t>(kMaxTiles* kMaxTiles)>;

// The energy of noise in one direction, in one tile. Between pixels further apart structure differs
// more, by a power of the distance that is 1 for sharp edges and 2 for a blur; noise does not.
double noise_of(const Tile& tile) {
  constexpr double kOfSharpEdges = 2, kOfBlur = 4;  // what twice the distance makes of it
  const double rise = tile.across_twice - tile.fine_across;
  if (rise <= 0) return tile.fine_across;
  const double growth =
      std::clamp((tile.across_four - tile.across_twice) / rise, kOfSharpEdges, kOfBlur);
  return std::max(tile.fine_across - rise / (growth - 1), 0.0);
}

// Of the picture: in some tiles fine texture looks like noise.
double noise_energy(const Tiles& tiles, std::size_t count) {
  std::array<double, std::tuple_size_v<Tiles>> noise{};
  for (std::size_t i = 0; i < count; ++i) noise[i] = noise_of(tiles[i]);
  const auto place = static_cast<std::size_t>(kNoisePercentile * static_cast<double>(count));
  std::nth_element(
      noise.begin(),
      noise.begin() + static_cast<long>(place),
      noise.begin() + static_cast<long>(count));
  return noise[place];
}

double on_scale(double fine, double coarse, double noise, const EdgeRatios& edges) {
  const double above =
      std::max(fine / (coarse + kLeastEnergy + kNoiseDoubt * noise) - edges.blurred, 0.0);
  return above / (above + edges.sharp - edges.blurred);
}

}  // namespace

EdgeRatios edge_ratios(const Geometry& geometry) {
  return {
      edge_ratio(geometry, kSharpEdge * geometry.fine_lag),
      edge_ratio(geometry, kBlurredEdge * geometry.fine_lag)};
}

Sharpness measure_sharpness(
    const WorkingPlane& plane, const Geometry& geometry, const EdgeRatios& edges) {
  Tiles tiles;
  std::size_t count = 0;
  for (int y = 0; y < geometry.tiles_y; ++y)
    for (int x = 0; x < geometry.tiles_x; ++x) tiles[count++] = measure_tile(plane, geometry, x, y);

  const double noise = kNoiseMargin * noise_energy(tiles, count);
  Sharpness result;
  for (std::size_t i = 0; i < count; ++i)
    result.detail += std::max(tiles[i].fine() - 2 * noise, 0.0) / static_cast<double>(count);
  result.detail = std::sqrt(result.detail);
  const auto best = static_cast<std::size_t>(std::ceil(kShareOfTiles * static_cast<double>(count)));
  std::partial_sort(
      tiles.begin(),
      tiles.begin() + static_cast<long>(best),
      tiles.begin() + static_cast<long>(count),
      [](const Tile& a, const Tile& b) { return a.fine() > b.fine(); });
  const double coarse_noise = noise / (geometry.factor * geometry.factor);
  Tile sum;
  for (std::size_t i = 0; i < best; ++i) {
    sum.fine_across += std::max(tiles[i].fine_across - noise, 0.0) / static_cast<double>(best);
    sum.fine_down += std::max(tiles[i].fine_down - noise, 0.0) / static_cast<double>(best);
    sum.coarse_across +=
        std::max(tiles[i].coarse_across - coarse_noise, 0.0) / static_cast<double>(best);
    sum.coarse_down +=
        std::max(tiles[i].coarse_down - coarse_noise, 0.0) / static_cast<double>(best);
  }
  const double across = on_scale(sum.fine_across, sum.coarse_across, noise, edges);
  const double down = on_scale(sum.fine_down, sum.coarse_down, noise, edges);
  if (sum.coarse() <= 0) return result;
  const double whole = (across * sum.coarse_across + down * sum.coarse_down) / sum.coarse();
  const bool has_both = std::min(sum.coarse_across, sum.coarse_down) >=
                        kBothDirections * std::max(sum.coarse_across, sum.coarse_down);
  // A blur of motion leaves one direction sharp.
  result.edges = has_both ? (whole + std::min(across, down)) / 2 : whole;
  return result;
}

}  // namespace livephoto::select
