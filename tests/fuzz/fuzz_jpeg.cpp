// The reader of JPEG segments, with the Exif that they hold.
#include "core/pair/inspect_source.h"
#include "core/still/jpeg_reader.h"
#include "tests/fuzz/bounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace livephoto;
  const fuzz::Watch watch;
  const MemorySource source({data, size});
  if (const auto file = read_jpeg(source)) static_cast<void>(read_jpeg_exif(source, *file));
  if (const auto still = inspect_still(source)) inspect_text(*still);
  return 0;
}
