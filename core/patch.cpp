#include "core/patch.h"

#include <algorithm>
#include <iterator>
#include <utility>

namespace livephoto {
namespace {

constexpr std::uint64_t kPiece = std::uint64_t{1} << 20;

Result<void> copy(
    const Source& source, std::uint64_t offset, std::uint64_t size, const ByteSink& sink) {
  Bytes piece;
  while (size > 0) {
    piece.resize(static_cast<std::size_t>(std::min(size, kPiece)));
    if (const auto read = source.read(offset, piece); !read) return read;
    if (const auto written = sink(piece); !written) return written;
    offset += piece.size();
    size -= piece.size();
  }
  return {};
}

Error overlapping() {
  return Error{
      ErrorCode::Unsupported,
      "The file is laid out so strangely that it cannot be changed without damage.",
      "two changes of the same bytes"};
}

}  // namespace

void Patch::replace(std::uint64_t offset, std::uint64_t size, Bytes bytes) {
  const auto next = replacements_.lower_bound(offset);
  const bool meets_next =
      next != replacements_.end() && (next->first == offset || next->first - offset < size);
  const bool meets_last = next != replacements_.begin() &&
                          std::prev(next)->second.size > offset - std::prev(next)->first;
  if (meets_next || meets_last) {
    overlaps_ = true;
    return;
  }
  if (bytes.size() != size)
    growth_[offset] = static_cast<std::int64_t>(bytes.size()) - static_cast<std::int64_t>(size);
  replacements_[offset] = {size, std::move(bytes)};
}

void Patch::append(Bytes bytes) { appended_.insert(appended_.end(), bytes.begin(), bytes.end()); }

std::optional<std::uint64_t> Patch::place_of(ByteRange range) const {
  const auto behind = replacements_.lower_bound(range.end);
  if (behind != replacements_.begin()) {
    // As they do not overlap, those before the last one end before it.
    const auto& [offset, replacement] = *std::prev(behind);
    if (offset > range.begin || replacement.size > range.begin - offset) return std::nullopt;
  }
  std::uint64_t place = range.begin;
  for (const auto& [offset, growth] : growth_)
    if (offset <= range.begin) place += static_cast<std::uint64_t>(growth);
  return place;
}

std::uint64_t Patch::size_of(std::uint64_t size) const {
  for (const auto& [offset, replacement] : replacements_)
    size = size - replacement.size + replacement.bytes.size();
  return size + appended_.size();
}

Result<void> Patch::read(
    const Source& source, std::uint64_t offset, std::span<std::uint8_t> out) const {
  if (overlaps_) return overlapping();
  const std::uint64_t all = size_of(source.size());
  if (offset > all || out.size() > all - offset) return source.read(source.size(), out);
  const MemorySource behind(appended_);
  Result<void> done;
  std::uint64_t now = 0;  // where a stretch begins in the new file
  // What of the next stretch, which are `size` bytes of `from`, is wanted.
  const auto take = [&](const Source& from, std::uint64_t at, std::uint64_t size) {
    const std::uint64_t begin = std::max(now, offset);
    const std::uint64_t end = std::min(now + size, offset + out.size());
    if (done && begin < end)
      done = from.read(
          at + (begin - now),
          out.subspan(
              static_cast<std::size_t>(begin - offset),
              static_cast<std::size_t>(end - begin)));
    now += size;
  };
  std::uint64_t old = 0;
  for (const auto& [at, replacement] : replacements_) {
    take(source, old, at - old);
    take(MemorySource(replacement.bytes), 0, replacement.bytes.size());
    old = at + replacement.size;
  }
  take(source, old, source.size() - old);
  take(behind, 0, appended_.size());
  return done;
}

Result<void> Patch::write(const Source& source, const ByteSink& sink) const {
  if (overlaps_) return overlapping();
  std::uint64_t at = 0;
  for (const auto& [offset, replacement] : replacements_) {
    if (const auto copied = copy(source, at, offset - at, sink); !copied) return copied;
    if (!replacement.bytes.empty())
      if (const auto written = sink(replacement.bytes); !written) return written;
    at = offset + replacement.size;
  }
  if (const auto copied = copy(source, at, source.size() - at, sink); !copied) return copied;
  return appended_.empty() ? Result<void>() : sink(appended_);
}

}  // namespace livephoto
