// Writes and reads the identifier in Apple's MakerNote.
#include "core/still/maker_note.h"

#include <algorithm>
#include <cstddef>
#include <cstdint>

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

// Numbers of a note in the order it declares; the caller keeps `at` inside.
struct Reader {
  ByteSpan note;
  bool big_endian;

  std::uint16_t u16(std::size_t at) const {
    const auto first = note[at];
    const auto second = note[at + 1];
    return static_cast<std::uint16_t>(big_endian ? first << 8 | second : second << 8 | first);
  }
  std::uint32_t u32(std::size_t at) const {
    const std::uint32_t first = u16(at);
    const std::uint32_t second = u16(at + 2);
    return big_endian ? first << 16 | second : second << 16 | first;
  }
};

std::optional<Reader> open_note(ByteSpan note) {
  if (note.size() < kEntriesAt) return std::nullopt;
  if (!std::equal(kSignature.begin(), kSignature.end(), note.begin())) return std::nullopt;
  if (note[kOrderAt] != note[kOrderAt + 1]) return std::nullopt;
  if (note[kOrderAt] == 'M') return Reader{note, true};
  if (note[kOrderAt] == 'I') return Reader{note, false};
  return std::nullopt;
}

// The text of the entry at `entry`, without the NUL that ends it.
std::optional<std::string> ascii_value(const Reader& reader, std::size_t entry) {
  if (reader.u16(entry + 2) != kAscii) return std::nullopt;
  const std::size_t count = reader.u32(entry + 4);
  // TIFF 6.0, section 2: a value of up to four bytes stands in the entry itself.
  const std::size_t offset = count <= 4 ? entry + 8 : reader.u32(entry + 8);
  if (offset > reader.note.size() || count > reader.note.size() - offset) return std::nullopt;

  const auto value = reader.note.subspan(offset, count);
  std::string text(value.begin(), std::find(value.begin(), value.end(), 0));
  if (text.empty()) return std::nullopt;
  return text;
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

std::optional<std::string> content_identifier_in(ByteSpan note) {
  const auto reader = open_note(note);
  if (!reader) return std::nullopt;

  const std::size_t count = reader->u16(kCountAt);
  if (count > (note.size() - kEntriesAt) / kEntrySize) return std::nullopt;
  for (std::size_t i = 0; i < count; ++i) {
    const auto entry = kEntriesAt + i * kEntrySize;
    if (reader->u16(entry) == kContentIdentifier) return ascii_value(*reader, entry);
  }
  return std::nullopt;
}

}  // namespace livephoto
