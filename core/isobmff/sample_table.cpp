#include "core/isobmff/sample_table.h"

#include <algorithm>

namespace livephoto::isobmff {
namespace {

// Chunks that differ from the one before in how many samples they hold.
struct ChunkRun {
  std::uint32_t first_chunk;
  std::uint32_t samples_per_chunk;
};

std::vector<ChunkRun> chunk_runs(const std::vector<Chunk>& chunks) {
  std::vector<ChunkRun> runs;
  std::uint32_t number = 1;
  for (const Chunk& chunk : chunks) {
    if (runs.empty() || runs.back().samples_per_chunk != chunk.samples)
      runs.push_back({number, chunk.samples});
    ++number;
  }
  return runs;
}

std::int32_t total_duration(const std::vector<Run<std::uint32_t>>& durations) {
  std::uint64_t total = 0;
  for (const auto& run : durations) total += std::uint64_t{run.count} * run.value;
  return static_cast<std::int32_t>(total);
}

}  // namespace

Box stts(const std::vector<Run<std::uint32_t>>& durations) {
  return box("stts", version_flags(0, 0), count_of(durations), each(durations, [](const auto& run) {
               return fields(u32(run.count), u32(run.value));
             }));
}

Box ctts(const std::vector<Run<std::int32_t>>& offsets) {
  return box("ctts", version_flags(1, 0), count_of(offsets), each(offsets, [](const auto& run) {
               return fields(u32(run.count), i32(run.value));
             }));
}

Box cslg(const std::vector<Run<std::int32_t>>& offsets, std::int32_t duration) {
  const auto [least, greatest] =
      std::ranges::minmax(offsets, {}, [](const Run<std::int32_t>& run) { return run.value; });
  return box(
      "cslg",
      version_flags(0, 0),
      i32(-least.value),    // compositionToDTSShift
      i32(least.value),     // leastDecodeToDisplayDelta
      i32(greatest.value),  // greatestDecodeToDisplayDelta
      i32(0),               // compositionStartTime
      i32(duration));       // compositionEndTime
}

Box stss(const std::vector<std::uint32_t>& sync_samples) {
  return box(
      "stss",
      version_flags(0, 0),
      count_of(sync_samples),
      each(sync_samples, [](std::uint32_t number) { return u32(number); }));
}

Box stsc(const std::vector<Chunk>& chunks) {
  const auto runs = chunk_runs(chunks);
  return box("stsc", version_flags(0, 0), count_of(runs), each(runs, [](const ChunkRun& run) {
               return fields(
                   u32(run.first_chunk),
                   u32(run.samples_per_chunk),
                   u32(1));  // sample_description_index
             }));
}

Box stsz(const SampleSizes& sizes) {
  return box(
      "stsz",
      version_flags(0, 0),
      u32(sizes.each),
      u32(sizes.count),
      each(sizes.sizes, [](std::uint32_t size) { return u32(size); }));
}

Box chunk_offsets(const std::vector<Chunk>& chunks) {
  const bool wide = std::ranges::any_of(chunks, [](const Chunk& chunk) {
    return chunk.offset > std::numeric_limits<std::uint32_t>::max();
  });
  if (wide) {
    return box("co64", version_flags(0, 0), count_of(chunks), each(chunks, [](const Chunk& chunk) {
                 return u64(chunk.offset);
               }));
  }
  return box("stco", version_flags(0, 0), count_of(chunks), each(chunks, [](const Chunk& chunk) {
               return u32(static_cast<std::uint32_t>(chunk.offset));
             }));
}

Box stbl(const Box& description, const SampleTable& table) {
  const auto& offsets = table.composition_offsets;
  std::optional<Box> reordering;
  std::optional<Box> composition_to_decode;
  std::optional<Box> sync;
  if (!offsets.empty()) {
    reordering = ctts(offsets);
    composition_to_decode = cslg(offsets, total_duration(table.durations));
  }
  if (!table.all_sync) sync = stss(table.sync_samples);
  return box(
      "stbl",
      description,
      stts(table.durations),
      reordering,
      composition_to_decode,
      sync,
      stsc(table.chunks),
      stsz(table.sizes),
      chunk_offsets(table.chunks));
}

}  // namespace livephoto::isobmff
