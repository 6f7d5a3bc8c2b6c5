// The XMP packet of a still: its texts, of which Exif holds but one and no keywords.
#pragma once

#include "../bytes.h"
#include "../capture.h"
#include "../result.h"

namespace livephoto {

// UTF-8 (ISO 16684-1): dc:title, dc:description, dc:subject (the keywords, in their
// order). Empty where there are none of the three. What XML has no room for, such as
// control characters, becomes a space. The same bytes for the same texts.
// InvalidInput for a text, or keywords together, of more than 16000 bytes; Metadata
// for what is not UTF-8, with exiv2's words in the detail. One call at a time goes
// on, the others wait; an application that uses exiv2's XMP in other threads calls
// Exiv2::XmpParser::initialize() itself before.
Result<Bytes> xmp_packet(const CaptureInfo& capture);

}  // namespace livephoto
