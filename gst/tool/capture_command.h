// The subcommand that takes Live Photos of what is live.
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_capture_command(Program& program);

}  // namespace livephoto::tool
