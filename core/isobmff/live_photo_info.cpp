#include "core/isobmff/live_photo_info.h"

#include <algorithm>
#include <bit>
#include <limits>
#include <utility>

namespace livephoto {
namespace {

// Little-endian fields from the front; what is not there reads as 0.
class Fields {
 public:
  explicit Fields(ByteSpan bytes) : left_(bytes) {}

  std::uint64_t number(std::size_t width) {
    complete_ = complete_ && width <= left_.size();
    if (!complete_) return 0;
    std::uint64_t value = 0;
    for (std::size_t i = width; i > 0; --i) value = value << 8 | left_[i - 1];
    left_ = left_.subspan(width);
    return value;
  }
  std::uint32_t u32() { return static_cast<std::uint32_t>(number(4)); }
  float f32() { return std::bit_cast<float>(u32()); }
  int i8() { return static_cast<std::int8_t>(number(1)); }
  std::chrono::nanoseconds time() {
    const auto value = number(8);
    const bool fits = value <= std::uint64_t{std::numeric_limits<std::int64_t>::max()};
    return std::chrono::nanoseconds(fits ? static_cast<std::int64_t>(value) : 0);
  }
  void skip(std::uint64_t count) {
    complete_ = complete_ && count <= left_.size();
    if (complete_) left_ = left_.subspan(static_cast<std::size_t>(count));
  }
  bool is_done() const { return complete_ && left_.empty(); }

 private:
  ByteSpan left_;
  bool complete_ = true;
};

constexpr std::uint64_t kObject = 32;  // bytes of a face or the like

void read_frame(Fields& fields, LivePhotoInfo& info) {
  std::uint64_t others = 0;
  for (int kind = 0; kind < 4; ++kind) others += fields.u32();
  fields.skip(others * kObject);
  info.objects = static_cast<std::uint32_t>(
      std::min<std::uint64_t>(info.objects + others, std::numeric_limits<std::uint32_t>::max()));
  info.frame_validity = static_cast<std::uint32_t>(fields.number(2));
  fields.skip(2);
  for (float& value : info.homography) value = fields.f32();
  info.time = fields.time();
  info.original_time = fields.time();
  fields.skip(2);  // recipe, displacement
  info.is_interpolated = fields.number(1) != 0;
  fields.skip(13);
}

// Little-endian, as nothing else in a movie.
class Writer {
 public:
  void number(std::uint64_t value, int width) {
    for (int i = 0; i < width; ++i) bytes_.push_back(static_cast<std::uint8_t>(value >> 8 * i));
  }
  void f32(float value) { number(std::bit_cast<std::uint32_t>(value), 4); }
  void zeros(std::size_t count) { bytes_.resize(bytes_.size() + count); }
  Bytes take() { return std::move(bytes_); }

 private:
  Bytes bytes_;
};

}  // namespace

Bytes live_photo_info_payload(const LivePhotoInfo& info) {
  Writer out;
  out.number(3, 4);  // version
  out.f32(info.exposure_seconds);
  out.number(static_cast<std::uint64_t>(info.focus_score), 8);
  for (const float value : info.motion) out.f32(value);
  for (const float value : info.blur) out.f32(value);
  out.f32(info.zoom);
  out.f32(info.gain);
  out.number(static_cast<std::uint8_t>(info.focus_status), 1);
  out.number(static_cast<std::uint8_t>(info.focus_mode), 1);
  out.number(info.validity, 2);
  out.zeros(4);   // faces
  out.zeros(16);  // other objects, of four kinds
  out.number(info.frame_validity, 2);
  out.zeros(2);
  for (const float value : info.homography) out.f32(value);
  out.number(static_cast<std::uint64_t>(info.time.count()), 8);
  out.number(static_cast<std::uint64_t>(info.original_time.count()), 8);
  out.zeros(2);  // recipe, displacement
  out.number(info.is_interpolated ? 1 : 0, 1);
  out.zeros(13);
  return out.take();
}

std::optional<LivePhotoInfo> parse_live_photo_info(ByteSpan payload) {
  Fields fields(payload);
  LivePhotoInfo info;
  info.version = fields.u32();
  if (info.version != 1 && info.version != 3) return std::nullopt;
  info.exposure_seconds = fields.f32();
  info.focus_score = static_cast<std::int64_t>(fields.number(8));
  info.motion = {fields.f32(), fields.f32()};
  info.blur = {fields.f32(), fields.f32()};
  info.zoom = fields.f32();
  info.gain = fields.f32();
  info.focus_status = fields.i8();
  info.focus_mode = fields.i8();
  info.validity = static_cast<std::uint32_t>(fields.number(2));
  info.objects = fields.u32();
  fields.skip(info.objects * kObject);
  if (info.version == 3) read_frame(fields, info);
  return fields.is_done() ? std::optional(info) : std::nullopt;
}

}  // namespace livephoto
