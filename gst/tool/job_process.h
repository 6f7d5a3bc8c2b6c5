// The process that makes one pair, or looks for the moments of one video: this program again, told
// so by a hidden subcommand.
#pragma once

#include "gst/tool/command.h"

namespace livephoto::tool {

// A job comes on the standard input, reports go out by the descriptor (wire.h). It ends when the
// process that has the other end of its standard input does.
void add_job_command(Program& program);

}  // namespace livephoto::tool
