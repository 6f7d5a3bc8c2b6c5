// Puts a MakerNote into an Exif block that exists, which otherwise stays as it is.
#pragma once

#include "core/bytes.h"
#include "core/result.h"

namespace livephoto {

// A copy of a TIFF block, of either byte order, with `note` as its MakerNote. Nothing
// in it moves, so that what others' notes point at stays true: what is new stands
// behind, and only pointers to it change. A note of the same length takes the old one's
// place; the place of another is left with zeros, where nothing else uses it. An empty block
// becomes one that holds nothing else. InvalidInput for what is no TIFF or damaged in its
// directories.
Result<Bytes> with_maker_note(ByteSpan tiff, ByteSpan note);

}  // namespace livephoto
