#include "core/isobmff/quicktime.h"

namespace livephoto::isobmff {
namespace {

// QuickTime's file-wide data reference: an alias to this file itself.
constexpr std::uint32_t kSelfReference = 1;

// CoreAudio's flags of a linear PCM format
constexpr std::uint32_t kFloat = 1u << 0;
constexpr std::uint32_t kBigEndian = 1u << 1;
constexpr std::uint32_t kSignedInteger = 1u << 2;
constexpr std::uint32_t kPacked = 1u << 3;

// A Pascal string: its length, then its characters.
Bytes pascal(std::string_view text) {
  assert(text.size() < 256);
  return fields(u8(static_cast<std::uint8_t>(text.size())), text);
}

Box metadata_handler() {
  return box(
      "hdlr",
      version_flags(0, 0),
      pre_defined(4),
      u32(FourCC("mdta")),  // handler_type
      reserved(12),
      u16(0));  // an empty name, as cameras pad it
}

Box keys(const std::vector<MetadataItem>& items) {
  return box(
      "keys",
      version_flags(0, 0),
      count_of(items),
      each(items, [](const MetadataItem& item) { return box("mdta", item.key); }));
}

// QuickTime File Format, "Metadata item list": an entry's type is its key's number.
Box ilst(const std::vector<MetadataItem>& items) {
  return box("ilst", each_numbered(items, [](std::uint32_t number, const MetadataItem& item) {
               return box(
                   FourCC(number),
                   box("data",
                       u32(static_cast<std::uint32_t>(item.type)),
                       u32(0),  // locale
                       ByteSpan(item.value)));
             }));
}

// ISO/IEC 14496-1, 8.3.3: a length in base 128, always in four bytes.
Bytes descriptor(std::uint8_t tag, const Bytes& body) {
  const auto size = static_cast<std::uint32_t>(body.size());
  const auto digit = [size](int shift) { return static_cast<std::uint8_t>(size >> shift & 0x7F); };
  return fields(
      u8(tag),
      u8(0x80 | digit(21)),
      u8(0x80 | digit(14)),
      u8(0x80 | digit(7)),
      u8(digit(0)),
      ByteSpan(body));
}

// ISO/IEC 14496-14, 5.6.1 and ISO/IEC 14496-1, 7.2.6: an elementary stream descriptor
Box esds(ByteSpan audio_specific_config, const BitRate& rate) {
  const Bytes decoder_specific =
      descriptor(0x05, Bytes(audio_specific_config.begin(), audio_specific_config.end()));
  const Bytes decoder_config = descriptor(
      0x04,
      fields(
          u8(0x40),  // objectTypeIndication: MPEG-4 audio
          u8(0x15),  // streamType: audio
          u24(rate.buffer_bytes),
          u32(rate.maximum),
          u32(rate.average),
          ByteSpan(decoder_specific)));
  const Bytes sync_layer = descriptor(0x06, {0x02});  // predefined: as in an MP4 file
  const Bytes stream = descriptor(
      0x03,
      fields(
          u16(0),  // ES_ID
          u8(0),   // flags, streamPriority
          ByteSpan(decoder_config),
          ByteSpan(sync_layer)));
  return box("esds", version_flags(0, 0), ByteSpan(stream));
}

// QuickTime File Format, "Sound Sample Description (Version 1)"
template <class... Extensions>
Box compressed_sound(
    FourCC format,
    const SoundShape& sound,
    std::uint32_t frames_per_packet,
    std::uint32_t bits,
    const Extensions&... extensions) {
  return box(
      format,
      reserved(6),
      u16(1),  // data reference index
      u16(1),  // version
      u16(0),  // revision level
      u32(0),  // vendor
      u16(static_cast<std::uint16_t>(sound.channels)),
      u16(static_cast<std::uint16_t>(bits)),
      i16(-2),  // compression id: packets of varying size
      u16(0),   // packet size
      u32(sound.sample_rate <= 0xFFFF ? sound.sample_rate << 16 : 0),
      u32(frames_per_packet),
      u32(0),  // bytes per packet: varying
      u32(0),  // bytes per frame: varying
      u32(2),  // bytes per sample, uncompressed
      extensions...);
}

// The terminator that ends a `wave`
Box terminator() { return box(FourCC(0u)); }

Box mebx_of(ByteSpan declarations) {
  return box(
      "mebx",
      reserved(6),
      u16(1),  // data reference index
      box("keys", declarations));
}

}  // namespace

// QuickTime File Format, "The File Type Compatibility Atom"
Box ftyp() {
  return box(
      "ftyp",
      u32(FourCC("qt  ")),   // major_brand
      u32(0),                // minor_version
      u32(FourCC("qt  ")));  // compatible_brands
}

// Room for the longer header, which a 64-bit movie data atom would need.
Box wide() { return box("wide"); }

Bytes wide_and_mdat_header(std::uint64_t payload) {
  if (payload + 8 > std::numeric_limits<std::uint32_t>::max()) {
    return fields(
        u32(1),  // the size follows in 64 bits
        u32(FourCC("mdat")),
        u64(payload + 16));
  }
  return fields(wide(), u32(static_cast<std::uint32_t>(payload + 8)), u32(FourCC("mdat")));
}

// QuickTime File Format, "Handler Reference Atoms"
Box media_handler(FourCC subtype, std::string_view name) {
  // What cameras set: 1 for metadata, 0 for picture and sound.
  const std::uint32_t component_flags = subtype == FourCC("meta") ? 1 : 0;
  return box(
      "hdlr",
      version_flags(0, 0),
      u32(FourCC("mhlr")),
      u32(subtype),
      u32(FourCC("appl")),
      u32(component_flags),
      u32(0),  // component flags mask
      ByteSpan(pascal(name)));
}

Box data_handler() {
  return box(
      "hdlr",
      version_flags(0, 0),
      u32(FourCC("dhlr")),
      u32(FourCC("alis")),
      u32(FourCC("appl")),
      u32(0),  // component flags
      u32(0),  // component flags mask
      ByteSpan(pascal("Core Media Data Handler")));
}

// QuickTime File Format, "Data Reference Atoms"
Box dinf() {
  return box(
      "dinf",
      box("dref",
          version_flags(0, 0),
          u32(1),  // number of entries
          box("alis", version_flags(0, kSelfReference))));
}

// QuickTime File Format, "Base Media Information Atoms"
Box gmhd() {
  return box(
      "gmhd",
      box("gmin",
          version_flags(0, 0),
          u16(0x0040),  // graphics mode: dither copy
          u16(0x8000),  // opcolor
          u16(0x8000),
          u16(0x8000),
          i16(0),  // balance
          reserved(2)));
}

Box mp4a(
    const SoundShape& sound,
    ByteSpan audio_specific_config,
    std::uint32_t frames_per_packet,
    const BitRate& rate) {
  return compressed_sound(
      "mp4a",
      sound,
      frames_per_packet,
      16,
      box("wave",
          box("frma", u32(FourCC("mp4a"))),
          box("mp4a", u32(0)),
          esds(audio_specific_config, rate),
          terminator()));
}

Box alac(
    const SoundShape& sound, ByteSpan cookie, std::uint32_t frames_per_packet, std::uint32_t bits) {
  return compressed_sound(
      "alac",
      sound,
      frames_per_packet,
      bits,
      box("wave",
          box("frma", u32(FourCC("alac"))),
          box("alac", version_flags(0, 0), cookie),
          terminator()));
}

// QuickTime File Format, "Sound Sample Description (Version 2)"
Box lpcm(const SoundShape& sound, const PcmLayout& layout) {
  const std::uint32_t flags = (layout.is_float ? kFloat : kSignedInteger) |
                              (layout.is_big_endian ? kBigEndian : 0) | kPacked;
  return box(
      "lpcm",
      reserved(6),
      u16(1),      // data reference index
      u16(2),      // version
      u16(0),      // revision level
      u32(0),      // vendor
      u16(3),      // always3
      u16(16),     // always16
      i16(-2),     // alwaysMinus2
      u16(0),      // always0
      u32(65536),  // always65536
      u32(72),     // sizeOfStructOnly
      float64(sound.sample_rate),
      u32(sound.channels),
      u32(0x7F000000),  // always7F000000
      u32(layout.bits),
      u32(flags),
      u32(sound.channels * layout.bits / 8),  // bytes per packet
      u32(1));                                // frames per packet
}

// QuickTime File Format, "Metadata": unlike ISO's meta, it has no version and flags.
Box meta(const std::vector<MetadataItem>& items) {
  return box("meta", metadata_handler(), keys(items), ilst(items));
}

// QuickTime File Format, "Timed Metadata Sample Descriptions"
Box mebx(const std::vector<MetadataKey>& keys) {
  const Bytes declarations =
      each_numbered(keys, [](std::uint32_t local_id, const MetadataKey& key) {
        return box(
            FourCC(local_id),
            box("keyd", u32(FourCC("mdta")), key.name),
            box("dtyp",
                u32(0),  // namespace: well-known types
                u32(static_cast<std::uint32_t>(key.type))));
      });
  return mebx_of(declarations);
}

Box mebx(const Box& declaration) { return mebx_of(declaration.bytes); }

Box timed_value(std::uint32_t local_id, ByteSpan value) { return box(FourCC(local_id), value); }

}  // namespace livephoto::isobmff
