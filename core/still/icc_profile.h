// The ICC profile of colours that readers get wrong without one.
#pragma once

#include "../bytes.h"
#include "../capture.h"
#include "../result.h"

namespace livephoto {

// An RGB profile (ICC.1:2010, version 4.3) of the primaries of Display P3 or BT.2020 with
// sRGB's curve, the same bytes for the same colour. Empty where a still is better
// without one: BT.709 and BT.601, which readers without a label take for sRGB, HDR,
// which a profile of curves cannot say, and curves that are not an SDR camera's.
// Encoder where lcms has no memory.
Result<Bytes> icc_profile(const Colour& colour);

}  // namespace livephoto
