#include "gst/support/alpha.h"

#include <algorithm>
#include <array>
#include <cstddef>
#include <cstdint>

#include "gst/support/caps.h"

namespace livephoto::gst {
namespace {

constexpr guint kColours = 3;
constexpr guint kAlpha = 3;  // GST_VIDEO_COMP_A

GstVideoFormat without_alpha(GstVideoFormat format) {
  switch (format) {
    case GST_VIDEO_FORMAT_AYUV:
      return GST_VIDEO_FORMAT_Y444;
    case GST_VIDEO_FORMAT_A420:
      return GST_VIDEO_FORMAT_I420;
    case GST_VIDEO_FORMAT_A420_10LE:
      return GST_VIDEO_FORMAT_I420_10LE;
    case GST_VIDEO_FORMAT_A422_10LE:
      return GST_VIDEO_FORMAT_I422_10LE;
    case GST_VIDEO_FORMAT_A444_10LE:
      return GST_VIDEO_FORMAT_Y444_10LE;
    default:
      return GST_VIDEO_FORMAT_RGB;
  }
}

// One component of a frame, sample by sample.
class Samples {
 public:
  Samples(const GstVideoFrame& frame, guint component)
      : data_(static_cast<guint8*>(GST_VIDEO_FRAME_COMP_DATA(&frame, component))),
        stride_(GST_VIDEO_FRAME_COMP_STRIDE(&frame, component)),
        step_(GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component)),
        wide_(GST_VIDEO_FRAME_COMP_DEPTH(&frame, component) > 8) {}

  gint at(gint x, gint y) const { return wide_ ? GST_READ_UINT16_LE(place(x, y)) : *place(x, y); }
  void set(gint x, gint y, gint value) {
    if (wide_)
      GST_WRITE_UINT16_LE(place(x, y), static_cast<guint16>(value));
    else
      *place(x, y) = static_cast<guint8>(value);
  }

 private:
  guint8* place(gint x, gint y) const { return data_ + y * stride_ + x * step_; }

  guint8* data_;
  std::ptrdiff_t stride_;
  std::ptrdiff_t step_;
  bool wide_;
};

// The alpha of one sample of colour, which may be that of several pixels.
class Coverage {
 public:
  Coverage(const GstVideoInfo& info, const GstVideoFrame& frame, guint component)
      : alpha_(frame, kAlpha),
        width_(GST_VIDEO_INFO_WIDTH(&info)),
        height_(GST_VIDEO_INFO_HEIGHT(&info)),
        across_(1 << GST_VIDEO_FORMAT_INFO_W_SUB(info.finfo, component)),
        down_(1 << GST_VIDEO_FORMAT_INFO_H_SUB(info.finfo, component)) {}

  // Times blocks(): a sum.
  gint at(gint x, gint y) const {
    gint sum = 0;
    for (gint row = 0; row < down_; ++row)
      for (gint column = 0; column < across_; ++column)
        sum += alpha_.at(
            std::min(x * across_ + column, width_ - 1),
            std::min(y * down_ + row, height_ - 1));
    return sum;
  }
  gint blocks() const { return across_ * down_; }

 private:
  Samples alpha_;
  gint width_;
  gint height_;
  gint across_;
  gint down_;
};

std::int64_t divided(std::int64_t number, std::int64_t by) {
  return (number >= 0 ? number + by / 2 : number - by / 2) / by;
}

void compose(
    const GstVideoInfo& info, const GstVideoFrame& frame, guint component, GstVideoFrame* out) {
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> blacks{};
  std::array<gint, GST_VIDEO_MAX_COMPONENTS> scales{};
  gst_video_color_range_offsets(info.colorimetry.range, info.finfo, blacks.data(), scales.data());
  const bool composed = GST_VIDEO_INFO_FLAG_IS_SET(&info, GST_VIDEO_FLAG_PREMULTIPLIED_ALPHA);
  const gint black = blacks[component];
  const gint most = (1 << GST_VIDEO_INFO_COMP_DEPTH(&info, kAlpha)) - 1;

  const Samples in(frame, component);
  const Coverage coverage(info, frame, component);
  Samples to(*out, component);
  // Of `info`, because a GstVideoMeta's may have padding in them.
  const gint width = GST_VIDEO_INFO_COMP_WIDTH(&info, component);
  const gint height = GST_VIDEO_INFO_COMP_HEIGHT(&info, component);
  for (gint y = 0; y < height; ++y) {
    for (gint x = 0; x < width; ++x) {
      const gint value = in.at(x, y);
      const auto above_black = std::int64_t{value - black} * coverage.at(x, y);
      const auto shown = black + divided(above_black, std::int64_t{most} * coverage.blocks());
      to.set(x, y, composed ? value : static_cast<gint>(shown));
    }
  }
}

}  // namespace

GstVideoInfo opaque_info(const GstVideoInfo& info) {
  return info_in_format(info, without_alpha(GST_VIDEO_INFO_FORMAT(&info)));
}

OpaqueFrame on_black(const GstVideoInfo& info, const GstVideoFrame& frame) {
  const auto opaque = opaque_info(info);
  OpaqueFrame made{opaque, adopt(gst_buffer_new_and_alloc(GST_VIDEO_INFO_SIZE(&opaque)))};
  GstVideoFrame out;
  if (!gst_video_frame_map(&out, &made.info, made.buffer.get(), GST_MAP_WRITE)) return made;
  for (guint component = 0; component < kColours; ++component)
    compose(info, frame, component, &out);
  gst_video_frame_unmap(&out);
  return made;
}

}  // namespace livephoto::gst
