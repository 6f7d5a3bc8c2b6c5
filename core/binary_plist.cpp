// The format is described in CFBinaryPList.c of CoreFoundation: objects, a table
// of their offsets, and a trailer of 32 bytes that says how wide everything is.
#include "core/binary_plist.h"

#include <algorithm>

#include "core/isobmff/field_reader.h"

namespace livephoto {
namespace {

constexpr std::string_view kMagic = "bplist00";
constexpr std::size_t kTrailer = 32;
constexpr std::size_t kDeepest = 16;

constexpr unsigned kInteger = 0x1;
constexpr unsigned kAscii = 0x5;
constexpr unsigned kDictionary = 0xD;

}  // namespace

std::optional<BinaryPlist> BinaryPlist::open(ByteSpan bytes) {
  if (bytes.size() < kMagic.size() + kTrailer ||
      !std::equal(kMagic.begin(), kMagic.end(), bytes.begin()))
    return std::nullopt;
  isobmff::FieldReader trailer(bytes.last(kTrailer - 6));  // six bytes of it mean nothing
  BinaryPlist list;
  list.bytes_ = bytes.first(bytes.size() - kTrailer);
  list.offset_width_ = trailer.u8();
  list.reference_width_ = trailer.u8();
  list.objects_ = trailer.u64();
  list.root_ = trailer.u64();
  list.table_ = trailer.u64();
  const auto is_width = [](std::size_t width) { return width >= 1 && width <= 8; };
  if (!is_width(list.offset_width_) || !is_width(list.reference_width_)) return std::nullopt;
  if (list.table_ > list.bytes_.size() ||
      list.objects_ > (list.bytes_.size() - list.table_) / list.offset_width_)
    return std::nullopt;
  return list;
}

std::optional<BinaryPlist::Object> BinaryPlist::object(std::uint64_t number) const {
  if (number >= objects_) return std::nullopt;
  const auto row = static_cast<std::size_t>(table_ + number * offset_width_);
  const auto offset = isobmff::FieldReader(bytes_.subspan(row)).number(offset_width_);
  if (offset >= bytes_.size()) return std::nullopt;
  isobmff::FieldReader reader(bytes_.subspan(static_cast<std::size_t>(offset)));
  const unsigned marker = reader.u8();
  Object found{.kind = marker >> 4, .count = marker & 0xF};
  if (found.kind != kInteger && found.count == 0xF) {  // an integer object with it follows
    const unsigned of_count = reader.u8();
    if (of_count >> 4 != kInteger || (of_count & 0xF) > 3) return std::nullopt;
    found.count = reader.number(std::size_t{1} << (of_count & 0xF));
  }
  if (!reader.complete()) return std::nullopt;
  found.rest = reader.rest();
  return found;
}

std::optional<std::uint64_t> BinaryPlist::member(
    const Object& dictionary, std::string_view key) const {
  if (dictionary.kind != kDictionary ||
      dictionary.count > dictionary.rest.size() / (2 * reference_width_))
    return std::nullopt;
  isobmff::FieldReader keys(dictionary.rest);
  for (std::uint64_t i = 0; i < dictionary.count; ++i) {
    const auto name = object(keys.number(reference_width_));
    if (!name || name->kind != kAscii || name->count != key.size() ||
        name->rest.size() < key.size() || !std::equal(key.begin(), key.end(), name->rest.begin()))
      continue;
    const auto at = static_cast<std::size_t>((dictionary.count + i) * reference_width_);
    return isobmff::FieldReader(dictionary.rest.subspan(at)).number(reference_width_);
  }
  return std::nullopt;
}

std::optional<BinaryPlist::Object> BinaryPlist::find(
    std::initializer_list<std::string_view> path) const {
  if (path.size() > kDeepest) return std::nullopt;
  auto found = object(root_);
  for (const auto key : path) {
    const auto number = found ? member(*found, key) : std::nullopt;
    if (!number) return std::nullopt;
    found = object(*number);
  }
  return found;
}

std::optional<std::int64_t> BinaryPlist::integer(
    std::initializer_list<std::string_view> path) const {
  const auto found = find(path);
  if (!found || found->kind != kInteger || found->count > 3) return std::nullopt;
  isobmff::FieldReader reader(found->rest);
  const auto value = reader.number(std::size_t{1} << found->count);
  if (!reader.complete()) return std::nullopt;
  return static_cast<std::int64_t>(value);
}

std::optional<std::string> BinaryPlist::text(std::initializer_list<std::string_view> path) const {
  const auto found = find(path);
  if (!found || found->kind != kAscii || found->count > found->rest.size()) return std::nullopt;
  const auto letters = found->rest.first(static_cast<std::size_t>(found->count));
  const auto is_printable = [](std::uint8_t letter) { return letter >= 0x20 && letter < 0x7F; };
  if (!std::ranges::all_of(letters, is_printable)) return std::nullopt;
  return std::string(letters.begin(), letters.end());
}

}  // namespace livephoto
