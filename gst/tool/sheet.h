// A sheet: one file that shows to a person what moments some videos have to offer.
//
// The part that shows one video is made by the process that has looked through it; the one that
// writes the sheet decodes nothing and puts the parts together.
#pragma once

#include <filesystem>
#include <functional>
#include <memory>

#include "core/result.h"
#include "gst/tool/suggestions.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {

// A picture for FILE.png, a page to choose from in a browser for FILE.html or FILE.htm.
// InvalidInput for any other name; Unsupported for a picture where Cairo and Pango were not built
// in.
Result<SheetForm> sheet_form(const std::filesystem::path& file);

// Decodes the moments once more, for their pictures. `report` is told how far it is, 0 to 1, while
// it gets on. An error is a sentence without the video's name. GStreamer and our plugin have to be
// loaded (load_plugin()).
Result<void> make_part(
    const SheetPart& part,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report);

// Written beside its name, where it goes again with this object, unless it is finished.
class Sheet {
 public:
  Sheet() = default;
  virtual ~Sheet() = default;
  Sheet(const Sheet&) = delete;
  Sheet& operator=(const Sheet&) = delete;

  // Parts are shown in the order in which they come; of each only a little is kept in memory, and
  // its file is not needed any more. Io and NoSpace are about the sheet, and it cannot be gone on
  // with; any other error is about this video (a sentence without its name), of which nothing is
  // shown then, and others may follow.
  virtual Result<void> add(const std::filesystem::path& part) = 0;

  // Puts the file in its place, whole. Once, after the last video. InvalidInput without any.
  virtual Result<void> finish() = 0;
};

// The errors of sheet_form(); Io where the file cannot be written, or is there and may not be
// replaced.
Result<std::unique_ptr<Sheet>> open_sheet(const std::filesystem::path& file, bool may_replace);

}  // namespace livephoto::tool
