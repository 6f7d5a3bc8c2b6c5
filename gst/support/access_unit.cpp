#include "gst/support/access_unit.h"

#include <algorithm>
#include <vector>

#include "gst/support/caps.h"
#include "gst/support/decoder_config.h"

namespace livephoto::gst {
namespace {

constexpr unsigned kH264Idr = 5;
constexpr unsigned kH264Sei = 6;
constexpr unsigned kH265FirstIrap = 16;  // BLA_W_LP
constexpr unsigned kH265LastIrap = 21;   // CRA_NUT
constexpr unsigned kRecoveryPoint = 6;

// A SEI number: bytes of 255, and one that is less.
std::optional<unsigned> sei_number(ByteSpan& rest) {
  unsigned number = 0;
  while (!rest.empty()) {
    const unsigned byte = rest[0];
    rest = rest.subspan(1);
    number += byte;
    if (byte != 0xFF) return number;
    if (number > 0xFFFF) break;
  }
  return std::nullopt;
}

// ISO/IEC 14496-10, 7.3.2.3.1. recovery_frame_cnt is Exp-Golomb: a first bit of
// one is 0. Emulation prevention cannot come before the first payload's first byte.
bool has_recovery_point(ByteSpan sei) {
  ByteSpan rest = sei.subspan(1);
  while (rest.size() > 2) {
    const auto type = sei_number(rest);
    const auto size = sei_number(rest);
    if (!type || !size || *size > rest.size()) return false;
    if (*type == kRecoveryPoint && *size > 0) return (rest[0] & 0x80) != 0;
    rest = rest.subspan(*size);
  }
  return false;
}

bool begins_decoding(ByteSpan nal, NalCodec codec) {
  if (codec == NalCodec::H265) {
    const unsigned type = (nal[0] >> 1) & 0x3FU;
    return type >= kH265FirstIrap && type <= kH265LastIrap;
  }
  const unsigned type = nal[0] & 0x1FU;
  return type == kH264Idr || (type == kH264Sei && has_recovery_point(nal));
}

// Each NAL unit of a packet, with where it begins and its length before it.
// False where they do not fill the packet.
template <class Use>
bool for_each_nal(ByteSpan packet, std::size_t length_size, Use use) {
  std::size_t at = 0;
  while (at < packet.size()) {
    if (packet.size() - at < length_size) return false;
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_size; ++i) size = size << 8 | packet[at + i];
    if (size == 0 || size > packet.size() - at - length_size) return false;
    use(packet.subspan(at + length_size, size), at);
    at += length_size + size;
  }
  return true;
}

bool is_parameter_set(ByteSpan nal, NalCodec codec) {
  constexpr unsigned kH264Sps = 7;
  constexpr unsigned kH264Pps = 8;
  constexpr unsigned kH265Vps = 32;
  constexpr unsigned kH265Pps = 34;
  const unsigned type = codec == NalCodec::H264 ? nal[0] & 0x1FU : (nal[0] >> 1) & 0x3FU;
  return codec == NalCodec::H264 ? type == kH264Sps || type == kH264Pps
                                 : type >= kH265Vps && type <= kH265Pps;
}

// A NAL unit does not end with a byte of 0 (ISO/IEC 14496-10, 7.4.1): such stand
// behind some in records made from start codes.
Bytes without_trailing_zeros(ByteSpan nal) {
  while (!nal.empty() && nal.back() == 0) nal = nal.first(nal.size() - 1);
  return {nal.begin(), nal.end()};
}

}  // namespace

std::set<Bytes> parameter_sets_of(ByteSpan configuration, NalCodec codec) {
  std::set<Bytes> sets;
  const auto units = codec == NalCodec::H264 ? parameter_sets_of_avcc(configuration)
                                             : parameter_sets_of_hvcc(configuration);
  for (const ByteSpan unit : units)  // beside them may be messages
    if (!unit.empty() && is_parameter_set(unit, codec)) sets.insert(without_trailing_zeros(unit));
  return sets;
}

std::optional<bool> is_random_access(ByteSpan packet, NalCodec codec, std::size_t length_size) {
  bool found = false;
  const bool whole = for_each_nal(packet, length_size, [&](ByteSpan nal, std::size_t) {
    found = found || begins_decoding(nal, codec);
  });
  return whole ? std::optional(found) : std::nullopt;
}

bool has_dolby_vision(ByteSpan packet, std::size_t length_size) {
  constexpr unsigned kUnspecified62 = 62;
  bool found = false;
  for_each_nal(packet, length_size, [&](ByteSpan nal, std::size_t) {
    found = found || ((nal[0] >> 1) & 0x3FU) == kUnspecified62;
  });
  return found;
}

std::optional<unsigned> highest_sub_layer(ByteSpan nal) {
  constexpr unsigned kSps = 33;
  if (nal.size() < 3 || ((nal[0] >> 1) & 0x3FU) != kSps) return std::nullopt;
  // Of the base layer, sps_max_sub_layers_minus1 is behind 4 bits of sps_video_parameter_set_id.
  const bool is_base = (nal[0] & 1U) == 0 && (nal[1] >> 3) == 0;
  return is_base ? std::optional((nal[2] >> 1) & 7U) : std::nullopt;
}

bool is_reference(
    ByteSpan packet, NalCodec codec, std::size_t length_size, std::optional<unsigned> highest) {
  constexpr unsigned kH264LastSlice = 5;
  constexpr unsigned kH265LastSubLayer =
      14;  // RSV_VCL_N14; up to here even types are no references of their own sub-layer
  constexpr unsigned kH265LastSlice = 31;
  std::optional<bool> found;  // of the first slice
  for_each_nal(packet, length_size, [&](ByteSpan nal, std::size_t) {
    if (found) return;
    if (codec == NalCodec::H264) {
      const unsigned type = nal[0] & 0x1FU;
      if (type >= 1 && type <= kH264LastSlice) found = (nal[0] & 0x60U) != 0;
      return;
    }
    const unsigned type = (nal[0] >> 1) & 0x3FU;
    const bool is_highest = highest && nal.size() > 1 && (nal[1] & 7U) == *highest + 1;
    if (type <= kH265LastSlice) found = !is_highest || type > kH265LastSubLayer || type % 2 != 0;
  });
  return found.value_or(true);
}

void AccessUnits::set_caps(GstCaps* caps) {
  if (caps == caps_.get()) return;
  const GstStructure* fields = gst_caps_get_structure(caps, 0);
  const Bytes configuration = codec_data_of(fields);
  const bool is_h264 = gst_structure_has_name(fields, "video/x-h264");
  const std::size_t at = is_h264 ? 4 : 21;  // lengthSizeMinusOne
  codec_.reset();
  if (configuration.size() > at) {
    codec_ = is_h264 ? NalCodec::H264 : NalCodec::H265;
    length_size_ = (configuration[at] & 3U) + 1;
  }
  parameter_sets_ = parameter_sets_of(configuration, is_h264 ? NalCodec::H264 : NalCodec::H265);
  highest_sub_layer_.reset();
  if (!is_h264)
    for (const Bytes& set : parameter_sets_) note_layers(set);
  caps_ = retain(caps);
}

bool AccessUnits::is_sync(GstBuffer* packet, GstCaps* caps) {
  if (GST_BUFFER_FLAG_IS_SET(packet, GST_BUFFER_FLAG_DELTA_UNIT)) return false;
  set_caps(caps);
  if (!codec_) return true;
  const ReadMap map(packet);
  return !map || is_random_access(map.bytes(), *codec_, length_size_).value_or(true);
}

bool AccessUnits::has_dolby_vision(GstBuffer* packet, GstCaps* caps) {
  set_caps(caps);
  if (codec_ != NalCodec::H265) return false;
  const ReadMap map(packet);
  return map && gst::has_dolby_vision(map.bytes(), length_size_);
}

bool AccessUnits::is_reference(GstBuffer* packet, GstCaps* caps) {
  set_caps(caps);
  if (!codec_) return true;
  const ReadMap map(packet);
  if (!map) return true;
  if (codec_ == NalCodec::H265)
    for_each_nal(map.bytes(), length_size_, [this](ByteSpan nal, std::size_t) { note_layers(nal); });
  return gst::is_reference(map.bytes(), *codec_, length_size_, highest_sub_layer_);
}

// The most that any of them allows.
void AccessUnits::note_layers(ByteSpan nal) {
  const auto highest = highest_sub_layer(nal);
  if (highest) highest_sub_layer_ = std::max(*highest, highest_sub_layer_.value_or(0));
}

Owned<GstBuffer> AccessUnits::without_parameter_sets(Owned<GstBuffer> packet, GstCaps* caps) {
  set_caps(caps);
  if (!codec_) return packet;
  struct Range {
    std::size_t begin;
    std::size_t size;
  };
  std::vector<Range> kept;
  bool has_sets = false;
  {
    const ReadMap map(packet.get());
    if (!map) return packet;
    const bool whole = for_each_nal(map.bytes(), length_size_, [&](ByteSpan nal, std::size_t at) {
      if (is_parameter_set(nal, *codec_) && parameter_sets_.contains(without_trailing_zeros(nal)))
        has_sets = true;
      else
        kept.push_back({at, length_size_ + nal.size()});
    });
    if (!whole || !has_sets || kept.empty()) return packet;
  }
  auto rest = adopt(gst_buffer_new());
  const auto beside = static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_METADATA);
  gst_buffer_copy_into(rest.get(), packet.get(), beside, 0, static_cast<gsize>(-1));
  for (const Range& range : kept) {
    gst_buffer_copy_into(rest.get(), packet.get(), GST_BUFFER_COPY_MEMORY, range.begin, range.size);
  }
  return rest;
}

}  // namespace livephoto::gst
