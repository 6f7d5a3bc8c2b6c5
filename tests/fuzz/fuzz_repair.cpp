// Mending and parting pairs of which one file is hostile: the other is a small good one.
#include <chrono>
#include <cstdio>
#include <cstdlib>
#include <memory>
#include <string>

#include "core/isobmff/box.h"
#include "core/isobmff/movie.h"
#include "core/pair/inspect_source.h"
#include "core/pair/repair.h"
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
