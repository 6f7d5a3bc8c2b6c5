// Whether a change of a file leaves alone what repairing and parting a pair promise to keep.
#pragma once

#include <cstddef>
#include <vector>

#include "core/patch.h"
#include "core/source.h"

namespace livephoto::pair {

// Whether all samples of a movie, but those of the tracks at these places in
// MovieFile::tracks, are where the tables say, with the same bytes; the tables that stay are
// the same. Where a table is damaged, of what can be read. False also for what cannot be
// read, and for samples that are not in the old file.
bool keeps_samples(
    const Source& movie, const Patch& patch, const std::vector<std::size_t>& removed_tracks);

// Of a HEIF: whether each item but Exif has its bytes, wherever they went. Of a JPEG: whether
// all segments but Exif, in their order, and all from the first scan on are the same. False
// also for what cannot be read.
bool keeps_picture(const Source& still, const Patch& patch);

}  // namespace livephoto::pair
