#include "gst/support/colour_range.h"

#define GST_USE_UNSTABLE_API  // of the parsers: Debian 12's is that of 1.22
#include <gst/codecparsers/gsth264parser.h>
#include <gst/codecparsers/gsth265parser.h>

#include <memory>
#include <vector>

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

std::optional<GstVideoColorimetry> colorimetry_of(const GstCaps* raw) {
  const GstStructure* fields = gst_caps_get_structure(raw, 0);
  GstVideoInfo info;
  if (!gst_structure_has_name(fields, "video/x-raw") || !gst_video_info_from_caps(&info, raw))
    return std::nullopt;
  GstVideoColorimetry said{};
  const gchar* text = gst_structure_get_string(fields, "colorimetry");
  const bool is_left_open = text && gst_video_colorimetry_from_string(&said, text) &&
                            said.matrix == GST_VIDEO_COLOR_MATRIX_UNKNOWN;
  if (!is_left_open || GST_VIDEO_INFO_IS_RGB(&info)) return info.colorimetry;
  said.matrix = info.colorimetry.matrix;
  if (said.range == GST_VIDEO_COLOR_RANGE_UNKNOWN) said.range = info.colorimetry.range;
  if (said.transfer == GST_VIDEO_TRANSFER_UNKNOWN) said.transfer = info.colorimetry.transfer;
  if (said.primaries == GST_VIDEO_COLOR_PRIMARIES_UNKNOWN)
    said.primaries = info.colorimetry.primaries;
  return said;
}

Owned<GstCaps> coded_caps_of_samples(GstPad* sink) {
  Owned<GstCaps> coded;
  std::vector<Owned<GstCaps>> passed;  // raw, from the sink to the decoder
  for_each_pad_before(sink, [&](GstPad* source) {
    auto caps = adopt(gst_pad_get_current_caps(source));
    if (is_coded_video(caps.get()))
      coded = std::move(caps);
    else if (caps)
      passed.push_back(std::move(caps));
    return !coded;
  });
  if (!coded) return coded;
  bool are_full = true;
  for (std::size_t i = passed.size(); i > 1; --i) {
    const auto from = colorimetry_of(passed[i - 1].get());
    const auto to = colorimetry_of(passed[i - 2].get());
    if (!from || !to) return nullptr;
    // GStreamer 1.22 leaves samples as they are where only the range is called another.
    const bool is_converted = from->matrix == GST_VIDEO_COLOR_MATRIX_RGB ||
                              (from->matrix != to->matrix && from->range != to->range);
    if (is_converted) are_full = to->range == GST_VIDEO_COLOR_RANGE_0_255;
  }
  return are_full ? std::move(coded) : nullptr;
}

Owned<GstCaps> with_true_range(GstCaps* caps, const GstCaps* coded) {
  const bool is_full = full_range_of(coded).value_or(false);
  const gchar* text = gst_structure_get_string(gst_caps_get_structure(caps, 0), "colorimetry");
  GstVideoColorimetry said{};
  if (text && !gst_video_colorimetry_from_string(&said, text)) return retain(caps);
  GstVideoColorimetry colorimetry = said;
  if (!is_coded_video(caps)) {
    const auto raw = colorimetry_of(caps);
    if (!raw || (!text && !is_full)) return retain(caps);
    colorimetry = *raw;
  }
  if (is_full) colorimetry.range = GST_VIDEO_COLOR_RANGE_0_255;
  if (gst_video_colorimetry_is_equal(&said, &colorimetry)) return retain(caps);
  auto corrected = adopt(gst_caps_copy(caps));
  const auto corrected_text = adopt(gst_video_colorimetry_to_string(&colorimetry));
  gst_caps_set_simple(corrected.get(), "colorimetry", G_TYPE_STRING, corrected_text.get(), nullptr);
  return corrected;
}

}  // namespace livephoto::gst
