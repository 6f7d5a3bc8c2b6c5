#include "gst/support/interlacing.h"

#define GST_USE_UNSTABLE_API  // of the parser: Debian 12's is that of 1.22
#include <gst/codecparsers/gsth264parser.h>

#include <memory>
#include <optional>
#include <string_view>

#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"
#include "gst/support/ptr.h"
#include "gst/support/start_code.h"

namespace livephoto::gst {
namespace {

std::string_view text_of(const GstStructure* fields, const char* name) {
  const gchar* text = gst_structure_get_string(fields, name);
  return text ? text : "";
}

using Parser = std::unique_ptr<GstH264NalParser, decltype(&gst_h264_nal_parser_free)>;

// Knows the parameter sets of the configuration.
Parser parser_of(ByteSpan avcc) {
  Parser parser(gst_h264_nal_parser_new(), gst_h264_nal_parser_free);
  for (const ByteSpan set : parameter_sets_of_avcc(avcc)) {
    const Bytes unit = with_start_code(set);
    GstH264NalUnit nal;
    if (gst_h264_parser_identify_nalu_unchecked(parser.get(), unit.data(), 0, unit.size(), &nal) ==
        GST_H264_PARSER_OK)
      gst_h264_parser_parse_nal(parser.get(), &nal);
  }
  return parser;
}

// What a picture timing says; nothing where it leaves that to the slices.
std::optional<bool> says_interlaced(const GstH264PicTiming& timing) {
  if (!timing.pic_struct_present_flag) return std::nullopt;
  constexpr guint8 kUnknown = 2;  // of ct_type; 0 is progressive, 1 interlaced
  for (std::size_t i = 0; i < G_N_ELEMENTS(timing.clock_timestamp); ++i) {
    const guint8 type = timing.clock_timestamp[i].ct_type;
    if (timing.clock_timestamp_flag[i] && type < kUnknown) return type == 1;
  }
  const bool is_frame = timing.pic_struct == GST_H264_SEI_PIC_STRUCT_FRAME ||
                        timing.pic_struct >= GST_H264_SEI_PIC_STRUCT_FRAME_DOUBLING;
  return is_frame ? std::optional(false) : std::nullopt;
}

std::optional<bool> says_interlaced(GstH264NalParser* parser, GstH264NalUnit& sei) {
  GArray* messages = nullptr;
  gst_h264_parser_parse_sei(parser, &sei, &messages);
  const std::unique_ptr<GArray, decltype(&g_array_unref)> owned(messages, g_array_unref);
  std::optional<bool> said;
  for (guint i = 0; messages && i < messages->len; ++i) {
    const auto& message = g_array_index(messages, GstH264SEIMessage, i);
    if (message.payloadType == GST_H264_SEI_PIC_TIMING)
      said = says_interlaced(message.payload.pic_timing);
  }
  return said;
}

bool has_fields(GstH264NalParser* parser, GstH264NalUnit& nal) {
  GstH264SliceHdr slice;
  if (gst_h264_parser_parse_slice_hdr(parser, &nal, &slice, FALSE, FALSE) != GST_H264_PARSER_OK)
    return false;
  const GstH264SPS& sps = *slice.pps->sequence;
  return slice.field_pic_flag || (!sps.frame_mbs_only_flag && sps.mb_adaptive_frame_field_flag);
}

bool is_slice(const GstH264NalUnit& nal) {
  return nal.type == GST_H264_NAL_SLICE || nal.type == GST_H264_NAL_SLICE_IDR;
}

}  // namespace

bool may_be_interlaced(const GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  // h264parse has "mixed" for what may have a picture timing, also where it is progressive.
  const auto structure = text_of(fields, "coded-picture-structure");
  if (gst_structure_has_name(fields, "video/x-h264") && !structure.empty())
    return structure == "field";
  const auto mode = text_of(fields, "interlace-mode");
  return !mode.empty() && mode != "progressive";
}

bool is_interlaced(ByteSpan packet, const GstCaps* caps) {
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  constexpr std::size_t kLengthSize = 4;  // where avcC has lengthSizeMinusOne
  const Bytes configuration = codec_data_of(fields);
  if (!gst_structure_has_name(fields, "video/x-h264") || configuration.size() <= kLengthSize)
    return false;
  const auto length_size = static_cast<guint8>((configuration[kLengthSize] & 3U) + 1);
  const Parser parser = parser_of(configuration);
  std::optional<bool> said;
  GstH264NalUnit nal;
  for (std::size_t at = 0; at < packet.size(); at = nal.offset + nal.size) {
    const auto found = gst_h264_parser_identify_nalu_avc(
        parser.get(),
        packet.data(),
        static_cast<guint>(at),
        packet.size(),
        length_size,
        &nal);
    if (found != GST_H264_PARSER_OK) return false;
    if (nal.type == GST_H264_NAL_SEI)
      if (const auto told = says_interlaced(parser.get(), nal)) said = told;
    if (is_slice(nal)) return said ? *said : has_fields(parser.get(), nal);
  }
  return false;
}

bool is_interlaced(GstBuffer* packet, const GstCaps* caps) {
  const ReadMap map(packet);
  return map && is_interlaced(map.bytes(), caps);
}

}  // namespace livephoto::gst
