// Writes a HEIC still: one HEVC picture, its thumbnail, its metadata.
#pragma once

#include <cstdint>
#include <string>

#include "../bytes.h"
#include "../result.h"
#include "exif.h"
#include "picture.h"

namespace livephoto {

struct HeicSettings {
  int quality = 80;                        // 0 to 100
  std::string speed_preset = "ultrafast";  // a preset of x265
  std::uint32_t thumbnail_size = 320;      // longest side in pixels; 0 writes none
};

// The whole file. Pixels are stored as they are lent (8, 10 or 12 bits, any
// chroma of Picture); the orientation is in irot and imir, of the thumbnail as
// well, and Exif's is 1, so that nobody turns the picture twice. RGB is stored as
// full-range BT.601 4:2:0. Unspecified colour is labelled with the usual guess:
// BT.709 from 1280 pixels of width or 577 of height, else BT.601; for RGB, sRGB.
// Beside that label there is an ICC profile, of the thumbnail as well, where
// icc_profile() has one; and XMP, where xmp_packet() has something to say.
// InvalidInput for a picture whose planes are too short, or settings that do
// not exist; Unsupported for 9 or 11 bits, or without an HEVC encoder; Encoder
// where libheif or x265 refuses.
Result<Bytes> encode_heic(
    const Picture& picture, const StillMetadata& metadata, const HeicSettings& settings);

}  // namespace livephoto
