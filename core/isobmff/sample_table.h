// The sample table of one track: where its samples are, how long, how large.
#pragma once

#include <cstdint>
#include <vector>

#include "core/isobmff/box.h"

namespace livephoto::isobmff {

// `count` samples in a row that share `value`.
template <class T>
struct Run {
  std::uint32_t count;
  T value;

  bool operator==(const Run&) const = default;
};

// Neighbours that are equal, counted: the shape of stts and ctts.
template <class T>
std::vector<Run<T>> runs_of(const std::vector<T>& values) {
  std::vector<Run<T>> runs;
  for (const T& value : values) {
    if (runs.empty() || runs.back().value != value)
      runs.push_back({1, value});
    else
      ++runs.back().count;
  }
  return runs;
}

// Samples that lie side by side in the file.
struct Chunk {
  std::uint64_t offset = 0;  // from the beginning of the file, in bytes
  std::uint32_t samples = 0;

  bool operator==(const Chunk&) const = default;
};

struct SampleSizes {
  std::uint32_t each = 0;  // bytes, where all are equal; else 0
  std::uint32_t count = 0;
  std::vector<std::uint32_t> sizes;  // bytes of each, where `each` is 0
};

struct SampleTable {
  std::vector<Run<std::uint32_t>> durations;           // in the media's timescale
  std::vector<Run<std::int32_t>> composition_offsets;  // the same unit; empty: all zero
  std::vector<std::uint32_t> sync_samples;             // from 1; read only if not all are sync
  bool all_sync = true;
  SampleSizes sizes;
  std::vector<Chunk> chunks;
};

// ISO/IEC 14496-12, 8.6.1.2 Decoding Time to Sample Box
Box stts(const std::vector<Run<std::uint32_t>>& durations);
// ISO/IEC 14496-12, 8.6.1.3 Composition Time to Sample Box; version 1, offsets are signed
Box ctts(const std::vector<Run<std::int32_t>>& offsets);
// ISO/IEC 14496-12, 8.6.1.4 Composition to Decode Box, for a media of `duration`
Box cslg(const std::vector<Run<std::int32_t>>& offsets, std::int32_t duration);
// ISO/IEC 14496-12, 8.6.2 Sync Sample Box
Box stss(const std::vector<std::uint32_t>& sync_samples);
// ISO/IEC 14496-12, 8.7.4 Sample To Chunk Box
Box stsc(const std::vector<Chunk>& chunks);
// ISO/IEC 14496-12, 8.7.3 Sample Size Box
Box stsz(const SampleSizes& sizes);
// ISO/IEC 14496-12, 8.7.5 Chunk Offset Box: co64 where an offset needs it, else stco
Box chunk_offsets(const std::vector<Chunk>& chunks);

// ISO/IEC 14496-12, 8.5.1 Sample Table Box
Box stbl(const Box& description, const SampleTable& table);

}  // namespace livephoto::isobmff
