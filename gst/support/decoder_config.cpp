#include "gst/support/decoder_config.h"

#include <algorithm>
#include <array>
#include <cstring>
#include <string>

#include "core/text.h"

namespace livephoto::gst {
namespace {

Error broken(const std::string& what) {
  return invalid_input(
      "The " + what +
      " has a broken decoder configuration; put a parser (h264parse, h265parse, "
      "aacparse) before the muxer.");
}

// Reads bits from the most significant on; zeros past the end, and ok() is false then.
class BitReader {
 public:
  explicit BitReader(ByteSpan bytes) : bytes_(bytes) {}

  std::uint32_t read(unsigned count) {
    std::uint32_t value = 0;
    for (; count > 0; --count, ++position_) {
      const std::size_t byte = position_ / 8;
      const unsigned bit = byte < bytes_.size() ? (bytes_[byte] >> (7 - position_ % 8)) & 1u : 0u;
      value = value << 1 | bit;
    }
    return value;
  }
  bool ok() const { return position_ <= bytes_.size() * 8; }

 private:
  ByteSpan bytes_;
  std::size_t position_ = 0;
};

std::uint32_t u16_at(ByteSpan bytes, std::size_t at) {
  return static_cast<std::uint32_t>(bytes[at] << 8 | bytes[at + 1]);
}

std::uint32_t u32_at(ByteSpan bytes, std::size_t at) {
  return u16_at(bytes, at) << 16 | u16_at(bytes, at + 2);
}

// Takes units with 16 bits of length before each from `rest`; false where one is not whole.
bool take_units(ByteSpan& rest, std::uint32_t count, std::vector<ByteSpan>& units) {
  for (; count > 0; --count) {
    if (rest.size() < 2) return false;
    const std::size_t size = u16_at(rest, 0);
    if (rest.size() - 2 < size) return false;
    units.push_back(rest.subspan(2, size));
    rest = rest.subspan(2 + size);
  }
  return true;
}

// ---- AAC ---------------------------------------------------------------------

// Spectral band replication doubles the rate, to at most 48 kHz.
constexpr std::uint32_t kHighestImplicitSbrRate = 24'000;
constexpr std::uint32_t kSbr = 5;  // audio object types, ISO/IEC 14496-3, table 1.17
constexpr std::uint32_t kParametricStereo = 29;

std::uint32_t audio_object_type(BitReader& bits) {
  const std::uint32_t type = bits.read(5);
  return type == 31 ? 32 + bits.read(6) : type;
}

std::uint32_t sampling_frequency(BitReader& bits) {
  constexpr std::array<std::uint32_t, 13> kFrequencies = {
      96'000,
      88'200,
      64'000,
      48'000,
      44'100,
      32'000,
      24'000,
      22'050,
      16'000,
      12'000,
      11'025,
      8'000,
      7'350};
  const std::uint32_t index = bits.read(4);
  if (index == 15) return bits.read(24);
  return index < kFrequencies.size() ? kFrequencies[index] : 0;
}

}  // namespace

// ---- H.264 -------------------------------------------------------------------

const char* h264_profile_of(ByteSpan avcc) {
  if (avcc.size() < 2) return nullptr;
  switch (avcc[1]) {  // AVCProfileIndication
    case 66:
      return "baseline";
    case 77:
      return "main";
    case 100:
      return "high";
    default:
      return nullptr;
  }
}

Result<Bytes> avcc_for_avc1(ByteSpan avcc) {
  constexpr std::size_t kFirstSequenceSet = 6;
  if (avcc.size() <= kFirstSequenceSet || avcc[0] != 1) return broken("video");
  std::size_t at = kFirstSequenceSet;
  const int sequence_sets = avcc[5] & 0x1F;
  for (int i = 0; i < sequence_sets; ++i) {
    if (at + 2 > avcc.size()) return broken("video");
    at += 2 + u16_at(avcc, at);
  }
  if (at >= avcc.size()) return broken("video");
  if (sequence_sets == 0 || avcc[at] == 0) {
    return invalid_input(
        "The H.264 stream (avc3) has its parameter sets among the pictures only; put "
        "'h264parse ! video/x-h264,stream-format=avc' before the muxer.");
  }
  return Bytes(avcc.begin(), avcc.end());
}

std::vector<ByteSpan> parameter_sets_of_avcc(ByteSpan avcc) {
  constexpr std::size_t kSequenceSets = 5;
  std::vector<ByteSpan> sets;
  if (avcc.size() <= kSequenceSets) return sets;
  ByteSpan rest = avcc.subspan(kSequenceSets + 1);
  if (!take_units(rest, avcc[kSequenceSets] & 0x1F, sets) || rest.empty()) return sets;
  const std::uint32_t picture_sets = rest[0];
  rest = rest.subspan(1);
  take_units(rest, picture_sets, sets);
  return sets;
}

// ---- H.265 -------------------------------------------------------------------

const char* h265_profile_of(ByteSpan hvcc) {
  if (hvcc.size() < 2) return nullptr;
  switch (hvcc[1] & 0x1F) {  // general_profile_idc
    case 1:
      return "main";
    case 2:
      return "main-10";
    default:
      return nullptr;
  }
}

Result<Bytes> hvcc_for_hvc1(ByteSpan hvcc) {
  constexpr std::size_t kFirstArray = 23;
  constexpr std::uint8_t kArrayCompleteness = 0x80;
  constexpr std::array<std::uint8_t, 3> kParameterSets = {32, 33, 34};  // VPS, SPS, PPS
  if (hvcc.size() < kFirstArray || hvcc[0] != 1) return broken("video");
  Bytes record(hvcc.begin(), hvcc.end());
  std::array<bool, kParameterSets.size()> found{};
  std::size_t at = kFirstArray;
  for (int arrays = hvcc[22]; arrays > 0; --arrays) {
    if (at + 3 > hvcc.size()) return broken("video");
    const auto type = static_cast<std::uint8_t>(hvcc[at] & 0x3F);
    const std::uint32_t units = u16_at(hvcc, at + 1);
    const auto set = std::ranges::find(kParameterSets, type);
    if (set != kParameterSets.end()) {
      record[at] |= kArrayCompleteness;
      if (units > 0) found[static_cast<std::size_t>(set - kParameterSets.begin())] = true;
    }
    at += 3;
    for (std::uint32_t i = 0; i < units; ++i) {
      if (at + 2 > hvcc.size()) return broken("video");
      at += 2 + u16_at(hvcc, at);
    }
    if (at > hvcc.size()) return broken("video");
  }
  if (std::ranges::count(found, false) != 0) {
    return invalid_input(
        "The H.265 stream (hev1) has its parameter sets among the pictures only; put "
        "'h265parse ! video/x-h265,stream-format=hvc1' before the muxer.");
  }
  return record;
}

std::vector<ByteSpan> parameter_sets_of_hvcc(ByteSpan hvcc) {
  constexpr std::size_t kArrays = 22;
  std::vector<ByteSpan> sets;
  if (hvcc.size() <= kArrays) return sets;
  ByteSpan rest = hvcc.subspan(kArrays + 1);
  for (int arrays = hvcc[kArrays]; arrays > 0 && rest.size() >= 3; --arrays) {
    const std::uint32_t units = u16_at(rest, 1);  // behind the type
    rest = rest.subspan(3);
    if (!take_units(rest, units, sets)) break;
  }
  return sets;
}

// ---- Sound -------------------------------------------------------------------

Result<AacConfig> aac_config_of(ByteSpan config) {
  BitReader bits(config);
  const std::uint32_t type = audio_object_type(bits);
  AacConfig aac{.sample_rate = sampling_frequency(bits)};
  bits.read(4);  // channelConfiguration
  aac.may_replicate_bands =
      type == kSbr || type == kParametricStereo || aac.sample_rate <= kHighestImplicitSbrRate;
  if (type == kSbr || type == kParametricStereo) {
    sampling_frequency(bits);  // of the decoder's output
    audio_object_type(bits);   // of the core coder
  }
  if (bits.read(1) == 1) aac.samples_per_packet = 960;  // frameLengthFlag
  if (!bits.ok() || aac.sample_rate == 0) return broken("sound");
  return aac;
}

Result<AlacConfig> alac_config_of(ByteSpan config) {
  constexpr std::size_t kBoxHeader = 12;  // size, type, version and flags
  constexpr std::size_t kRecord = 24;
  if (config.size() >= kBoxHeader + kRecord && std::memcmp(&config[4], "alac", 4) == 0)
    config = config.subspan(kBoxHeader);
  if (config.size() < kRecord) return broken("sound");
  const ByteSpan record = config.first(kRecord);
  AlacConfig alac{
      .record = Bytes(record.begin(), record.end()),
      .samples_per_packet = u32_at(record, 0),
      .bits = record[5],
      .channels = record[9],
      .sample_rate = u32_at(record, 20),
  };
  if (alac.samples_per_packet == 0 || alac.sample_rate == 0 || alac.channels == 0)
    return broken("sound");
  return alac;
}

}  // namespace livephoto::gst
