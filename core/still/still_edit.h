// Gives a still that exists another Exif block, without touching its pixels.
#pragma once

#include <vector>

#include "core/bytes.h"
#include "core/patch.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto {

// The TIFF blocks of a HEIF or JPEG file, the one that counts first; of others that cannot be
// read, nothing. None where it has no Exif. Errors as of read_heif() and read_jpeg().
Result<std::vector<Bytes>> read_still_exif(const Source& source);

// What is to be done to the file so that `blocks` are its Exif: those of read_still_exif(),
// changed or not, or one where there was none. In a JPEG each stays in its place, but a first
// one behind kHeadOfFile, which becomes the first segment; what a Multi-Picture index points
// at is found again. In a HEIF file a block of the same length takes the old one's place; a
// longer one, and a first one that lay in `idat`, stands in media of its own behind, but before
// the video of a motion photo (`mpvd`), and its old place is left with zeros, where nothing
// else uses it. Where there was none, `meta` grows, and what it points at with it. InvalidInput
// where a block is too long for a JPEG segment; Unsupported for HEIF files that are laid out as
// none known, with items that read_heif() does not show, and sequences.
Result<Patch> plan_exif(const Source& source, const std::vector<Bytes>& blocks);

}  // namespace livephoto
