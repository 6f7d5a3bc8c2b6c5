// The luma of a HEIF still, decoded by libheif.
#pragma once

#include <filesystem>

#include "core/result.h"
#include "gst/tool/luma.h"

namespace livephoto::tool {

// Upright, at its whole size. Unsupported where libheif has no decoder for it, or finds it
// damaged.
Result<Luma> heif_luma(const std::filesystem::path& still);

}  // namespace livephoto::tool
