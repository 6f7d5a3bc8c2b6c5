// The reader of HEIF items, with the Exif that they hold.
#include "core/pair/inspect_source.h"
#include "core/still/heif_reader.h"
#include "tests/fuzz/bounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace livephoto;
  const fuzz::Watch watch;
  const MemorySource source({data, size});
  if (const auto file = read_heif(source)) {
    static_cast<void>(shown_picture(*file));
    for (const HeifItem& item : file->items)
      if (!read_item(source, *file, item, 1 << 16)) break;
  }
  if (const auto still = inspect_still(source)) inspect_text(*still);
  return 0;
}
