// gst-livephoto-1.0: Live Photos from the command line.
#include <CLI/CLI.hpp>
#include <algorithm>
#include <exception>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "gst/tool/capture_command.h"
#include "gst/tool/command.h"
#include "gst/tool/help.h"
#include "gst/tool/inspect_command.h"
#include "gst/tool/job_process.h"
#include "gst/tool/make_command.h"
#include "gst/tool/repair_command.h"
#include "gst/tool/split_command.h"
#include "gst/tool/suggest_command.h"
#include "gst/tool/verify_command.h"

namespace livephoto::tool {
namespace {

constexpr const char* kStart =
    R"(To begin with:
  gst-livephoto-1.0 make holiday.mp4
  gst-livephoto-1.0 inspect holiday
  gst-livephoto-1.0 verify holiday
  gst-livephoto-1.0 make --help)";

// CLI11's own words, as our sentences are.
std::string sentence_of(const CLI::ParseError& error) {
  std::string text = error.what();
  if (!text.empty() && text.back() != '.') text += '.';
  return text + " --help lists what there is.";
}

// In the order in which CLI11 takes them. It would read "[2024]" as a list with one name, and "++"
// as an end; as paths they may also be written so that it does not.
std::vector<std::string> arguments_of(int argc, char** argv) {
  std::vector<std::string> arguments;
  for (int i = argc; i-- > 1;) {
    const std::string argument = argv[i];
    const bool is_list = argument.starts_with('[') && argument.ends_with(']');
    arguments.push_back(is_list || argument == "++" ? "./" + argument : argument);
  }
  return arguments;
}

int main(int argc, char** argv) {
  CLI::App app(
      "Makes Apple Live Photos from videos, reads and mends them, on Linux.",
      kProgramName);
  app.set_version_flag("--version", std::string(kProgramName) + " " PACKAGE_VERSION);
  app.require_subcommand(1);
  app.footer(kStart);
  app.formatter(std::make_shared<HelpFormatter>());

  Program program(app);
  add_make_command(program);
  add_suggest_command(program);
  add_inspect_command(program);
  add_verify_command(program);
  add_repair_command(program);
  add_split_command(program);
  add_capture_command(program);
  add_job_command(program);

  try {
    app.parse(arguments_of(argc, argv));
    const int status = program.run();
    std::cout.flush();
    if (std::cout) return status;
    refuse("What there is to say cannot be written to the standard output; it may be full.");
    return std::max(status, kSomeFailed);
  } catch (const CLI::Success& asked) {  // --help, --version
    return app.exit(asked);
  } catch (const CLI::ParseError& error) {
    return refuse(sentence_of(error));
  } catch (const std::exception& problem) {
    // Such as the current folder, if somebody has removed it.
    return refuse(std::string("This cannot be done here: ") + problem.what() + ".");
  }
}

}  // namespace

}  // namespace livephoto::tool

int main(int argc, char** argv) { return livephoto::tool::main(argc, argv); }
