#include "gst/tool/suggest_one.h"

#include "gst/tool/fingerprint.h"
#include "gst/tool/heartbeat.h"
#include "gst/tool/look.h"
#include "gst/tool/plugin.h"
#include "gst/tool/sheet.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {
namespace {

// The part of a job's progress that is the search, where pictures are made for a sheet too.
constexpr double kLookingShare = 0.6;

Result<Outcome> found(const Job& job, const std::function<void(double)>& report) {
  if (const auto readable = check_readable(job.moment.video); !readable) return readable.error();
  {
    const Heartbeat starting(report);
    if (const auto loaded = load_plugin(); !loaded) return loaded.error();
  }
  const auto surveyed = survey(job.moment.video, [&] { report(0); });
  if (!surveyed) return surveyed.error();
  report(0);
  const double share = job.part ? kLookingShare : 1;
  auto suggestions =
      look(job, *surveyed, wanted_of(job), job.suggestions, [&](double done) {
        report(done * share);
      });
  if (!suggestions) return suggestions.error();
  Outcome outcome;
  outcome.ending = Ending::Suggested;
  if (job.part) {
    const auto shown = make_part(*job.part, *suggestions, *surveyed, [&](double done) {
      report(share + done * (1 - share));
    });
    if (!shown) outcome.message = shown.error().message;
  }
  outcome.suggestions = *std::move(suggestions);
  return outcome;
}

}  // namespace

Outcome suggest_one(const Job& job, const std::function<void(double)>& report) {
  auto outcome = found(job, report);
  return outcome ? *std::move(outcome) : failed_with(job, outcome.error());
}

}  // namespace livephoto::tool
