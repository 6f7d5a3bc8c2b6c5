#include "gst/tool/command.h"

#include <iostream>

#include "core/text.h"

namespace livephoto::tool {

int refuse(const std::string& sentence) {
  std::cerr << kProgramName << ": " << printable(sentence) << '\n';
  return kUsage;
}

}  // namespace livephoto::tool
