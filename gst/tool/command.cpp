#include "gst/tool/command.h"

#include <iostream>

#include "core/text.h"

namespace livephoto::tool {

const CLI::Validator kNotEmpty(
    [](const std::string& text) {
      return std::string(text.empty() ? "it is empty; look for a variable that is not set" : "");
    },
    "",
    "not empty");

int refuse(const std::string& sentence) {
  std::cerr << kProgramName << ": " << printable(sentence) << '\n';
  return kUsage;
}

}  // namespace livephoto::tool
