// Reads the Exif block of a still that others wrote, with Apple's MakerNote in it.
#pragma once

#include <cstdint>
#include <optional>
#include <string>

#include "core/bytes.h"
#include "core/capture.h"
#include "core/result.h"
#include "core/still/maker_note.h"

namespace livephoto {

struct ExifBlock {
  bool big_endian = true;
  // Make, model, software, description, orientation, place, and as its time the
  // first of DateTimeOriginal, DateTimeDigitized, DateTime that is a date.
  CaptureInfo capture;
  std::optional<Orientation> orientation;  // 0x0112, where it is one of the eight
  std::optional<std::uint32_t> width;      // PixelXDimension
  std::optional<std::uint32_t> height;

  bool has_maker_note = false;
  std::size_t maker_note_at = 0;        // from the TIFF header
  Bytes maker_note;                     // empty where it lies outside the block
  std::optional<AppleMakerNote> apple;  // where it is Apple's
  // What follows the MakerNote in the block: some readers look there for values that
  // lie outside the note.
  std::optional<std::string> identifier_behind_note;
};

// `tiff` begins with the TIFF header. Of it IFD0, the Exif and the GPS directory are
// read, and nothing else. InvalidInput for what is no TIFF.
Result<ExifBlock> read_exif(ByteSpan tiff);

// 0x9003 and the like, "2021:04:10 11:44:00", with fraction and zone, "+01:00", where
// they are known; nothing for anything else, such as a date of zeros or blanks.
std::optional<CaptureTime> parse_exif_time(
    std::string text, const std::string& subseconds, const std::string& zone);

}  // namespace livephoto
