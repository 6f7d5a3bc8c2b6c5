#include "core/isobmff/boxes.h"

namespace livephoto::isobmff {
namespace {

// "und", packed as ISO/IEC 14496-12, 8.4.2.3 says
constexpr std::uint16_t kUndeterminedLanguage = 0x55C4;

// Enabled, in the movie, in the preview, in the poster: what cameras set.
constexpr std::uint32_t kTrackFlags = 0x00000F;

Bytes matrix_fields(const Matrix& m) {
  // clang-format off
  return fields(fixed_16_16(m.a), fixed_16_16(m.b), fixed_2_30(0),
                fixed_16_16(m.c), fixed_16_16(m.d), fixed_2_30(0),
                fixed_16_16(m.tx), fixed_16_16(m.ty), fixed_2_30(1));
  // clang-format on
}

std::optional<Box> pasp(const VisualSampleEntry& video) {
  if (video.h_spacing == video.v_spacing) return std::nullopt;
  return box("pasp", u32(video.h_spacing), u32(video.v_spacing));
}

std::optional<Box> dolby_vision_of(const VisualSampleEntry& video) {
  if (video.dolby_vision.empty()) return std::nullopt;
  return dolby_vision(video.dolby_vision);
}

template <class Value, class Write>
std::optional<Box> optional_box(const std::optional<Value>& value, Write write) {
  if (!value) return std::nullopt;
  return write(*value);
}

}  // namespace

Matrix matrix_of(Orientation orientation, std::uint32_t width, std::uint32_t height) {
  const double w = width;
  const double h = height;
  switch (orientation) {
    case Orientation::Normal:
      return {};
    case Orientation::FlipHorizontal:
      return {.a = -1, .b = 0, .c = 0, .d = 1, .tx = w, .ty = 0};
    case Orientation::Rotate180:
      return {.a = -1, .b = 0, .c = 0, .d = -1, .tx = w, .ty = h};
    case Orientation::FlipVertical:
      return {.a = 1, .b = 0, .c = 0, .d = -1, .tx = 0, .ty = h};
    case Orientation::Transpose:
      return {.a = 0, .b = 1, .c = 1, .d = 0, .tx = 0, .ty = 0};
    case Orientation::Rotate90:
      return {.a = 0, .b = 1, .c = -1, .d = 0, .tx = h, .ty = 0};
    case Orientation::Transverse:
      return {.a = 0, .b = -1, .c = -1, .d = 0, .tx = h, .ty = w};
    case Orientation::Rotate270:
      return {.a = 0, .b = -1, .c = 1, .d = 0, .tx = 0, .ty = w};
  }
  return {};
}

// ISO/IEC 14496-12, 8.2.2 Movie Header Box
Box mvhd(const MovieHeader& movie) {
  return box(
      "mvhd",
      version_flags(0, 0),
      u32(movie.creation_time),
      u32(movie.creation_time),  // modification_time
      u32(movie.timescale),
      u32(movie.duration),
      fixed_16_16(1.0),  // rate
      fixed_8_8(1.0),    // volume
      reserved(2 + 2 * 4),
      matrix_fields({}),
      pre_defined(6 * 4),
      u32(movie.next_track_id));
}

// ISO/IEC 14496-12, 8.3.2 Track Header Box
Box tkhd(const TrackHeader& track) {
  return box(
      "tkhd",
      version_flags(0, kTrackFlags),
      u32(track.creation_time),
      u32(track.creation_time),  // modification_time
      u32(track.track_id),
      reserved(4),
      u32(track.duration),
      reserved(2 * 4),
      i16(0),  // layer
      i16(0),  // alternate_group
      fixed_8_8(track.volume),
      reserved(2),
      matrix_fields(track.matrix),
      u32(track.width << 16),
      u32(track.height << 16));
}

// ISO/IEC 14496-12, 8.6.5 Edit Box and 8.6.6 Edit List Box
Box edts(const std::vector<Edit>& edits) {
  return box(
      "edts",
      box("elst", version_flags(0, 0), count_of(edits), each(edits, [](const Edit& edit) {
            return fields(
                u32(edit.segment_duration),
                i32(edit.media_time),
                fixed_16_16(1.0));  // media_rate
          })));
}

// ISO/IEC 14496-12, 8.4.2 Media Header Box
Box mdhd(const MediaHeader& media) {
  return box(
      "mdhd",
      version_flags(0, 0),
      u32(media.creation_time),
      u32(media.creation_time),  // modification_time
      u32(media.timescale),
      u32(media.duration),
      u16(kUndeterminedLanguage),
      pre_defined(2));
}

// ISO/IEC 14496-12, 12.1.2 Video media header; the mode and colour are QuickTime's
// "dither copy", which cameras write.
Box vmhd() {
  return box(
      "vmhd",
      version_flags(0, 1),
      u16(0x0040),  // graphicsmode
      u16(0x8000),  // opcolor
      u16(0x8000),
      u16(0x8000));
}

// ISO/IEC 14496-12, 12.2.2 Sound media header
Box smhd() {
  return box(
      "smhd",
      version_flags(0, 0),
      fixed_8_8(0),  // balance
      reserved(2));
}

// ISO/IEC 14496-12, 8.5.2 Sample Description Box
Box stsd(const Box& entry) {
  return box(
      "stsd",
      version_flags(0, 0),
      u32(1),  // entry_count
      entry);
}

// QuickTime File Format, "Video Sample Description"; ISO/IEC 14496-12, 12.1.3
Box visual_sample_entry(const VisualSampleEntry& video) {
  return box(
      video.format,
      reserved(6),
      u16(1),      // data_reference_index
      u16(0),      // version
      u16(0),      // revision level
      u32(0),      // vendor
      u32(0),      // temporal quality
      u32(0x200),  // spatial quality: normal
      u16(video.width),
      u16(video.height),
      fixed_16_16(72),  // horizresolution
      fixed_16_16(72),  // vertresolution
      u32(0),           // data size
      u16(1),           // frame_count
      reserved(32),     // compressorname, empty
      u16(0x0018),      // depth: colour without alpha
      i16(-1),          // colour table id: none
      box(video.configuration, ByteSpan(video.configuration_record)),
      dolby_vision_of(video),
      optional_box(video.colour, colr),
      optional_box(video.mastering_display, mdcv),
      optional_box(video.content_light, clli),
      pasp(video),
      u32(0));  // the terminator that QuickTime's extensions end with
}

// QuickTime File Format, "Color Parameter Atoms"; ISO/IEC 14496-12, 12.1.5
Box colr(const Colour& colour) {
  const Bytes code_points = fields(u16(colour.primaries), u16(colour.transfer), u16(colour.matrix));
  if (!colour.full_range) return box("colr", u32(FourCC("nclc")), ByteSpan(code_points));
  return box(
      "colr",
      u32(FourCC("nclx")),
      ByteSpan(code_points),
      u8(0x80));  // full_range_flag, reserved
}

// Dolby Vision Streams Within the ISO Base Media File Format: dv_profile
// is seven bits behind two bytes of version.
Box dolby_vision(ByteSpan record) {
  const int profile = record[2] >> 1;
  const FourCC type = profile <= 7    ? FourCC("dvcC")
                      : profile <= 10 ? FourCC("dvvC")
                                      : FourCC("dvwC");
  return box(type, record);
}

// ISO/IEC 14496-12, 12.1.7 Mastering display colour volume
Box mdcv(const MasteringDisplay& display) {
  const auto& [green, blue, red] = display.primaries;
  return box(
      "mdcv",
      u16(green.x),
      u16(green.y),
      u16(blue.x),
      u16(blue.y),
      u16(red.x),
      u16(red.y),
      u16(display.white.x),
      u16(display.white.y),
      u32(display.max_luminance),
      u32(display.min_luminance));
}

// ISO/IEC 14496-12, 12.1.8 Content light level
Box clli(const ContentLight& light) {
  return box("clli", u16(light.max_content), u16(light.max_frame_average));
}

// ISO/IEC 14496-12, 8.3.3 Track Reference Box
Box tref(FourCC type, std::uint32_t track_id) { return box("tref", box(type, u32(track_id))); }

}  // namespace livephoto::isobmff
