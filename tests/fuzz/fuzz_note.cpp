// The readers of MakerNotes, of Exif blocks, of property lists and of records of each frame.
#include <cstdlib>

#include "core/binary_plist.h"
#include "core/isobmff/live_photo_info.h"
#include "core/still/exif_edit.h"
#include "core/still/exif_reader.h"
#include "tests/fuzz/bounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace livephoto;
  const fuzz::Watch watch;
  const ByteSpan bytes(data, size);
  read_apple_maker_note(bytes);
  constexpr const char* kIdentifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";
  // A note that could be changed says what it was changed to.
  if (const auto changed = with_content_identifier(bytes, kIdentifier))
    if (content_identifier_in(*changed) != kIdentifier) std::abort();
  if (const auto changed = without_content_identifier(bytes))
    if (content_identifier_in(*changed)) std::abort();
  static_cast<void>(read_exif(bytes));
  if (const auto edited = with_maker_note(bytes, apple_maker_note(kIdentifier))) {
    const auto exif = read_exif(*edited);
    if (!exif || !exif->apple || exif->apple->identifier != kIdentifier) std::abort();
  }
  if (const auto list = BinaryPlist::open(bytes)) {
    list->integer({"value"});
    list->text({"FrameworkVersions", "CMCaptureCore"});
  }
  parse_live_photo_info(bytes);
  return 0;
}
