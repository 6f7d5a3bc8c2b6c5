// The subcommand `make`: Live Photos from videos.
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_make_command(Program& program);

}  // namespace livephoto::tool
