// The subcommand "verify".
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

void add_verify_command(Program& program);

}  // namespace livephoto::tool
