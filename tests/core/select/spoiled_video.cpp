#include "tests/core/select/spoiled_video.h"

#include <algorithm>
#include <cmath>
#include <cstddef>
#include <numbers>
#include <random>

namespace livephoto::select {
namespace {

constexpr int kRoom = 80;  // pixels around the view
constexpr int kCanvasWidth = SpoiledVideo::kWidth + 2 * kRoom;
constexpr int kCanvasHeight = SpoiledVideo::kHeight + 2 * kRoom;
constexpr int kSoftest = 3;  // passes of blur that a good frame may have

using Pixels = std::vector<std::uint8_t>;

// Not std::uniform_real_distribution: libraries differ in what it makes of the same numbers.
class Random {
 public:
  explicit Random(unsigned seed) : numbers_(seed) {}
  double between(double least, double most) {
    return least + (most - least) * (static_cast<double>(numbers_()) / 4294967296.0);
  }
  int below(int end) { return static_cast<int>(between(0, end)); }

 private:
  std::mt19937 numbers_;
};

std::size_t place(int x, int y, int width) {
  return static_cast<std::size_t>(y) * static_cast<std::size_t>(width) +
         static_cast<std::size_t>(x);
}

// Smooth steps between random values on a grid.
class Hills {
 public:
  Hills(Random& random, int spacing) : spacing_(spacing) {
    for (double& value : values_) value = random.between(-1, 1);
  }
  double at(double x, double y) const {
    const double column = x / spacing_ + 64, row = y / spacing_ + 64;
    const auto left = static_cast<int>(column), top = static_cast<int>(row);
    const double across = smooth(column - left), down = smooth(row - top);
    const double upper = std::lerp(value(left, top), value(left + 1, top), across);
    const double lower = std::lerp(value(left, top + 1), value(left + 1, top + 1), across);
    return std::lerp(upper, lower, down);
  }

 private:
  static double smooth(double share) { return share * share * (3 - 2 * share); }
  double value(int column, int row) const { return values_[place(column % 64, row % 64, 64)]; }

  int spacing_;
  std::array<double, 64UL * 64> values_{};
};

std::uint8_t grey(double value) { return static_cast<std::uint8_t>(std::clamp(value, 0.0, 255.0)); }

// Hills of several sizes, in some places with hard edges.
Pixels paint_canvas(Random& random) {
  const Hills mountains(random, 90), bushes(random, 24), leaves(random, 7), grass(random, 2);
  Pixels canvas(static_cast<std::size_t>(kCanvasWidth) * kCanvasHeight);
  for (int y = 0; y < kCanvasHeight; ++y)
    for (int x = 0; x < kCanvasWidth; ++x) {
      const double edge = bushes.at(x, y) > 0.25 ? 35 : 0;
      const double value = 110 + 45 * mountains.at(x, y) + 25 * bushes.at(x, y) + edge +
                           22 * leaves.at(x, y) + 10 * grass.at(x, y);
      canvas[place(x, y, kCanvasWidth)] = grey(value);
    }
  return canvas;
}

// Something that goes to and fro, with a pattern of its own.
struct Creature {
  double x, y, radius, reach, period, phase;
  int shade;
};

struct Scene {
  explicit Scene(unsigned seed) {
    Random random(seed);
    canvas = paint_canvas(random);
    for (int i = 0; i < 3; ++i)
      creatures.push_back(
          {kCanvasWidth * 0.5 + random.between(-110, 110),
           kCanvasHeight * 0.5 + random.between(-55, 55),
           random.between(14, 26),
           random.between(15, 35),
           random.between(1.6, 2.6),
           random.between(0, 6),
           40 + 80 * i});
  }

  // What a camera sees at `seconds` that looks (right, down) beside the middle; mirrored sideways.
  void show(double seconds, int right, int down, Pixels& view) const {
    for (int y = 0; y < SpoiledVideo::kHeight; ++y)
      for (int x = 0; x < SpoiledVideo::kWidth; ++x)
        view[place(x, y, SpoiledVideo::kWidth)] =
            canvas[place(mirrored(kRoom + right + x), kRoom + down + y, kCanvasWidth)];
    for (const Creature& creature : creatures) draw(creature, seconds, right, down, view);
  }

  Pixels canvas;
  std::vector<Creature> creatures;

 private:
  static int mirrored(int x) {
    const int period = 2 * kCanvasWidth;
    const int column = ((x % period) + period) % period;
    return std::min(column, period - 1 - column);
  }

  static void draw(const Creature& creature, double seconds, int right, int down, Pixels& view) {
    const double turn = 2 * std::numbers::pi * seconds / creature.period + creature.phase;
    const double middle_x = creature.x + creature.reach * std::sin(turn) - kRoom - right;
    const double middle_y = creature.y + creature.reach * 0.4 * std::cos(turn) - kRoom - down;
    const auto reach = static_cast<int>(creature.radius) + 1;
    for (int y = static_cast<int>(middle_y) - reach; y <= middle_y + reach; ++y)
      for (int x = static_cast<int>(middle_x) - reach; x <= middle_x + reach; ++x) {
        const bool is_outside =
            x < 0 || y < 0 || x >= SpoiledVideo::kWidth || y >= SpoiledVideo::kHeight;
        const double away = std::hypot(x - middle_x, y - middle_y);
        if (is_outside || away > creature.radius) continue;
        const double stripes = 30 * std::sin((x - middle_x) * 0.9) * std::sin((y - middle_y) * 0.7);
        view[place(x, y, SpoiledVideo::kWidth)] = grey(creature.shade + stripes);
      }
  }
};

// One pass of 1 2 1 in both directions: the square root of half the passes is the standard
// deviation in pixels. Rows run into each other at their ends, which does no harm.
void blur(Pixels& view, Pixels& spare) {
  constexpr int kWidth = SpoiledVideo::kWidth;
  spare = view;
  for (std::size_t at = 1; at + 1 < view.size(); ++at)
    spare[at] = static_cast<std::uint8_t>((view[at - 1] + 2 * view[at] + view[at + 1] + 2) / 4);
  view = spare;
  for (std::size_t at = kWidth; at + kWidth < view.size(); ++at)
    view[at] = static_cast<std::uint8_t>(
        (spare[at - kWidth] + 2 * spare[at] + spare[at + kWidth] + 2) / 4);
}

}  // namespace

struct SpoiledVideo::State {
  State(Spoiled spoiled, unsigned seed)
      : how(spoiled), random(seed * 7 + static_cast<unsigned>(spoiled)), scene(seed) {
    do {
      good = random.below(kFrames - kGood + 1);
    } while (std::abs(good + kGood / 2 - kFrames / 2) < kGood * 0.7);   // the middle is spoiled
    sharp = good + static_cast<int>(random.between(0.4, 0.6) * kGood);  // 14 frames are before it
    breath = random.between(0, 6);
    strength = random.between(0.7, 1.3);
    if (how == Spoiled::CutUp)
      for (unsigned i = 1; i <= 4; ++i) others.emplace_back(seed + 1000 * i);
    if (how == Spoiled::Shaky)
      for (double& phase : phases) phase = random.between(0, 6);
  }

  bool is_good(int number) const { return number >= good && number < good + kGood; }
  bool is_sharp(int number) const { return number >= sharp && number < sharp + kGood / 10; }

  // Frames since the good window, or until it.
  int away(int number) const { return std::max(good - number, number - (good + kGood - 1)); }

  int passes(int number) const {
    const double wave = std::sin(number * 0.06 + breath) * 0.5 + 0.5;
    if (is_good(number)) return is_sharp(number) ? 0 : 2 + static_cast<int>(wave * 1.99);
    if (how == Spoiled::OutOfFocus) return static_cast<int>(strength * (14 + 20 * wave));
    return static_cast<int>(wave * kSoftest);
  }

  void make(int number) {
    const double seconds = static_cast<double>(number) / kRate;
    if (is_good(number))
      scene.show(seconds, 0, 0, view);
    else
      show_spoiled(number, seconds);
    const bool stands = how == Spoiled::Frozen && !is_good(number);
    for (int pass = 0; pass < (stands ? 0 : passes(number)); ++pass) blur(view, spare);
    if (!is_good(number)) spoil_light(number);
  }

  void show_spoiled(int number, double seconds) {
    switch (how) {
      case Spoiled::Shaky:
        return scene.show(seconds, shaken(seconds, 0), shaken(seconds, 3), view);
      case Spoiled::Panned:
        return scene.show(seconds, panned(number), 0, view);
      case Spoiled::Frozen:
        return scene.show(0.2, 0, 0, view);
      case Spoiled::CutUp:
        return piece(number).show(seconds, 0, 0, view);
      default:
        return scene.show(seconds, 0, 0, view);
    }
  }

  // Three waves of 3 to 10 Hz, up to some 15 pixels.
  int shaken(double seconds, std::size_t axis) const {
    double sum = 0;
    for (std::size_t i = 0; i < 3; ++i) {
      const double hertz = 3.1 + 2.7 * static_cast<double>(i);
      sum += std::sin(2 * std::numbers::pi * hertz * seconds + phases[axis + i]) / hertz;
    }
    return static_cast<int>(std::lround(strength * 22 * sum));
  }

  // 0.56 to 1.04 widths a second, from the good window on and towards it.
  int panned(int number) const {
    const double step = strength * 0.8 * kWidth / kRate;
    const int side = number < good ? -1 : 1;
    return side * static_cast<int>(std::lround(away(number) * step));
  }

  // Another scene every half second, and never the good one beside the good window.
  const Scene& piece(int number) const {
    return others[static_cast<std::size_t>(number * 2 / kRate) % others.size()];
  }

  void spoil_light(int number) {
    if (how != Spoiled::Black && how != Spoiled::OverExposed) return;
    std::uint32_t noise = static_cast<std::uint32_t>(number) + 1;
    for (std::uint8_t& pixel : view) {
      noise = noise * 1664525 + 1013904223;
      const auto grain = static_cast<int>(noise >> 30);
      pixel = how == Spoiled::Black ? static_cast<std::uint8_t>(pixel / 50 + grain)
                                    : grey((pixel - 20) * (1.6 + strength));
    }
  }

  Spoiled how;
  Random random;
  Scene scene;
  std::vector<Scene> others;
  std::array<double, 6> phases{};
  int good = 0;
  int sharp = 0;
  double breath = 0;
  double strength = 1;
  Pixels view = Pixels(static_cast<std::size_t>(kWidth) * kHeight);
  Pixels spare;
};

SpoiledVideo::SpoiledVideo(Spoiled how, unsigned seed)
    : state_(std::make_unique<State>(how, seed)) {}
SpoiledVideo::~SpoiledVideo() = default;

const std::vector<std::uint8_t>& SpoiledVideo::frame(int number) {
  state_->make(number);
  return state_->view;
}

Stretch SpoiledVideo::good() const { return {state_->good, state_->good + kGood}; }
Stretch SpoiledVideo::sharpest() const { return {state_->sharp, state_->sharp + kGood / 10}; }

}  // namespace livephoto::select
