// Mending and parting pairs of which one file is hostile: the other is a small good one.
#include <algorithm>
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>
#include <vector>

#include "core/isobmff/box.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/movie.h"
#include "core/isobmff/reader.h"
#include "core/isobmff/sample_reader.h"
#include "core/pair/inspect_source.h"
#include "core/pair/repair.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg_reader.h"
#include "tests/fuzz/bounds.h"

namespace {

using namespace livephoto;
using namespace std::chrono_literals;

constexpr const char* kIdentifier = "0A1B2C3D-4E5F-6789-ABCD-EF0123456789";

// Ten frames of 40 ms without a marker.
Bytes good_movie() {
  constexpr std::uint32_t kFrameSize = 50;
  Clip clip{.content_identifier = kIdentifier};
  clip.video.format.configuration = Bytes(30, 1);
  clip.video.format.width = 64;
  clip.video.format.height = 48;
  for (int i = 0; i < 10; ++i)
    clip.video.packets.push_back(
        {.size = kFrameSize, .presentation_time = i * 40ms, .duration = 40ms, .is_sync = true});
  const auto planned = plan_movie(clip);
  if (!planned) std::abort();
  Bytes movie = planned->head;
  movie.resize(movie.size() + 10 * kFrameSize, 1);
  movie.insert(movie.end(), planned->tail.begin(), planned->tail.end());
  return movie;
}

// A JPEG with a frame header and nothing to be decoded.
Bytes good_still() {
  using isobmff::u16;
  using isobmff::u8;
  return isobmff::fields(
      u16(0xFFD8),
      u16(0xFFC0),
      u16(11),
      u8(8),
      u16(48),
      u16(64),
      u8(1),
      u8(1),
      u8(0x11),
      u8(0),
      u16(0xFFDA),
      u16(8),
      u8(1),
      u8(1),
      u8(0),
      u8(0),
      u8(63),
      u8(0),
      u16(0xFFD9));
}

[[noreturn]] void stop(const char* what, const std::string& why) {
  std::fprintf(stderr, "%s%s\n", what, why.c_str());
  std::abort();
}

std::unique_ptr<Source> source(ByteSpan bytes) { return std::make_unique<MemorySource>(bytes); }

// What is written, which has to be as long as was promised.
Bytes written(auto write, std::uint64_t size) {
  Bytes bytes;
  const auto done = write([&bytes](ByteSpan more) {
    bytes.insert(bytes.end(), more.begin(), more.end());
    return Result<void>();
  });
  if (!done || bytes.size() != size) std::abort();
  return bytes;
}

struct Files {
  Bytes still;
  Bytes movie;
};

Files written(const PairEdit& edit) {
  return {
      written([&](const ByteSink& sink) { return edit.write_still(sink); }, edit.still_size()),
      written([&](const ByteSink& sink) { return edit.write_movie(sink); }, edit.movie_size())};
}

// ---- What was promised to stay, as readers find it, whatever the program thinks of it ----

std::vector<const isobmff::Track*> media_tracks(const isobmff::MovieFile& movie) {
  std::vector<const isobmff::Track*> media;
  for (const isobmff::Track& track : movie.tracks)
    if ((track.handler == isobmff::FourCC("vide") || track.handler == isobmff::FourCC("soun")) &&
        !track.has_key(isobmff::kStillImageTime))
      media.push_back(&track);
  return media;
}

void expect_same_samples(ByteSpan before, ByteSpan after) {
  constexpr std::uint32_t kMostSamples = 4096;
  const auto old_movie = isobmff::read_movie(MemorySource(before));
  const auto new_movie = isobmff::read_movie(MemorySource(after));
  if (!old_movie || !new_movie) stop("The new movie ", "cannot be read");
  const auto old_tracks = media_tracks(*old_movie);
  const auto new_tracks = media_tracks(*new_movie);
  if (old_tracks.size() != new_tracks.size()) stop("The new movie ", "has other tracks");
  for (std::size_t i = 0; i < old_tracks.size(); ++i) {
    const auto was = isobmff::read_samples(old_tracks[i]->stbl, kMostSamples);
    const auto is = isobmff::read_samples(new_tracks[i]->stbl, kMostSamples);
    if (static_cast<bool>(was) != static_cast<bool>(is))
      stop("A track ", "cannot be read any more");
    if (!was) continue;
    const bool same = std::ranges::equal(*was, *is, [&](const auto& old, const auto& now) {
      const auto old_bytes = read_bytes(MemorySource(before), old.offset, old.size);
      const auto new_bytes = read_bytes(MemorySource(after), now.offset, now.size);
      const bool same_bytes = old_bytes ? new_bytes && *old_bytes == *new_bytes : !new_bytes;
      return same_bytes && old.decode == now.decode && old.presentation == now.presentation &&
             old.is_sync == now.is_sync;
    });
    if (!same) stop("A sample ", "is another one");
  }
}

void expect_same_jpeg(ByteSpan before, ByteSpan after) {
  const auto scan = [](ByteSpan bytes) {
    const auto file = read_jpeg(MemorySource(bytes));
    if (!file) stop("The JPEG ", "cannot be read");
    return bytes.subspan(static_cast<std::size_t>(file->segments.back().offset));
  };
  if (!std::ranges::equal(scan(before), scan(after))) stop("The JPEG ", "is another picture");
}

void expect_same_items(ByteSpan before, ByteSpan after) {
  constexpr std::size_t kMostItems = 128;
  constexpr std::uint64_t kMostBytes = 64 * 1024;
  const auto was = read_heif(MemorySource(before));
  const auto is = read_heif(MemorySource(after));
  if (!was || !is) stop("The new still ", "cannot be read");
  if (was->primary != is->primary) stop("The new still ", "shows another item");
  std::size_t compared = 0;
  for (const HeifItem& old : was->items) {
    if (old.type == isobmff::FourCC("Exif")) continue;
    if (&old != was->item(old.id)) continue;  // another one with that number is found
    if (++compared > kMostItems) return;
    const auto old_bytes = read_item(MemorySource(before), *was, old, kMostBytes);
    const HeifItem* now = is->item(old.id);
    if (now == nullptr) stop("An item ", "is gone");
    const auto new_bytes = read_item(MemorySource(after), *is, *now, kMostBytes);
    if (static_cast<bool>(old_bytes) != static_cast<bool>(new_bytes))
      stop("An item ", "cannot be read any more");
    if (old_bytes && *old_bytes != *new_bytes) stop("An item ", "has other bytes");
  }
}

void expect_same_media(const Files& files, ByteSpan still, ByteSpan movie) {
  expect_same_samples(movie, files.movie);
  if (begins_as_jpeg(MemorySource(still)))
    expect_same_jpeg(still, files.still);
  else
    expect_same_items(still, files.still);
}

// What was mended can be read, and says what it was mended to.
void try_repair(ByteSpan still, ByteSpan movie) {
  const auto repair = plan_repair(
      source(still),
      source(movie),
      {.content_identifier = kIdentifier, .still_time = 0ms, .replace_maker_note = true});
  if (!repair) return repair.error().message.empty() ? std::abort() : void();
  const Files files = written(repair->edit);
  const auto still_facts = inspect_still(MemorySource(files.still));
  const auto movie_facts = inspect_movie(MemorySource(files.movie));
  if (!still_facts) stop("The new still: ", still_facts.error().message);
  if (!movie_facts) stop("The new movie: ", movie_facts.error().message);
  if (still_facts->identifier != kIdentifier)
    stop("The new still has ", still_facts->identifier.value_or("no identifier"));
  if (movie_facts->identifier != kIdentifier)
    stop("The new movie has ", movie_facts->identifier.value_or("no identifier"));
  expect_same_media(files, still, movie);
}

void try_split(ByteSpan still, ByteSpan movie) {
  const auto split = plan_split(source(still), source(movie));
  if (!split) return split.error().message.empty() ? std::abort() : void();
  const Files files = written(split->edit);
  const auto still_facts = inspect_still(MemorySource(files.still));
  const auto movie_facts = inspect_movie(MemorySource(files.movie));
  if (!still_facts) stop("The new still: ", still_facts.error().message);
  if (!movie_facts) stop("The new movie: ", movie_facts.error().message);
  if (still_facts->identifier) stop("The parted still has ", *still_facts->identifier);
  if (movie_facts->identifier) stop("The parted movie has ", *movie_facts->identifier);
  expect_same_media(files, still, movie);
}

}  // namespace

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  static const Bytes kMovie = good_movie();
  static const Bytes kStill = good_still();
  const fuzz::Watch watch;
  const ByteSpan bytes(data, size);
  const bool is_movie = static_cast<bool>(inspect_movie(MemorySource(bytes)));
  const ByteSpan still = is_movie ? ByteSpan(kStill) : bytes;
  const ByteSpan movie = is_movie ? bytes : ByteSpan(kMovie);
  try_repair(still, movie);
  try_split(still, movie);
  return 0;
}
