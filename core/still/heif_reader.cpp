#include "core/still/heif_reader.h"

#include <algorithm>

#include "core/byte_range.h"
#include "core/isobmff/atom.h"
#include "core/isobmff/field_reader.h"
#include "core/isobmff/metadata_items.h"
#include "core/text.h"

namespace livephoto {
namespace {

using isobmff::Atom;
using isobmff::FieldReader;
using isobmff::find_atom;
using isobmff::FourCC;
using isobmff::take_atom;

constexpr std::uint64_t kLargestMeta = std::uint64_t{8} * 1024 * 1024;
constexpr std::uint64_t kLargestExif = std::uint64_t{4} * 1024 * 1024;
constexpr std::size_t kMostItems = 4096;
constexpr std::size_t kMostReferences = 4096;
constexpr std::size_t kMostReferred = 65'536;  // of all references together
constexpr std::size_t kMostProperties = 1024;
// Of all lists that name items: each is looked up among them.
constexpr std::size_t kMostNamed = 2 * kMostItems;
constexpr std::size_t kMostExtents = 64;
constexpr std::size_t kMostAuxiliary = 64;
constexpr std::size_t kMostExif = 16;
constexpr std::size_t kVersionAndFlags = 4;

Error damaged(const std::string& what) {
  return invalid_input("The still is damaged: " + what + ".");
}

Error too_many(const std::string& what) {
  return Error{ErrorCode::Unsupported, "The still has too many " + what + ".", {}};
}

// ISO/IEC 14496-12, 8.11.6.2: version 2 and 3 of an item's entry
std::optional<HeifItem> read_infe(ByteSpan body) {
  FieldReader reader(body);
  const auto version_and_flags = reader.u32();
  const auto version = version_and_flags >> 24;
  if (version != 2 && version != 3) return std::nullopt;  // older ones have no type
  HeifItem item;
  item.is_hidden = (version_and_flags & 1) != 0;
  item.id = static_cast<std::uint32_t>(reader.number(version == 2 ? 2 : 4));
  reader.skip(2);  // protection
  item.type = reader.type();
  if (!reader.complete()) return std::nullopt;
  if (item.type != FourCC("mime")) return item;
  ByteSpan rest = reader.rest();  // name, then content type, each ended by NUL
  const auto name_end = std::find(rest.begin(), rest.end(), 0);
  if (name_end == rest.end()) return item;
  const auto type_end = std::find(name_end + 1, rest.end(), 0);
  item.content_type = isobmff::text_in(ByteSpan(name_end + 1, type_end));
  return item;
}

Result<void> read_iinf(ByteSpan body, HeifFile& file) {
  FieldReader reader(body);
  reader.skip(reader.u32() >> 24 == 0 ? 2 : 4);  // their number: what is there counts
  ByteSpan rest = reader.rest();
  while (const auto atom = take_atom(rest)) {
    auto item = atom->type == FourCC("infe") ? read_infe(atom->body) : std::nullopt;
    if (!item) {
      file.has_other_items = true;
      continue;
    }
    if (file.items.size() == kMostItems) return too_many("items");
    if (std::ranges::find(file.items, item->id, &HeifItem::id) != file.items.end())
      file.has_other_items = true;
    file.items.push_back(std::move(*item));
  }
  return {};
}

// For looking items up while they are filled: they are not sorted in every file.
HeifItem* find_item(HeifFile& file, std::uint32_t id) {
  const auto found = std::ranges::find(file.items, id, &HeifItem::id);
  return found == file.items.end() ? nullptr : &*found;
}

// ISO/IEC 14496-12, 8.11.3 Item Location Box
Result<void> read_iloc(ByteSpan body, HeifFile& file) {
  FieldReader reader(body);
  const auto version = reader.u32() >> 24;
  const auto sizes = reader.u16();
  const std::size_t offset_width = sizes >> 12;
  const std::size_t length_width = sizes >> 8 & 15;
  const std::size_t base_width = sizes >> 4 & 15;
  const std::size_t index_width = version > 0 ? sizes & 15 : 0;
  for (const std::size_t width : {offset_width, length_width, base_width, index_width})
    if (width != 0 && width != 4 && width != 8) return damaged("its item locations");
  const std::size_t id_width = version < 2 ? 2 : 4;
  auto left = reader.number(id_width);
  if (left > kMostNamed) return too_many("item locations");
  for (; left > 0 && reader.complete(); --left) {
    HeifItem* item = find_item(file, static_cast<std::uint32_t>(reader.number(id_width)));
    const auto construction = version > 0 ? reader.u16() & 15 : 0;
    const auto reference = reader.u16();
    const auto base = reader.number(base_width);
    const auto extents = reader.u16();
    for (std::uint32_t i = 0; i < extents && reader.complete(); ++i) {
      reader.skip(index_width);
      const auto offset = reader.number(offset_width);
      const auto length = reader.number(length_width);
      // A width of 0 for all: the same extent over and over.
      if (i >= kMostExtents) return too_many("pieces of an item");
      if (item && reader.complete()) item->extents.push_back({added(base, offset), length});
    }
    if (item == nullptr) {
      file.has_other_items = true;
      continue;
    }
    item->construction = static_cast<std::uint16_t>(construction);
    item->is_elsewhere = reference != 0;
  }
  return {};
}

// ISO/IEC 14496-12, 8.11.12 Item Reference Box
Result<void> read_iref(ByteSpan body, HeifFile& file) {
  FieldReader header(body);
  const std::size_t width = header.u32() >> 24 == 0 ? 2 : 4;
  ByteSpan rest = header.rest();
  std::size_t referred = 0;
  while (const auto atom = take_atom(rest)) {
    if (file.references.size() == kMostReferences) return too_many("references");
    FieldReader reader(atom->body);
    HeifReference reference{.type = atom->type, .to = {}};
    reference.from = static_cast<std::uint32_t>(reader.number(width));
    for (auto left = reader.u16(); left > 0 && reader.left() >= width; --left) {
      if (++referred > kMostReferred) return too_many("references");
      reference.to.push_back(static_cast<std::uint32_t>(reader.number(width)));
    }
    file.references.push_back(std::move(reference));
  }
  return {};
}

// ISO/IEC 23008-12, 9.3.1 Item Property Association Box
void read_ipma(ByteSpan body, HeifFile& file, std::size_t& named) {
  FieldReader reader(body);
  const auto version_and_flags = reader.u32();
  const std::size_t id_width = version_and_flags >> 24 == 0 ? 2 : 4;
  const bool is_wide = (version_and_flags & 1) != 0;
  for (auto left = reader.u32(); left > 0 && reader.complete() && named > 0; --left, --named) {
    HeifItem* item = find_item(file, static_cast<std::uint32_t>(reader.number(id_width)));
    for (auto count = reader.u8(); count > 0 && reader.complete(); --count) {
      // Its first bit says whether it is essential.
      const auto number = is_wide ? reader.u16() & 0x7FFF : reader.u8() & 0x7F;
      // A second list of the same item: it cannot be longer than one.
      if (item && reader.complete() && item->properties.size() < 255)
        item->properties.push_back(static_cast<std::uint16_t>(number));
    }
  }
}

Result<void> read_iprp(ByteSpan body, HeifFile& file) {
  ByteSpan properties = find_atom(body, "ipco").value_or(ByteSpan());
  while (const auto atom = take_atom(properties)) {
    if (file.properties.size() == kMostProperties) return too_many("properties");
    file.properties.push_back({atom->type, atom->body});
  }
  std::size_t named = kMostNamed;
  while (const auto atom = take_atom(body))
    if (atom->type == FourCC("ipma")) read_ipma(atom->body, file, named);
  return {};
}

// The items first: all others name them.
Result<void> read_meta(HeifFile& file) {
  if (file.meta.size() < kVersionAndFlags) return damaged("its \"meta\" is empty");
  const ByteSpan body = ByteSpan(file.meta).subspan(kVersionAndFlags);
  const auto part = [body](FourCC type) { return find_atom(body, type).value_or(ByteSpan()); };
  FieldReader pitm(part("pitm"));
  file.primary = static_cast<std::uint32_t>(pitm.number(pitm.u32() >> 24 == 0 ? 2 : 4));
  file.idat = part("idat");
  auto read = read_iinf(part("iinf"), file);
  if (read) read = read_iloc(part("iloc"), file);
  if (read) read = read_iref(part("iref"), file);
  if (read) read = read_iprp(part("iprp"), file);
  return read;
}

// ISO/IEC 23008-12, 6.5.10 and 6.5.12. Each is one of the eight, so all of them
// together are one too: where a corner and its neighbour go to says which.
class Turning {
 public:
  // Quarter turns anticlockwise
  void turn(unsigned quarters) {
    for (unsigned i = 0; i < (quarters & 3); ++i) {
      const auto [x, y] = std::pair(right_, down_);
      right_ = {x.second, -x.first};
      down_ = {y.second, -y.first};
    }
  }
  void mirror_top_and_bottom() {
    right_.second = -right_.second;
    down_.second = -down_.second;
  }
  void mirror_left_and_right() {
    right_.first = -right_.first;
    down_.first = -down_.first;
  }

  Orientation orientation() const {
    using Direction = std::pair<int, int>;
    // Where the stored picture's rightward and downward directions point, shown.
    struct Row {
      Direction right, down;
      Orientation orientation;
    };
    constexpr Row kRows[] = {
        {{1, 0}, {0, 1}, Orientation::Normal},
        {{-1, 0}, {0, 1}, Orientation::FlipHorizontal},
        {{-1, 0}, {0, -1}, Orientation::Rotate180},
        {{1, 0}, {0, -1}, Orientation::FlipVertical},
        {{0, 1}, {1, 0}, Orientation::Transpose},
        {{0, 1}, {-1, 0}, Orientation::Rotate90},
        {{0, -1}, {-1, 0}, Orientation::Transverse},
        {{0, -1}, {1, 0}, Orientation::Rotate270},
    };
    for (const Row& row : kRows)
      if (row.right == right_ && row.down == down_) return row.orientation;
    return Orientation::Normal;
  }

 private:
  std::pair<int, int> right_{1, 0};  // x to the right, y down
  std::pair<int, int> down_{0, 1};
};

Orientation orientation_of(const HeifFile& file, const HeifItem& item) {
  Turning turning;
  for (const auto number : item.properties) {
    if (number == 0 || number > file.properties.size()) continue;
    const HeifProperty& property = file.properties[number - 1];
    if (property.body.empty()) continue;
    if (property.type == FourCC("irot")) turning.turn(property.body[0]);
    // The edition of 2022: 0 is about a horizontal axis.
    if (property.type == FourCC("imir")) {
      if ((property.body[0] & 1) == 0)
        turning.mirror_top_and_bottom();
      else
        turning.mirror_left_and_right();
    }
  }
  return turning.orientation();
}

void take_colours(const HeifFile& file, const HeifItem& item, HeifPicture& picture) {
  for (const auto number : item.properties) {
    if (number == 0 || number > file.properties.size()) continue;
    const HeifProperty& property = file.properties[number - 1];
    if (property.type != FourCC("colr")) continue;
    FieldReader reader(property.body);
    const FourCC kind = reader.type();
    if (kind == FourCC("prof") || kind == FourCC("rICC")) picture.has_icc_profile = true;
    if (kind != FourCC("nclx")) continue;
    Colour colour;
    colour.primaries = reader.u16();
    colour.transfer = reader.u16();
    colour.matrix = reader.u16();
    colour.full_range = (reader.u8() & 0x80) != 0;
    if (reader.complete()) picture.colour = colour;
  }
}

int bit_depth_of(const HeifFile& file, const HeifItem& item) {
  if (const auto* pixi = file.property(item, "pixi"); pixi && pixi->body.size() > 5)
    return pixi->body[5];
  // ISO/IEC 14496-15, 8.3.3.1: bit_depth_luma_minus8
  if (const auto* hvcc = file.property(item, "hvcC"); hvcc && hvcc->body.size() > 17)
    return 8 + (hvcc->body[17] & 7);
  // AV1 in ISOBMFF, 2.3: high_bitdepth, twelve_bit
  if (const auto* av1c = file.property(item, "av1C"); av1c && av1c->body.size() > 2)
    return (av1c->body[2] & 0x40) == 0 ? 8 : (av1c->body[2] & 0x20) == 0 ? 10 : 12;
  return 0;
}

std::string auxiliary_type(const HeifFile& file, std::uint32_t id) {
  const auto* item = file.item(id);
  const auto* auxc = item ? file.property(*item, "auxC") : nullptr;
  if (auxc == nullptr || auxc->body.size() <= kVersionAndFlags) return "unknown";
  const ByteSpan text = auxc->body.subspan(kVersionAndFlags);
  return isobmff::text_in(
      text.first(static_cast<std::size_t>(std::find(text.begin(), text.end(), 0) - text.begin())));
}

}  // namespace

ByteRange HeifFile::idat_range() const {
  if (idat.empty()) return {};
  const std::uint64_t begin =
      meta_atom.body_offset() + static_cast<std::uint64_t>(idat.data() - meta.data());
  return {begin, begin + idat.size()};
}

const HeifItem* HeifFile::item(std::uint32_t id) const {
  const auto found = std::ranges::find(items, id, &HeifItem::id);
  return found == items.end() ? nullptr : &*found;
}

const HeifProperty* HeifFile::property(const HeifItem& item, FourCC wanted) const {
  for (const auto number : item.properties)
    if (number > 0 && number <= properties.size() && properties[number - 1].type == wanted)
      return &properties[number - 1];
  return nullptr;
}

const HeifItem* HeifFile::description(FourCC wanted) const {
  for (const HeifReference& reference : references) {
    const bool is_of_primary = std::ranges::find(reference.to, primary) != reference.to.end();
    if (reference.type != FourCC("cdsc") || !is_of_primary) continue;
    const HeifItem* from = item(reference.from);
    if (from && from->type == wanted) return from;
  }
  const auto found = std::ranges::find(items, wanted, &HeifItem::type);
  return found == items.end() ? nullptr : &*found;
}

std::vector<const HeifItem*> HeifFile::exif_items() const {
  const HeifItem* main = description("Exif");
  std::vector<const HeifItem*> all;
  if (main && !main->extents.empty()) all.push_back(main);
  for (const HeifItem& each : items)
    if (each.type == FourCC("Exif") && &each != main && !each.extents.empty() &&
        all.size() < kMostExif)
      all.push_back(&each);
  return all;
}

Result<HeifFile> read_heif(const Source& source) {
  HeifFile file;
  auto atoms = isobmff::read_file_atoms(source);
  if (!atoms) return atoms.error();
  file.atoms = std::move(*atoms);
  const auto type = isobmff::read_file_type(source, file.atoms);
  const auto* meta = file.atoms.find("meta");
  if (!type || meta == nullptr)
    return invalid_input("The file is no HEIF picture: it has no \"meta\" atom or no brand.");
  file.type = *type;
  file.meta_atom = *meta;
  auto body = isobmff::read_body(source, *meta, kLargestMeta);
  if (!body) return body.error();
  file.meta = std::move(*body);
  const auto read = read_meta(file);
  if (!read) return read.error();
  return file;
}

Result<Bytes> read_item(
    const Source& source, const HeifFile& file, const HeifItem& item, std::uint64_t most) {
  if (item.is_elsewhere || item.construction > 1)
    return Error{
        ErrorCode::Unsupported,
        "The still keeps an item in another file or derives it from others; that is not read.",
        {}};
  const MemorySource idat(file.idat);
  const Source& from = item.construction == 1 ? static_cast<const Source&>(idat) : source;
  Bytes bytes;
  for (const HeifExtent& extent : item.extents) {
    if (extent.offset > from.size()) return damaged("an item lies outside the file");
    const std::uint64_t length = extent.length == 0 ? from.size() - extent.offset : extent.length;
    if (length > most - bytes.size()) return too_many("bytes in an item");
    const auto piece = read_bytes(from, extent.offset, static_cast<std::size_t>(length));
    if (!piece) return damaged("an item lies outside the file");
    bytes.insert(bytes.end(), piece->begin(), piece->end());
  }
  return bytes;
}

Result<HeifPicture> shown_picture(const HeifFile& file) {
  const HeifItem* item = file.item(file.primary);
  if (item == nullptr) return damaged("the picture that it is to show is not among its items");
  HeifPicture picture{.type = item->type, .colour = {}, .auxiliary = {}};
  if (const auto* ispe = file.property(*item, "ispe")) {
    FieldReader reader(ispe->body);
    reader.skip(kVersionAndFlags);
    picture.width = reader.u32();
    picture.height = reader.u32();
  }
  picture.orientation = orientation_of(file, *item);
  picture.bit_depth = bit_depth_of(file, *item);
  take_colours(file, *item, picture);
  for (const HeifReference& reference : file.references) {
    const bool is_of_primary = std::ranges::find(reference.to, file.primary) != reference.to.end();
    if (reference.type == FourCC("dimg") && reference.from == file.primary &&
        item->type == FourCC("grid"))
      picture.tiles = static_cast<std::uint32_t>(reference.to.size());
    if (reference.type == FourCC("thmb") && is_of_primary) ++picture.thumbnails;
    if (reference.type == FourCC("auxl") && is_of_primary &&
        picture.auxiliary.size() < kMostAuxiliary)
      picture.auxiliary.push_back(auxiliary_type(file, reference.from));
  }
  return picture;
}

// ISO/IEC 23008-12, A.2.1: the number of bytes before the TIFF header comes first.
Result<std::optional<HeifExif>> read_heif_exif(const Source& source, const HeifFile& file) {
  const HeifItem* item = file.description("Exif");
  if (item == nullptr || item->extents.empty()) return std::optional<HeifExif>();
  auto exif = read_heif_exif(source, file, *item);
  if (!exif) return exif.error();
  return std::optional(std::move(*exif));
}

Result<HeifExif> read_heif_exif(const Source& source, const HeifFile& file, const HeifItem& item) {
  auto bytes = read_item(source, file, item, kLargestExif);
  if (!bytes) return bytes.error();
  FieldReader reader(*bytes);
  const auto skipped = reader.u32();
  reader.skip(skipped);
  if (!reader.complete()) return damaged("its Exif begins behind its own end");
  const ByteSpan tiff = reader.rest();
  HeifExif exif{
      .header = Bytes(bytes->begin(), bytes->end() - static_cast<std::ptrdiff_t>(tiff.size())),
      .tiff = Bytes(tiff.begin(), tiff.end())};
  if (item.construction == 0) exif.offset = item.extents.front().offset;
  return exif;
}

}  // namespace livephoto
