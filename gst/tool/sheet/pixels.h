// A small picture in memory, as Cairo draws it and JPEG keeps it.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace livephoto::tool {

struct PixelBox {
  int width = 0;  // in pixels
  int height = 0;

  bool operator==(const PixelBox&) const = default;
};

// The largest of `width` x `height`'s shape within `box`, with even sides of at least `least`, an
// even number; never larger than it was, but for that.
PixelBox fit(double width, double height, PixelBox box, int least);

// Upright, sRGB; rows of 4 bytes a pixel, blue first, without padding.
struct Pixels {
  PixelBox size{};
  std::vector<std::uint8_t> bytes;

  int stride() const { return size.width * 4; }
};

// A decoded picture within `box`. InvalidInput where it cannot be read.
Result<Pixels> pixels_of(GstBuffer* picture, const GstCaps* caps, PixelBox box);

// Puts `from` into `onto`, its left upper corner at x, y; what does not fit is left out.
void paste(const Pixels& from, int x, int y, Pixels& onto);

// A JPEG file, quality 0 to 100 on libjpeg's scale. Unsupported without GStreamer's jpegenc.
Result<Bytes> jpeg_of(const Pixels& picture, int quality);

}  // namespace livephoto::tool
