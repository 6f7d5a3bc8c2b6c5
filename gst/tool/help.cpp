#include "gst/tool/help.h"

#include <iomanip>
#include <sstream>
#include <utility>

namespace livephoto::tool {
namespace {

constexpr std::size_t kNameWidth = 28;

}  // namespace

HelpFormatter::HelpFormatter() { column_width(kNameWidth); }

// The first line of what it says of itself.
std::string HelpFormatter::make_subcommand(const CLI::App* subcommand) const {
  const std::string description = subcommand->get_description();
  std::ostringstream line;
  line << "  " << std::left << std::setw(kNameWidth - 2) << subcommand->get_name()
       << description.substr(0, description.find('\n')) << '\n';
  return line.str();
}

std::string HelpFormatter::make_help(
    const CLI::App* app, std::string name, CLI::AppFormatMode mode) const {
  std::string text = CLI::Formatter::make_help(app, std::move(name), mode);
  for (std::size_t at; (at = text.find("\n\n\n")) != text.npos;) text.erase(at, 1);
  return text;
}

}  // namespace livephoto::tool
