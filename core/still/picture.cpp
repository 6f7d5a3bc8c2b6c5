// What the planes of a picture have to measure.
#include "core/still/picture.h"

#include <string>

namespace livephoto {
namespace {

constexpr std::uint32_t kLargestSide = 16384;

Error invalid(const std::string& sentence, const std::string& detail) {
  return Error{ErrorCode::InvalidInput, sentence, detail};
}

bool holds(const Plane& plane, const PlaneLayout& layout) {
  if (plane.stride < layout.row_bytes || plane.bytes.size() < layout.row_bytes) return false;
  // Divided, not multiplied: a stride may be any number.
  const auto further_rows = (plane.bytes.size() - layout.row_bytes) / plane.stride;
  return further_rows >= layout.height - 1;
}

}  // namespace

PlaneLayout plane_layout(const Picture& picture, std::size_t index) {
  const bool halves_width = picture.chroma == Chroma::Yuv420 || picture.chroma == Chroma::Yuv422;
  const bool halves_height = picture.chroma == Chroma::Yuv420;
  const std::size_t sample_bytes = picture.bit_depth > 8 ? 2 : 1;
  const std::size_t samples_per_pixel = picture.chroma == Chroma::Rgb ? 3 : 1;

  PlaneLayout layout{picture.width, picture.height, 0};
  if (index > 0 && halves_width) layout.width = (layout.width + 1) / 2;
  if (index > 0 && halves_height) layout.height = (layout.height + 1) / 2;
  layout.row_bytes = layout.width * samples_per_pixel * sample_bytes;
  return layout;
}

Result<void> check_picture(const Picture& picture) {
  const auto size = std::to_string(picture.width) + "x" + std::to_string(picture.height);
  if (picture.width < 1 || picture.height < 1 || picture.width > kLargestSide ||
      picture.height > kLargestSide)
    return invalid(
        "A picture of " + size + " pixels cannot be written as a still; give one of 1 to " +
            std::to_string(kLargestSide) + " pixels each way.",
        size);
  if (picture.bit_depth < 8 || picture.bit_depth > 12)
    return invalid(
        "A picture of " + std::to_string(picture.bit_depth) +
            " bits per sample cannot be written as a still; convert it to 8, 10 or 12 bits.",
        size);

  for (std::size_t i = 0; i < plane_count(picture.chroma); ++i) {
    const auto& plane = picture.planes[i];
    if (holds(plane, plane_layout(picture, i))) continue;
    return invalid(
        "The picture has less data than its " + size +
            " pixels need; the frame is damaged, take another one.",
        "plane " + std::to_string(i) + ": " + std::to_string(plane.bytes.size()) +
            " bytes, stride " + std::to_string(plane.stride));
  }
  return {};
}

}  // namespace livephoto
