// Reads the segments of JPEG files that others wrote, up to the picture itself.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/bytes.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto {

struct JpegSegment {
  std::uint8_t marker = 0;   // the byte behind FF: E1 is APP1
  std::uint64_t offset = 0;  // of the FF
  std::uint32_t size = 0;    // with marker and length

  std::uint64_t end() const { return offset + size; }
};

struct JpegFile {
  std::vector<JpegSegment> segments;  // at most 4,096, up to the first SOS and with it
  std::uint32_t width = 0;            // in pixels, of the frame header
  std::uint32_t height = 0;
  int bit_depth = 0;
  int components = 0;
  bool has_icc_profile = false;
  bool has_jfif = false;
  std::optional<JpegSegment> exif;       // the first APP1 that begins with "Exif"
  std::vector<JpegSegment> exif_blocks;  // all of them, that one first; at most 16
};

// Some readers look for Exif in so many of a file's first bytes alone.
inline constexpr std::uint64_t kHeadOfFile = 64 * 1024;

// Whether a file has the two bytes by which all JPEGs begin.
bool begins_as_jpeg(const Source& source);

// InvalidInput for what is no JPEG, or ends before its picture; Unsupported past the
// limits.
Result<JpegFile> read_jpeg(const Source& source);

// Whether there is an End Of Image behind the first scan, which a file that was cut off lacks.
// Reads up to there. The source's errors.
Result<bool> has_end(const Source& source, const JpegFile& file);

// The TIFF block in the first Exif segment, empty where there is none; or in another one.
Result<Bytes> read_jpeg_exif(const Source& source, const JpegFile& file);
Result<Bytes> read_jpeg_exif(const Source& source, const JpegSegment& segment);

// What stands before the TIFF header in such a segment: marker, length, "Exif\0\0".
inline constexpr std::uint32_t kJpegExifHeader = 10;

}  // namespace livephoto
