// The subcommand "split".
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_split_command(Program& program);

}  // namespace livephoto::tool
