// What Apple's camera notes of each frame of a Live Photo, in the track live-photo-info.
#pragma once

#include <array>
#include <chrono>
#include <cstdint>
#include <optional>

#include "../bytes.h"

namespace livephoto {

// The names are those of docs/live-photo-format.md, "live-photo-info"; nothing of it
// is published by Apple. A value counts where its bit of the validity is set.
struct LivePhotoInfo {
  std::uint32_t version = 0;  // 1 to iOS 12, 3 since
  float exposure_seconds = 0;
  std::int64_t focus_score = 0;
  std::array<float, 2> motion{};  // of the centre, in pixels
  std::array<float, 2> blur{};    // in pixels
  float zoom = 1;
  float gain = 1;
  int focus_status = 0;
  int focus_mode = 0;
  std::uint32_t validity = 0;  // bits 0 to 7, in the order above
  std::uint32_t objects = 0;   // faces, and since version 3 what else was found

  // Version 3 only
  std::uint32_t frame_validity = 0;           // bit 0 homography, 1 time, 2 original time …
  std::array<float, 9> homography{};          // by rows
  std::chrono::nanoseconds time{0};           // on the camera's clock
  std::chrono::nanoseconds original_time{0};  // before the frames were put in order
  bool is_interpolated = false;
};

// The payload of one sample, without size and local number; its numbers are little-
// endian. Nothing for versions other than 1 and 3, and where it does not end with
// the payload.
std::optional<LivePhotoInfo> parse_live_photo_info(ByteSpan payload);

// A record of version 3 without objects, whatever version and objects `info` has: 136 bytes.
Bytes live_photo_info_payload(const LivePhotoInfo& info);

}  // namespace livephoto
