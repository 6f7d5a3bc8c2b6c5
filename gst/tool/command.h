// The subcommands of the program: each has a file of its own that adds it.
#pragma once

#include <CLI/CLI.hpp>
#include <functional>
#include <string>
#include <utility>
#include <vector>

namespace livephoto::tool {

// What the program ends with.
inline constexpr int kAllWell = 0;
inline constexpr int kSomeFailed = 1;
inline constexpr int kUsage = 2;
inline constexpr int kInterrupted = 130;

class Program {
 public:
  explicit Program(CLI::App& app) : app_(app) {}

  // `run` is called if the command line names the subcommand; it answers an exit status.
  CLI::App* add(const std::string& name, const std::string& description, std::function<int()> run) {
    CLI::App* command = app_.add_subcommand(name, description);
    commands_.emplace_back(command, std::move(run));
    return command;
  }

  // That of the subcommand that was parsed.
  int run() const {
    for (const auto& [command, run] : commands_)
      if (command->parsed()) return run();
    return kUsage;
  }

 private:
  CLI::App& app_;
  std::vector<std::pair<CLI::App*, std::function<int()>>> commands_;
};

inline constexpr const char* kProgramName = "gst-livephoto-1.0";

// "gst-livephoto-1.0: SENTENCE" on the standard error, as one line whatever names are in it.
int refuse(const std::string& sentence);

// Of an option's value: in scripts, a variable that is not set.
extern const CLI::Validator kNotEmpty;

}  // namespace livephoto::tool
