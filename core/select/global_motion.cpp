// Finds a similarity between two frames, coarse to fine, and what does not move by it.
#include "core/select/global_motion.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <limits>

#include "core/select/vectors.h"

namespace livephoto::select {
namespace {

constexpr int kBlock = 8;         // pixels of a level, in each direction
constexpr int kBaseStride = 16;   // from block to block in the working plane; else no gaps
constexpr int kSearch = 7;        // pixels of the smallest level, in each direction
constexpr int kSubPixelBits = 3;  // blocks are compared at that many places between two pixels
constexpr int kSubPixels = 1 << kSubPixelBits;
constexpr double kBlockPixels = kBlock * kBlock;
constexpr double kFlat =
    kBlockPixels * 3 * kUnit * kUnit;     // energy of gradients that noise has too
constexpr int kFits = 3;                  // with new weights, of each comparison
constexpr double kPullToNone = 0.02;      // on scale and turn, as a share of all information
constexpr double kOutlier = 0.35;         // pixels of a level: what is off by it counts a quarter
constexpr double kConsistent = 0.5;       // pixels of the working plane: moves with the whole
constexpr double kLeastSupport = 0.15;    // below, nobody can say how the whole moves
constexpr double kLivelyShare = 0.125;    // of the blocks: a subject need not be large
constexpr double kNoisePercentile = 0.2;  // of the blocks: some do not change
constexpr double kNoiseMargin = 2;        // times that: blocks vary
constexpr double kMostNoise = 50;    // squared steps of 8 bits, of the full plane: more is movement
constexpr double kLeastNoise = 1.5;  // likewise, of the working plane
constexpr double kMostLocal = 4;     // pixels of the working plane: more is no measure

// ---- one block ----

struct Gradients {
  double x = 0, y = 0, xx = 0, xy = 0, yy = 0;
};

struct Differences {
  double sum = 0, squares = 0, x = 0, y = 0;
};

// Eight pixels of the plane, between four of its pixels.
struct Tap {
  UnsignedLanes weights[4];

  Tap(int fx, int fy)
      : weights{
            all(static_cast<unsigned>((kSubPixels - fx) * (kSubPixels - fy))),
            all(static_cast<unsigned>(fx * (kSubPixels - fy))),
            all(static_cast<unsigned>((kSubPixels - fx) * fy)),
            all(static_cast<unsigned>(fx * fy))} {}

  Lanes at(const std::int16_t* from, std::ptrdiff_t stride) const {
    const auto sum = load<UnsignedLanes>(from) * weights[0] +
                     load<UnsignedLanes>(from + 1) * weights[1] +
                     load<UnsignedLanes>(from + stride) * weights[2] +
                     load<UnsignedLanes>(from + stride + 1) * weights[3];
    return reinterpret_cast<Lanes>((sum + all(kSubPixels * kSubPixels / 2)) >> (2 * kSubPixelBits));
  }
};
static_assert(255 * kUnit * kSubPixels * kSubPixels + kSubPixels * kSubPixels / 2 < 65536);

constexpr Lanes kOnes{1, 1, 1, 1, 1, 1, 1, 1};

Gradients gradients(const std::int16_t* at, std::ptrdiff_t stride) {
  Sums x{}, y{}, xx{}, xy{}, yy{};
  for (int row = 0; row < kBlock; ++row, at += stride) {
    const Lanes gx = load<Lanes>(at + 1) - load<Lanes>(at - 1);
    const Lanes gy = load<Lanes>(at + stride) - load<Lanes>(at - stride);
    x += multiply_add(gx, kOnes);
    y += multiply_add(gy, kOnes);
    xx += multiply_add(gx, gx);
    xy += multiply_add(gx, gy);
    yy += multiply_add(gy, gy);
  }
  // Central differences are of two pixels.
  return {total(x) / 2.0, total(y) / 2.0, total(xx) / 4.0, total(xy) / 4.0, total(yy) / 4.0};
}

Differences differences(
    const std::int16_t* at, const std::int16_t* other, std::ptrdiff_t stride, const Tap& tap) {
  Sums sum{}, squares{}, x{}, y{};
  for (int row = 0; row < kBlock; ++row, at += stride, other += stride) {
    const Lanes difference = load<Lanes>(at) - tap.at(other, stride);
    const Lanes gx = load<Lanes>(at + 1) - load<Lanes>(at - 1);
    const Lanes gy = load<Lanes>(at + stride) - load<Lanes>(at - stride);
    sum += multiply_add(difference, kOnes);
    squares += multiply_add(difference, difference);
    x += multiply_add(gx, difference);
    y += multiply_add(gy, difference);
  }
  return {
      static_cast<double>(total(sum)),
      static_cast<double>(total(squares)),
      total(x) / 2.0,
      total(y) / 2.0};
}

// ---- the search ----

struct Overlap {
  double mean_before = 0, mean_now = 0;
  double covariance = 0, variance_before = 0, variance_now = 0;

  double likeness() const {
    constexpr double kLeastVariance = kUnit * kUnit;  // of pictures in which nothing can be seen
    const bool flat_before = variance_before < kLeastVariance,
               flat_now = variance_now < kLeastVariance;
    if (flat_before && flat_now) return 1;
    if (flat_before || flat_now) return 0;
    return covariance / std::sqrt(variance_before * variance_now);
  }
};

// Of the frame before, and this frame where it lies `dx` to the right and `dy` further down.
LIVEPHOTO_WIDE_TOO Overlap overlap(const Plane16& before, const Plane16& now, int dx, int dy) {
  const int left = std::max(0, -dx), right = std::min(before.width, before.width - dx);
  const int top = std::max(0, -dy), bottom = std::min(before.height, before.height - dy);
  std::int64_t a_sum = 0, b_sum = 0, aa = 0, bb = 0, ab = 0;
  for (int y = top; y < bottom; ++y) {
    const auto* a = before.row(y) + left;
    const auto* b = now.row(y + dy) + left + dx;
    std::int32_t row[5] = {};
    for (int x = 0; x < right - left; ++x) {
      row[0] += a[x];
      row[1] += b[x];
      row[2] += static_cast<std::int32_t>(a[x]) * a[x];
      row[3] += static_cast<std::int32_t>(b[x]) * b[x];
      row[4] += static_cast<std::int32_t>(a[x]) * b[x];
    }
    a_sum += row[0], b_sum += row[1], aa += row[2], bb += row[3], ab += row[4];
  }
  const double pixels = std::max((right - left) * (bottom - top), 1);
  Overlap result;
  result.mean_before = static_cast<double>(a_sum) / pixels;
  result.mean_now = static_cast<double>(b_sum) / pixels;
  result.variance_before =
      static_cast<double>(aa) / pixels - result.mean_before * result.mean_before;
  result.variance_now = static_cast<double>(bb) / pixels - result.mean_now * result.mean_now;
  result.covariance = static_cast<double>(ab) / pixels - result.mean_before * result.mean_now;
  return result;
}

// Mean absolute difference, each pixel's up to a bound: a part that moves otherwise is not to
// decide. Anything above `limit` if it is above that.
LIVEPHOTO_WIDE_TOO double unlikeness(
    const Plane16& before, const Plane16& now, int dx, int dy, int brighter, double limit) {
  constexpr std::int16_t kBound = 24 * kUnit;
  const int left = std::max(0, -dx), right = std::min(before.width, before.width - dx);
  const int top = std::max(0, -dy), bottom = std::min(before.height, before.height - dy);
  const double enough = limit * std::max((right - left) * (bottom - top), 1);
  std::int64_t sum = 0;
  for (int y = top; y < bottom; ++y) {
    const auto* a = before.row(y) + left;
    const auto* b = now.row(y + dy) + left + dx;
    std::int32_t row = 0;
    for (int x = 0; x < right - left; ++x) {
      auto difference = static_cast<std::int16_t>(b[x] - a[x] - brighter);
      difference = std::max(difference, static_cast<std::int16_t>(-difference));
      row += std::min(difference, kBound);
    }
    sum += row;
    if (static_cast<double>(sum) > enough) break;
  }
  return static_cast<double>(sum) / std::max((right - left) * (bottom - top), 1);
}

struct Shift {
  int dx = 0;
  int dy = 0;
};

Shift search(const Plane16& before, const Plane16& now, Shift likely) {
  const auto still = overlap(before, now, 0, 0);
  const int brighter = static_cast<int>(std::lround(still.mean_now - still.mean_before));
  const int reach_x = std::min(kSearch, before.width / 4),
            reach_y = std::min(kSearch, before.height / 4);
  // What is laid over less must be better by it, and no shift at all is the likeliest.
  constexpr double kPerPixel = 0.01, kHeadStart = 0.02;
  Shift best;
  double least = unlikeness(before, now, 0, 0, brighter, 1e9) * (1 - kHeadStart);
  const auto consider = [&](int dx, int dy) {
    const double dearer = 1 + kPerPixel * std::max(std::abs(dx), std::abs(dy));
    const double cost = unlikeness(before, now, dx, dy, brighter, least / dearer) * dearer;
    if (cost < least) {
      least = cost;
      best = {dx, dy};
    }
  };
  // With a good one first the others are soon too bad.
  consider(std::clamp(likely.dx, -reach_x, reach_x), std::clamp(likely.dy, -reach_y, reach_y));
  for (int dy = -reach_y; dy <= reach_y; ++dy)
    for (int dx = -reach_x; dx <= reach_x; ++dx) consider(dx, dy);
  return best;
}

// ---- the fit ----

using Unknowns = std::array<double, 4>;
using Matrix = std::array<Unknowns, 4>;

// By Cholesky's method; the matrix is positive definite.
Unknowns solve(Matrix a, Unknowns b, std::size_t size) {
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t j = 0; j <= i; ++j) {
      double sum = a[i][j];
      for (std::size_t k = 0; k < j; ++k) sum -= a[i][k] * a[j][k];
      a[i][j] = i == j ? std::sqrt(std::max(sum, 1e-12)) : sum / a[j][j];
    }
  }
  for (std::size_t i = 0; i < size; ++i) {
    for (std::size_t k = 0; k < i; ++k) b[i] -= a[i][k] * b[k];
    b[i] /= a[i][i];
  }
  for (std::size_t i = size; i-- > 0;) {
    for (std::size_t k = i + 1; k < size; ++k) b[i] -= a[k][i] * b[k];
    b[i] /= a[i][i];
  }
  return b;
}

struct Point {
  double x = 0;
  double y = 0;
};

// In pixels of a level, of which one is `unit` of the full plane.
Point displacement(const Similarity& motion, const BlockMatch& block, double unit) {
  return {
      (motion.scale * block.x - motion.turn * block.y + motion.dx) / unit,
      (motion.turn * block.x + motion.scale * block.y + motion.dy) / unit};
}

// How far the block is from where the motion puts it, in pixels of the level.
Point leftover(const BlockMatch& block, Point moved) {
  const double ux = moved.x - block.qx, uy = moved.y - block.qy;
  const double rx = block.ex - (block.xx * ux + block.xy * uy);
  const double ry = block.ey - (block.xy * ux + block.yy * uy);
  const double xx = block.xx + kFlat / 4, yy = block.yy + kFlat / 4;
  const double determinant = xx * yy - block.xy * block.xy;
  return {(yy * rx - block.xy * ry) / determinant, (xx * ry - block.xy * rx) / determinant};
}

double texture(const BlockMatch& block) { return block.xx + block.yy; }

// Of the differences, where the motion puts the block.
double energy_left(const BlockMatch& block, Point moved) {
  const double ux = moved.x - block.qx, uy = moved.y - block.qy;
  const double energy = block.energy - 2 * (ux * block.ex + uy * block.ey) + block.xx * ux * ux +
                        2 * block.xy * ux * uy + block.yy * uy * uy;
  return std::max(energy, 0.0);
}

// Puts the value at that share of the sorted list in its place, what is less before it.
std::size_t settle(std::vector<double>& values, double share) {
  const auto place = std::min(
      static_cast<std::size_t>(share * static_cast<double>(values.size())),
      values.size() - 1);
  std::nth_element(values.begin(), values.begin() + static_cast<long>(place), values.end());
  return place;
}

}  // namespace

void MotionFinder::match(
    const Plane16& before, const Plane16& now, const Geometry& geometry, int level) {
  const int stride = level == 0 ? kBaseStride : kBlock;
  const int first = level == 0 ? (kBaseStride - kBlock) / 2 : 1;
  const double unit = geometry.factor * static_cast<double>(1 << level);
  blocks_.clear();
  for (int y = first; y + kBlock < before.height; y += stride)
    for (int x = first; x + kBlock < before.width; x += stride) {
      BlockMatch block;
      block.x = (x + kBlock / 2.0) * unit - geometry.width / 2.0;
      block.y = (y + kBlock / 2.0) * unit - geometry.height / 2.0;
      const auto moved = displacement(motion_, block, unit);
      const auto px = static_cast<int>(std::lround(std::clamp(moved.x, -1e4, 1e4) * kSubPixels));
      const auto py = static_cast<int>(std::lround(std::clamp(moved.y, -1e4, 1e4) * kSubPixels));
      const int fx = px & (kSubPixels - 1), fy = py & (kSubPixels - 1);
      const int dx = (px - fx) / kSubPixels, dy = (py - fy) / kSubPixels;
      if (x + dx < 0 || y + dy < 0 || x + dx + kBlock >= now.width || y + dy + kBlock >= now.height)
        continue;
      const auto* at = before.row(y) + x;
      const auto g = gradients(at, before.width);
      const auto d = differences(at, now.row(y + dy) + x + dx, before.width, Tap(fx, fy));
      block.qx = static_cast<double>(px) / kSubPixels;
      block.qy = static_cast<double>(py) / kSubPixels;
      // Without the means: light changes.
      block.xx = g.xx - g.x * g.x / kBlockPixels;
      block.xy = g.xy - g.x * g.y / kBlockPixels;
      block.yy = g.yy - g.y * g.y / kBlockPixels;
      block.ex = d.x - g.x * d.sum / kBlockPixels;
      block.ey = d.y - g.y * d.sum / kBlockPixels;
      block.energy = d.squares - d.sum * d.sum / kBlockPixels;
      blocks_.push_back(block);
    }
}

void MotionFinder::fit(double unit, double reach, bool only_shift) {
  for (auto& block : blocks_) {
    const auto off = leftover(block, displacement(motion_, block, unit));
    const double excess = (off.x * off.x + off.y * off.y) / (kOutlier * kOutlier);
    // Contrast speaks for a block, but not without end: one bright sign is not the picture.
    block.weight = 1 / ((1 + excess) * (1 + excess) * (texture(block) + kFlat));
  }
  Matrix a{};
  Unknowns b{};
  for (const auto& block : blocks_) {
    // Unknowns: dx, dy in pixels of the level; scale and turn times the reach, likewise.
    const double x = block.x / reach, y = block.y / reach, w = block.weight;
    const double gx = w * (block.xx * block.qx + block.xy * block.qy + block.ex);
    const double gy = w * (block.xy * block.qx + block.yy * block.qy + block.ey);
    const double xx = w * block.xx, xy = w * block.xy, yy = w * block.yy;
    a[0][0] += xx, a[1][0] += xy, a[1][1] += yy;
    a[2][0] += xx * x + xy * y, a[2][1] += xy * x + yy * y;
    a[2][2] += (xx * x + xy * y) * x + (xy * x + yy * y) * y;
    a[3][0] += xy * x - xx * y, a[3][1] += yy * x - xy * y;
    a[3][2] += (xy * x - xx * y) * x + (yy * x - xy * y) * y;
    a[3][3] += (yy * x - xy * y) * x - (xy * x - xx * y) * y;
    b[0] += gx, b[1] += gy, b[2] += gx * x + gy * y, b[3] += gy * x - gx * y;
  }
  const double information = a[0][0] + a[1][1];
  if (information <= 0) return;
  for (std::size_t i = 0; i < 2; ++i) a[i][i] += 1e-6 * information;
  for (std::size_t i = 2; i < 4; ++i) a[i][i] += kPullToNone * kPullToNone * information;
  const auto found = solve(a, b, only_shift ? 2 : 4);
  motion_.dx = found[0] * unit;
  motion_.dy = found[1] * unit;
  motion_.scale = only_shift ? 0 : found[2] * unit / reach;
  motion_.turn = only_shift ? 0 : found[3] * unit / reach;
}

void MotionFinder::refine(
    const Plane16& before, const Plane16& now, const Geometry& geometry, int level) {
  const double unit = geometry.factor * static_cast<double>(1 << level);
  const double reach = geometry.diagonal() / 2;
  constexpr std::size_t kBlocksForAll = 12;  // fewer say nothing of scale and turn
  const int passes = level + 1 == geometry.levels ? 2 : 1;
  for (int pass = 0; pass < passes; ++pass) {
    match(before, now, geometry, level);
    if (blocks_.empty()) return;
    const bool only_shift = blocks_.size() < kBlocksForAll;
    for (int i = 0; i < kFits; ++i) fit(unit, reach, only_shift);
  }
}

double MotionFinder::noise_energy(double factor) {
  if (blocks_.empty()) return 0;
  amounts_.clear();
  for (const auto& block : blocks_)
    amounts_.push_back(energy_left(block, displacement(motion_, block, factor)));
  const double most =
      kBlockPixels * kUnit * kUnit * std::max(kMostNoise / (factor * factor), kLeastNoise);
  return kNoiseMargin * std::min(amounts_[settle(amounts_, kNoisePercentile)], most);
}

double MotionFinder::support(double factor, double noise) const {
  double with = 0, all_texture = 0;
  for (const auto& block : blocks_) {
    const double weight = texture(block) / (texture(block) + kFlat);
    const auto off = leftover(block, displacement(motion_, block, factor));
    all_texture += weight;
    // Where nothing fits, what is left is small too: the energy must be explained.
    const double unexplained =
        std::max(block.energy - noise - kFlat, 0.0) / (texture(block) + kFlat);
    if (std::hypot(off.x, off.y) < kConsistent && unexplained < kConsistent) with += weight;
  }
  return all_texture > 0 ? with / all_texture : 0;
}

double MotionFinder::local_motion(double factor, double noise) {
  if (blocks_.empty()) return 0;
  amounts_.clear();
  for (const auto& block : blocks_) {
    const double left =
        std::max(energy_left(block, displacement(motion_, block, factor)) - noise, 0.0);
    amounts_.push_back(std::min(std::sqrt(2 * left / (texture(block) + kFlat)), kMostLocal));
  }
  const auto place = settle(amounts_, 1 - kLivelyShare);
  double sum = 0;
  for (auto i = place; i < amounts_.size(); ++i) sum += amounts_[i];
  return sum / static_cast<double>(amounts_.size() - place) * factor;
}

PairMotion MotionFinder::find(
    const WorkingPlane& before, const WorkingPlane& now, const Geometry& geometry) {
  const int smallest = geometry.levels - 1;
  const auto& small_before = before.levels[static_cast<std::size_t>(smallest)];
  const auto& small_now = now.levels[static_cast<std::size_t>(smallest)];
  const double unit = geometry.factor * static_cast<double>(1 << smallest);
  const auto shift = search(
      small_before,
      small_now,
      {static_cast<int>(std::lround(motion_.dx / unit)),
       static_cast<int>(std::lround(motion_.dy / unit))});
  PairMotion result;
  result.likeness = overlap(small_before, small_now, shift.dx, shift.dy).likeness();
  motion_ = {0, 0, shift.dx * unit, shift.dy * unit};
  for (int level = smallest; level >= 0; --level)
    refine(
        before.levels[static_cast<std::size_t>(level)],
        now.levels[static_cast<std::size_t>(level)],
        geometry,
        level);
  result.global.support = support(geometry.factor, noise_energy(geometry.factor));
  if (result.global.support < kLeastSupport) {
    motion_ = {};
    match(before.levels[0], now.levels[0], geometry, 0);
  }
  result.local = local_motion(geometry.factor, noise_energy(geometry.factor));
  result.global.dx = motion_.dx;
  result.global.dy = motion_.dy;
  result.global.zoom = std::hypot(1 + motion_.scale, motion_.turn);
  result.global.roll = std::atan2(motion_.turn, 1 + motion_.scale);
  return result;
}

}  // namespace livephoto::select
