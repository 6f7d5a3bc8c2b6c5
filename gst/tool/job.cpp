#include "gst/tool/job.h"

#include <algorithm>

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

}  // namespace livephoto::tool
