#include "gst/support/colour_range.h"

#define GST_USE_UNSTABLE_API  // of the parsers: Debian 12's is that of 1.22
#include <gst/codecparsers/gsth264parser.h>
#include <gst/codecparsers/gsth265parser.h>
#include <gst/video/video.h>

#include <memory>

#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"
#include "gst/support/start_code.h"
#include "gst/support/upstream.h"

namespace livephoto::gst {
namespace {

std::optional<bool> full_range_in_avcc(ByteSpan avcc) {
  const std::unique_ptr<GstH264NalParser, decltype(&gst_h264_nal_parser_free)> parser(
      gst_h264_nal_parser_new(),
      gst_h264_nal_parser_free);
  const auto sps = std::make_unique<GstH264SPS>();
  for (const ByteSpan set : parameter_sets_of_avcc(avcc)) {
    const Bytes unit = with_start_code(set);
    GstH264NalUnit nal;
    if (gst_h264_parser_identify_nalu_unchecked(parser.get(), unit.data(), 0, unit.size(), &nal) !=
            GST_H264_PARSER_OK ||
        nal.type != GST_H264_NAL_SPS || gst_h264_parse_sps(&nal, sps.get()) != GST_H264_PARSER_OK)
      continue;
    const bool says_it =
        sps->vui_parameters_present_flag && sps->vui_parameters.video_signal_type_present_flag;
    const bool full = sps->vui_parameters.video_full_range_flag != 0;
    gst_h264_sps_clear(sps.get());
    if (says_it) return full;
  }
  return std::nullopt;
}

std::optional<bool> full_range_in_hvcc(ByteSpan hvcc) {
  const std::unique_ptr<GstH265Parser, decltype(&gst_h265_parser_free)> parser(
      gst_h265_parser_new(),
      gst_h265_parser_free);
  const auto vps = std::make_unique<GstH265VPS>();
  const auto sps = std::make_unique<GstH265SPS>();
  for (const ByteSpan set : parameter_sets_of_hvcc(hvcc)) {
    const Bytes unit = with_start_code(set);
    GstH265NalUnit nal;
    if (gst_h265_parser_identify_nalu_unchecked(parser.get(), unit.data(), 0, unit.size(), &nal) !=
        GST_H265_PARSER_OK)
      continue;
    // The SPS refers to it, and is not parsed without.
    if (nal.type == GST_H265_NAL_VPS) gst_h265_parser_parse_vps(parser.get(), &nal, vps.get());
    if (nal.type != GST_H265_NAL_SPS ||
        gst_h265_parser_parse_sps(parser.get(), &nal, sps.get(), TRUE) != GST_H265_PARSER_OK)
      continue;
    if (sps->vui_parameters_present_flag && sps->vui_params.video_signal_type_present_flag)
      return sps->vui_params.video_full_range_flag != 0;
  }
  return std::nullopt;
}

bool is_coded_video(const GstCaps* caps) {
  if (caps == nullptr || gst_caps_get_size(caps) == 0) return false;
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  return gst_structure_has_name(fields, "video/x-h264") ||
         gst_structure_has_name(fields, "video/x-h265");
}

}  // namespace

std::optional<bool> full_range_of(const GstCaps* coded) {
  if (!is_coded_video(coded)) return std::nullopt;
  const GstStructure* fields = gst_caps_get_structure(coded, 0);
  const Bytes configuration = codec_data_of(fields);
  return gst_structure_has_name(fields, "video/x-h264") ? full_range_in_avcc(configuration)
                                                        : full_range_in_hvcc(configuration);
}

Owned<GstCaps> coded_caps_before(GstPad* sink) {
  Owned<GstCaps> found;
  for_each_pad_before(sink, [&](GstPad* source) {
    auto caps = adopt(gst_pad_get_current_caps(source));
    const bool has_configuration =
        is_coded_video(caps.get()) &&
        gst_structure_has_field(gst_caps_get_structure(caps.get(), 0), "codec_data");
    if (has_configuration) found = std::move(caps);
    return !found;
  });
  return found;
}

Owned<GstCaps> with_true_range(GstCaps* caps, const GstCaps* coded) {
  if (!full_range_of(coded).value_or(false)) return retain(caps);
  GstStructure* fields = gst_caps_get_structure(caps, 0);
  GstVideoColorimetry colorimetry{};
  const gchar* said = gst_structure_get_string(fields, "colorimetry");
  if (said && !gst_video_colorimetry_from_string(&colorimetry, said)) return retain(caps);
  GstVideoInfo info;
  if (!said && gst_structure_has_name(fields, "video/x-raw") &&
      gst_video_info_from_caps(&info, caps))
    colorimetry = info.colorimetry;  // what GStreamer takes it for
  if (colorimetry.range == GST_VIDEO_COLOR_RANGE_0_255) return retain(caps);
  colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
  auto corrected = adopt(gst_caps_copy(caps));
  const auto text = adopt(gst_video_colorimetry_to_string(&colorimetry));
  gst_caps_set_simple(corrected.get(), "colorimetry", G_TYPE_STRING, text.get(), nullptr);
  return corrected;
}

}  // namespace livephoto::gst
