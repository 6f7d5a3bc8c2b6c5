#include "gst/scan/scan.h"

#include <mutex>

#include "core/select/search.h"
#include "core/text.h"
#include "gst/scan/frame_reader.h"

namespace livephoto::gst {
namespace {

GST_DEBUG_CATEGORY_STATIC(scan_debug);
#define GST_CAT_DEFAULT scan_debug

void register_debug_category() {
  static std::once_flag once;
  std::call_once(once, [] {
    GST_DEBUG_CATEGORY_INIT(scan_debug, "livephotoscan", 0, "Looks through videos for moments");
  });
}

const char* name_of(select::Pass::Frames frames) {
  switch (frames) {
    case select::Pass::Frames::Sync:
      return "sync";
    case select::Pass::Frames::Useful:
      return "useful";
    case select::Pass::Frames::All:
      break;
  }
  return "all";
}

void log_pass(const select::Pass& pass) {
  GST_INFO(
      "%s frames from %" GST_TIME_FORMAT " to %" GST_TIME_FORMAT,
      name_of(pass.frames),
      GST_TIME_ARGS(pass.begin.count()),
      GST_TIME_ARGS(pass.end ? static_cast<GstClockTime>(pass.end->count()) : GST_CLOCK_TIME_NONE));
}

// How far is read to where the clip begins, if it has to be near.
constexpr std::chrono::nanoseconds kNear = std::chrono::seconds(10);

Result<void> check(const ScanRequest& request, const select::SearchedVideo& video) {
  const select::Wanted& wanted = request.wanted;
  if (wanted.start && *wanted.start + wanted.duration <= video.begin)
    return invalid_input(
        "The video begins at " + seconds_text(video.begin) +
        ", after the clip that was asked for; "
        "set start-time to that or later.");
  if (wanted.start && wanted.still &&
      (*wanted.still < *wanted.start || *wanted.still >= *wanted.start + wanted.duration))
    return invalid_input(
        "The still at " + seconds_text(*wanted.still) +
        " is outside the clip that was asked for; "
        "set still-time inside it.");
  if (request.must_be_near && !video.can_seek &&
      wanted.start.value_or(video.begin) - video.begin > kNear)
    return invalid_input("Too much would have to be read to get there.");
  return {};
}

}  // namespace

Result<Scanned> scan(const ScanRequest& request, const OnScanProgress& on_progress) {
  register_debug_category();
  FrameReader reader(request.patience);
  ScanProgress progress;
  const auto wait = [&] {
    progress.reads = reader.reads();
    return on_progress(progress);
  };
  auto video = reader.open(request.uri, wait);
  if (!video) return video.error();
  if (const auto possible = check(request, *video); !possible) return possible.error();
  select::Search search(request.wanted, *video, request.count);
  while (auto pass = search.next()) {
    log_pass(*pass);
    auto sought = reader.seek(*pass);
    if (!sought && progress.frames == 0 && video->can_seek) {
      // It said that it can. From the beginning it can be read all the same.
      video->can_seek = false;
      search = select::Search(request.wanted, *video, request.count);
      pass = search.next();
      sought = reader.go_on(*pass);
    }
    if (!sought) return sought.error();
    for (bool goes_on = true; goes_on;) {
      const auto more =
          reader.next(wait, [&](const select::LumaView& luma, std::chrono::nanoseconds time) {
            goes_on = search.add(luma, time);
          });
      if (!more) return more.error();
      goes_on = goes_on && *more;
      progress.done = search.progress();
      progress.frames += *more ? 1 : 0;
      if (!wait()) return invalid_input("It was given up.");
    }
    GST_INFO("%" G_GSIZE_FORMAT " frames so far", progress.frames);
  }
  Scanned scanned{
      .first_picture = video->begin,
      .end = video->end,
      .frames = {search.frames().begin(), search.frames().end()},
      .moments = search.moments()};
  if (scanned.moments.empty())
    return invalid_input("It has no picture that can be decoded where a moment was looked for.");
  return scanned;
}

}  // namespace livephoto::gst
