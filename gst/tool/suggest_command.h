// The subcommand `suggest`: which moments a video has to offer.
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_suggest_command(Program& program);

}  // namespace livephoto::tool
