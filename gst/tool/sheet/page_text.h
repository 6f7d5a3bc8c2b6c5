// Bytes and JSON as they stand in the page.
#pragma once

#include <string>

#include "core/bytes.h"
#include "gst/tool/json_text.h"

namespace livephoto::tool {

std::string base64(ByteSpan bytes);

// Inside of <script>, where only "</script" and "<!--" would end what is said.
std::string in_script(const json& value);

}  // namespace livephoto::tool
