// What the colour of a picture is taken for where its source does not say, and how HDR is told.
#pragma once

#include <array>
#include <cstdint>

#include "capture.h"

namespace livephoto {

// Code points of ISO/IEC 23091-2 that something depends on.
namespace cicp {
inline constexpr std::uint16_t kUnspecified = 2;
inline constexpr std::uint16_t kIdentityMatrix = 0;
inline constexpr std::uint16_t kBt709 = 1;            // primaries, transfer, matrix
inline constexpr std::uint16_t kBt470Bg = 5;          // primaries, matrix
inline constexpr std::uint16_t kBt601 = 6;            // primaries, transfer, matrix
inline constexpr std::uint16_t kBt2020 = 9;           // primaries, matrix
inline constexpr std::uint16_t kBt2020Constant = 10;  // matrix: constant luminance
inline constexpr std::uint16_t kDisplayP3 = 12;       // primaries
inline constexpr std::uint16_t kSrgbTransfer = 13;
inline constexpr std::uint16_t kBt2020Transfer = 14;    // of 10 bits
inline constexpr std::uint16_t kBt2020Transfer12 = 15;  // of 12 bits
inline constexpr std::uint16_t kPq = 16;                // transfer, SMPTE ST 2084
inline constexpr std::uint16_t kHlg = 18;               // transfer, ARIB STD-B67
}  // namespace cicp

// "Unspecified" leaves each reader to its own guess, and the two halves of a Live
// Photo should not differ: so it is guessed once, for both, of Y'CbCr of so many
// rows. As GStreamer does: more than 576 are BT.709, others BT.601.
Colour stated_colour(Colour colour, std::uint32_t height);

// The screen on which HDR was graded: SMPTE ST 2086, in the units of the SEI
// message (ISO/IEC 23008-2, D.3.28).
struct MasteringDisplay {
  struct Chromaticity {
    std::uint16_t x = 0;  // 0.00002 each
    std::uint16_t y = 0;

    bool operator==(const Chromaticity&) const = default;
  };
  std::array<Chromaticity, 3> primaries{};  // green, blue, red
  Chromaticity white{};
  std::uint32_t max_luminance = 0;  // 0.0001 cd/m2 each
  std::uint32_t min_luminance = 0;

  bool operator==(const MasteringDisplay&) const = default;
};

// The brightest pixel and the brightest picture, on average: CTA-861.3, in cd/m2.
struct ContentLight {
  std::uint16_t max_content = 0;
  std::uint16_t max_frame_average = 0;

  bool operator==(const ContentLight&) const = default;
};

constexpr bool is_hdr(const Colour& colour) {
  return colour.transfer == cicp::kPq || colour.transfer == cicp::kHlg;
}

}  // namespace livephoto
