#include "core/isobmff/sample_reader.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>

#include "core/isobmff/atom.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

constexpr std::size_t kBeforeRows = 8;  // version and flags, count

Error contradiction(const std::string& what) {
  return invalid_input("The movie's sample tables are damaged: " + what + ".");
}

// A table of equal rows behind a count. No more rows than are there.
class Rows {
 public:
  Rows() = default;
  Rows(ByteSpan body, std::size_t width, std::size_t before = kBeforeRows) : width_(width) {
    if (body.size() < before) return;
    rows_ = body.subspan(before);
    count_ = static_cast<std::uint32_t>(
        std::min<std::size_t>(u32_at(body, before - 4), rows_.size() / width));
  }

  std::uint32_t count() const { return count_; }
  std::uint32_t u32(std::uint32_t row, std::size_t column = 0) const {
    return u32_at(rows_, row * width_ + 4 * column);
  }
  std::uint64_t u64(std::uint32_t row) const { return u64_at(rows_, row * width_); }

 private:
  ByteSpan rows_;
  std::size_t width_ = 4;
  std::uint32_t count_ = 0;
};

Rows rows_of(ByteSpan stbl, FourCC type, std::size_t width) {
  return {find_atom(stbl, type).value_or(ByteSpan()), width};
}

// ISO/IEC 14496-12, 8.7.3: Sample Size Box and Compact Sample Size Box
class Sizes {
 public:
  explicit Sizes(ByteSpan stbl) {
    if (const auto stsz = find_atom(stbl, "stsz")) {
      if (stsz->size() < 12) return;
      each_ = u32_at(*stsz, 4);
      count_ = u32_at(*stsz, 8);
      bits_ = 32;
      sizes_ = stsz->subspan(12);
    } else if (const auto stz2 = find_atom(stbl, "stz2")) {
      if (stz2->size() < 12) return;
      bits_ = (*stz2)[7];
      count_ = u32_at(*stz2, 8);
      sizes_ = stz2->subspan(12);
    }
  }

  std::uint32_t count() const { return count_; }
  bool is_whole() const {
    if (each_ != 0 || count_ == 0) return true;
    const bool known = bits_ == 4 || bits_ == 8 || bits_ == 16 || bits_ == 32;
    return known && (std::uint64_t{count_} * bits_ + 7) / 8 <= sizes_.size();
  }
  std::uint32_t at(std::uint32_t sample) const {
    if (each_ != 0) return each_;
    switch (bits_) {
      case 4:
        return sample % 2 == 0 ? sizes_[sample / 2] >> 4 : sizes_[sample / 2] & 15;
      case 8:
        return sizes_[sample];
      case 16:
        return u16_at(sizes_, 2 * std::size_t{sample});
      default:
        return u32_at(sizes_, 4 * std::size_t{sample});
    }
  }
  // Of `samples` in a row from `first` on.
  std::uint64_t sum(std::uint32_t first, std::uint32_t samples) const {
    if (each_ != 0) return std::uint64_t{each_} * samples;
    std::uint64_t bytes = 0;
    for (std::uint32_t i = 0; i < samples; ++i) bytes += at(first + i);
    return bytes;
  }

 private:
  ByteSpan sizes_;
  std::uint32_t each_ = 0;
  std::uint32_t count_ = 0;
  std::uint32_t bits_ = 32;
};

// Calls `found(offset, first sample, samples)` for each chunk until all of `count`
// samples are placed. ISO/IEC 14496-12, 8.7.4 and 8.7.5.
template <class Found>
Result<void> place_chunks(ByteSpan stbl, std::uint32_t count, Found found) {
  const auto stco = find_atom(stbl, "stco");
  const Rows offsets =
      stco ? Rows(*stco, 4) : Rows(find_atom(stbl, "co64").value_or(ByteSpan()), 8);
  const Rows runs = rows_of(stbl, "stsc", 12);
  std::uint32_t placed = 0;
  std::uint32_t run = 0;
  for (std::uint32_t chunk = 0; chunk < offsets.count() && placed < count; ++chunk) {
    // first_chunk counts from 1, and ascends.
    while (run + 1 < runs.count() && runs.u32(run + 1) <= chunk + 1) ++run;
    if (runs.count() == 0 || runs.u32(run) > chunk + 1)
      return contradiction("\"stsc\" does not say what is in a chunk");
    const std::uint32_t samples = std::min(runs.u32(run, 1), count - placed);
    found(stco ? offsets.u32(chunk) : offsets.u64(chunk), placed, samples);
    placed += samples;
  }
  if (placed < count) return contradiction("there are more samples than places for them");
  return {};
}

Result<void> check(const Sizes& sizes) {
  if (!sizes.is_whole()) return contradiction("not every sample has a size");
  return {};
}

// ISO/IEC 14496-12, 8.6.1.2 and 8.6.1.3. Cameras write negative offsets into
// version 0 too, where the standard has none.
Result<void> set_times(ByteSpan stbl, std::vector<StoredSample>& samples) {
  const Rows durations = rows_of(stbl, "stts", 8);
  std::size_t next = 0;
  std::int64_t time = 0;
  for (std::uint32_t run = 0; run < durations.count(); ++run) {
    const std::uint32_t duration = durations.u32(run, 1);
    for (std::uint32_t i = durations.u32(run); i > 0 && next < samples.size(); --i, ++next) {
      samples[next].decode = samples[next].presentation = time;
      samples[next].duration = duration;
      time += duration;
    }
  }
  if (next < samples.size()) return contradiction("not every sample has a time");

  const Rows offsets = rows_of(stbl, "ctts", 8);
  next = 0;
  for (std::uint32_t run = 0; run < offsets.count(); ++run)
    for (std::uint32_t i = offsets.u32(run); i > 0 && next < samples.size(); --i, ++next)
      samples[next].presentation += static_cast<std::int32_t>(offsets.u32(run, 1));
  return {};
}

// ISO/IEC 14496-12, 8.6.2; without it all are.
void set_sync(ByteSpan stbl, std::vector<StoredSample>& samples) {
  const auto stss = find_atom(stbl, "stss");
  if (!stss) {
    for (auto& sample : samples) sample.is_sync = true;
    return;
  }
  const Rows numbers(*stss, 4);
  for (std::uint32_t row = 0; row < numbers.count(); ++row)
    if (const auto number = numbers.u32(row); number >= 1 && number <= samples.size())
      samples[number - 1].is_sync = true;
}

}  // namespace

std::uint32_t sample_count(ByteSpan stbl) { return Sizes(stbl).count(); }

std::uint32_t entry_count(ByteSpan stbl, FourCC table) {
  const ByteSpan body = find_atom(stbl, table).value_or(ByteSpan());
  return body.size() < kBeforeRows ? 0 : u32_at(body, kBeforeRows - 4);
}

Result<std::vector<StoredSample>> read_samples(ByteSpan stbl, std::uint32_t most) {
  const Sizes sizes(stbl);
  if (sizes.count() > most)
    return Error{
        ErrorCode::Unsupported,
        "The movie has " + std::to_string(sizes.count()) + " samples in a track, more than the " +
            std::to_string(most) + " that are read; it is too long for a Live Photo.",
        {}};
  if (const auto good = check(sizes); !good) return good.error();
  std::vector<StoredSample> samples(sizes.count());
  const auto place = [&](std::uint64_t offset, std::uint32_t first, std::uint32_t count) {
    for (std::uint32_t i = first; i < first + count; ++i) {
      samples[i].offset = offset;
      samples[i].size = sizes.at(i);
      offset = added(offset, samples[i].size);
    }
  };
  if (const auto placed = place_chunks(stbl, sizes.count(), place); !placed) return placed.error();
  if (const auto timed = set_times(stbl, samples); !timed) return timed.error();
  set_sync(stbl, samples);
  return samples;
}

Result<void> each_chunk(ByteSpan stbl, const std::function<void(ByteRange)>& found) {
  const Sizes sizes(stbl);
  if (const auto good = check(sizes); !good) return good.error();
  return place_chunks(
      stbl,
      sizes.count(),
      [&](std::uint64_t offset, std::uint32_t first, std::uint32_t count) {
        const std::uint64_t end = added(offset, sizes.sum(first, count));
        if (offset < end) found({offset, end});
      });
}

Result<ByteRange> sample_range(ByteSpan stbl) {
  ByteRange range{std::numeric_limits<std::uint64_t>::max(), 0};
  const auto read = each_chunk(stbl, [&range](ByteRange chunk) {
    range.begin = std::min(range.begin, chunk.begin);
    range.end = std::max(range.end, chunk.end);
  });
  if (!read) return read.error();
  return range.end == 0 ? ByteRange{} : range;
}

}  // namespace livephoto::isobmff
