// The picture of a sheet, drawn by Cairo and Pango.
#pragma once

#include "gst/tool/sheet.h"

namespace livephoto::tool {

// Writes a drawing of one video to `file`, a PNG. As make_part().
Result<void> make_picture_part(
    const std::filesystem::path& file,
    const VideoSuggestions& video,
    const Survey& survey,
    const std::function<void(double)>& report);

// The errors are those of open_sheet().
Result<std::unique_ptr<Sheet>> open_picture_sheet(const std::filesystem::path& file);

}  // namespace livephoto::tool
