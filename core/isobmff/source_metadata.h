// What a recording says of itself in the metadata atoms of its QuickTime or MP4 file.
#pragma once

#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "core/bytes.h"
#include "core/capture.h"
#include "core/isobmff/quicktime.h"

namespace livephoto {

// Reads `keys` and the `ilst` behind it (QuickTime File Format, "Metadata"; the
// keys of Apple's and Android's cameras), user data texts such as `(c)xyz` ("User data
// text strings and language codes"), also as iTunes writes them, `date`, and 3GPP's `loci`. What
// is damaged, too long or unknown is passed over: at most 1,024 keys, and texts of 4,000
// bytes in UTF-8.
class SourceMetadataReader {
 public:
  // One atom with its header, as it stands in the file.
  void add(ByteSpan atom);
  // A key as it is written elsewhere: COM.APPLE.QUICKTIME.MAKE or COM_APPLE_QUICKTIME_MAKE in
  // Matroska.
  void add_named(std::string_view name, std::string text);
  // Values whose keys are known already.
  void add_items(const std::vector<isobmff::MetadataItem>& items);
  // What was found; how the picture is to be turned is not among it.
  const CaptureInfo& metadata() const { return metadata_; }

 private:
  void take(std::string_view key, std::string text);

  std::vector<std::string> keys_;
  CaptureInfo metadata_;
};

// ISO 6709 as cameras write it, "+51.3714-000.1977+033.130/": degrees, degrees
// and minutes, or those and seconds, told apart by their digits. Nothing for
// anything else, and for a place that is not on Earth.
std::optional<Place> parse_iso_6709(std::string_view text);

// ISO 8601 with a time of day, "2024-01-22T10:47:52+0000", with or without a
// zone ("Z", "+01:00", "-0730") and a fraction. Nothing for anything else.
std::optional<CaptureTime> parse_iso_8601(std::string_view text);

}  // namespace livephoto
