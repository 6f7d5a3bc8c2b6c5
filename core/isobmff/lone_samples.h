// Which bytes of a movie the samples of some tracks take for themselves.
#pragma once

#include <cstddef>
#include <vector>

#include "core/byte_range.h"
#include "core/isobmff/reader.h"

namespace livephoto::isobmff {

// Of the tracks at these places in MovieFile::tracks: the parts of their samples that lie
// in whole media atoms, and that no other track has too. Nothing where a track's table
// cannot be read, so that nobody knows.
std::vector<ByteRange> lone_samples(const MovieFile& movie, const std::vector<std::size_t>& tracks);

}  // namespace livephoto::isobmff
