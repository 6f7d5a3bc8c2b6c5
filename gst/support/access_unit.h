// What the NAL units of an H.264 or H.265 packet say of it.
#pragma once

#include <gst/gst.h>

#include <cstdint>
#include <optional>
#include <set>

#include "core/bytes.h"
#include "gst/support/ptr.h"

namespace livephoto::gst {

enum class NalCodec { H264, H265 };

// The parameter sets in a decoder configuration (ISO/IEC 14496-15), as NAL units without
// zeros behind them.
std::set<Bytes> parameter_sets_of(ByteSpan configuration, NalCodec codec);

// Whether decoding may begin with the packet: an IDR picture or a recovery point
// without delay (ISO/IEC 14496-10, D.1.8; in H.265 a BLA, IDR or CRA picture,
// 23008-2, 7.4.2.2). Its NAL units have lengths of `length_size` bytes in front.
// Nothing where they do not fill it.
std::optional<bool> is_random_access(ByteSpan packet, NalCodec codec, std::size_t length_size);

// Whether the packet has Dolby Vision's data beside the picture: a NAL unit of H.265
// of type 62, "unspecified" in the standard.
bool has_dolby_vision(ByteSpan packet, std::size_t length_size);

// The highest TemporalId that pictures may have by a sequence parameter set of H.265
// (23008-2, 7.3.2.2.1); nothing for any other NAL unit.
std::optional<unsigned> highest_sub_layer(ByteSpan nal);

// Whether other pictures may be decoded from this one: false of H.264 where nal_ref_idc is 0
// (ISO/IEC 14496-10, 7.4.1), of H.265 where it is a non-reference picture of the highest sub-layer:
// one of a lower is none for its own, but those above may need it (23008-2, 7.4.2.2). `highest` is
// that of H.265 where it is known; where it is not, any picture may be needed.
bool is_reference(
    ByteSpan packet, NalCodec codec, std::size_t length_size, std::optional<unsigned> highest);

// Reads packets of a stream, whose caps may change.
class AccessUnits {
 public:
  // GStreamer's parsers take any picture without references for a key frame, but
  // those after it may refer to what was before. Asks both.
  bool is_sync(GstBuffer* packet, GstCaps* caps);

  bool has_dolby_vision(GstBuffer* packet, GstCaps* caps);

  // True also where it cannot be told. Of all packets of a stream, for their parameter sets.
  bool is_reference(GstBuffer* packet, GstCaps* caps);

  // The packet without the parameter sets that its caps' codec_data has: parsers
  // put them before the first key frame, and avc1 and hvc1 (ISO/IEC 14496-15) do
  // not want them there. The memory of the rest is shared. Only a packet that is_sync.
  Owned<GstBuffer> without_parameter_sets(Owned<GstBuffer> packet, GstCaps* caps);

 private:
  void set_caps(GstCaps* caps);
  void note_layers(ByteSpan nal);

  Owned<GstCaps> caps_;             // those that the rest is of
  std::set<Bytes> parameter_sets_;  // of its configuration
  std::optional<NalCodec> codec_;
  std::size_t length_size_ = 4;
  std::optional<unsigned> highest_sub_layer_;  // of H.265
};

}  // namespace livephoto::gst
