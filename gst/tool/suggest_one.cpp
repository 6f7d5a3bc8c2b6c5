#include "gst/tool/suggest_one.h"

#include "gst/tool/fingerprint.h"
#include "gst/tool/heartbeat.h"
#include "gst/tool/look.h"
#include "gst/tool/plugin.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {
namespace {

Result<VideoSuggestions> found(const Job& job, const std::function<void(double)>& report) {
  if (const auto readable = check_readable(job.moment.video); !readable) return readable.error();
  {
    const Heartbeat starting(report);
    if (const auto loaded = load_plugin(); !loaded) return loaded.error();
  }
  const auto surveyed = survey(job.moment.video);
  if (!surveyed) return surveyed.error();
  report(0);
  return look(job, *surveyed, wanted_of(job), job.suggestions, report);
}

}  // namespace

Outcome suggest_one(const Job& job, const std::function<void(double)>& report) {
  auto suggestions = found(job, report);
  if (!suggestions) return failed_with(job, suggestions.error());
  Outcome outcome;
  outcome.ending = Ending::Suggested;
  outcome.suggestions = *std::move(suggestions);
  return outcome;
}

}  // namespace livephoto::tool
