// What was checked of a pair, as scripts read it.
#pragma once

#include "core/pair/verify.h"
#include "gst/tool/json_text.h"

namespace livephoto::tool {

// "verdicts" and "checks": docs/tool.md says what is in them.
void add_verdicts(json& object, const Verification& verification);

}  // namespace livephoto::tool
