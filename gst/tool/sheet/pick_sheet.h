// The page from which moments are chosen in a browser: one file that needs no network.
#pragma once

#include "gst/tool/sheet.h"

namespace livephoto::tool {

// The errors are those of open_sheet().
Result<std::unique_ptr<Sheet>> open_pick_sheet(const std::filesystem::path& file);

}  // namespace livephoto::tool
