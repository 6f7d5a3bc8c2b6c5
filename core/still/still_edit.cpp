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

Result<Patch> plan_jpeg(const Source& source, ByteSpan tiff) {
  constexpr std::size_t kLongestSegment = 0xFFFF - 2 - kExifHeader.size();
  const auto file = read_jpeg(source);
  if (!file) return file.error();
  if (tiff.size() > kLongestSegment)
    return invalid_input(
        "The still's Exif would have " + std::to_string(tiff.size()) +
        " bytes, more than a JPEG segment holds; take something out of it, such as the thumbnail.");
  Patch patch;
  if (file->exif) patch.replace(file->exif->offset, file->exif->size, {});
  Bytes segment = fields(
      u16(0xFFE1),
      u16(static_cast<std::uint16_t>(tiff.size() + 2 + kExifHeader.size())),
      kExifHeader,
      tiff);
  constexpr std::uint64_t kBehindStart = 2;
  if (file->exif && file->exif->offset == kBehindStart) {
    Patch in_its_place;
    in_its_place.replace(kBehindStart, file->exif->size, std::move(segment));
    return in_its_place;
  }
  patch.replace(kBehindStart, 0, std::move(segment));
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
  return id;
}

bool overlap(const HeifExtent& one, const HeifExtent& other) {
  return one.offset < other.offset + other.length && other.offset < one.offset + one.length;
}

// What the file has no use for any more is not to be found in it: an identifier that was
// taken out, or a place.
void blank(const Source& source, const HeifFile& file, const HeifItem& old, Patch& patch) {
  if (old.construction != 0 || old.extents.size() != 1) return;
  const HeifExtent& extent = old.extents[0];
  const FileAtom* media = nullptr;
  for (const FileAtom& atom : file.atoms.atoms)
    if (atom.type == FourCC("mdat") && atom.body_offset() <= extent.offset) media = &atom;
  if (media == nullptr || extent.length == 0 || extent.length > media->end() - extent.offset ||
      extent.offset >= media->end() || media->end() > source.size())
    return;
  for (const HeifItem& item : file.items)
    if (item.id != old.id && item.construction == 0)
      for (const HeifExtent& other : item.extents)
        if (other.length == 0 || overlap(extent, other)) return;
  patch.replace(extent.offset, extent.length, Bytes(static_cast<std::size_t>(extent.length), 0));
}

// The item's bytes go to the end of the file, and meta says so.
Result<Patch> plan_behind(const Source& source, const HeifFile& file, Bytes payload) {
  constexpr std::uint64_t kSmall = std::uint64_t{1} << 31;
  Patch patch;
  if (const auto closed = close_last(file, patch); !closed) return closed.error();
  const HeifItem* old = file.description("Exif");
  const std::uint32_t id = old ? old->id : unused_id(file);
  if (id == 0) return unknown_layout("the number of an item");
  auto items = file.items;
  auto changes = old ? Result<std::vector<Change>>(std::vector<Change>()) : changes_for(file, id);
  if (!changes) return changes.error();
  if (!old)
    items.push_back(
        {.id = id, .type = FourCC("Exif"), .content_type = {}, .extents = {}, .properties = {}});
  for (HeifItem& item : items)  // "to the end" ends where it did
    for (HeifExtent& extent : item.extents)
      if (item.construction == 0 && extent.length == 0 && extent.offset < source.size())
        extent.length = source.size() - extent.offset;
  const auto item = std::ranges::find(items, id, &HeifItem::id);
  item->construction = 0;
  item->extents.assign(1, {source.size() + isobmff::kAtomHeader, payload.size()});

  // Numbers have a fixed width, so how long meta becomes does not depend on them.
  const auto meta_of = [&, is_small = source.size() < kSmall] {
    auto all = *changes;
    all.push_back({"iloc", iloc_of(items, is_small)});
    return replaced(file.meta, all);
  };
  if (const auto moved = move(items, file, meta_of()); !moved) return moved.error();
  patch.replace(file.meta_atom.offset, file.meta_atom.size, meta_of());
  if (old) blank(source, file, *old, patch);
  patch.append(box("mdat", ByteSpan(payload)).bytes);
  return patch;
}

Result<Patch> plan_heif(const Source& source, ByteSpan tiff) {
  const auto file = read_heif(source);
  if (!file) return file.error();
  if (const auto good = check(*file); !good) return good.error();
  const auto exif = read_heif_exif(source, *file);
  if (!exif) return exif.error();
  Bytes payload = exif_item(*exif, tiff);
  const HeifItem* old = file->description("Exif");
  const bool fits = old && old->construction == 0 && old->extents.size() == 1 &&
                    old->extents[0].length == payload.size();
  if (!fits) return plan_behind(source, *file, std::move(payload));
  Patch patch;
  const HeifExtent& place = old->extents[0];
  patch.replace(place.offset, place.length, std::move(payload));
  return patch;
}

}  // namespace

Result<Bytes> read_still_exif(const Source& source) {
  if (begins_as_jpeg(source)) {
    const auto file = read_jpeg(source);
    if (!file) return file.error();
    return read_jpeg_exif(source, *file);
  }
  const auto file = read_heif(source);
  if (!file) return file.error();
  auto exif = read_heif_exif(source, *file);
  if (!exif) return exif.error();
  return *exif ? std::move((*exif)->tiff) : Bytes();
}

Result<Patch> plan_exif(const Source& source, ByteSpan tiff) {
  return begins_as_jpeg(source) ? plan_jpeg(source, tiff) : plan_heif(source, tiff);
}

}  // namespace livephoto
