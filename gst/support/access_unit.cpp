#include "gst/support/access_unit.h"

#include "gst/support/caps.h"

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

}  // namespace

std::optional<bool> is_random_access(ByteSpan packet, NalCodec codec, std::size_t length_size) {
  bool found = false;
  while (!packet.empty()) {
    if (packet.size() < length_size) return std::nullopt;
    std::size_t size = 0;
    for (std::size_t i = 0; i < length_size; ++i) size = size << 8 | packet[i];
    packet = packet.subspan(length_size);
    if (size == 0 || size > packet.size()) return std::nullopt;
    found = found || begins_decoding(packet.first(size), codec);
    packet = packet.subspan(size);
  }
  return found;
}

bool SyncFinder::is_sync(GstBuffer* packet, GstCaps* caps) {
  if (GST_BUFFER_FLAG_IS_SET(packet, GST_BUFFER_FLAG_DELTA_UNIT)) return false;
  if (caps != caps_.get()) {
    const GstStructure* fields = gst_caps_get_structure(caps, 0);
    const Bytes configuration = codec_data_of(fields);
    const bool is_h264 = gst_structure_has_name(fields, "video/x-h264");
    const std::size_t at = is_h264 ? 4 : 21;  // lengthSizeMinusOne
    codec_.reset();
    if (configuration.size() > at) {
      codec_ = is_h264 ? NalCodec::H264 : NalCodec::H265;
      length_size_ = (configuration[at] & 3U) + 1;
    }
    caps_ = retain(caps);
  }
  if (!codec_) return true;
  const ReadMap map(packet);
  return !map || is_random_access(map.bytes(), *codec_, length_size_).value_or(true);
}

}  // namespace livephoto::gst
