// Gathers what a still says of itself: by its segments or items, then by its Exif.
#include <algorithm>
#include <utility>

#include "core/pair/inspect_source.h"
#include "core/still/exif_reader.h"
#include "core/still/heif_reader.h"
#include "core/still/jpeg_reader.h"

namespace livephoto {
namespace {

using isobmff::FourCC;
using isobmff::text_of;

void take_exif(const Bytes& tiff, StillFacts& facts) {
  facts.has_exif = true;
  auto exif = read_exif(tiff);
  if (!exif) {
    facts.exif_problem = exif.error().message;
    return;
  }
  facts.exif_orientation = exif->orientation;
  facts.capture = std::move(exif->capture);
  facts.has_maker_note = exif->has_maker_note;
  facts.apple = std::move(exif->apple);
  if (facts.apple) facts.identifier = facts.apple->identifier;
  facts.stray_identifier = exif->identifier_behind_note;
}

// Either of the two in a block; nothing for one that cannot be read.
std::optional<std::string> any_identifier(const Result<Bytes>& tiff) {
  const auto exif = tiff ? read_exif(*tiff) : Result<ExifBlock>(tiff.error());
  if (!exif) return std::nullopt;
  return exif->apple && exif->apple->identifier ? exif->apple->identifier
                                                : exif->identifier_behind_note;
}

void take_all_identifiers(const Source& source, const JpegFile& file, StillFacts& facts) {
  facts.exif_blocks = static_cast<std::uint32_t>(file.exif_blocks.size());
  for (const JpegSegment& segment : file.exif_blocks)
    if (auto found = any_identifier(read_jpeg_exif(source, segment)))
      facts.last_identifier = std::move(found);
}

// By the items' numbers: that is ExifTool's order.
void take_all_identifiers(const Source& source, const HeifFile& file, StillFacts& facts) {
  auto items = file.exif_items();
  facts.exif_blocks = static_cast<std::uint32_t>(items.size());
  facts.exif_in_idat = !items.empty() && items.front()->construction == 1;
  std::ranges::sort(items, {}, &HeifItem::id);
  for (const HeifItem* item : items) {
    if (item->construction != 0) continue;
    auto exif = read_heif_exif(source, file, *item);
    if (!exif) continue;
    if (auto found = any_identifier(std::move(exif->tiff)))
      facts.last_identifier = std::move(found);
  }
}

Result<StillFacts> inspect_jpeg(const Source& source) {
  const auto file = read_jpeg(source);
  if (!file) return file.error();
  StillFacts facts{.format = StillKind::Jpeg, .coding = "JPEG"};
  facts.width = file->width;
  facts.height = file->height;
  facts.bit_depth = file->bit_depth;
  facts.has_icc_profile = file->has_icc_profile;
  const auto is_whole = has_end(source, *file);
  if (!is_whole) return is_whole.error();
  if (!*is_whole) facts.item_problem = "The JPEG is cut off: it has no End Of Image.";
  if (!file->exif) return facts;
  facts.exif_offset = file->exif->offset;
  const auto tiff = read_jpeg_exif(source, *file);
  if (!tiff) return tiff.error();
  take_exif(*tiff, facts);
  take_all_identifiers(source, *file, facts);
  facts.orientation = facts.exif_orientation.value_or(Orientation::Normal);
  return facts;
}

// Whether all items but Exif lie where items may; what is derived from others is not asked.
void take_places(const Source& source, const HeifFile& file, StillFacts& facts) {
  const ByteRange idat = file.idat_range();
  for (const HeifItem& item : file.items) {
    if (item.type == FourCC("Exif") || item.is_elsewhere || item.construction > 1) continue;
    const std::string name =
        "The still's item " + std::to_string(item.id) + " (" + text_of(item.type) + ") lies ";
    for (const HeifExtent& extent : item.extents) {
      const ByteRange range{extent.offset, added(extent.offset, extent.length)};
      const bool is_in_idat = item.construction == 1;
      if (range.end > (is_in_idat ? file.idat.size() : source.size())) {
        facts.item_problem = name + "outside the file.";
        continue;
      }
      const bool is_inside_idat = idat.begin <= range.begin && range.end <= idat.end;
      if (is_in_idat || is_inside_idat || extent.length == 0) continue;
      const auto* atom = file.atoms.holding(range);
      if (atom ? isobmff::describes_file(atom->type) : !file.atoms.garbage_at)
        facts.item_problem =
            name + "in what describes the file and not in its media, so that it is no picture.";
      else if (atom && atom->type != FourCC("mdat"))
        facts.item_oddity = name + "in an atom called \"" + text_of(atom->type) +
                            "\", which programs may take for unused.";
    }
  }
}

StillKind format_of(const isobmff::FileType& type, FourCC coding) {
  if (type.names("avif") || coding == FourCC("av01")) return StillKind::Avif;
  if (type.names("heic") || type.names("heix") || coding == FourCC("hvc1")) return StillKind::Heic;
  return StillKind::OtherHeif;
}

Result<StillFacts> inspect_heif(const Source& source) {
  const auto file = read_heif(source);
  if (!file) return file.error();
  auto picture = shown_picture(*file);
  if (!picture) return picture.error();
  StillFacts facts{
      .format = format_of(file->type, picture->type),
      .brand = text_of(file->type.major),
      .coding = text_of(picture->type)};
  for (const FourCC brand : file->type.compatible) facts.brands.push_back(text_of(brand));
  facts.width = picture->width;
  facts.height = picture->height;
  facts.orientation = picture->orientation;
  facts.bit_depth = picture->bit_depth;
  facts.colour = picture->colour;
  facts.has_icc_profile = picture->has_icc_profile;
  facts.tiles = picture->tiles;
  facts.thumbnails = picture->thumbnails;
  facts.auxiliary = std::move(picture->auxiliary);
  take_places(source, *file, facts);
  const auto exif = read_heif_exif(source, *file);
  if (!exif) {
    facts.has_exif = true;
    facts.exif_problem = exif.error().message;
  } else if (*exif) {
    facts.exif_offset = (*exif)->offset;
    take_exif((*exif)->tiff, facts);
  }
  take_all_identifiers(source, *file, facts);
  return facts;
}

}  // namespace

Result<StillFacts> inspect_still(const Source& source) {
  auto facts = begins_as_jpeg(source) ? inspect_jpeg(source) : inspect_heif(source);
  if (facts) facts->size = source.size();
  return facts;
}

Result<StillFacts> inspect_still(const std::filesystem::path& path) {
  const auto source = open_source(path);
  if (!source) return source.error();
  auto facts = inspect_still(**source);
  if (facts) facts->path = path;
  return facts;
}

}  // namespace livephoto
