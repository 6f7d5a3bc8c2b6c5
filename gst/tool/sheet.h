// A sheet: one file that shows to a person what moments some videos have to offer.
#pragma once

#include <filesystem>
#include <memory>

#include "core/result.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

// Written beside its name, where it goes again with this object, unless it is finished.
class Sheet {
 public:
  Sheet() = default;
  virtual ~Sheet() = default;
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  // Decodes the moments once more, for their pictures. Videos are shown in the order in which they
  // come; of each only a little is kept in memory. Io and NoSpace are about the sheet, and it
  // cannot be gone on with; any other error is about this video (a sentence without its name), of
  // which nothing is shown then, and others may follow.
  virtual Result<void> add(const VideoSuggestions& video) = 0;

  // Puts the file in its place, whole. Once, after the last video. InvalidInput without any.
  virtual Result<void> finish() = 0;
};

// A picture for FILE.png, a page to choose from in a browser for FILE.html or FILE.htm.
// InvalidInput for any other name; Unsupported for a picture where Cairo and Pango were not built
// in; Io where the file cannot be written, or is there and may not be replaced. GStreamer and our
// plugin have to be loaded (load_plugin()).
Result<std::unique_ptr<Sheet>> open_sheet(const std::filesystem::path& file, bool may_replace);

}  // namespace livephoto::tool
