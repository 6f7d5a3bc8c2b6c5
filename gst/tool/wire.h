// Jobs and what becomes of them as JSON, one object a line: between the processes, and for scripts.
#pragma once

#include <optional>
#include <string>
#include <string_view>

#include "core/result.h"
#include "gst/tool/job.h"

namespace livephoto::tool {

// ---- From the process that plans to the one that makes one pair, and back; of no other use.

// The hidden subcommand of the latter, and where it reports to. Not the standard output: a library
// may write there.
inline constexpr const char* kJobCommand = "job";
inline constexpr int kReportDescriptor = 3;

std::string write_job(const Job& job);
Result<Job> read_job(std::string_view line);

struct Report {
  std::optional<double> done;      // 0 to 1: how far it is
  std::optional<Outcome> outcome;  // the last report
};
std::string write_progress(double done);
std::string write_outcome(const Outcome& outcome);
// Nothing for a line that is none: a library may have written it.
std::optional<Report> read_report(std::string_view line);

// ---- For scripts: docs/tool.md says what is in them.

struct Summary {
  std::size_t made = 0;
  std::size_t skipped = 0;
  std::size_t planned = 0;
  std::size_t failed = 0;
  std::size_t not_begun = 0;  // after an interruption
  bool interrupted = false;
  std::chrono::milliseconds took{};
};

std::string event_of(const Job& job, const Outcome& outcome);
std::string event_of(const Summary& summary);

}  // namespace livephoto::tool
