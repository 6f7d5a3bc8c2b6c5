// The picture of a sheet, drawn by Cairo and Pango.
#pragma once

#include "gst/tool/sheet.h"

namespace livephoto::tool {

// The errors are those of open_sheet().
Result<std::unique_ptr<Sheet>> open_picture_sheet(const std::filesystem::path& file);

}  // namespace livephoto::tool
