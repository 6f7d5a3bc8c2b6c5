// Reads the items of HEIC and AVIF files that others wrote: what they are, and the bytes of one.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/byte_range.h"
#include "core/bytes.h"
#include "core/capture.h"
#include "core/isobmff/file_atoms.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto {

// ISO/IEC 14496-12, 8.11.3: where a piece of an item lies.
struct HeifExtent {
  std::uint64_t offset = 0;  // in the file, or in `idat`; the base is added
  std::uint64_t length = 0;  // bytes; 0: all there is
};

struct HeifItem {
  std::uint32_t id = 0;
  isobmff::FourCC type{0u};  // hvc1, av01, grid, Exif …
  bool is_hidden = false;
  std::string content_type;               // of type mime
  std::uint16_t construction = 0;         // 0: in the file, 1: in `idat`
  bool is_elsewhere = false;              // in another file
  std::vector<HeifExtent> extents;        // at most 64
  std::vector<std::uint16_t> properties;  // numbers in HeifFile::properties, from 1
};

struct HeifReference {
  isobmff::FourCC type{0u};  // thmb, auxl, cdsc, dimg …
  std::uint32_t from = 0;
  std::vector<std::uint32_t> to;
};

struct HeifProperty {
  isobmff::FourCC type{0u};
  ByteSpan body;  // lies in HeifFile::meta
};

struct HeifFile {
  isobmff::FileAtoms atoms;
  isobmff::FileType type{.major = isobmff::FourCC(0u), .compatible = {}};
  isobmff::FileAtom meta_atom{.type = isobmff::FourCC(0u)};
  Bytes meta;  // its body
  std::uint32_t primary = 0;
  std::vector<HeifItem> items;            // at most 4,096
  std::vector<HeifReference> references;  // at most 4,096
  std::vector<HeifProperty> properties;   // at most 1,024
  ByteSpan idat;                          // lies in `meta`
  // `items` is not all: there are entries of `iinf` without a type (of versions 0 and 1), entries
  // of `iloc` without one in `iinf`, or several items of one number, of which the first is found.
  bool has_other_items = false;

  HeifFile() = default;
  HeifFile(HeifFile&&) = default;
  HeifFile& operator=(HeifFile&&) = default;

  // Where `idat` lies in the file; empty where there is none.
  ByteRange idat_range() const;
  const HeifItem* item(std::uint32_t id) const;
  // The first property of that type which an item has.
  const HeifProperty* property(const HeifItem& item, isobmff::FourCC wanted) const;
  // The item of that type which describes the primary one (`cdsc`), or else the
  // first of that type.
  const HeifItem* description(isobmff::FourCC wanted) const;
  // The Exif items that have bytes, the one that describes the primary item first; at most 16.
  std::vector<const HeifItem*> exif_items() const;
};

// Reads headers of atoms, `ftyp` and `meta` (of at most 8 MiB), and nothing else.
// InvalidInput for what is no HEIF file or is damaged there; Unsupported past the
// limits.
Result<HeifFile> read_heif(const Source& source);

// The bytes of an item of at most `most` bytes, its extents joined. InvalidInput where
// they lie outside the file; Unsupported where they are in another one, constructed
// from other items, or too many.
Result<Bytes> read_item(
    const Source& source, const HeifFile& file, const HeifItem& item, std::uint64_t most);

// What is to be known of the picture that is shown.
struct HeifPicture {
  isobmff::FourCC type{0u};  // of the primary item
  std::uint32_t width = 0;   // in pixels, of `ispe`: before it is turned
  std::uint32_t height = 0;
  Orientation orientation = Orientation::Normal;  // of irot and imir, in their order
  int bit_depth = 0;                              // of `pixi`, else of hvcC or av1C; 0: unknown
  std::optional<Colour> colour;                   // `colr` as nclx
  bool has_icc_profile = false;
  std::uint32_t tiles = 0;  // of a grid
  std::uint32_t thumbnails = 0;
  std::vector<std::string> auxiliary;  // what the auxiliary pictures are, as URNs
};

// InvalidInput where the primary item is not among the items.
Result<HeifPicture> shown_picture(const HeifFile& file);

// The TIFF block of the Exif item that describes the primary one, nothing where there is
// none; or of one of the others. Errors as of read_item(),
// and InvalidInput where the block begins outside of the item. At most 4 MiB.
struct HeifExif {
  Bytes header;  // what stands before it in the item, with the number that says how much
  Bytes tiff;
  std::uint64_t offset = 0;  // of the item's first byte in the file; 0 in `idat`
};
Result<std::optional<HeifExif>> read_heif_exif(const Source& source, const HeifFile& file);
Result<HeifExif> read_heif_exif(const Source& source, const HeifFile& file, const HeifItem& item);

}  // namespace livephoto
