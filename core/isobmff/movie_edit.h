// Gives a movie that exists other metadata and another marker, without touching its samples.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/isobmff/quicktime.h"
#include "core/isobmff/reader.h"
#include "core/patch.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto::isobmff {

struct MovieEdit {
  // Taken out of moov/meta and moov/udta/meta, by their whole names.
  std::vector<std::string> removed_keys{};
  std::vector<MetadataItem> items{};          // put into moov/meta; their old values go
  std::vector<std::size_t> removed_tracks{};  // by their places in MovieFile::tracks
  // Where a new marker goes, in movie time; it describes the video track `described`.
  std::optional<std::chrono::nanoseconds> marker{};
  std::size_t described = 0;
  bool make_quicktime = false;  // where a brand says something else
};

// What is to be done to the file. Old samples stay where they are: a new moov goes to
// the end, and where anything follows the old one, a free atom takes its place. Samples that
// only removed tracks have become zeros. All that the edit does not name is kept byte for
// byte, but for a moov/meta in ISO's form, which becomes QuickTime's. InvalidInput for a file
// that is cut off, and for a marker that does not fit; Unsupported where something that is no
// atom follows the atoms, where metadata are kept in another way than by keys, and where a
// QuickTime brand would give sound that is described as in MP4 another meaning.
Result<Patch> plan_edit(const Source& source, const MovieFile& movie, const MovieEdit& edit);

}  // namespace livephoto::isobmff
