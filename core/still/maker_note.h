// Apple's MakerNote, as far as it makes a Live Photo: an IFD with tag 0x0011.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "../bytes.h"

namespace livephoto {

// The value of Exif tag 0x927C: "Apple iOS", version 1, big-endian, one entry,
// 0x0011 (ContentIdentifier, ASCII). Offsets count from the note's first byte,
// so the note may be moved. For a 36-character identifier: 69 bytes.
Bytes apple_maker_note(std::string_view content_identifier);

// The identifier in an Apple MakerNote, whoever wrote it and in either byte
// order; nothing where the bytes are no Apple MakerNote, have no 0x0011, or are
// cut short. Never reads outside `note`.
std::optional<std::string> content_identifier_in(ByteSpan note);

}  // namespace livephoto
