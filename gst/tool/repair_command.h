// The subcommand "repair".
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_repair_command(Program& program);

}  // namespace livephoto::tool
