// Puts the measures of one frame together, with what of the frames before it they need.
#include "core/select/frame_meter.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <utility>

#include "core/select/global_motion.h"
#include "core/select/light.h"
#include "core/select/sharpness.h"
#include "core/select/working_plane.h"

namespace livephoto::select {
namespace {

// A repeat: no more than coding leaves, in no tile; more where fewer pixels make one.
constexpr double kRepeatMean = 0.0012;
constexpr double kRepeatTile = 0.006;
constexpr double kRepeatUnreduced = 2.2;  // times that, of a plane that was not reduced
constexpr double kRepeatOfUsual = 0.05;   // or no more than this share of what usually changes
constexpr double kRepeatAtMost = 4;       // times the two limits, whatever is usual
constexpr double kStandsStill = 0.3;      // seconds of repeats that are no cadence any more
constexpr double kSlow = 0.2;             // seconds over which a camera's way is smooth
constexpr double kFast = 0.03;            // seconds over which motion is noise
constexpr double kCutDifference = 0.03;
constexpr double kCutOverUsual = 2;  // times the difference of the frames before
constexpr double kCutLikeness = 0.55;
constexpr double kUsual = 0.5;      // seconds
constexpr double kRadius = 0.2887;  // of a picture's points, quadratic mean, in diagonals

// Shift, turn and scale per second, all as far as they move the picture's points; in diagonals.
struct Velocity {
  std::array<double, 4> parts{};

  double length() const {
    double squares = 0;
    for (const double part : parts) squares += part * part;
    return std::sqrt(squares);
  }
  void approach(const Velocity& other, double share) {
    for (std::size_t i = 0; i < parts.size(); ++i) parts[i] += share * (other.parts[i] - parts[i]);
  }
  Velocity minus(const Velocity& other) const {
    Velocity rest = *this;
    for (std::size_t i = 0; i < parts.size(); ++i) rest.parts[i] -= other.parts[i];
    return rest;
  }
};

Velocity velocity_of(const GlobalMotion& motion, double diagonal, double seconds) {
  return {
      {motion.dx / diagonal / seconds,
       motion.dy / diagonal / seconds,
       kRadius * motion.roll / seconds,
       kRadius * (motion.zoom - 1) / seconds}};
}

double share_within(double seconds, double constant) { return 1 - std::exp(-seconds / constant); }

// The time between pictures of a stream that repeats some to keep a rate (24 frames shown as 30).
// Without repeats it is that between the frames.
class Cadence {
 public:
  void restart() { *this = {}; }
  void repeat(double seconds) {
    since_distinct_ += seconds;
    since_repeat_ = 0;
  }
  // Seconds that the motion of a frame took that is no repeat.
  double distinct(double seconds) {
    const double interval = since_distinct_ + seconds;
    since_distinct_ = 0;
    if (interval > kStandsStill) {
      count_ = 0;
      return seconds;
    }
    intervals_[count_++ % intervals_.size()] = interval;
    const bool is_even = since_repeat_++ > intervals_.size();
    if (is_even) return interval;
    const auto known = std::min(count_, intervals_.size());
    double sum = 0;
    for (std::size_t i = 0; i < known; ++i) sum += intervals_[i];
    return sum / static_cast<double>(known);
  }
  double since_distinct() const { return since_distinct_; }

 private:
  std::array<double, 12> intervals_{};
  std::size_t count_ = 0;
  std::size_t since_repeat_ = 1000;
  double since_distinct_ = 0;
};

}  // namespace

struct FrameMeter::State {
  Geometry geometry;
  EdgeRatios edges;
  std::array<WorkingPlane, 2> planes;
  std::size_t current = 0;
  std::vector<std::uint16_t> columns;
  MotionFinder finder;

  bool has_before = false;
  nanoseconds time_before{0};
  bool has_velocity = false;
  Velocity fast, slow;
  Cadence cadence;
  double usual_difference = 0;
  bool was_unlike = false;                        // the frame before, to the one before that
  double speed = 0, shake = 0, local_motion = 0;  // of the last frame that was no repeat

  void forget_motion() {
    has_velocity = false;
    cadence.restart();
    speed = shake = local_motion = 0;
  }
  void set_size(int width, int height);
  void compare(const LumaView& luma, double seconds, FrameMeasures& measures);
  void move(double seconds, FrameMeasures& measures);
  bool is_repeat(const Change& change) const;
  bool is_cut(const FrameMeasures& measures, double likeness) const;
};

void FrameMeter::State::set_size(int width, int height) {
  if (edges.blurred > 0 && width == geometry.width && height == geometry.height) return;
  geometry = Geometry(width, height);
  edges = edge_ratios(geometry);
  has_before = false;
}

bool FrameMeter::State::is_repeat(const Change& change) const {
  const double coding = std::max(kRepeatUnreduced / geometry.factor, 1.0);
  const double slack =
      std::clamp(kRepeatOfUsual * usual_difference / kRepeatMean, coding, kRepeatAtMost);
  return change.mean < slack * kRepeatMean && change.most < slack * kRepeatTile;
}

bool FrameMeter::State::is_cut(const FrameMeasures& measures, double likeness) const {
  return measures.difference > kCutDifference &&
         measures.difference > kCutOverUsual * usual_difference && likeness < kCutLikeness;
}

void FrameMeter::State::move(double seconds, FrameMeasures& measures) {
  const auto pair = finder.find(planes[1 - current], planes[current], geometry);
  // Two in a row are no cuts: nothing is like anything, in noise for one.
  if (std::exchange(was_unlike, is_cut(measures, pair.likeness)))
    usual_difference = measures.difference;
  else if (was_unlike) {
    measures.is_cut = true;
    forget_motion();
    return;
  }
  measures.motion = pair.global;
  const double took = cadence.distinct(seconds);
  const auto velocity = velocity_of(pair.global, geometry.diagonal(), took);
  if (!std::exchange(has_velocity, true)) fast = slow = velocity;
  fast.approach(velocity, share_within(took, kFast));
  slow.approach(velocity, share_within(took, kSlow));
  speed = velocity.length();
  shake = fast.minus(slow).length();
  local_motion = pair.local / geometry.diagonal() / took;
}

void FrameMeter::State::compare(const LumaView& luma, double seconds, FrameMeasures& measures) {
  const auto change = measure_change(
      planes[1 - current].levels[0],
      planes[current].levels[0],
      geometry,
      luma.is_full_range);
  measures.difference = change.mean;
  measures.is_repeat = is_repeat(change);
  if (measures.is_repeat) {
    measures.motion.support = 1;
    current =
        1 - current;  // what comes next is compared with the first of them: slow motion adds up
    cadence.repeat(seconds);
    if (cadence.since_distinct() > kStandsStill) forget_motion();
  } else {
    move(seconds, measures);
  }
  measures.speed = speed;
  measures.shake = shake;
  measures.local_motion = local_motion;
  if (!measures.is_cut && !measures.is_repeat)
    usual_difference += share_within(seconds, kUsual) * (change.mean - usual_difference);
}

FrameMeter::FrameMeter() : state_(std::make_unique<State>()) {}
FrameMeter::~FrameMeter() = default;
FrameMeter::FrameMeter(FrameMeter&&) noexcept = default;
FrameMeter& FrameMeter::operator=(FrameMeter&&) noexcept = default;

void FrameMeter::restart() { state_->has_before = false; }

FrameMeasures FrameMeter::measure(const LumaView& luma, nanoseconds time) {
  auto& state = *state_;
  state.set_size(luma.width, luma.height);
  state.current = 1 - state.current;
  auto& plane = state.planes[state.current];
  plane.fill(luma, state.geometry, state.columns);

  FrameMeasures measures;
  measures.time = time;
  const auto sharpness = measure_sharpness(plane, state.geometry, state.edges);
  measures.sharpness = sharpness.edges;
  measures.detail = sharpness.detail;
  const auto light =
      measure_light(plane.levels[state.geometry.levels > 1 ? 1 : 0], luma.is_full_range);
  measures.brightness = light.brightness;
  measures.contrast = light.contrast;
  measures.clipped_dark = light.clipped_dark;
  measures.clipped_bright = light.clipped_bright;
  measures.follows = std::exchange(state.has_before, true) && time > state.time_before;
  if (measures.follows) {
    const std::chrono::duration<double> passed = time - state.time_before;
    state.compare(luma, passed.count(), measures);
  } else {
    state.forget_motion();
    state.usual_difference = 0;
    state.was_unlike = false;
  }
  state.time_before = time;
  return measures;
}

}  // namespace livephoto::select
