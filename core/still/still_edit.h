// Gives a still that exists another Exif block, without touching its pixels.
#pragma once

#include "core/bytes.h"
#include "core/patch.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto {

// The TIFF block of a HEIF or JPEG file; empty where it has no Exif. Errors as of
// read_heif() and read_jpeg().
Result<Bytes> read_still_exif(const Source& source);

// What is to be done to the file so that `tiff` is its Exif. In a JPEG it becomes the
// first segment. In a HEIF file a block of the same length takes the old one's place, a
// longer one stands in media of its own behind; where there was none, `meta` grows, and
// what it points at with it. InvalidInput where the block is too long for a JPEG
// segment; Unsupported for HEIF files that are laid out as none known, and sequences.
Result<Patch> plan_exif(const Source& source, ByteSpan tiff);

}  // namespace livephoto
