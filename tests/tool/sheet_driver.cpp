// Makes a sheet of the best moments of videos: sheet_driver SHEET VIDEO...
#include <gst/video/video.h>

#include <iostream>

#include "core/select/frame_meter.h"
#include "gst/tool/decoder.h"
#include "gst/tool/plugin.h"
#include "gst/tool/sheet.h"
#include "gst/tool/survey.h"

namespace livephoto::tool {
namespace {

Result<std::vector<select::FrameMeasures>> measures_of(
    const std::filesystem::path& video, nanoseconds first_picture) {
  Decoder decoder;
  if (const auto opened = decoder.open(video, "auto", "video/x-raw,format=GRAY8"); !opened)
    return opened.error();
  select::FrameMeter meter;
  std::vector<select::FrameMeasures> frames;
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) return frame.error();
    if (!*frame) return frames;
    GstSample* sample = (*frame)->sample.get();
    GstVideoInfo info;
    gst_video_info_from_caps(&info, gst_sample_get_caps(sample));
    const gst::ReadMap map(gst_sample_get_buffer(sample));
    const select::LumaView luma{
        map.bytes().data(),
        GST_VIDEO_INFO_WIDTH(&info),
        GST_VIDEO_INFO_HEIGHT(&info),
        GST_VIDEO_INFO_PLANE_STRIDE(&info, 0),
        true};
    frames.push_back(meter.measure(luma, (*frame)->time - first_picture));
  }
}

Result<VideoSuggestions> suggestions_of(const std::filesystem::path& video) {
  const auto surveyed = survey(video);
  if (!surveyed) return surveyed.error();
  auto frames = measures_of(video, surveyed->first_picture);
  if (!frames) return frames.error();
  VideoSuggestions result{video, surveyed->first_picture, surveyed->length, *std::move(frames), {}};
  constexpr std::size_t kCount = 5;
  for (const select::Moment& moment : select::find_moments(result.frames, {}, kCount))
    result.suggestions.push_back(
        {moment,
         select::reason(moment),
         select::advise(result.frames, moment.start, moment.duration, moment.still)});
  return result;
}

int main(int argc, char** argv) {
  if (const auto loaded = load_plugin(); !loaded)
    return std::cerr << loaded.error().message << '\n', 1;
  const auto sheet = open_sheet(argv[1], true);
  if (!sheet) return std::cerr << sheet.error().message << '\n', 1;
  for (int i = 2; i < argc; ++i) {
    const auto video = suggestions_of(argv[i]);
    const auto added = video ? (*sheet)->add(*video) : Result<void>(video.error());
    if (!added)
      std::cerr << argv[i] << ": " << added.error().message << " (" << added.error().detail
                << ")\n";
  }
  const auto done = (*sheet)->finish();
  if (!done) return std::cerr << done.error().message << '\n', 1;
  return 0;
}

}  // namespace
}  // namespace livephoto::tool

int main(int argc, char** argv) { return livephoto::tool::main(argc, argv); }
