// Makes of a picture with more light or more colours than a JPEG can say one that shows the same on
// any screen.
#pragma once

#include "../result.h"
#include "picture.h"

namespace livephoto {

// Whether a JPEG with these samples would look wrong to many: PQ, HLG, or the
// colours of BT.2020. Display P3 stays, with its profile, as phones write it.
bool needs_tone_map(const Colour& colour);

// 8-bit RGB with sRGB's curve and BT.709's primaries, of the same size. HDR is
// brought from 1,000 to 203 cd/m2 (the level of diffuse white, ITU-R BT.2408) by
// the curve of ITU-R BT.2390, 5.4.1; colours outside BT.709 are clipped.
// Takes Y'CbCr of BT.601's, 709's or 2020's matrix of 8 to 12 bits that
// check_picture() finds good; anything else is Unsupported.
Result<OwnedPicture> tone_mapped(const Picture& picture);

}  // namespace livephoto
