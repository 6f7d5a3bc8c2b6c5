// Adds irot and imir to a HEIF file, since libheif 1.15 adds them before an ispe
// that it has turned already, and not as essential.
#include "core/still/heif_orientation.h"

#include <algorithm>
#include <initializer_list>
#include <string>
#include <vector>

#include "core/isobmff/box.h"
#include "core/isobmff/field_reader.h"

namespace livephoto {
namespace {

using isobmff::append;
using isobmff::Box;
using isobmff::box;
using isobmff::FieldReader;
using isobmff::fields;
using isobmff::FourCC;
using isobmff::u16;
using isobmff::u32;
using isobmff::u8;
using isobmff::version_flags;

Error unexpected(const std::string& where) {
  return Error{
      ErrorCode::Encoder,
      "The still's orientation cannot be noted in the file as libheif has made it; turn the "
      "picture upright first, or write a JPEG still.",
      "unexpected layout: " + where};
}

// ISO/IEC 23008-12, 6.5.10 Image rotation
Box irot(std::uint8_t angle) {
  return box("irot", u8(angle));  // quarter turns anticlockwise
}

// ISO/IEC 23008-12, 6.5.12 Image mirroring
Box imir(std::uint8_t axis) {
  return box("imir", u8(axis));  // see kLeftAndRight
}

// The edition of 2022; that of 2017 could be read either way, and cameras and
// libheif already read it like this (MPEGGroup/FileFormat issue 22).
constexpr std::uint8_t kTopAndBottom = 0;
constexpr std::uint8_t kLeftAndRight = 1;

// In the order in which they are applied. MIAF (ISO/IEC 23000-22, 7.3.6.7) wants
// the rotation before the mirror.
std::vector<Box> transformations(Orientation orientation) {
  switch (orientation) {
    case Orientation::FlipHorizontal:
      return {imir(kLeftAndRight)};
    case Orientation::Rotate180:
      return {irot(2)};
    case Orientation::FlipVertical:
      return {imir(kTopAndBottom)};
    case Orientation::Transpose:
      return {irot(1), imir(kTopAndBottom)};
    case Orientation::Rotate90:
      return {irot(3)};
    case Orientation::Transverse:
      return {irot(1), imir(kLeftAndRight)};
    case Orientation::Rotate270:
      return {irot(1)};
    case Orientation::Normal:
      break;
  }
  return {};
}

void append_number(Bytes& out, std::uint64_t value, std::size_t width) {
  for (auto shift = 8 * width; shift > 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> (shift - 8)));
}

bool fits(std::uint64_t value, std::size_t width) {
  return width >= 8 || value >> (8 * width) == 0;
}

std::string name_of(FourCC type) {
  std::string name;
  for (const int shift : {24, 16, 8, 0}) name += static_cast<char>(type.value() >> shift & 0x7f);
  return name;
}

struct Part {
  FourCC type;
  ByteSpan whole;  // with its size and type

  ByteSpan body() const { return whole.subspan(8); }
};

Result<std::vector<Part>> parts_of(ByteSpan bytes) {
  std::vector<Part> parts;
  while (!bytes.empty()) {
    FieldReader header(bytes);
    const auto size = header.number(4);
    const FourCC type(static_cast<std::uint32_t>(header.number(4)));
    if (!header.complete() || size < 8 || size > bytes.size()) return unexpected("a box's size");
    parts.push_back({type, bytes.first(size)});
    bytes = bytes.subspan(size);
  }
  return parts;
}

// The only part of its type.
Result<Part> part(const std::vector<Part>& parts, FourCC type) {
  const auto has_type = [&](const Part& candidate) { return candidate.type == type; };
  const auto found = std::ranges::find_if(parts, has_type);
  if (found != parts.end() && std::ranges::count_if(parts, has_type) == 1) return *found;
  return unexpected("not one box " + name_of(type));
}

struct Replacement {
  FourCC type;
  const Box& box;
};

Bytes replaced(const std::vector<Part>& parts, std::initializer_list<Replacement> replacements) {
  Bytes out;
  for (const auto& old : parts) {
    const auto has_type = [&](const Replacement& candidate) { return candidate.type == old.type; };
    const auto* found = std::ranges::find_if(replacements, has_type);
    append(out, found == replacements.end() ? old.whole : ByteSpan(found->box.bytes));
  }
  return out;
}

// ISO/IEC 14496-12, 8.11.4 Primary Item Box, 8.11.12 Item Reference Box: the
// picture and its thumbnails. Not the tile that libheif makes of a picture of odd
// size: what is done to its grid is done to the tile.
Result<std::vector<std::uint16_t>> shown_items(ByteSpan pitm, ByteSpan iref) {
  FieldReader primary(pitm);
  FieldReader version(iref);
  const bool known = primary.number(4) == 0 && version.number(4) == 0;
  std::vector items{static_cast<std::uint16_t>(primary.number(2))};
  if (!known || !primary.complete() || !version.complete()) return unexpected("pitm or iref");

  const auto references = parts_of(iref.subspan(4));
  if (!references) return references.error();
  for (const auto& reference : *references) {
    FieldReader reader(reference.body());
    const auto from = static_cast<std::uint16_t>(reader.number(2));
    const auto count = reader.number(2);
    const auto to = reader.number(2);
    if (!reader.complete() || count == 0) return unexpected("iref");
    if (reference.type == FourCC("thmb") && to == items.front()) items.push_back(from);
  }
  return items;
}

// ISO/IEC 23008-12, 9.3.1 Item Property Association Box: the properties from
// `first` to `last` become the last ones of `items`, in this order.
Result<Box> longer_ipma(
    ByteSpan body, const std::vector<std::uint16_t>& items, std::size_t first, std::size_t last) {
  constexpr std::size_t kLargestProperty = 127;
  constexpr std::uint8_t kEssential = 128;
  FieldReader reader(body);
  if (reader.number(4) != 0) return unexpected("ipma's version");
  if (last > kLargestProperty) return unexpected("the number of properties");

  Bytes entries;
  std::size_t found = 0;
  const auto count = static_cast<std::uint32_t>(reader.number(4));
  for (std::uint32_t i = 0; i < count && reader.complete(); ++i) {
    const auto item = static_cast<std::uint16_t>(reader.number(2));
    const auto associations = reader.number(1);
    const bool shown = std::ranges::find(items, item) != items.end();
    const auto longer = associations + (shown ? last - first + 1 : 0);
    if (longer > 255) return unexpected("the number of associations");

    append(entries, u16(item));
    append(entries, u8(static_cast<std::uint8_t>(longer)));
    append(entries, reader.bytes(associations));
    if (!shown) continue;
    ++found;
    for (auto property = first; property <= last; ++property)
      append(entries, u8(static_cast<std::uint8_t>(kEssential | property)));
  }
  if (!reader.complete() || reader.left() > 0 || found != items.size()) return unexpected("ipma");
  return box("ipma", version_flags(0, 0), u32(count), ByteSpan(entries));
}

Result<Box> longer_iprp(
    ByteSpan body, const std::vector<Box>& added, const std::vector<std::uint16_t>& items) {
  const auto parts = parts_of(body);
  if (!parts) return parts.error();
  const auto ipco = part(*parts, "ipco");
  if (!ipco) return ipco.error();
  const auto ipma = part(*parts, "ipma");
  if (!ipma) return ipma.error();
  const auto properties = parts_of(ipco->body());
  if (!properties) return properties.error();

  const auto before = properties->size();
  const auto associations = longer_ipma(ipma->body(), items, before + 1, before + added.size());
  if (!associations) return associations.error();
  const auto container = box("ipco", ipco->body(), added);
  const auto longer = replaced(*parts, {{"ipco", container}, {"ipma", *associations}});
  return box("iprp", ByteSpan(longer));
}

// ISO/IEC 14496-12, 8.11.3 Item Location Box: the widths of its fields.
struct Location {
  Location(std::uint64_t flagged_version, std::uint64_t sizes)
      : version(flagged_version >> 24),
        offset_width(sizes >> 12 & 15),
        length_width(sizes >> 8 & 15),
        base_width(sizes >> 4 & 15),
        index_width(version > 0 ? sizes & 15 : 0) {}

  bool is_known() const {
    const auto fine = [](std::size_t width) { return width == 0 || width == 4 || width == 8; };
    return version <= 1 && fine(offset_width) && fine(length_width) && fine(base_width) &&
           fine(index_width);
  }

  std::uint64_t version;
  std::size_t offset_width;
  std::size_t length_width;
  std::size_t base_width;
  std::size_t index_width;
};

// What the file holds behind its meta box moves back by `growth`.
class Shift {
 public:
  Shift(std::uint64_t meta_end, std::uint64_t file_end, std::uint64_t growth)
      : meta_end_(meta_end), file_end_(file_end), growth_(growth) {}

  // One item. Where there is a base, the base moves, else each extent does. What
  // is in idat (construction method 1) stays where it is.
  bool copy_item(FieldReader& reader, const Location& kind, Bytes& out) const {
    copy(reader, 2, out);  // item_ID
    const auto method = kind.version > 0 ? copy(reader, 2, out) : 0;
    if (method > 1) return false;
    if (copy(reader, 2, out) != 0) return false;  // data_reference_index
    const auto base = reader.number(kind.base_width);
    const bool base_moves = method == 0 && base != 0;
    const bool extents_move = method == 0 && base == 0;
    if (!append_moved(out, base, kind.base_width, base_moves)) return false;
    const auto extents = copy(reader, 2, out);
    for (std::uint64_t i = 0; i < extents && reader.complete(); ++i) {
      copy(reader, kind.index_width, out);
      const auto offset = reader.number(kind.offset_width);
      if (!append_moved(out, offset, kind.offset_width, extents_move)) return false;
      copy(reader, kind.length_width, out);
    }
    return reader.complete();
  }

 private:
  static std::uint64_t copy(FieldReader& reader, std::size_t width, Bytes& out) {
    const auto value = reader.number(width);
    append_number(out, value, width);
    return value;
  }

  bool append_moved(Bytes& out, std::uint64_t offset, std::size_t width, bool moves) const {
    if (!moves) {
      append_number(out, offset, width);
      return true;
    }
    if (offset < meta_end_ || offset > file_end_ || !fits(offset + growth_, width)) return false;
    append_number(out, offset + growth_, width);
    return true;
  }

  std::uint64_t meta_end_;
  std::uint64_t file_end_;
  std::uint64_t growth_;
};

Result<Box> moved_iloc(ByteSpan body, const Shift& shift) {
  FieldReader reader(body);
  const auto flagged_version = static_cast<std::uint32_t>(reader.number(4));
  const auto sizes = static_cast<std::uint16_t>(reader.number(2));
  const auto count = static_cast<std::uint16_t>(reader.number(2));
  const Location kind(flagged_version, sizes);
  if (!kind.is_known()) return unexpected("iloc's version or widths");

  Bytes items;
  for (std::size_t i = 0; i < count; ++i)
    if (!shift.copy_item(reader, kind, items)) return unexpected("an item's location");
  if (!reader.complete() || reader.left() > 0) return unexpected("iloc");
  return box("iloc", u32(flagged_version), u16(sizes), u16(count), ByteSpan(items));
}

Result<Box> longer_meta(ByteSpan file, const Part& meta, const std::vector<Box>& added) {
  const auto body = meta.body();
  if (body.size() < 4) return unexpected("meta");
  const auto parts = parts_of(body.subspan(4));
  if (!parts) return parts.error();
  const auto iprp = part(*parts, "iprp");
  if (!iprp) return iprp.error();
  const auto iloc = part(*parts, "iloc");
  if (!iloc) return iloc.error();
  const auto pitm = part(*parts, "pitm");
  if (!pitm) return pitm.error();
  const auto iref = part(*parts, "iref");
  if (!iref) return iref.error();

  const auto items = shown_items(pitm->body(), iref->body());
  if (!items) return items.error();
  const auto properties = longer_iprp(iprp->body(), added, *items);
  if (!properties) return properties.error();
  const auto meta_end =
      static_cast<std::size_t>(meta.whole.data() - file.data()) + meta.whole.size();
  const auto growth = properties->size() - iprp->whole.size();
  const auto locations = moved_iloc(iloc->body(), Shift(meta_end, file.size(), growth));
  if (!locations) return locations.error();
  return box(
      "meta",
      body.first(4),  // version and flags
      ByteSpan(replaced(*parts, {{"iprp", *properties}, {"iloc", *locations}})));
}

}  // namespace

Result<Bytes> with_orientation(ByteSpan file, Orientation orientation) {
  const auto added = transformations(orientation);
  if (added.empty()) return Bytes(file.begin(), file.end());

  const auto parts = parts_of(file);
  if (!parts) return parts.error();
  const auto meta = part(*parts, "meta");
  if (!meta) return meta.error();
  const auto longer = longer_meta(file, *meta, added);
  if (!longer) return longer.error();
  return replaced(*parts, {{"meta", *longer}});
}

}  // namespace livephoto
