#include "core/isobmff/timebase.h"

#include <algorithm>
#include <array>
#include <cassert>
#include <cstdlib>
#include <optional>

namespace livephoto::isobmff {
namespace {

using std::chrono::nanoseconds;

// 2^63 nanoseconds times a timescale of 240000 does not fit 64 bits.
__extension__ typedef __int128 Wide;

constexpr Wide kNanosecondsPerSecond = 1'000'000'000;
constexpr std::uint32_t kCameraTimescale = 600;
constexpr std::uint32_t kLiveTimescale = 90'000;
constexpr std::uint32_t kLargestTimescale = 240'000;
constexpr std::array<std::uint32_t, 9> kUsualTimescales = {
    1000, 24'000, 25'000, 30'000, 48'000, 50'000, 60'000, 90'000, 120'000};
constexpr std::int64_t kExact = 2;             // nanoseconds
constexpr std::int64_t kNearGrid = 1'000'000;  // nanoseconds: Matroska rounds to this

Wide rounded_quotient(Wide dividend, Wide divisor) { return (dividend + divisor / 2) / divisor; }

// The instant of a tick, rounded to a nanosecond. `per_second` may be a
// fraction: ticks of a 30000/1001 grid.
std::int64_t nanoseconds_of(Wide tick, Wide numerator, Wide denominator) {
  return static_cast<std::int64_t>(
      rounded_quotient(tick * denominator * kNanosecondsPerSecond, numerator));
}

bool fits(std::span<const nanoseconds> times, std::uint32_t timescale) {
  return std::ranges::all_of(times, [&](nanoseconds time) {
    const auto tick = to_ticks(time, timescale);
    return std::abs(nanoseconds_of(Wide{tick}, timescale, 1) - time.count()) <= kExact;
  });
}

// Which frame of a constant rate each time stands for, if it stands for one.
// On a fine grid everything is near a line, so the distance allowed is at most
// a quarter of the grid's own.
std::optional<std::vector<nanoseconds>> on_grid(
    std::span<const nanoseconds> times, FrameRate rate) {
  if (rate.numerator == 0 || rate.denominator == 0) return std::nullopt;
  const std::int64_t tolerance =
      std::min(kNearGrid, nanoseconds_of(1, rate.numerator, rate.denominator) / 4);
  std::vector<nanoseconds> exact;
  exact.reserve(times.size());
  Wide previous = -1;
  for (const nanoseconds time : times) {
    const Wide frame = rounded_quotient(
        Wide{time.count()} * rate.numerator,
        Wide{rate.denominator} * kNanosecondsPerSecond);
    const std::int64_t instant = nanoseconds_of(frame, rate.numerator, rate.denominator);
    if (frame <= previous || std::abs(instant - time.count()) > tolerance) return std::nullopt;
    exact.emplace_back(instant);
    previous = frame;
  }
  return exact;
}

std::uint32_t timescale_for(std::span<const nanoseconds> times, FrameRate rate) {
  if (fits(times, kCameraTimescale)) return kCameraTimescale;
  for (std::uint32_t multiple = 1; multiple <= 4; ++multiple) {
    const std::uint64_t timescale = std::uint64_t{rate.numerator} * multiple;
    // Coarser than 600 would round the marker and the sound's edit for nothing.
    if (timescale < kCameraTimescale || timescale > kLargestTimescale) continue;
    if (fits(times, static_cast<std::uint32_t>(timescale)))
      return static_cast<std::uint32_t>(timescale);
  }
  for (const std::uint32_t timescale : kUsualTimescales)
    if (fits(times, timescale)) return timescale;
  for (std::uint32_t timescale = kCameraTimescale; timescale <= kLargestTimescale; ++timescale)
    if (fits(times, timescale)) return timescale;
  return kLiveTimescale;
}

}  // namespace

std::uint64_t to_ticks(nanoseconds time, std::uint32_t timescale) {
  assert(time.count() >= 0);
  return static_cast<std::uint64_t>(
      rounded_quotient(Wide{time.count()} * timescale, kNanosecondsPerSecond));
}

Timebase timebase_of(std::span<const nanoseconds> times, FrameRate rate) {
  const auto grid = on_grid(times, rate);
  const std::span<const nanoseconds> exact = grid ? std::span(*grid) : times;
  Timebase timebase{.timescale = timescale_for(exact, rate), .ticks = {}};
  timebase.ticks.reserve(exact.size());
  for (const nanoseconds time : exact) {
    auto tick = to_ticks(time, timebase.timescale);
    if (!timebase.ticks.empty()) tick = std::max(tick, timebase.ticks.back() + 1);
    timebase.ticks.push_back(tick);
  }
  return timebase;
}

}  // namespace livephoto::isobmff
