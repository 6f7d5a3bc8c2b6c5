#include "core/still/still_edit.h"

#include <algorithm>
#include <limits>
#include <optional>
#include <string>
#include <utility>

#include "core/byte_range.h"
#include "core/isobmff/atom.h"
#include "core/isobmff/box.h"
#include "core/isobmff/field_reader.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg_reader.h"
#include "core/still/tiff.h"
#include "core/text.h"

namespace livephoto {
namespace {

using isobmff::append;
using isobmff::box;
using isobmff::Box;
using isobmff::FieldReader;
using isobmff::fields;
using isobmff::FileAtom;
using isobmff::FourCC;
using isobmff::take_atom;
using isobmff::u16;
using isobmff::u32;
using isobmff::u64;
using isobmff::u8;
using isobmff::version_flags;

constexpr std::size_t kVersionAndFlags = 4;
constexpr std::string_view kExifHeader("Exif\0\0", 6);

Error unknown_layout(const std::string& where) {
  return Error{
      ErrorCode::Unsupported,
      "The still is a HEIF file laid out in a way that cannot be changed here; make a JPEG of it "
      "first.",
      "unexpected: " + where};
}

// ---- JPEG ----------------------------------------------------------------------

Bytes exif_segment(ByteSpan tiff) {
  return fields(
      u16(0xFFE1),
      u16(static_cast<std::uint16_t>(tiff.size() + 2 + kExifHeader.size())),
      kExifHeader,
      tiff);
}

void set_number(Bytes& bytes, std::size_t at, std::uint64_t value, bool big_endian) {
  for (std::size_t i = 0; i < 4; ++i)
    bytes[at + i] = static_cast<std::uint8_t>(value >> 8 * (big_endian ? 3 - i : i));
}

// CIPA DC-007, 5.2: the MP Entries of a Multi-Picture index say where other pictures are in
// the file, counted from the index's own header, and how long each is; the first begins the
// file. They are written anew where the patch moves them. The index is a segment's.
Result<void> mend_pictures(const Source& source, const JpegSegment& segment, Patch& patch) {
  constexpr std::string_view kMpf("MPF\0", 4);
  constexpr std::size_t kHeaderAt = 4 + 4;  // marker, length, "MPF\0"
  constexpr std::size_t kEntry = 16;
  constexpr std::uint16_t kEntries = 0xB002;
  if (segment.marker != 0xE2 || segment.size < kHeaderAt + 8) return {};
  const auto bytes = read_bytes(source, segment.offset, segment.size);
  if (!bytes) return bytes.error();
  if (!std::equal(kMpf.begin(), kMpf.end(), bytes->begin() + 4)) return {};
  const ByteSpan tiff = ByteSpan(*bytes).subspan(kHeaderAt);
  const auto big_endian = tiff_order(tiff);
  const TiffBlock block(tiff, big_endian.value_or(true));
  const auto directory = big_endian ? block.directory(block.u32(4)) : std::nullopt;
  const TiffEntry* list = directory ? directory->find(kEntries) : nullptr;
  if (list == nullptr) return {};
  const std::uint64_t header = segment.offset + kHeaderAt;
  const auto new_header = patch.place_of({header, header + 1});
  if (!new_header) return {};
  Bytes entries(list->value.begin(), list->value.end());
  for (std::size_t at = 0; at + kEntry <= entries.size(); at += kEntry) {
    const std::uint64_t size = block.u32(list->value_at + at + 4);
    const std::uint64_t offset = block.u32(list->value_at + at + 8);
    if (offset == 0 && size > 0) {
      if (const auto last = patch.place_of({size - 1, size}); last && size <= source.size())
        set_number(entries, at + 4, *last + 1, *big_endian);
    } else if (header + offset < source.size()) {
      if (const auto place = patch.place_of({header + offset, header + offset + 1}))
        set_number(entries, at + 8, *place - *new_header, *big_endian);
    }
  }
  if (!std::ranges::equal(entries, list->value))
    patch.replace(header + list->value_at, list->value.size(), std::move(entries));
  return {};
}

// Exif of more than a segment goes on in the next one, which begins in its middle.
bool goes_on(const std::vector<Bytes>& blocks) {
  return std::ranges::any_of(blocks, [](const Bytes& block) { return !tiff_order(block); });
}

Result<Patch> plan_jpeg(const Source& source, const std::vector<Bytes>& blocks) {
  constexpr std::size_t kLongestSegment = 0xFFFF - 2 - kExifHeader.size();
  constexpr std::uint64_t kBehindStart = 2;
  const auto file = read_jpeg(source);
  if (!file) return file.error();
  const auto old_blocks = read_still_exif(source);
  if (!old_blocks) return old_blocks.error();
  Patch patch;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (blocks[i].size() > kLongestSegment)
      return invalid_input(
          "The still's Exif would have " + std::to_string(blocks[i].size()) +
          " bytes, more than a JPEG segment holds; take something out of it, such as the "
          "thumbnail.");
    const bool is_new = i >= old_blocks->size();
    const bool is_late = !is_new && i == 0 && file->exif->offset >= kHeadOfFile;
    if (!is_new && !is_late && blocks[i] == (*old_blocks)[i]) continue;
    if (goes_on(*old_blocks))
      return Error{
          ErrorCode::Unsupported,
          "The still's Exif is spread over several segments, which cannot be changed; take "
          "something out of it, such as the thumbnail.",
          {}};
    if (is_new || is_late) patch.replace(kBehindStart, 0, exif_segment(blocks[i]));
    if (is_new) continue;
    const JpegSegment& segment = file->exif_blocks[i];
    patch.replace(segment.offset, segment.size, is_late ? Bytes() : exif_segment(blocks[i]));
  }
  for (const JpegSegment& segment : file->segments)
    if (const auto done = mend_pictures(source, segment, patch); !done) return done.error();
  return patch;
}

// ---- HEIF ----------------------------------------------------------------------

// ISO/IEC 23008-12, A.2.1: the number of bytes before the TIFF header comes first. What
// the old item had there stays, so that a block of the same length fits into its place.
Bytes exif_item(const std::optional<HeifExif>& old, ByteSpan tiff) {
  if (old) return fields(ByteSpan(old->header), tiff);
  return fields(u32(static_cast<std::uint32_t>(kExifHeader.size())), kExifHeader, tiff);
}

Result<void> close_last(const HeifFile& file, Patch& patch) {
  const FileAtom& last = file.atoms.atoms.back();
  if (!last.to_end) return {};
  if (last.size > std::numeric_limits<std::uint32_t>::max())
    return unknown_layout("a last atom of 4 GiB");
  patch.replace(last.offset, 4, fields(u32(static_cast<std::uint32_t>(last.size))));
  return {};
}

// ISO/IEC 14496-12, 8.11.3 Item Location Box, without bases; in the narrowest form
// that cameras write, where numbers fit into it.
Box iloc_of(const std::vector<HeifItem>& items, bool has_short_offsets) {
  const auto is_short = [](const HeifItem& item) { return item.id <= 0xFFFF; };
  const bool has_short_ids = std::ranges::all_of(items, is_short);
  Bytes rows;
  std::uint16_t count = 0;  // at most 4,096 are read
  const auto add_number = [&](std::uint64_t number) {
    if (has_short_offsets)
      append(rows, u32(static_cast<std::uint32_t>(number)));
    else
      append(rows, u64(number));
  };
  for (const HeifItem& item : items) {
    if (item.extents.empty()) continue;
    ++count;
    if (has_short_ids)
      append(rows, u16(static_cast<std::uint16_t>(item.id)));
    else
      append(rows, u32(item.id));
    append(rows, u16(item.construction));
    append(rows, u16(0));  // data_reference_index: this file
    append(rows, u16(static_cast<std::uint16_t>(item.extents.size())));
    for (const HeifExtent& extent : item.extents) {
      add_number(extent.offset);
      add_number(extent.length);
    }
  }
  return box(
      "iloc",
      version_flags(has_short_ids ? 1 : 2, 0),
      u16(has_short_offsets ? 0x4400 : 0x8800),  // offset_size, length_size; no bases, no indices
      ByteSpan(has_short_ids ? fields(u16(count)) : fields(u32(count))),
      ByteSpan(rows));
}

// Where what lies in the file goes when `meta` becomes another one, given with its header:
// behind it by as much as it grows, in its `idat` together with that.
Result<void> move(std::vector<HeifItem>& items, const HeifFile& file, ByteSpan new_meta) {
  const FileAtom& old_meta = file.meta_atom;
  const ByteRange old_idat = file.idat_range();
  const auto new_idat =
      isobmff::find_atom(new_meta.subspan(isobmff::kAtomHeader + kVersionAndFlags), "idat");
  const std::uint64_t idat_at =
      new_idat ? old_meta.offset + static_cast<std::uint64_t>(new_idat->data() - new_meta.data())
               : old_idat.begin;
  for (HeifItem& item : items) {
    if (item.construction != 0) continue;
    for (HeifExtent& extent : item.extents) {
      const std::uint64_t end = added(extent.offset, extent.length);
      if (extent.length == 0 || end <= old_meta.offset) continue;
      if (extent.offset >= old_meta.end())
        extent.offset += new_meta.size() - old_meta.size;  // less than nothing wraps as it should
      else if (extent.offset >= old_idat.begin && end <= old_idat.end)
        extent.offset += idat_at - old_idat.begin;
      else
        return unknown_layout("an item inside of meta");
    }
  }
  return {};
}

// ISO/IEC 14496-12, 8.11.6.2 Item Info Entry; flag 1: hidden
Box infe_of(std::uint32_t id) {
  constexpr std::uint32_t kHidden = 1;
  if (id <= 0xFFFF)
    return box(
        "infe",
        version_flags(2, kHidden),
        u16(static_cast<std::uint16_t>(id)),
        u16(0),
        u32(FourCC("Exif")),
        u8(0));
  return box("infe", version_flags(3, kHidden), u32(id), u16(0), u32(FourCC("Exif")), u8(0));
}

// The same boxes with one entry more.
Result<Box> longer_iinf(ByteSpan body, std::uint32_t id) {
  FieldReader reader(body);
  const auto version_and_flags = reader.u32();
  const bool is_short = version_and_flags >> 24 == 0;
  const auto count = reader.number(is_short ? 2 : 4) + 1;
  if (!reader.complete() || (is_short && count > 0xFFFF)) return unknown_layout("iinf");
  const Bytes number = is_short ? fields(u16(static_cast<std::uint16_t>(count)))
                                : fields(u32(static_cast<std::uint32_t>(count)));
  return box("iinf", u32(version_and_flags), ByteSpan(number), reader.rest(), infe_of(id));
}

Result<Box> longer_iref(ByteSpan body, std::uint32_t id, std::uint32_t primary) {
  FieldReader reader(body);
  const auto version_and_flags =
      body.empty() ? (std::max(id, primary) > 0xFFFF ? 1u << 24 : 0) : reader.u32();
  const bool is_short = version_and_flags >> 24 == 0;
  if (!reader.complete() || (is_short && std::max(id, primary) > 0xFFFF))
    return unknown_layout("iref");
  const Bytes numbers = is_short ? fields(
                                       u16(static_cast<std::uint16_t>(id)),
                                       u16(1),
                                       u16(static_cast<std::uint16_t>(primary)))
                                 : fields(u32(id), u16(1), u32(primary));
  return box("iref", u32(version_and_flags), reader.rest(), box("cdsc", ByteSpan(numbers)));
}

struct Change {
  FourCC type;
  Box box;
};

// `meta` with these boxes in place of the old ones, or behind all where there were none.
Bytes replaced(ByteSpan meta, const std::vector<Change>& changes) {
  Bytes body(meta.begin(), meta.begin() + kVersionAndFlags);
  ByteSpan rest = meta.subspan(kVersionAndFlags);
  std::vector<FourCC> seen;
  while (const auto atom = take_atom(rest)) {
    const auto found = std::ranges::find(changes, atom->type, &Change::type);
    seen.push_back(atom->type);
    if (found == changes.end())
      append(body, atom->whole);
    else
      append(body, found->box);
  }
  for (const auto& [type, new_box] : changes)
    if (std::ranges::find(seen, type) == seen.end()) append(body, new_box);
  return box("meta", ByteSpan(body)).bytes;
}

Result<void> check(const HeifFile& file) {
  if (file.atoms.garbage_at) return unknown_layout("something behind its atoms");
  if (!file.atoms.atoms.back().is_whole)
    return invalid_input("The still is cut off in the middle of its last atom; copy it again.");
  if (file.atoms.find("moov") != nullptr) return unknown_layout("a sequence of pictures");
  if (file.has_other_items) return unknown_layout("items of an old kind");
  for (const HeifItem& item : file.items)
    if (item.is_elsewhere || item.construction > 1) return unknown_layout("where its items are");
  // A box more than once would be replaced more than once.
  for (const FourCC type : {FourCC("iinf"), FourCC("iloc"), FourCC("iref")}) {
    ByteSpan rest = ByteSpan(file.meta).subspan(kVersionAndFlags);
    int count = 0;
    while (const auto atom = take_atom(rest)) count += atom->type == type ? 1 : 0;
    if (count > 1 || (count == 0 && type != FourCC("iref")))
      return unknown_layout("not one of a box");
  }
  return {};
}

// The boxes that have to name a new item: of the file, where it has them.
Result<std::vector<Change>> changes_for(const HeifFile& file, std::uint32_t id) {
  const auto part = [&](FourCC type) {
    return isobmff::find_atom(ByteSpan(file.meta).subspan(kVersionAndFlags), type)
        .value_or(ByteSpan());
  };
  auto iinf = longer_iinf(part("iinf"), id);
  if (!iinf) return iinf.error();
  auto iref = longer_iref(part("iref"), id, file.primary);
  if (!iref) return iref.error();
  std::vector<Change> changes;
  changes.push_back({"iinf", std::move(*iinf)});
  changes.push_back({"iref", std::move(*iref)});
  return changes;
}

std::uint32_t unused_id(const HeifFile& file) {
  std::uint32_t id = 1;
  for (const HeifItem& item : file.items) id = std::max(id, item.id + 1);
  for (const HeifReference& reference : file.references) {
    id = std::max(id, reference.from + 1);
    for (const std::uint32_t to : reference.to) id = std::max(id, to + 1);
  }
  return id;
}

// An Exif item as it is to be.
struct NewItem {
  std::uint32_t id = 0;
  Bytes bytes;
};

ByteRange range_in_file(const HeifFile& file, const HeifItem& item, const HeifExtent& extent) {
  const std::uint64_t from =
      added(extent.offset, item.construction == 1 ? file.idat_range().begin : 0);
  if (extent.length > 0) return {from, added(from, extent.length)};
  return {from, item.construction == 1 ? file.idat_range().end : file.atoms.atoms.back().end()};
}

// What the file has no use for any more is not to be found in it: an identifier that was
// taken out, or a place. Where old pieces of the items in `moved` were alone, be it in
// `idat` or in the file's media.
std::vector<ByteRange> unused_places(const HeifFile& file, const std::vector<NewItem>& moved) {
  std::vector<ByteRange> old;
  std::vector<ByteRange> used;
  for (const HeifItem& item : file.items) {
    const bool has_moved = std::ranges::find(moved, item.id, &NewItem::id) != moved.end();
    for (const HeifExtent& extent : item.extents)
      (has_moved ? old : used).push_back(range_in_file(file, item, extent));
  }
  std::vector<ByteRange> unused;
  for (const ByteRange& range : old) {
    for (const ByteRange& part : parts_alone(range, used)) unused.push_back(part);
    used.push_back(range);  // once is enough
  }
  return unused;
}

void blank(
    const HeifFile& file, const std::vector<ByteRange>& unused, Bytes& new_meta, Patch& patch) {
  const ByteRange idat = file.idat_range();
  const auto new_idat = isobmff::find_atom(
      ByteSpan(new_meta).subspan(isobmff::kAtomHeader + kVersionAndFlags),
      "idat");
  for (const ByteRange& range : unused) {
    const auto size = static_cast<std::size_t>(range.end - range.begin);
    const FileAtom* atom = file.atoms.holding(range);
    if (new_idat && idat.begin <= range.begin && range.end <= idat.end)
      std::fill_n(
          new_meta.begin() + (new_idat->data() - new_meta.data()) +
              static_cast<std::ptrdiff_t>(range.begin - idat.begin),
          size,
          std::uint8_t{0});
    else if (atom && atom->is_whole && !isobmff::describes_file(atom->type))
      patch.replace(range.begin, size, Bytes(size, 0));
  }
}

// Where new bytes go: to the end, or before the video of a motion photo, which readers know
// by how far it reaches from there.
Result<std::uint64_t> place_of_new(const HeifFile& file, std::uint64_t size) {
  const FileAtom& last = file.atoms.atoms.back();
  if (last.type != FourCC("mpvd")) return size;
  for (const HeifItem& item : file.items)
    for (const HeifExtent& extent : item.extents)
      if (item.construction == 0 && added(extent.offset, extent.length) > last.offset)
        return unknown_layout("an item in the video of a motion photo");
  return last.offset;
}

// The items' bytes go to the end of the file, and meta says so. An item that the file has
// not is made.
Result<void> plan_behind(
    const Source& source, const HeifFile& file, const std::vector<NewItem>& moved, Patch& patch) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 31;
  if (const auto closed = close_last(file, patch); !closed) return closed.error();
  const auto place = place_of_new(file, source.size());
  if (!place) return place.error();
  auto items = file.items;
  std::vector<Change> changes;
  for (HeifItem& item : items)  // "to the end" ends where it did
    for (HeifExtent& extent : item.extents)
      if (item.construction == 0 && extent.length == 0 && extent.offset < source.size())
        extent.length = source.size() - extent.offset;
  Bytes media;
  for (const NewItem& now : moved) {
    if (now.id == 0) return unknown_layout("the number of an item");
    auto item = std::ranges::find(items, now.id, &HeifItem::id);
    if (item == items.end()) {
      auto longer = changes_for(file, now.id);
      if (!longer) return longer.error();
      changes = std::move(*longer);
      items.push_back(
          {.id = now.id,
           .type = FourCC("Exif"),
           .content_type = {},
           .extents = {},
           .properties = {}});
      item = items.end() - 1;
    }
    item->construction = 0;
    item->extents.assign(1, {*place + isobmff::kAtomHeader + media.size(), now.bytes.size()});
    append(media, ByteSpan(now.bytes));
  }

  // Numbers have a fixed width, so how long meta becomes does not depend on them.
  const auto meta_of = [&, is_small = source.size() < kSmall] {
    auto all = changes;
    all.push_back({"iloc", iloc_of(items, is_small)});
    return replaced(file.meta, all);
  };
  if (const auto moving = move(items, file, meta_of()); !moving) return moving.error();
  Bytes meta = meta_of();
  blank(file, unused_places(file, moved), meta, patch);
  patch.replace(file.meta_atom.offset, file.meta_atom.size, std::move(meta));
  patch.replace(*place, 0, box("mdat", ByteSpan(media)).bytes);
  return {};
}

Result<Patch> plan_heif(const Source& source, const std::vector<Bytes>& blocks) {
  const auto file = read_heif(source);
  if (!file) return file.error();
  if (const auto good = check(*file); !good) return good.error();
  const auto old_items = file->exif_items();
  Patch patch;
  std::vector<NewItem> moved;
  for (std::size_t i = 0; i < blocks.size(); ++i) {
    if (i >= old_items.size()) {
      const HeifItem* empty = file->description("Exif");
      moved.push_back({empty ? empty->id : unused_id(*file), exif_item({}, blocks[i])});
      continue;
    }
    const HeifItem& item = *old_items[i];
    const auto old = read_heif_exif(source, *file, item);
    if (!old && i == 0) return old.error();
    if (!old) continue;
    const bool is_out_of_sight = i == 0 && item.construction == 1;
    if (old->tiff == blocks[i] && !is_out_of_sight) continue;
    Bytes bytes = exif_item(*old, blocks[i]);
    if (item.construction == 0 && item.extents.size() == 1 &&
        item.extents[0].length == bytes.size())
      patch.replace(item.extents[0].offset, item.extents[0].length, std::move(bytes));
    else
      moved.push_back({item.id, std::move(bytes)});
  }
  if (!moved.empty())
    if (const auto done = plan_behind(source, *file, moved, patch); !done) return done.error();
  return patch;
}

}  // namespace

Result<std::vector<Bytes>> read_still_exif(const Source& source) {
  std::vector<Bytes> blocks;
  if (begins_as_jpeg(source)) {
    const auto file = read_jpeg(source);
    if (!file) return file.error();
    for (const JpegSegment& segment : file->exif_blocks) {
      auto tiff = read_jpeg_exif(source, segment);
      if (!tiff) return tiff.error();
      blocks.push_back(std::move(*tiff));
    }
    return blocks;
  }
  const auto file = read_heif(source);
  if (!file) return file.error();
  for (const HeifItem* item : file->exif_items()) {
    auto exif = read_heif_exif(source, *file, *item);
    if (!exif && blocks.empty()) return exif.error();
    blocks.push_back(exif ? std::move(exif->tiff) : Bytes());
  }
  return blocks;
}

Result<Patch> plan_exif(const Source& source, const std::vector<Bytes>& blocks) {
  return begins_as_jpeg(source) ? plan_jpeg(source, blocks) : plan_heif(source, blocks);
}

}  // namespace livephoto
