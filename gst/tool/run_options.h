// What the commands that work through many videos have in common.
#pragma once

#include <CLI/CLI.hpp>

namespace livephoto::tool {

// Of one video; more would hardly be apart from each other.
inline constexpr unsigned kMostSuggestions = 50;

// How many videos are worked on at a time, where it is not said.
unsigned default_jobs();

// Adds --jobs and --timeout.
void add_run_options(CLI::App& command, unsigned& jobs, double& timeout, const std::string& group);

}  // namespace livephoto::tool
