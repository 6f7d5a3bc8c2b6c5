#include "core/colour.h"

namespace livephoto {
namespace {

using namespace cicp;

std::uint16_t matrix_for(const Colour& colour, std::uint32_t height) {
  if (colour.primaries == kBt2020) return kBt2020;
  return height > 576 ? kBt709 : kBt601;
}

std::uint16_t primaries_for(std::uint16_t matrix) {
  if (matrix == kBt2020 || matrix == kBt2020Constant) return kBt2020;
  return matrix == kBt470Bg || matrix == kBt601 ? matrix : kBt709;
}

// The curves of BT.601, BT.709 and BT.2020 are one curve.
std::uint16_t transfer_for(std::uint16_t matrix) {
  if (matrix == kBt2020 || matrix == kBt2020Constant) return kBt2020Transfer;
  return matrix == kBt601 ? kBt601 : kBt709;
}

}  // namespace

Colour stated_colour(Colour colour, std::uint32_t height) {
  if (colour.matrix == kUnspecified) colour.matrix = matrix_for(colour, height);
  if (colour.primaries == kUnspecified) colour.primaries = primaries_for(colour.matrix);
  if (colour.transfer == kUnspecified) colour.transfer = transfer_for(colour.matrix);
  return colour;
}

}  // namespace livephoto
