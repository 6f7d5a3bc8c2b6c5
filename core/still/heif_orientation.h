// The orientation of the pictures in a finished HEIF file: irot and imir.
#pragma once

#include "core/bytes.h"
#include "core/capture.h"
#include "core/result.h"

namespace livephoto {

// `file` with the transformations of `orientation` added to its primary picture
// and to that one's thumbnails, behind the properties that they have. No coded
// picture and no ispe changes. Encoder if the file is not laid out as libheif
// does it: one meta box before the media, with one each of what tells of items,
// and all items in the file itself.
Result<Bytes> with_orientation(ByteSpan file, Orientation orientation);

}  // namespace livephoto
