#include "core/still/exif_edit.h"

#include <algorithm>
#include <cstdint>
#include <optional>
#include <utility>
#include <vector>

#include "core/byte_range.h"
#include "core/still/maker_note.h"
#include "core/still/tiff.h"
#include "core/text.h"

namespace livephoto {
namespace {

constexpr std::uint16_t kExif = 0x8769;
constexpr std::uint16_t kMakerNote = 0x927C;
constexpr std::size_t kHeader = 8;
constexpr std::size_t kFirstDirectoryAt = 4;
constexpr std::size_t kEntrySize = 12;
constexpr std::size_t kLargest = std::size_t{16} * 1024 * 1024;

// The block as it grows. Numbers in its own order.
class Editor {
 public:
  Editor(ByteSpan tiff, bool big_endian)
      : bytes_(tiff.begin(), tiff.end()), big_endian_(big_endian) {}

  TiffBlock block() const { return {bytes_, big_endian_}; }
  Bytes take() { return std::move(bytes_); }

  void set(std::size_t at, std::uint32_t value, std::size_t width) {
    for (std::size_t i = 0; i < width; ++i)
      bytes_[at + i] = static_cast<std::uint8_t>(value >> 8 * (big_endian_ ? width - 1 - i : i));
  }
  void copy(std::size_t at, ByteSpan from) {
    std::ranges::copy(from, bytes_.begin() + static_cast<std::ptrdiff_t>(at));
  }
  void blank(std::size_t begin, std::size_t end) {
    std::fill_n(bytes_.begin() + static_cast<std::ptrdiff_t>(begin), end - begin, std::uint8_t{0});
  }
  // Room at the end, on an even byte as TIFF wants it; where it begins.
  std::size_t grow(std::size_t size) {
    const std::size_t at = bytes_.size() + bytes_.size() % 2;
    bytes_.resize(at + size, 0);
    return at;
  }

  void set_entry(
      std::size_t at, std::uint16_t tag, TiffType type, std::uint32_t count, std::uint32_t value) {
    set(at, tag, 2);
    set(at + 2, static_cast<std::uint32_t>(type), 2);
    set(at + 4, count, 4);
    set(at + 8, value, 4);
  }

  // A copy of the directory at the end with one entry more, in its order. Where the
  // copy begins, and its new entry.
  struct Longer {
    std::size_t at;
    std::size_t entry;
  };
  Longer longer(const TiffDirectory& old, std::uint16_t tag) {
    const std::size_t count = old.entries.size();
    const auto before =
        static_cast<std::size_t>(std::ranges::count_if(old.entries, [tag](const TiffEntry& entry) {
          return entry.tag < tag;
        }));
    const std::uint32_t next = count == 0 ? 0 : block().u32(old.end - 4);
    const std::size_t at = grow(2 + (count + 1) * kEntrySize + 4);
    set(at, static_cast<std::uint32_t>(count + 1), 2);
    std::size_t to = at + 2;
    const Bytes now = bytes_;
    for (std::size_t i = 0; i < count; ++i, to += kEntrySize) {
      if (i == before) to += kEntrySize;
      copy(to, ByteSpan(now).subspan(old.entries[i].at, kEntrySize));
    }
    set(at + 2 + (count + 1) * kEntrySize, next, 4);
    return {at, at + 2 + before * kEntrySize};
  }

 private:
  Bytes bytes_;
  bool big_endian_;
};

Error damaged() {
  return invalid_input("The still's Exif is damaged, so that nothing can be added to it.");
}

bool is_whole(const std::optional<TiffDirectory>& directory) {
  return directory && directory->entries.size() == directory->promised;
}

// ---- What is no longer used -----------------------------------------------------

// What the directories of a block use, all that are known; nothing where one of them is
// damaged, so that nobody knows. MakerNotes are not counted.
std::optional<std::vector<ByteRange>> used_ranges(const TiffBlock& block) {
  constexpr std::uint16_t kSubDirectories = 0x014A;
  constexpr std::uint16_t kGps = 0x8825;
  constexpr std::uint16_t kInteroperability = 0xA005;
  // Pictures stand where one entry says, as long as another one does.
  constexpr std::pair<std::uint16_t, std::uint16_t> kPictures[] = {
      {0x0111, 0x0117},
      {0x0144, 0x0145},
      {0x0201, 0x0202}};
  constexpr std::size_t kMostDirectories = 16;
  constexpr std::uint32_t kMostParts = 4096;

  struct Waiting {
    std::size_t at;
    bool has_next;  // others than the first are not always written with one
  };
  std::vector<ByteRange> used{{0, kHeader}};
  std::vector<Waiting> waiting{{block.u32(kFirstDirectoryAt), true}};
  bool is_sane = true;
  for (std::size_t i = 0; i < waiting.size(); ++i) {
    const auto [at, has_next] = waiting[i];
    const auto directory = block.directory(at);
    if (waiting.size() > kMostDirectories || !is_whole(directory) || !is_sane) return std::nullopt;
    used.push_back({at, directory->end});
    for (const TiffEntry& entry : directory->entries)
      if (entry.tag != kMakerNote)
        used.push_back({entry.value_at, entry.value_at + entry.value.size()});
    const auto numbers = [&](std::uint16_t tag) {
      std::vector<std::uint32_t> all;
      const TiffEntry* entry = directory->find(tag);
      const std::size_t width = entry ? tiff_size(entry->type) : 0;
      if (width != 2 && width != 4) return all;
      is_sane = is_sane && entry->count <= kMostParts;
      if (!is_sane) return all;
      for (std::size_t k = 0; k < entry->value.size(); k += width)
        all.push_back(width == 2 ? block.u16(entry->value_at + k) : block.u32(entry->value_at + k));
      return all;
    };
    for (const auto& [where, how_long] : kPictures) {
      const auto offsets = numbers(where);
      const auto lengths = numbers(how_long);
      for (std::size_t k = 0; k < std::min(offsets.size(), lengths.size()); ++k)
        used.push_back({offsets[k], std::uint64_t{offsets[k]} + lengths[k]});
    }
    for (const std::uint16_t tag : {kExif, kGps, kInteroperability, kSubDirectories})
      for (const std::uint32_t sub : numbers(tag)) waiting.push_back({sub, false});
    const std::uint32_t next = has_next ? block.u32(directory->end - 4) : 0;
    if (next != 0) waiting.push_back({next, true});
  }
  return is_sane ? std::optional(std::move(used)) : std::nullopt;
}

// Where the old note stands: of one of Apple's that was cut off also what lies behind
// it, as far as that is nobody else's.
ByteRange old_note(
    const TiffBlock& block, const TiffEntry& old, const std::vector<ByteRange>& used) {
  ByteRange range{old.value_at, old.value_at + old.value.size()};
  const auto apple = read_apple_maker_note(old.value);
  if (!apple || apple->outside.empty()) return range;
  std::uint64_t next = block.bytes().size();
  for (const ByteRange& other : used)
    if (other.begin >= range.end) next = std::min(next, other.begin);
  range.end = next;
  return range;
}

// The note behind all else; what points to it is the entry at `entry`.
void append_note(Editor& editor, std::size_t entry, ByteSpan note) {
  const std::size_t at = editor.grow(note.size());
  editor.copy(at, note);
  editor.set_entry(
      entry,
      kMakerNote,
      TiffType::Undefined,
      static_cast<std::uint32_t>(note.size()),
      static_cast<std::uint32_t>(at));
}

// A new directory with the note alone, to which the entry at `entry` points.
void append_exif(Editor& editor, std::size_t entry, ByteSpan note) {
  const auto photo = editor.longer(TiffDirectory(), kMakerNote);
  append_note(editor, photo.entry, note);
  editor.set_entry(entry, kExif, TiffType::Long, 1, static_cast<std::uint32_t>(photo.at));
}

// Where directories of a hostile block lie one in the other, what was written into one has
// changed another.
Result<Bytes> finished(Editor& editor, ByteSpan note) {
  const TiffBlock block = editor.block();
  const auto ifd0 = block.directory(block.u32(kFirstDirectoryAt));
  const TiffEntry* to_exif = ifd0 ? ifd0->find(kExif) : nullptr;
  const auto photo_at = to_exif ? block.number(*to_exif) : std::nullopt;
  const auto photo = photo_at ? block.directory(*photo_at) : std::nullopt;
  const TiffEntry* found = photo ? photo->find(kMakerNote) : nullptr;
  if (found == nullptr || !std::ranges::equal(found->value, note)) return damaged();
  return editor.take();
}

}  // namespace

Result<Bytes> with_maker_note(ByteSpan tiff, ByteSpan note) {
  const Bytes empty{'M', 'M', 0, 42, 0, 0, 0, 8, 0, 0, 0, 0, 0, 0};
  if (tiff.empty()) tiff = empty;
  if (tiff.size() > kLargest || note.size() > kLargest) return damaged();
  const auto big_endian = tiff_order(tiff);
  if (!big_endian || tiff.size() < kHeader) return damaged();
  Editor editor(tiff, *big_endian);
  const auto ifd0 = editor.block().directory(editor.block().u32(kFirstDirectoryAt));
  if (editor.block().u16(2) != 42 || !is_whole(ifd0)) return damaged();

  const TiffEntry* to_exif = ifd0->find(kExif);
  if (to_exif == nullptr) {
    const auto longer = editor.longer(*ifd0, kExif);
    append_exif(editor, longer.entry, note);
    editor.set(kFirstDirectoryAt, static_cast<std::uint32_t>(longer.at), 4);
    return finished(editor, note);
  }
  const auto photo_at = editor.block().number(*to_exif);
  const auto photo = photo_at ? editor.block().directory(*photo_at) : std::nullopt;
  if (!is_whole(photo)) return damaged();
  if (const TiffEntry* old = photo->find(kMakerNote)) {
    if (old->value.size() == note.size() && note.size() > 4) {
      editor.copy(old->value_at, note);
    } else {
      const auto used = used_ranges(editor.block());
      const auto unused = used ? parts_alone(old_note(editor.block(), *old, *used), *used)
                               : std::vector<ByteRange>();
      append_note(editor, old->at, note);
      for (const auto& [begin, end] : unused)
        editor.blank(static_cast<std::size_t>(begin), static_cast<std::size_t>(end));
    }
    return finished(editor, note);
  }
  const auto longer = editor.longer(*photo, kMakerNote);
  append_note(editor, longer.entry, note);
  editor.set_entry(to_exif->at, kExif, TiffType::Long, 1, static_cast<std::uint32_t>(longer.at));
  return finished(editor, note);
}

}  // namespace livephoto
