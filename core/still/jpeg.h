// Writes a JPEG still with the same metadata as a HEIC one.
#pragma once

#include "../bytes.h"
#include "../result.h"
#include "exif.h"
#include "picture.h"

namespace livephoto {

struct JpegSettings {
  int quality = 90;  // 0 to 100, libjpeg's scale
};

// The whole file: Exif in the first segment, then the texts as XMP (xmp_packet()),
// then the profile of the colour's primaries if it has one (icc_profile()), then
// the picture. The orientation is Exif's. Takes Chroma::Rgb of 8 bits; Unsupported
// for any other (JFIF knows only full-range BT.601: converting is the caller's, who
// has a library for it). Metadata where texts are more than a segment of 64 KiB holds.
Result<Bytes> encode_jpeg(
    const Picture& picture, const StillMetadata& metadata, const JpegSettings& settings);

}  // namespace livephoto
