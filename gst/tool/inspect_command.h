// The subcommand "inspect".
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_inspect_command(Program& program);

}  // namespace livephoto::tool
