// GStreamer with our elements, wherever they were installed.
#pragma once

#include "core/result.h"

namespace livephoto::tool {

// Initializes GStreamer. It looks for our plugin where it looks for all, then where it was
// installed with this program or built beside it. Unsupported if there is none.
Result<void> load_plugin();

}  // namespace livephoto::tool
