// gst-livephoto-1.0: Live Photos from the command line.
#include <CLI/CLI.hpp>
#include <exception>
#include <iostream>
#include <memory>
#include <string>

#include "gst/tool/command.h"
#include "gst/tool/help.h"
#include "gst/tool/inspect_command.h"
#include "gst/tool/job_process.h"
#include "gst/tool/make_command.h"

namespace livephoto::tool {
namespace {

constexpr const char* kName = "gst-livephoto-1.0";

constexpr const char* kStart =
    R"(To begin with:
  gst-livephoto-1.0 make holiday.mp4
  gst-livephoto-1.0 inspect holiday
  gst-livephoto-1.0 make --help)";

// CLI11's own words, as our sentences are.
std::string sentence_of(const CLI::ParseError& error) {
  std::string text = error.what();
  if (!text.empty() && text.back() != '.') text += '.';
  return text + " --help lists what there is.";
}

int main(int argc, char** argv) {
  CLI::App app("Makes Apple Live Photos from videos, and reads them, on Linux.", kName);
  app.set_version_flag("--version", std::string(kName) + " " PACKAGE_VERSION);
  app.require_subcommand(1);
  app.footer(kStart);
  app.formatter(std::make_shared<HelpFormatter>());

  Program program(app);
  add_make_command(program);
  add_inspect_command(program);
  add_job_command(program);

  try {
    app.parse(argc, argv);
    return program.run();
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

int refuse(const std::string& sentence) {
  std::cerr << kName << ": " << sentence << '\n';
  return kUsage;
}

}  // namespace livephoto::tool

int main(int argc, char** argv) { return livephoto::tool::main(argc, argv); }
