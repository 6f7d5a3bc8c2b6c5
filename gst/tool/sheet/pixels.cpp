#include "gst/tool/sheet/pixels.h"

#include <gst/app/gstappsink.h>
#include <gst/app/gstappsrc.h>
#include <gst/video/video.h>

#include <algorithm>
#include <cmath>
#include <cstring>
#include <memory>
#include <string>

#include "core/text.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {
namespace {

using gst::adopt;

struct FreeConverter {
  void operator()(GstVideoConverter* converter) const { gst_video_converter_free(converter); }
};

class FrameMap {
 public:
  FrameMap(const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags how)
      : is_mapped_(gst_video_frame_map(&frame_, &info, buffer, how) != FALSE) {}
  ~FrameMap() {
    if (is_mapped_) gst_video_frame_unmap(&frame_);
  }
  FrameMap(const FrameMap&) = delete;
  FrameMap& operator=(const FrameMap&) = delete;

  explicit operator bool() const { return is_mapped_; }
  GstVideoFrame* get() { return &frame_; }

 private:
  GstVideoFrame frame_{};
  bool is_mapped_;
};

int even(double length, int most, int least) {
  const int rounded = static_cast<int>(std::lround(length / 2)) * 2;
  return std::max(std::min(rounded, most / 2 * 2), least);
}

}  // namespace

PixelBox fit(double width, double height, PixelBox box, int least) {
  const double scale = std::min({box.width / width, box.height / height, 1.0});
  return {even(width * scale, box.width, least), even(height * scale, box.height, least)};
}

Result<Pixels> pixels_of(GstBuffer* picture, const GstCaps* caps, PixelBox box) {
  GstVideoInfo from;
  if (!gst_video_info_from_caps(&from, caps))
    return invalid_input("A picture of it has a format that is not known.");
  const double aspect = static_cast<double>(GST_VIDEO_INFO_PAR_N(&from)) /
                        static_cast<double>(std::max(GST_VIDEO_INFO_PAR_D(&from), 1));
  Pixels result;
  result.size = fit(GST_VIDEO_INFO_WIDTH(&from) * aspect, GST_VIDEO_INFO_HEIGHT(&from), box, 2);
  GstVideoInfo to;
  gst_video_info_set_format(
      &to,
      GST_VIDEO_FORMAT_BGRx,
      static_cast<guint>(result.size.width),
      static_cast<guint>(result.size.height));
  GST_VIDEO_INFO_FPS_N(&to) = GST_VIDEO_INFO_FPS_N(&from);  // it insists on that
  GST_VIDEO_INFO_FPS_D(&to) = GST_VIDEO_INFO_FPS_D(&from);
  GST_VIDEO_INFO_INTERLACE_MODE(&to) = GST_VIDEO_INFO_INTERLACE_MODE(&from);
  const auto buffer = adopt(gst_buffer_new_allocate(nullptr, GST_VIDEO_INFO_SIZE(&to), nullptr));
  const std::unique_ptr<GstVideoConverter, FreeConverter> converter(gst_video_converter_new(
      &from,
      &to,
      gst_structure_new(
          "options",
          GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
          GST_TYPE_VIDEO_RESAMPLER_METHOD,
          GST_VIDEO_RESAMPLER_METHOD_LINEAR,
          nullptr)));
  {
    FrameMap source(from, picture, GST_MAP_READ);
    FrameMap target(to, buffer.get(), GST_MAP_WRITE);
    if (!converter || !source || !target) return invalid_input("A picture of it cannot be read.");
    gst_video_converter_frame(converter.get(), source.get(), target.get());
  }
  const gst::ReadMap map(buffer.get());
  result.bytes.assign(map.bytes().begin(), map.bytes().end());
  return result;
}

void paste(const Pixels& from, int x, int y, Pixels& onto) {
  const int width = std::min(from.size.width, onto.size.width - x);
  const int height = std::min(from.size.height, onto.size.height - y);
  if (width <= 0) return;
  for (int row = 0; row < height; ++row) {
    std::memcpy(
        onto.bytes.data() + (y + row) * onto.stride() + x * 4,
        from.bytes.data() + row * from.stride(),
        static_cast<std::size_t>(width) * 4);
  }
}

Result<Bytes> jpeg_of(const Pixels& picture, int quality) {
  GError* problem = nullptr;
  const std::string line =
      "appsrc name=in format=time ! videoconvert ! jpegenc quality=" + std::to_string(quality) +
      " ! appsink name=out sync=false";
  const auto pipeline = adopt(gst_parse_launch(line.c_str(), &problem));
  const auto owned = adopt(problem);
  if (!pipeline || owned)
    return Error{
        ErrorCode::Unsupported,
        "GStreamer has no jpegenc; install gstreamer1.0-plugins-good.",
        owned ? owned->message : ""};
  const auto in = adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "in"));
  const auto out = adopt(gst_bin_get_by_name(GST_BIN(pipeline.get()), "out"));
  GstVideoInfo info;
  gst_video_info_set_format(
      &info,
      GST_VIDEO_FORMAT_BGRx,
      static_cast<guint>(picture.size.width),
      static_cast<guint>(picture.size.height));
  const auto caps = adopt(gst_video_info_to_caps(&info));
  gst_app_src_set_caps(GST_APP_SRC(in.get()), caps.get());
  gst_element_set_state(pipeline.get(), GST_STATE_PLAYING);
  GstBuffer* buffer = gst_buffer_new_memdup(picture.bytes.data(), picture.bytes.size());
  GST_BUFFER_PTS(buffer) = 0;
  gst_app_src_push_buffer(GST_APP_SRC(in.get()), buffer);
  gst_app_src_end_of_stream(GST_APP_SRC(in.get()));
  const auto sample = adopt(gst_app_sink_try_pull_sample(GST_APP_SINK(out.get()), 30 * GST_SECOND));
  Result<Bytes> result = invalid_input("A picture of it cannot become a JPEG.");
  if (sample) {
    const gst::ReadMap map(gst_sample_get_buffer(sample.get()));
    result = Bytes(map.bytes().begin(), map.bytes().end());
  }
  gst_element_set_state(pipeline.get(), GST_STATE_NULL);
  return result;
}

}  // namespace livephoto::tool
