#include "gst/tool/report.h"

#include <cerrno>
#include <cstdio>
#include <string>

#include "core/text.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

int first_problem = 0;

// At once: who reads it may be a script that waits, and the process may be killed.
void print(std::FILE* stream, const std::string& text) {
  if (std::fwrite(text.data(), 1, text.size(), stream) == text.size() && std::fflush(stream) == 0)
    return;
  if (stream == stdout && errno != EPIPE && first_problem == 0) first_problem = errno;
}

std::string files_of(const Job& job) {
  const PairNames names = names_of(job);
  if (!names.bundle.empty()) return shown(names.bundle);
  return shown(names.still) + " and " + shown(names.movie.filename());
}

std::string moment_of(const Job& job, const Outcome& outcome) {
  const auto duration = outcome.pair ? outcome.pair->duration : job.duration();
  std::string text = seconds_text(duration) + " of " + shown(job.moment.video);
  if (!outcome.pair && job.pick > 0 && !job.moment.start) return text + " where it is best";
  text += " from " + clock_text(outcome.pair ? outcome.pair->start : job.start());
  if (outcome.pair)
    text += ", still at " + clock_text(outcome.pair->still) +
            (outcome.pair->is_encoded ? ", encoded again" : ", picture unchanged");
  if (outcome.pair && !outcome.pair->reason.empty()) text += " (" + outcome.pair->reason + ")";
  return text;
}

class TextReporter final : public Reporter {
 public:
  explicit TextReporter(std::size_t jobs) : jobs_(jobs) {}

  void ended(const Job& job, const Outcome& outcome) override {
    switch (outcome.ending) {
      case Ending::Made:
        print(stdout, files_of(job) + ": " + moment_of(job, outcome) + '\n');
        for (const Advice& advice : outcome.advice)
          print(stderr, shown(job.moment.video) + ": " + advice.text + '\n');
        break;
      case Ending::Planned:
        print(stdout, files_of(job) + ": would be " + moment_of(job, outcome) + '\n');
        break;
      case Ending::Skipped:
        print(stdout, files_of(job) + ": already made, skipped\n");
        break;
      case Ending::Suggested:
        break;  // `suggest` tells its own
      case Ending::Failed:
        print(stderr, outcome.message + '\n');
        break;
    }
  }

  void summary(const Summary& summary) override {
    if (jobs_ < 2 && !summary.interrupted) return;
    std::string text;
    const auto count = [&text](std::size_t number, const char* what) {
      if (number > 0) text += (text.empty() ? "" : ", ") + std::to_string(number) + what;
    };
    count(summary.made, " made");
    count(summary.skipped, " skipped");
    count(summary.planned, " planned");
    count(summary.failed, " failed");
    count(summary.not_begun, " not made");
    if (summary.interrupted) text = "Interrupted: " + text;
    print(stderr, text + ", in " + clock_text(summary.took) + '\n');
  }

 private:
  std::size_t jobs_;
};

class JsonReporter final : public Reporter {
 public:
  void ended(const Job& job, const Outcome& outcome) override {
    print(stdout, event_of(job, outcome));
  }
  void summary(const Summary& summary) override { print(stdout, event_of(summary)); }
};

}  // namespace

int output_problem() { return first_problem; }

std::unique_ptr<Reporter> new_text_reporter(std::size_t jobs) {
  return std::make_unique<TextReporter>(jobs);
}

std::unique_ptr<Reporter> new_json_reporter() { return std::make_unique<JsonReporter>(); }

}  // namespace livephoto::tool
