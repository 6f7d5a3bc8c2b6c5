#include "gst/tool/job.h"

#include <algorithm>

#include "gst/tool/path_text.h"

namespace livephoto::tool {

nanoseconds Job::start() const {
  if (moment.start) return *moment.start;
  if (moment.still) return std::max(nanoseconds(0), *moment.still - duration() / 2);
  return nanoseconds(0);
}

PairNames names_of(const Job& job) {
  PairNames names;
  auto base = job.base;
  if (job.settings.bundle != Bundle::Pair) {
    const bool is_zip = job.settings.bundle == Bundle::PvtZip;
    names.bundle = with_extension(base, is_zip ? ".pvt.zip" : ".pvt");
    const auto folder = is_zip ? std::filesystem::path() : names.bundle;
    base = folder / job.base.filename();
  }
  names.still = with_extension(base, still_extension(job.settings.still_format));
  names.movie = with_extension(base, ".MOV");
  return names;
}

Outcome failed_with(const Job& job, const Error& error) {
  std::string message = error.message;
  const std::string name = shown(job.moment.video);
  if (message.find(name) == message.npos) message = name + ": " + message;
  auto outcome = Outcome::failed(Failure::Error, message);
  outcome.log = error.detail;
  return outcome;
}

}  // namespace livephoto::tool
