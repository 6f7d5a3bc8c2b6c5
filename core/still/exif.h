// The Exif block of a still, with the Apple MakerNote in it.
#pragma once

#include <string>

#include "../bytes.h"
#include "../capture.h"
#include "../result.h"

namespace livephoto {

struct StillMetadata {
  std::string content_identifier;  // a UUID; it is written in upper case
  // Its orientation is how the *given* picture is to be shown. encode_jpeg()
  // notes it in Exif, encode_heic() in irot and imir.
  CaptureInfo capture;
};

// A big-endian TIFF (Exif 2.32), without the "Exif\0\0" before it: `orientation`,
// make, model, software, description, DateTime, DateTimeOriginal and
// DateTimeDigitized (with offset and milliseconds where known), GPS,
// PixelXDimension and PixelYDimension, MakerNote. `width` and `height` are the
// stored picture's. InvalidInput for an identifier that is no UUID, a time or
// place that does not exist, or a text over 16000 bytes; Metadata if exiv2
// refuses a value, with its words in the detail.
Result<Bytes> exif_tiff(
    const StillMetadata& metadata,
    Orientation orientation,
    std::uint32_t width,
    std::uint32_t height);

}  // namespace livephoto
