// Writes and reads the identifier in Apple's MakerNote.
#include "core/still/maker_note.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>
#include <map>

#include "core/binary_plist.h"
#include "core/byte_range.h"
#include "core/still/tiff.h"

namespace livephoto {
namespace {

constexpr std::string_view kSignature("Apple iOS\0", 10);
constexpr std::size_t kOrderAt = 12;
constexpr std::size_t kCountAt = 14;
constexpr std::size_t kEntriesAt = 16;
constexpr std::size_t kEntrySize = 12;
constexpr std::uint16_t kContentIdentifier = 0x0011;
constexpr std::uint16_t kAscii = 2;

void append_u16(Bytes& out, std::uint16_t value) {
  out.push_back(static_cast<std::uint8_t>(value >> 8));
  out.push_back(static_cast<std::uint8_t>(value & 0xff));
}

void append_u32(Bytes& out, std::uint32_t value) {
  append_u16(out, static_cast<std::uint16_t>(value >> 16));
  append_u16(out, static_cast<std::uint16_t>(value & 0xffff));
}

void append_text(Bytes& out, std::string_view text) {
  out.insert(out.end(), text.begin(), text.end());
}

constexpr std::uint16_t kRunTime = 0x0003;

std::optional<TiffBlock> open_note(ByteSpan note) {
  if (note.size() < kEntriesAt) return std::nullopt;
  if (!std::equal(kSignature.begin(), kSignature.end(), note.begin())) return std::nullopt;
  const auto big_endian = tiff_order(note.subspan(kOrderAt));
  if (!big_endian) return std::nullopt;
  return TiffBlock(note, *big_endian);
}

// A CMTime as a property list: value ticks of a timescale.
std::optional<std::chrono::nanoseconds> run_time_in(ByteSpan value) {
  constexpr std::int64_t kLongest = std::int64_t{1} << 53;
  const auto list = BinaryPlist::open(value);
  const auto ticks = list ? list->integer({"value"}) : std::nullopt;
  const auto timescale = list ? list->integer({"timescale"}) : std::nullopt;
  if (!ticks || !timescale || *timescale < 1 || *timescale > 1'000'000'000 || *ticks < 0 ||
      *ticks > kLongest)
    return std::nullopt;
  const std::int64_t seconds = *ticks / *timescale;
  if (seconds > kLongest / 1'000'000'000) return std::nullopt;
  return std::chrono::seconds(seconds) +
         std::chrono::nanoseconds(*ticks % *timescale * 1'000'000'000 / *timescale);
}

// Of a note in which nothing is wrong.
std::optional<TiffDirectory> sound_directory(ByteSpan note) {
  const auto block = open_note(note);
  const auto read = read_apple_maker_note(note);
  if (!block || !read->big_endian || !read->is_whole() || !read->outside.empty() ||
      std::ranges::count(read->tags, kContentIdentifier) > 1)
    return std::nullopt;
  return block->directory(kCountAt);
}

ByteRange range_of(const TiffEntry& entry) {
  return {entry.value_at, entry.value_at + entry.value.size()};
}

// Where the value of one entry stands, without what others or the directory use too.
std::vector<ByteRange> value_alone(const TiffDirectory& directory, const TiffEntry& of) {
  std::vector<ByteRange> others{{0, directory.end}};
  for (const TiffEntry& entry : directory.entries)
    if (entry.at != of.at) others.push_back(range_of(entry));
  return parts_alone(range_of(of), std::move(others));
}

// Whether another identifier may take this one's place.
bool fits(const TiffDirectory& directory, const TiffEntry& old, std::string_view identifier) {
  return old.type == TiffType::Ascii && old.value.size() == identifier.size() + 1 &&
         old.value.back() == 0 &&
         value_alone(directory, old) == std::vector<ByteRange>{range_of(old)};
}

// Zeros in place of a value that is no longer used.
void blank(Bytes& note, const std::vector<ByteRange>& parts) {
  for (const auto& [begin, end] : parts)
    std::fill(
        note.begin() + static_cast<std::ptrdiff_t>(begin),
        note.begin() + static_cast<std::ptrdiff_t>(end),
        std::uint8_t{0});
}

struct SavedEntry {
  TiffType type = TiffType::Byte;
  std::uint32_t count = 0;
  Bytes value;
};

// How many bytes of a value are one number, whose order counts.
std::size_t number_size(TiffType type) {
  switch (type) {
    case TiffType::Rational:
    case TiffType::SignedRational:
      return 4;  // two of them
    default:
      return tiff_size(type);
  }
}

Bytes in_big_endian(const TiffEntry& entry, bool is_already) {
  Bytes value(entry.value.begin(), entry.value.end());
  const std::size_t size = number_size(entry.type);
  if (is_already || size < 2) return value;
  for (auto at = value.begin(); value.end() - at >= static_cast<std::ptrdiff_t>(size);) {
    const auto next = at + static_cast<std::ptrdiff_t>(size);
    std::reverse(at, next);
    at = next;
  }
  return value;
}

}  // namespace

Bytes apple_maker_note(std::string_view content_identifier) {
  constexpr std::uint32_t kValueAt = kEntriesAt + kEntrySize + 4;

  Bytes note;
  append_text(note, kSignature);
  append_u16(note, 1);  // version
  append_text(note, "MM");
  append_u16(note, 1);  // number of entries
  append_u16(note, kContentIdentifier);
  append_u16(note, kAscii);
  append_u32(note, static_cast<std::uint32_t>(content_identifier.size()) + 1);
  append_u32(note, kValueAt);
  append_u32(note, 0);  // next IFD
  append_text(note, content_identifier);
  note.push_back(0);
  return note;
}

bool AppleMakerNote::has(std::uint16_t tag) const {
  return std::ranges::find(tags, tag) != tags.end();
}

std::optional<AppleMakerNote> read_apple_maker_note(ByteSpan note) {
  const auto block = open_note(note);
  if (!block) return std::nullopt;
  const auto directory = block->directory(kCountAt);
  AppleMakerNote read{
      .size = note.size(),
      .big_endian = block->big_endian(),
      .promised = directory->promised,
      .tags = {},
      .outside = {},
      .identifier = {},
      .run_time = {}};
  for (const TiffEntry& entry : directory->entries) {
    read.tags.push_back(entry.tag);
    if (entry.value.empty() && entry.count > 0) read.outside.push_back(entry.tag);
  }
  if (!read.is_whole()) return read;
  if (const auto* entry = directory->find(kContentIdentifier))
    if (const std::string text = block->text(*entry); !text.empty()) read.identifier = text;
  if (const auto* entry = directory->find(kRunTime)) read.run_time = run_time_in(entry->value);
  return read;
}

std::optional<std::string> content_identifier_in(ByteSpan note) {
  const auto read = read_apple_maker_note(note);
  return read ? read->identifier : std::nullopt;
}

std::optional<Bytes> with_content_identifier(ByteSpan note, std::string_view content_identifier) {
  const auto directory = sound_directory(note);
  if (!directory) return std::nullopt;
  const auto* old = directory->find(kContentIdentifier);
  if (old && fits(*directory, *old, content_identifier)) {
    Bytes same_size(note.begin(), note.end());
    std::ranges::copy(
        content_identifier,
        same_size.begin() + static_cast<std::ptrdiff_t>(old->value_at));
    return same_size;
  }
  const bool is_new = old == nullptr;
  // The new value goes to the end, so that only what lies behind the directory moves:
  // by one entry, if there is one more.
  const std::size_t moved = is_new ? kEntrySize : 0;
  const std::size_t entries_end = kEntriesAt + directory->entries.size() * kEntrySize;
  const std::size_t value_at = note.size() + note.size() % 2 + moved;
  Bytes out;
  out.reserve(value_at + content_identifier.size() + 1);
  out.insert(out.end(), note.begin(), note.begin() + kCountAt);
  append_u16(out, static_cast<std::uint16_t>(directory->entries.size() + (is_new ? 1 : 0)));
  const auto add_identifier = [&] {
    append_u16(out, kContentIdentifier);
    append_u16(out, kAscii);
    append_u32(out, static_cast<std::uint32_t>(content_identifier.size() + 1));
    append_u32(out, static_cast<std::uint32_t>(value_at));
  };
  bool is_pending = true;
  for (const TiffEntry& entry : directory->entries) {
    if (is_pending && entry.tag >= kContentIdentifier) {
      add_identifier();
      is_pending = false;
    }
    if (entry.tag == kContentIdentifier) continue;
    const std::uint64_t size = std::uint64_t{entry.count} * tiff_size(entry.type);
    const auto raw = note.subspan(entry.at, kEntrySize);
    const bool is_inside = size <= 4;
    // What lies before the directory's end cannot be moved with the rest.
    if (!is_inside && entry.value_at < entries_end) return std::nullopt;
    out.insert(out.end(), raw.begin(), raw.begin() + 8);
    if (is_inside)
      out.insert(out.end(), raw.begin() + 8, raw.end());
    else
      append_u32(out, static_cast<std::uint32_t>(entry.value_at + moved));
  }
  if (is_pending) add_identifier();
  out.insert(out.end(), note.begin() + static_cast<std::ptrdiff_t>(entries_end), note.end());
  if (old) blank(out, value_alone(*directory, *old));
  out.resize(value_at, 0);
  append_text(out, content_identifier);
  out.push_back(0);
  return out;
}

std::optional<SavedMakerNote> saved_maker_note(ByteSpan note, std::string_view content_identifier) {
  const auto block = open_note(note);
  if (!block) return std::nullopt;
  const auto directory = block->directory(kCountAt);
  std::map<std::uint16_t, SavedEntry> entries;
  SavedMakerNote saved;
  saved.lost = directory->promised - directory->entries.size();
  std::size_t left = note.size();  // values that lie one in the other are not multiplied
  for (const TiffEntry& entry : directory->entries) {
    if (entry.tag == kContentIdentifier) continue;
    const bool is_readable =
        tiff_size(entry.type) > 0 && (!entry.value.empty() || entry.count == 0);
    if (!is_readable || entry.value.size() > left || entries.contains(entry.tag)) {
      ++saved.lost;
      continue;
    }
    left -= entry.value.size();
    entries[entry.tag] = {entry.type, entry.count, in_big_endian(entry, block->big_endian())};
  }
  entries[kContentIdentifier] = {
      TiffType::Ascii,
      static_cast<std::uint32_t>(content_identifier.size() + 1),
      Bytes(content_identifier.begin(), content_identifier.end())};
  entries[kContentIdentifier].value.push_back(0);

  Bytes& out = saved.note;
  append_text(out, kSignature);
  append_u16(out, 1);  // version
  append_text(out, "MM");
  append_u16(out, static_cast<std::uint16_t>(entries.size()));
  Bytes values;
  const std::size_t values_at = kEntriesAt + entries.size() * kEntrySize + 4;
  for (const auto& [tag, entry] : entries) {
    append_u16(out, tag);
    append_u16(out, static_cast<std::uint16_t>(entry.type));
    append_u32(out, entry.count);
    if (entry.value.size() <= 4) {
      out.insert(out.end(), entry.value.begin(), entry.value.end());
      out.resize(out.size() + 4 - entry.value.size(), 0);
      continue;
    }
    append_u32(out, static_cast<std::uint32_t>(values_at + values.size()));
    values.insert(values.end(), entry.value.begin(), entry.value.end());
    if (values.size() % 2 != 0) values.push_back(0);
  }
  append_u32(out, 0);  // next IFD
  out.insert(out.end(), values.begin(), values.end());
  return saved;
}

std::optional<Bytes> without_content_identifier(ByteSpan note) {
  const auto directory = sound_directory(note);
  const auto* gone = directory ? directory->find(kContentIdentifier) : nullptr;
  if (gone == nullptr) return std::nullopt;
  Bytes out(note.begin(), note.end());
  const auto at = [&out](std::size_t offset) {
    return out.begin() + static_cast<std::ptrdiff_t>(offset);
  };
  blank(out, value_alone(*directory, *gone));
  // What follows in the directory moves up, with the offset of the next one; the room
  // is left behind it, so that no value moves.
  const std::size_t end = std::min(directory->end, out.size());
  std::copy(at(gone->at + kEntrySize), at(end), at(gone->at));
  std::fill(at(end - kEntrySize), at(end), std::uint8_t{0});
  const auto count = static_cast<std::uint16_t>(directory->entries.size() - 1);
  out[kCountAt] = static_cast<std::uint8_t>(count >> 8);
  out[kCountAt + 1] = static_cast<std::uint8_t>(count & 0xff);
  return out;
}

}  // namespace livephoto
