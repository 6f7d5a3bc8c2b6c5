// The sample table of a track that others wrote: where its samples lie and when they are shown.
#pragma once

#include <cstdint>
#include <functional>
#include <vector>

#include "core/byte_range.h"
#include "core/bytes.h"
#include "core/isobmff/box.h"
#include "core/result.h"

namespace livephoto::isobmff {

struct StoredSample {
  std::uint64_t offset = 0;  // from the beginning of the file, in bytes
  std::uint32_t size = 0;    // bytes
  std::int64_t decode = 0;   // in the media's timescale, from 0
  std::int64_t presentation = 0;
  std::uint32_t duration = 0;  // from its decode time to the next one's
  bool is_sync = false;

  bool operator==(const StoredSample&) const = default;
};

// How many there are, as `stsz` or `stz2` says; 0 where there is neither.
std::uint32_t sample_count(ByteSpan stbl);

// How many entries a table of `stbl` has whose count follows version and flags, such as
// `stts` and `stsc`; 0 where it is absent.
std::uint32_t entry_count(ByteSpan stbl, FourCC table);

// All samples of a table, given as the body of its `stbl`, in decode order.
// InvalidInput where its boxes contradict each other or stop before the last
// sample; Unsupported for more than `most` samples. What is in the table may lie
// outside the file.
Result<std::vector<StoredSample>> read_samples(ByteSpan stbl, std::uint32_t most);

// The bytes of each chunk that has any, in the table's order: for tables of more samples
// than one wants to see, such as PCM's. Where the table is damaged, the error of
// read_samples(), behind the chunks that could be read.
Result<void> each_chunk(ByteSpan stbl, const std::function<void(ByteRange)>& found);

// The bytes that a whole table names, from the first to behind the last. Both 0 for none.
Result<ByteRange> sample_range(ByteSpan stbl);

}  // namespace livephoto::isobmff
