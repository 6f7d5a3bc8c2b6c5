#include "core/still/tiff.h"

#include <algorithm>

#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::size_t kEntrySize = 12;
constexpr std::size_t kMostEntries = 1024;

}  // namespace

std::size_t tiff_size(TiffType type) {
  switch (type) {
    case TiffType::Byte:
    case TiffType::Ascii:
    case TiffType::SignedByte:
    case TiffType::Undefined:
      return 1;
    case TiffType::Short:
    case TiffType::SignedShort:
      return 2;
    case TiffType::Long:
    case TiffType::SignedLong:
    case TiffType::Float:
    case TiffType::Ifd:
      return 4;
    case TiffType::Rational:
    case TiffType::SignedRational:
    case TiffType::Double:
    case TiffType::Long8:
      return 8;
  }
  return 0;
}

std::optional<bool> tiff_order(ByteSpan two_bytes) {
  if (two_bytes.size() < 2 || two_bytes[0] != two_bytes[1]) return std::nullopt;
  if (two_bytes[0] == 'M') return true;
  if (two_bytes[0] == 'I') return false;
  return std::nullopt;
}

const TiffEntry* TiffDirectory::find(std::uint16_t tag) const {
  const auto found = std::ranges::find(entries, tag, &TiffEntry::tag);
  return found == entries.end() ? nullptr : &*found;
}

std::uint16_t TiffBlock::u16(std::size_t at) const {
  if (at > bytes_.size() || bytes_.size() - at < 2) return 0;
  const auto first = bytes_[at];
  const auto second = bytes_[at + 1];
  return static_cast<std::uint16_t>(big_endian_ ? first << 8 | second : second << 8 | first);
}

std::uint32_t TiffBlock::u32(std::size_t at) const {
  if (at > bytes_.size() || bytes_.size() - at < 4) return 0;
  const std::uint32_t first = u16(at);
  const std::uint32_t second = u16(at + 2);
  return big_endian_ ? first << 16 | second : second << 16 | first;
}

std::optional<TiffDirectory> TiffBlock::directory(std::size_t at) const {
  if (at > bytes_.size() || bytes_.size() - at < 2) return std::nullopt;
  TiffDirectory directory;
  directory.promised = u16(at);
  const std::size_t there = (bytes_.size() - at - 2) / kEntrySize;
  const std::size_t count = std::min<std::size_t>({directory.promised, there, kMostEntries});
  for (std::size_t i = 0; i < count; ++i) {
    const std::size_t entry_at = at + 2 + i * kEntrySize;
    TiffEntry entry{
        .tag = u16(entry_at),
        .type = static_cast<TiffType>(u16(entry_at + 2)),
        .count = u32(entry_at + 4),
        .at = entry_at};
    const std::uint64_t size = std::uint64_t{entry.count} * tiff_size(entry.type);
    // A value of up to four bytes stands in the entry itself.
    entry.value_at = size <= 4 ? entry_at + 8 : u32(entry_at + 8);
    if (entry.value_at <= bytes_.size() && size <= bytes_.size() - entry.value_at)
      entry.value = bytes_.subspan(entry.value_at, static_cast<std::size_t>(size));
    directory.entries.push_back(entry);
  }
  directory.end = at + 2 + std::size_t{directory.promised} * kEntrySize + 4;
  return directory;
}

std::optional<std::uint32_t> TiffBlock::number(const TiffEntry& entry) const {
  if (entry.value.empty()) return std::nullopt;
  switch (entry.type) {
    case TiffType::Byte:
    case TiffType::SignedByte:
      return entry.value[0];
    case TiffType::Short:
    case TiffType::SignedShort:
      return u16(entry.value_at);
    case TiffType::Long:
    case TiffType::SignedLong:
    case TiffType::Ifd:
      return u32(entry.value_at);
    default:
      return std::nullopt;
  }
}

std::optional<double> TiffBlock::rational(const TiffEntry& entry, std::size_t index) const {
  const bool is_signed = entry.type == TiffType::SignedRational;
  if (!is_signed && entry.type != TiffType::Rational) return std::nullopt;
  if (entry.value.size() / 8 <= index) return std::nullopt;
  const auto numerator = u32(entry.value_at + 8 * index);
  const auto denominator = u32(entry.value_at + 8 * index + 4);
  if (denominator == 0) return std::nullopt;
  if (!is_signed) return static_cast<double>(numerator) / denominator;
  return static_cast<double>(static_cast<std::int32_t>(numerator)) /
         static_cast<std::int32_t>(denominator);
}

std::string TiffBlock::text(const TiffEntry& entry) const {
  if (entry.type != TiffType::Ascii) return {};
  const auto end = std::find(entry.value.begin(), entry.value.end(), 0);
  std::string text(entry.value.begin(), end);
  text.erase(text.find_last_not_of(' ') + 1);
  return is_utf8(text) ? text : std::string();
}

}  // namespace livephoto
