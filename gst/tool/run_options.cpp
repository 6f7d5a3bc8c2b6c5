#include "gst/tool/run_options.h"

#include <algorithm>
#include <thread>

namespace livephoto::tool {
namespace {

// Also what the comparisons of a range let pass.
const CLI::Validator kSeconds(
    [](const std::string& text) {
      double seconds = 0;
      const bool is_time = CLI::detail::lexical_cast(text, seconds) &&
                           (seconds == 0 || (seconds >= 0.001 && seconds <= 86400));
      return is_time ? std::string() : text + " is not 0 or a number of seconds up to 86400";
    },
    "",
    "seconds");

}  // namespace

// Another way to have all processors busy would be one job with all its threads; two have the gaps
// of one filled by the other. More take memory, a few hundred MB each for 4K.
unsigned default_jobs() {
  constexpr unsigned kMost = 4;
  return std::clamp(std::thread::hardware_concurrency(), 1U, kMost);
}

void add_run_options(CLI::App& command, unsigned& jobs, double& timeout, const std::string& group) {
  command.add_option("--jobs", jobs, "How many at a time (the processors, up to 4)")
      ->option_text("N")
      ->check(CLI::Range(1U, 256U))
      ->group(group);
  command.add_option("--timeout", timeout, "Give up what does not get on (30; 0: never)")
      ->option_text("SECONDS")
      ->check(kSeconds)
      ->group(group);
}

}  // namespace livephoto::tool
