#include "core/isobmff/clean_aperture.h"

#include <cmath>

#include "core/isobmff/field_reader.h"

namespace livephoto::isobmff {
namespace {

struct Sides {
  std::uint32_t before = 0;
  std::uint32_t after = 0;
};

// In one direction: how long the aperture is, and how far its middle is from that of
// the `size` pixels.
std::optional<Sides> sides_of(double length, double offset, double size) {
  const double before = std::round((size - length) / 2 + offset);
  const double after = size - before - std::round(length);
  if (!(before >= 0 && after >= 0 && before + after < size)) return std::nullopt;
  return Sides{static_cast<std::uint32_t>(before), static_cast<std::uint32_t>(after)};
}

}  // namespace

std::optional<Margins> margins_of(ByteSpan clap, std::uint32_t width, std::uint32_t height) {
  FieldReader reader(clap);
  // A denominator of 0 gives what no comparison below is true for.
  const auto length = [&] {
    const double numerator = reader.u32();
    return numerator / reader.u32();
  };
  const auto offset = [&] {
    const double numerator = reader.i32();
    return numerator / reader.u32();
  };
  const double shown_width = length();
  const double shown_height = length();
  const double right = offset();
  const double down = offset();
  const auto across = sides_of(shown_width, right, width);
  const auto upright = sides_of(shown_height, down, height);
  if (!reader.complete() || !across || !upright) return std::nullopt;
  const Margins margins{across->before, across->after, upright->before, upright->after};
  return margins == Margins{} ? std::nullopt : std::optional(margins);
}

}  // namespace livephoto::isobmff
