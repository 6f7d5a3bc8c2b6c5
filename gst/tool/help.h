// How --help reads.
#pragma once

#include <CLI/CLI.hpp>
#include <string>

namespace livephoto::tool {

// CLI11's, but of a subcommand only the first line is in the list, and no two lines are left blank.
class HelpFormatter final : public CLI::Formatter {
 public:
  HelpFormatter();
  std::string make_subcommand(const CLI::App* subcommand) const override;
  std::string make_help(
      const CLI::App* app, std::string name, CLI::AppFormatMode mode) const override;
};

}  // namespace livephoto::tool
