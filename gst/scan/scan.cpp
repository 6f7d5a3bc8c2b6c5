#include "gst/scan/scan.h"

#include "core/select/search.h"
#include "core/text.h"
#include "gst/scan/frame_reader.h"

namespace livephoto::gst {
namespace {

GstDebugCategory* debug_category() {
  static GstDebugCategory* const category =
      _gst_debug_category_new("livephotoscan", 0, "Looks through videos for moments");
  return category;
}
#define GST_CAT_DEFAULT debug_category()

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

}  // namespace

Result<Scanned> scan(const ScanRequest& request, const OnScanProgress& on_progress) {
  FrameReader reader(
      request.waits_for_ever ? FrameReader::Patience::Endless : FrameReader::Patience::Usual);
  ScanProgress progress;
  const auto wait = [&] { return on_progress(progress); };
  const auto video = reader.open(request.uri, wait);
  if (!video) return video.error();
  select::Search search(request.wanted, *video, request.count);
  while (const auto pass = search.next()) {
    log_pass(*pass);
    if (const auto sought = reader.seek(*pass); !sought) return sought.error();
    for (bool goes_on = true; goes_on;) {
      const auto more =
          reader.next(wait, [&](const select::LumaView& luma, std::chrono::nanoseconds time) {
            goes_on = search.add(luma, time);
          });
      if (!more) return more.error();
      goes_on = goes_on && *more;
      progress.done = search.progress();
      progress.frames += *more ? 1 : 0;
      if (!on_progress(progress)) return invalid_input("It was given up.");
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
