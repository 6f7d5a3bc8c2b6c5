// What the decoder configurations in codec_data say, and what the movie needs of them.
#pragma once

#include <cstdint>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"

namespace livephoto::gst {

// A profile as caps name it, of an AVCDecoderConfigurationRecord or an
// HEVCDecoderConfigurationRecord (ISO/IEC 14496-15); null for one that Apple's
// decoders do not play.
const char* h264_profile_of(ByteSpan avcc);
const char* h265_profile_of(ByteSpan hvcc);

// The record as avc1 needs it: all parameter sets are in it.
Result<Bytes> avcc_for_avc1(ByteSpan avcc);
// The record as hvc1 needs it: all parameter sets are in it, and it says so.
Result<Bytes> hvcc_for_hvc1(ByteSpan hvcc);

// The parameter sets in a record, as NAL units; those before the first that is not whole.
std::vector<ByteSpan> parameter_sets_of_avcc(ByteSpan avcc);
std::vector<ByteSpan> parameter_sets_of_hvcc(ByteSpan hvcc);

struct AacConfig {
  std::uint32_t sample_rate = 0;  // of the core coder, before spectral band replication
  std::uint32_t samples_per_packet = 1024;
  // The object type says so, or (it may be left to the decoder to find out) the
  // rate is one at which encoders do so.
  bool may_replicate_bands = false;
};
// AudioSpecificConfig (ISO/IEC 14496-3, 1.6.2.1)
Result<AacConfig> aac_config_of(ByteSpan config);

struct AlacConfig {
  Bytes record;  // the 24 bytes of an ALACSpecificConfig
  std::uint32_t samples_per_packet = 4096;
  std::uint32_t bits = 16;
  std::uint32_t channels = 2;
  std::uint32_t sample_rate = 0;
};
// From the record alone, or from the whole 'alac' box around it.
Result<AlacConfig> alac_config_of(ByteSpan config);

}  // namespace livephoto::gst
