#include "core/still/jpeg_reader.h"

#include <algorithm>
#include <array>
#include <string_view>

#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::size_t kMostSegments = 4096;  // and bytes that fill up before them
constexpr std::size_t kMostExif = 16;

// ITU-T T.81, table B.1
constexpr std::uint8_t kStartOfImage = 0xD8;
constexpr std::uint8_t kEndOfImage = 0xD9;
constexpr std::uint8_t kStartOfScan = 0xDA;
constexpr std::uint8_t kApp0 = 0xE0;
constexpr std::uint8_t kApp1 = 0xE1;
constexpr std::uint8_t kApp2 = 0xE2;

constexpr std::string_view kJfif("JFIF\0", 5);
constexpr std::string_view kExif("Exif\0", 5);
constexpr std::string_view kIcc("ICC_PROFILE\0", 12);

// SOF0 to SOF15 without DHT, JPG and DAC, which lie among them
bool is_frame_header(std::uint8_t marker) {
  return marker >= 0xC0 && marker <= 0xCF && marker != 0xC4 && marker != 0xC8 && marker != 0xCC;
}

// TEM and RST0 to RST7 stand alone.
bool has_no_length(std::uint8_t marker) {
  return marker == 0x01 || (marker >= 0xD0 && marker <= 0xD7);
}

Error cut_off() {
  return invalid_input("The still is cut off: its file ends before the picture; copy it again.");
}

// Marker, length and as much of what follows as tells segments apart.
struct Head {
  std::array<std::uint8_t, 16> bytes{};
  std::size_t size = 0;

  std::uint32_t u16(std::size_t at) const { return std::uint32_t{bytes[at]} << 8 | bytes[at + 1]; }
  bool begins(std::string_view text) const {
    return size >= 4 + text.size() && std::equal(text.begin(), text.end(), bytes.begin() + 4);
  }
};

Result<Head> head_at(const Source& source, std::uint64_t offset) {
  Head head;
  const std::uint64_t left = source.size() - std::min(offset, source.size());
  head.size = static_cast<std::size_t>(std::min<std::uint64_t>(left, head.bytes.size()));
  const auto read = source.read(source.size() - left, std::span(head.bytes).first(head.size));
  if (!read) return read.error();
  return head;
}

void take(const Head& head, const JpegSegment& segment, JpegFile& file) {
  if (is_frame_header(segment.marker) && head.size >= 10 && file.width == 0) {
    file.bit_depth = head.bytes[4];
    file.height = head.u16(5);
    file.width = head.u16(7);
    file.components = head.bytes[9];
  }
  if (segment.marker == kApp0 && head.begins(kJfif)) file.has_jfif = true;
  if (segment.marker == kApp2 && head.begins(kIcc)) file.has_icc_profile = true;
  if (segment.marker == kApp1 && head.begins(kExif)) file.exif_blocks.push_back(segment);
}

}  // namespace

bool begins_as_jpeg(const Source& source) {
  const auto head = read_bytes(source, 0, 2);
  return head && (*head)[0] == 0xFF && (*head)[1] == kStartOfImage;
}

Result<JpegFile> read_jpeg(const Source& source) {
  JpegFile file;
  auto head = head_at(source, 0);
  if (!head) return head.error();
  if (head->size < 3 || head->bytes[0] != 0xFF || head->bytes[1] != kStartOfImage ||
      head->bytes[2] != 0xFF)
    return invalid_input("The still is no JPEG.");
  std::uint64_t offset = 2;
  for (std::size_t step = 0; step < kMostSegments; ++step) {
    head = head_at(source, offset);
    if (!head) return head.error();
    if (head->size < 4) return cut_off();
    if (head->bytes[0] != 0xFF)
      return invalid_input("The still is damaged: a segment does not begin with a marker.");
    const std::uint8_t marker = head->bytes[1];
    if (marker == 0xFF) {  // B.1.1.2: a marker may have fill bytes before it
      ++offset;
      continue;
    }
    JpegSegment segment{.marker = marker, .offset = offset, .size = 2};
    if (marker == kEndOfImage) return cut_off();
    if (!has_no_length(marker)) segment.size = 2 + head->u16(2);
    if (segment.size < 2 || (!has_no_length(marker) && segment.size < 4))
      return invalid_input("The still is damaged: a segment is shorter than its header.");
    if (segment.end() > source.size()) return cut_off();
    take(*head, segment, file);
    file.segments.push_back(segment);
    if (file.exif_blocks.size() > kMostExif)
      return Error{ErrorCode::Unsupported, "The still has too many Exif segments.", {}};
    if (!file.exif && !file.exif_blocks.empty()) file.exif = file.exif_blocks.front();
    if (marker == kStartOfScan) return file;
    offset = segment.end();
  }
  return Error{ErrorCode::Unsupported, "The still has too many segments before its picture.", {}};
}

// B.1.1.5: what is coded has 00 behind each FF, so that no marker is in it.
Result<bool> has_end(const Source& source, const JpegFile& file) {
  constexpr std::uint64_t kPiece = 64 * 1024;
  constexpr Bytes::value_type kEnd[] = {0xFF, kEndOfImage};
  // Each piece begins with the last byte of the one before it.
  for (std::uint64_t at = file.segments.back().end(); at + 1 < source.size(); at += kPiece - 1) {
    const auto piece =
        read_bytes(source, at, static_cast<std::size_t>(std::min(kPiece, source.size() - at)));
    if (!piece) return piece.error();
    if (std::search(piece->begin(), piece->end(), std::begin(kEnd), std::end(kEnd)) != piece->end())
      return true;
  }
  return false;
}

Result<Bytes> read_jpeg_exif(const Source& source, const JpegFile& file) {
  return file.exif ? read_jpeg_exif(source, *file.exif) : Bytes();
}

Result<Bytes> read_jpeg_exif(const Source& source, const JpegSegment& segment) {
  if (segment.size < kJpegExifHeader) return Bytes();
  return read_bytes(source, segment.offset + kJpegExifHeader, segment.size - kJpegExifHeader);
}

}  // namespace livephoto
