#include "gst/tool/look.h"

#include <glib.h>

#include <algorithm>

#include "core/text.h"
#include "gst/scan/scan.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;
using std::chrono::steady_clock;

constexpr auto kReportEvery = milliseconds(200);

Result<std::string> address_of(const std::filesystem::path& video) {
  std::error_code error;
  const auto absolute = std::filesystem::absolute(video, error);
  const auto uri =
      gst::adopt(error ? nullptr : g_filename_to_uri(absolute.c_str(), nullptr, nullptr));
  if (!uri) return invalid_input("It has no address in the current folder.");
  return std::string(uri.get());
}

// Times of frames and moments from here on count from the first picture. A decoder may show some
// before that, of which packets know nothing.
void count_from(nanoseconds first, gst::Scanned& scanned) {
  for (select::FrameMeasures& frame : scanned.frames) frame.time -= first;
  for (select::Moment& moment : scanned.moments) {
    moment.duration -= std::max(nanoseconds(0), first - moment.start);
    moment.start = std::max(nanoseconds(0), moment.start - first);
    moment.still = std::max(nanoseconds(0), moment.still - first);
  }
}

// A moment at the end of the video lasts as long as its last picture does.
void complete(select::Moment& moment, const VideoSuggestions& video, nanoseconds wanted) {
  if (!video.frames.empty() && moment.start + moment.duration < video.frames.back().time) return;
  if (video.length) moment.duration = std::min(wanted, *video.length - moment.start);
  if (moment.duration <= nanoseconds(0)) moment.duration = wanted;
}

}  // namespace

select::Wanted wanted_of(const Job& job) {
  return {.duration = job.duration(), .start = job.moment.start, .still = job.moment.still};
}

Result<VideoSuggestions> look(
    const Job& job,
    const Survey& survey,
    const select::Wanted& wanted,
    std::size_t count,
    const std::function<void(double)>& report,
    Reach reach) {
  const auto address = address_of(job.moment.video);
  if (!address) return address.error();
  gst::ScanRequest request{.uri = *address, .wanted = wanted, .count = count};
  if (request.wanted.start) *request.wanted.start += survey.first_picture;
  if (request.wanted.still) *request.wanted.still += survey.first_picture;
  request.patience = job.patience;
  request.must_be_near = reach == Reach::Near;
  auto told = steady_clock::now() - kReportEvery;
  std::size_t seen = 0;
  unsigned reads = 0;
  auto scanned = gst::scan(request, [&](const gst::ScanProgress& progress) {
    const auto now = steady_clock::now();
    const bool is_new = progress.frames != seen || progress.reads != reads;
    if (!is_new || now - told < kReportEvery) return true;
    told = now;
    seen = progress.frames;
    reads = progress.reads;
    report(progress.done);
    return true;
  });
  if (!scanned) return scanned.error();
  count_from(survey.first_picture, *scanned);

  VideoSuggestions found{
      .video = job.moment.video,
      .first_picture = survey.first_picture,
      .length = survey.length,
      .frames = std::move(scanned->frames),
      .suggestions = {}};
  for (select::Moment& moment : scanned->moments) {
    complete(moment, found, wanted.duration);
    found.suggestions.push_back(
        {.moment = moment,
         .reason = select::reason(moment),
         .advice = select::advise(found.frames, moment.start, moment.duration, moment.still)});
  }
  return found;
}

}  // namespace livephoto::tool
