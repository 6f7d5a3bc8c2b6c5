// What a run tells: to a person, or to a script.
#pragma once

#include <cstddef>
#include <memory>

#include "gst/tool/job.h"
#include "gst/tool/wire.h"

namespace livephoto::tool {

class Reporter {
 public:
  virtual ~Reporter() = default;
  virtual void ended(const Job& job, const Outcome& outcome) = 0;
  virtual void summary(const Summary& summary) = 0;
};

// Results on the standard output, all else on the standard error; a summary where there are
// several.
std::unique_ptr<Reporter> new_text_reporter(std::size_t jobs);
// JSON Lines on the standard output.
std::unique_ptr<Reporter> new_json_reporter();

// Why the standard output could not be written, as errno says; 0: it could, or nobody reads it any
// more.
int output_problem();

}  // namespace livephoto::tool
