// The atoms that a file itself is made of, without what is in them.
#pragma once

#include <cstdint>
#include <optional>
#include <vector>

#include "core/byte_range.h"
#include "core/isobmff/box.h"
#include "core/result.h"
#include "core/source.h"

namespace livephoto::isobmff {

struct FileAtom {
  FourCC type;
  std::uint64_t offset = 0;  // of its header, from the beginning of the file
  std::uint64_t size = 0;    // with its header; never past the end of the file
  std::uint64_t header = 8;  // 8, or 16 with a size of 64 bits
  bool is_whole = true;      // false where it promises more than the file has
  bool to_end = false;       // its size is 0, which stands for the rest of the file

  std::uint64_t body_offset() const { return offset + header; }
  std::uint64_t body_size() const { return size - header; }
  std::uint64_t end() const { return offset + size; }
};

struct FileAtoms {
  std::vector<FileAtom> atoms;
  // Where something begins that is no atom; nothing where all of the file was read.
  std::optional<std::uint64_t> garbage_at;

  const FileAtom* find(FourCC type) const;  // the first of that type
  // The one in whose body a stretch of the file lies; nothing where it is in none, or only
  // in part.
  const FileAtom* holding(ByteRange range) const;
};

// Whether what is in an atom of that type describes the file, so that no sample and no item
// can be there. Of all others players do not care: they go by offsets.
bool describes_file(FourCC type);

// Reads nothing but headers: at most 4,096, and none behind the first of type
// `last`. InvalidInput where not even the first is an atom; else what can be read.
Result<FileAtoms> read_file_atoms(const Source& source, std::optional<FourCC> last = {});

// The body of an atom of at most `most` bytes; Unsupported above that.
Result<Bytes> read_body(const Source& source, const FileAtom& atom, std::uint64_t most);

// ISO/IEC 14496-12, 4.3 File Type Box
struct FileType {
  FourCC major;
  std::vector<FourCC> compatible;

  bool names(FourCC brand) const;  // as the major or a compatible one
};

// Nothing where the file has none, as early QuickTime has not.
std::optional<FileType> read_file_type(const Source& source, const FileAtoms& atoms);

// As text; what is not printable is a point.
std::string text_of(FourCC type);

}  // namespace livephoto::isobmff
