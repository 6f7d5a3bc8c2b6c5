// Writes the files from which the fuzzers set out: write_seeds FOLDER
#include <cstdio>
#include <exception>
#include <filesystem>
#include <fstream>
#include <string>

#include "core/still/exif.h"
#include "core/still/maker_note.h"
#include "tests/core/isobmff/live_photo_info_bytes.h"
#include "tests/core/pair/fake_pairs.h"
#include "tests/core/pair/wallpaper_fakes.h"
#include "tests/core/still/plists.h"

namespace {

using namespace livephoto;
namespace fs = std::filesystem;

// Larger ones only slow a fuzzer down.
constexpr std::size_t kLargest = 32 * 1024;

void write(const fs::path& folder, const std::string& name, const Bytes& bytes) {
  if (bytes.size() > kLargest) return;
  fs::create_directories(folder);
  std::ofstream(folder / name, std::ios::binary)
      .write(
          reinterpret_cast<const char*>(bytes.data()),
          static_cast<std::streamsize>(bytes.size()));
}

void write_pairs(const fs::path& folder) {
  auto pairs = testing::fake_pairs();
  pairs.push_back(testing::good_pair());
  pairs.push_back(testing::good_jpeg_pair());
  for (const auto& pair : pairs) {
    write(folder / "movie", pair.name, pair.movie);
    const bool is_jpeg = pair.still.size() > 2 && pair.still[0] == 0xFF;
    write(folder / (is_jpeg ? "jpeg" : "heic"), pair.name, pair.still);
    write(folder / "repair", pair.name + "-still", pair.still);
    write(folder / "repair", pair.name + "-movie", pair.movie);
  }
  // With records of live-photo-info, of which plain pairs have none.
  for (const auto& pair : testing::wallpaper_fakes())
    write(folder / "movie", pair.name, pair.movie);
  write(folder / "movie", "wallpaper", testing::wallpaper_pair().movie);
}

void write_notes(const fs::path& folder) {
  StillMetadata metadata{.content_identifier = testing::kFakeIdentifier, .capture = {}};
  metadata.capture.make = "Maker";
  metadata.capture.time = CaptureTime{2024, 5, 17, 10, 20, 30, 250'000'000, 120};
  metadata.capture.place = Place{-33.5, 151.25, 12.5};
  if (const auto tiff = exif_tiff(metadata, Orientation::Rotate90, 640, 480))
    write(folder, "exif", *tiff);
  write(folder, "note", apple_maker_note(testing::kFakeIdentifier));
  write(folder, "run-time", Bytes(sample::kRunTimePlist.begin(), sample::kRunTimePlist.end()));
  write(folder, "setup", Bytes(sample::kSetupPlist.begin(), sample::kSetupPlist.end()));
  write(folder, "info-1", testing::info_payload(1, 1, 0));
  write(folder, "info-3", testing::info_payload(3, 1, 1));
}

}  // namespace

int main(int count, char** arguments) try {
  if (count != 2) return 2;
  write_pairs(arguments[1]);
  write_notes(fs::path(arguments[1]) / "note");
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
