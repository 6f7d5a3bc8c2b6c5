// The atoms that only QuickTime has: sound descriptions, movie metadata, timed metadata.
#pragma once

#include <cstdint>
#include <string>
#include <string_view>
#include <vector>

#include "core/isobmff/box.h"

namespace livephoto::isobmff {

// QuickTime File Format, "Well-known types": how a metadata value is stored.
enum class DataType : std::uint32_t {
  Utf8 = 1,
  SignedInteger = 21,
  UnsignedInteger = 22,
  Float32 = 23,
  Float64 = 24,
  Int8 = 65,
  Int16 = 66,
  Int32 = 67,
  DimensionsFloat32 = 71,
  PerspectiveTransformFloat64 = 83,  // not in the public table; every camera file has it
};

struct MetadataItem {
  std::string key;  // com.apple.quicktime.…
  DataType type = DataType::Utf8;
  Bytes value;
};

// A key of a timed metadata track, known in its samples by a local id from 1.
struct MetadataKey {
  std::string_view name;
  DataType type;
};

struct PcmLayout {
  std::uint32_t bits = 16;  // of one sample of one channel, in whole bytes
  bool is_float = false;
  bool is_big_endian = false;

  bool operator==(const PcmLayout&) const = default;
};

struct SoundShape {
  std::uint32_t channels = 2;
  std::uint32_t sample_rate = 48'000;  // samples a second
};

struct BitRate {
  std::uint32_t buffer_bytes = 0;  // of the largest packet
  std::uint32_t maximum = 0;       // bits a second
  std::uint32_t average = 0;       // bits a second
};

Box ftyp();
Box wide();

// The header of an mdat around `payload` bytes. A payload that needs 64 bits
// takes the place of the `wide` before it: see wide_and_mdat_header.
Bytes wide_and_mdat_header(std::uint64_t payload);

// `mhlr` in a media, for handler "vide", "soun", "meta".
Box media_handler(FourCC subtype, std::string_view name);
// `dhlr` in a media information: the data lies in this file.
Box data_handler();
Box dinf();
Box gmhd();

// An AAC stream; `audio_specific_config` is ISO/IEC 14496-3, 1.6.2.1.
Box mp4a(
    const SoundShape& sound,
    ByteSpan audio_specific_config,
    std::uint32_t frames_per_packet,
    const BitRate& rate);
// An Apple Lossless stream; `cookie` is its ALACSpecificConfig, 24 bytes.
Box alac(
    const SoundShape& sound, ByteSpan cookie, std::uint32_t frames_per_packet, std::uint32_t bits);
// Uncompressed sound.
Box lpcm(const SoundShape& sound, const PcmLayout& layout);

// Movie metadata, in the order given.
Box meta(const std::vector<MetadataItem>& items);

// A timed metadata description whose keys have the local ids 1, 2, 3…
Box mebx(const std::vector<MetadataKey>& keys);
// One whose only key declares more than that.
Box mebx(const Box& declaration);
// One value in a sample of such a track.
Box timed_value(std::uint32_t local_id, ByteSpan value);

}  // namespace livephoto::isobmff
