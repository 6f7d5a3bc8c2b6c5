#include "gst/support/picture.h"

#include <algorithm>
#include <array>
#include <cmath>
#include <cstddef>
#include <cstdint>
#include <cstdlib>
#include <string>
#include <utility>

#include "gst/support/alpha.h"
#include "gst/support/caps.h"
#include "gst/support/ptr.h"

namespace livephoto::gst {
namespace {

// The limit of check_picture(), here before any memory is taken: a pixel aspect
// ratio can be anything.
constexpr gint kLargestSide = 16384;

// Closer to 1 than this, scaling would cost more sharpness than the shape is worth.
constexpr double kSquareTolerance = 0.005;

std::string size_text(gint width, gint height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

// ---- Square pixels -------------------------------------------------------------

struct Size {
  gint width;
  gint height;
};

// Even, because libheif has to wrap odd sizes; never less than there was.
gint stretched(gint side, double factor) {
  const double pairs = std::round(side * factor / 2);
  if (pairs > kLargestSide) return kLargestSide + 1;
  return std::max(side, static_cast<gint>(pairs) * 2);
}

Size square_pixel_size(const GstVideoInfo& info) {
  const Size stored{GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)};
  if (GST_VIDEO_INFO_PAR_N(&info) <= 0 || GST_VIDEO_INFO_PAR_D(&info) <= 0) return stored;
  const double aspect =
      static_cast<double>(GST_VIDEO_INFO_PAR_N(&info)) / GST_VIDEO_INFO_PAR_D(&info);
  if (std::abs(aspect - 1) <= kSquareTolerance) return stored;
  if (aspect > 1) return {stretched(stored.width, aspect), stored.height};
  return {stored.width, stretched(stored.height, 1 / aspect)};
}

// ---- Conversion ----------------------------------------------------------------

// What else the converter wants to be equal on both sides; false if there can be
// no such picture.
bool describe(
    GstVideoInfo* converted, const GstVideoInfo& info, GstVideoFormat format, const Size& size) {
  gst_video_info_init(converted);
  if (!gst_video_info_set_interlaced_format(
          converted,
          format,
          GST_VIDEO_INFO_INTERLACE_MODE(&info),
          static_cast<guint>(size.width),
          static_cast<guint>(size.height)))
    return false;
  converted->fps_n = info.fps_n;
  converted->fps_d = info.fps_d;
  GST_VIDEO_INFO_FIELD_ORDER(converted) = GST_VIDEO_INFO_FIELD_ORDER(&info);
  return true;
}

Result<GstVideoInfo> converted_info(const GstVideoInfo& info, GstVideoFormat format) {
  const auto size = square_pixel_size(info);
  GstVideoInfo converted;
  if (size.width > kLargestSide || size.height > kLargestSide ||
      !describe(&converted, info, format, size))
    return Error{
        ErrorCode::InvalidInput,
        "With square pixels the picture would be larger than " + std::to_string(kLargestSide) +
            " pixels; correct the pixel-aspect-ratio or make the picture smaller.",
        size_text(GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info)) + ", " +
            std::to_string(GST_VIDEO_INFO_PAR_N(&info)) + "/" +
            std::to_string(GST_VIDEO_INFO_PAR_D(&info))};

  if (format == GST_VIDEO_INFO_FORMAT(&info)) {
    converted.colorimetry = info.colorimetry;
    converted.chroma_site = info.chroma_site;
  } else {
    // Only matrix and range are converted: what the numbers mean stays the same.
    converted.colorimetry.primaries = info.colorimetry.primaries;
    converted.colorimetry.transfer = info.colorimetry.transfer;
  }
  return converted;
}

GstStructure* converter_settings() {
  return gst_structure_new(
      "GstVideoConverter",
      GST_VIDEO_CONVERTER_OPT_RESAMPLER_METHOD,
      GST_TYPE_VIDEO_RESAMPLER_METHOD,
      GST_VIDEO_RESAMPLER_METHOD_LANCZOS,
      GST_VIDEO_CONVERTER_OPT_DITHER_METHOD,
      GST_TYPE_VIDEO_DITHER_METHOD,
      GST_VIDEO_DITHER_NONE,
      nullptr);
}

struct FreeConverter {
  void operator()(GstVideoConverter* converter) const { gst_video_converter_free(converter); }
};

// ---- Samples -------------------------------------------------------------------

guint sample_bytes(const GstVideoFrame& frame, guint component) {
  return GST_VIDEO_FRAME_COMP_DEPTH(&frame, component) > 8 ? 2 : 1;
}

// GST_VIDEO_FRAME_COMP_DATA, but for the second of P010's pairs, which GStreamer
// 1.22 has one byte after the first instead of one sample.
const guint8* component_data(const GstVideoFrame& frame, guint component) {
  if (GST_VIDEO_FRAME_FORMAT(&frame) == GST_VIDEO_FORMAT_P010_10LE && component == 2)
    return static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 1)) + 2;
  return static_cast<const guint8*>(GST_VIDEO_FRAME_COMP_DATA(&frame, component));
}

// gst_video_frame_map() believes a GstVideoMeta; a buffer that was cut after it
// got one must not be read past its end.
bool holds_component(const GstVideoFrame& frame, const GstVideoInfo& info, guint component) {
  const auto* format = info.finfo;
  const auto width =
      GST_VIDEO_FORMAT_INFO_SCALE_WIDTH(format, component, GST_VIDEO_INFO_WIDTH(&info));
  const auto height =
      GST_VIDEO_FORMAT_INFO_SCALE_HEIGHT(format, component, GST_VIDEO_INFO_HEIGHT(&info));
  const auto plane = GST_VIDEO_FRAME_COMP_PLANE(&frame, component);
  const auto& map = frame.map[frame.meta != nullptr ? plane : 0];

  const auto first = component_data(frame, component) - map.data;
  const auto rows =
      static_cast<std::ptrdiff_t>(height - 1) * GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
  const auto row =
      static_cast<std::ptrdiff_t>(width - 1) * GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component) +
      static_cast<std::ptrdiff_t>(sample_bytes(frame, component));
  return first + std::min<std::ptrdiff_t>(rows, 0) >= 0 &&
         first + std::max<std::ptrdiff_t>(rows, 0) + row <= static_cast<std::ptrdiff_t>(map.size);
}

bool holds_all(const GstVideoFrame& frame, const GstVideoInfo& info) {
  for (guint i = 0; i < GST_VIDEO_INFO_N_COMPONENTS(&info); ++i)
    if (!holds_component(frame, info, i)) return false;
  return true;
}

Chroma chroma_of(const GstVideoFormatInfo* format) {
  if (GST_VIDEO_FORMAT_INFO_IS_RGB(format)) return Chroma::Rgb;
  if (GST_VIDEO_FORMAT_INFO_H_SUB(format, 1) == 1) return Chroma::Yuv420;
  return GST_VIDEO_FORMAT_INFO_W_SUB(format, 1) == 1 ? Chroma::Yuv422 : Chroma::Yuv444;
}

// Every `step` bytes of `out` get the component's next sample.
void gather(
    const GstVideoFrame& frame,
    guint component,
    const PlaneLayout& layout,
    std::uint8_t* out,
    std::size_t step) {
  const auto* data = component_data(frame, component);
  const std::ptrdiff_t stride = GST_VIDEO_FRAME_COMP_STRIDE(&frame, component);
  const std::ptrdiff_t pixel_stride = GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component);
  const guint shift = GST_VIDEO_FORMAT_INFO_SHIFT(frame.info.finfo, component);
  const bool wide = sample_bytes(frame, component) == 2;

  for (std::uint32_t y = 0; y < layout.height; ++y) {
    const auto* in = data + y * stride;
    for (std::uint32_t x = 0; x < layout.width; ++x, in += pixel_stride, out += step) {
      if (wide)
        GST_WRITE_UINT16_LE(out, static_cast<guint16>(GST_READ_UINT16_LE(in) >> shift));
      else
        *out = *in;
    }
  }
}

// Whether the rows of the frame's plane are what the core wants.
bool is_plain(const GstVideoFrame& frame, guint component) {
  return GST_VIDEO_FRAME_COMP_STRIDE(&frame, component) > 0 &&
         GST_VIDEO_FORMAT_INFO_SHIFT(frame.info.finfo, component) == 0 &&
         static_cast<guint>(GST_VIDEO_FRAME_COMP_PSTRIDE(&frame, component)) ==
             sample_bytes(frame, component);
}

Plane lent_plane(const GstVideoFrame& frame, guint component, const PlaneLayout& layout) {
  const auto stride = static_cast<std::size_t>(GST_VIDEO_FRAME_COMP_STRIDE(&frame, component));
  return {
      .bytes = {component_data(frame, component), (layout.height - 1) * stride + layout.row_bytes},
      .stride = stride};
}

void take_component(OwnedPicture& owned, const GstVideoFrame& frame, guint component) {
  const auto layout = plane_layout(owned.picture, component);
  auto& plane = owned.picture.planes[component];
  if (is_plain(frame, component)) {
    plane = lent_plane(frame, component, layout);
    return;
  }
  auto& storage = owned.storage[component];
  storage.resize(layout.row_bytes * layout.height);
  gather(frame, component, layout, storage.data(), sample_bytes(frame, component));
  plane = {.bytes = storage, .stride = layout.row_bytes};
}

void take_rgb(OwnedPicture& owned, const GstVideoFrame& frame) {
  constexpr std::size_t kStep = 3;
  const auto layout = plane_layout(owned.picture, 0);
  auto& plane = owned.picture.planes[0];
  if (GST_VIDEO_FRAME_FORMAT(&frame) == GST_VIDEO_FORMAT_RGB &&
      GST_VIDEO_FRAME_COMP_STRIDE(&frame, 0) > 0) {
    plane = lent_plane(frame, 0, layout);
    return;
  }
  auto& storage = owned.storage[0];
  storage.resize(layout.row_bytes * layout.height);
  for (guint i = 0; i < kStep; ++i) gather(frame, i, layout, storage.data() + i, kStep);
  plane = {.bytes = storage, .stride = layout.row_bytes};
}

// ---- More bits -----------------------------------------------------------------

GstVideoFormat format_of_10_bits(const GstVideoFormatInfo* format) {
  switch (chroma_of(format)) {
    case Chroma::Yuv420:
      return GST_VIDEO_FORMAT_I420_10LE;
    case Chroma::Yuv422:
      return GST_VIDEO_FORMAT_I422_10LE;
    default:
      return GST_VIDEO_FORMAT_Y444_10LE;
  }
}

// Samples of 8 bits as the same samples of 10 (ISO/IEC 23091-2, 8.3).
std::array<guint16, 256> widening(guint component, bool full_range) {
  std::array<guint16, 256> table{};
  const double scale = full_range ? 1023.0 / 255.0 : 4.0;
  const double zero = component == 0 ? 0 : 128;
  for (std::size_t i = 0; i < table.size(); ++i)
    table[i] = static_cast<guint16>(
        std::clamp(std::lround((static_cast<double>(i) - zero) * scale + zero * 4), 0L, 1023L));
  return table;
}

void widen(const GstVideoFrame& in, guint component, GstVideoFrame* out) {
  const auto table =
      widening(component, out->info.colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255);
  const auto width = GST_VIDEO_FRAME_COMP_WIDTH(out, component);
  const auto height = GST_VIDEO_FRAME_COMP_HEIGHT(out, component);
  const std::ptrdiff_t in_stride = GST_VIDEO_FRAME_COMP_STRIDE(&in, component);
  const std::ptrdiff_t in_step = GST_VIDEO_FRAME_COMP_PSTRIDE(&in, component);
  const std::ptrdiff_t out_stride = GST_VIDEO_FRAME_COMP_STRIDE(out, component);
  const auto* in_row = component_data(in, component);
  auto* out_row = static_cast<guint8*>(GST_VIDEO_FRAME_COMP_DATA(out, component));
  for (gint y = 0; y < height; ++y, in_row += in_stride, out_row += out_stride)
    for (gint x = 0; x < width; ++x)
      GST_WRITE_UINT16_LE(out_row + 2 * x, table[in_row[x * in_step]]);
}

bool is_yuv_of_8_bits(const GstVideoInfo& info) {
  return !GST_VIDEO_INFO_IS_RGB(&info) && GST_VIDEO_INFO_COMP_DEPTH(&info, 0) == 8;
}

}  // namespace

StillPicture::MappedFrame StillPicture::map(
    const GstVideoInfo& info, GstBuffer* buffer, GstMapFlags flags) {
  auto frame = std::make_unique<GstVideoFrame>();
  if (!gst_video_frame_map(frame.get(), &info, buffer, flags)) return nullptr;
  return MappedFrame(frame.release());
}

Result<StillPicture::MappedFrame> StillPicture::map_checked(
    const GstVideoInfo& info, GstBuffer* buffer) {
  auto frame = map(info, buffer, GST_MAP_READ);
  if (frame && holds_all(*frame, info)) return frame;
  const auto size = size_text(GST_VIDEO_INFO_WIDTH(&info), GST_VIDEO_INFO_HEIGHT(&info));
  return Error{
      ErrorCode::InvalidInput,
      "The buffer cannot be read as a picture of " + size +
          " pixels; it is damaged, or the element before the still sink fills it wrongly.",
      std::to_string(gst_buffer_get_size(buffer)) + " bytes, " +
          gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info))};
}

StillPicture::StillPicture(const GstVideoInfo& info, MappedFrame frame) : frame_(std::move(frame)) {
  // Width and height of the caps: those of a GstVideoMeta may have padding in them.
  owned_.picture.width = static_cast<std::uint32_t>(GST_VIDEO_INFO_WIDTH(&info));
  owned_.picture.height = static_cast<std::uint32_t>(GST_VIDEO_INFO_HEIGHT(&info));
  owned_.picture.chroma = chroma_of(info.finfo);
  owned_.picture.bit_depth = static_cast<int>(GST_VIDEO_INFO_COMP_DEPTH(&info, 0));
  owned_.picture.colour = colour_of(info.colorimetry);
  if (owned_.picture.chroma == Chroma::Rgb) {
    take_rgb(owned_, *frame_);
    return;
  }
  for (guint i = 0; i < plane_count(owned_.picture.chroma); ++i) take_component(owned_, *frame_, i);
}

// Size and format in one pass, and neither where there is nothing to do.
Result<StillPicture> StillPicture::in_format(
    const GstVideoInfo& info, GstBuffer* buffer, GstVideoFormat format) {
  auto frame = map_checked(info, buffer);
  if (!frame) return frame.error();
  const auto size = square_pixel_size(info);
  if (format == GST_VIDEO_INFO_FORMAT(&info) && size.width == GST_VIDEO_INFO_WIDTH(&info) &&
      size.height == GST_VIDEO_INFO_HEIGHT(&info))
    return StillPicture(info, *std::move(frame));

  const auto converted = converted_info(info, format);
  if (!converted) return converted.error();
  const auto copy = adopt(gst_buffer_new_and_alloc(GST_VIDEO_INFO_SIZE(&*converted)));
  auto out = map(*converted, copy.get(), GST_MAP_READWRITE);
  const std::unique_ptr<GstVideoConverter, FreeConverter> converter(
      gst_video_converter_new(&info, &*converted, converter_settings()));
  if (!out || !converter)
    return Error{
        ErrorCode::Unsupported,
        "GStreamer cannot convert the picture; put videoconvert before the still sink.",
        gst_video_format_to_string(GST_VIDEO_INFO_FORMAT(&info))};
  gst_video_converter_frame(converter.get(), frame->get(), out.get());
  return StillPicture(*converted, std::move(out));
}

Result<OpaqueFrame> StillPicture::shown_on_black(const GstVideoInfo& info, GstBuffer* buffer) {
  const auto frame = map_checked(info, buffer);
  if (!frame) return frame.error();
  return on_black(info, **frame);
}

Result<StillPicture> StillPicture::as_stored(const GstVideoInfo& info, GstBuffer* buffer) {
  if (GST_VIDEO_INFO_HAS_ALPHA(&info)) {
    const auto opaque = shown_on_black(info, buffer);
    if (!opaque) return opaque.error();
    return as_stored(opaque->info, opaque->buffer.get());
  }
  return in_format(info, buffer, GST_VIDEO_INFO_FORMAT(&info));
}

// From 8 bits GStreamer 1.22 converts with 8 bits, which makes the picture darker
// by 2.5 of 255 on average and 6 at most; from 10 bits it is 0.2 and 1.3.
Result<StillPicture> StillPicture::as_rgb(const GstVideoInfo& info, GstBuffer* buffer) {
  if (GST_VIDEO_INFO_HAS_ALPHA(&info)) {
    const auto opaque = shown_on_black(info, buffer);
    if (!opaque) return opaque.error();
    return as_rgb(opaque->info, opaque->buffer.get());
  }
  if (!is_yuv_of_8_bits(info)) return in_format(info, buffer, GST_VIDEO_FORMAT_RGB);
  const auto frame = map_checked(info, buffer);
  if (!frame) return frame.error();

  const auto wide = info_in_format(info, format_of_10_bits(info.finfo));
  const auto copy = adopt(gst_buffer_new_and_alloc(GST_VIDEO_INFO_SIZE(&wide)));
  auto out = map(wide, copy.get(), GST_MAP_READWRITE);
  for (guint i = 0; i < 3; ++i) widen(**frame, i, out.get());
  out.reset();
  return in_format(wide, copy.get(), GST_VIDEO_FORMAT_RGB);
}

}  // namespace livephoto::gst
