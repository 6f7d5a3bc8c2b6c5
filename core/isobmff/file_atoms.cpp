#include "core/isobmff/file_atoms.h"

#include <algorithm>
#include <array>
#include <iterator>
#include <string>

#include "core/isobmff/atom.h"
#include "core/isobmff/field_reader.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

constexpr std::size_t kMostAtoms = 4096;
constexpr std::uint64_t kLongHeader = 16;
constexpr std::uint64_t kMostBrands = 64;

bool is_printable(FourCC type) {
  for (const int shift : {24, 16, 8, 0}) {
    const auto letter = type.value() >> shift & 0xFF;
    // QuickTime's user data begin with a copyright sign.
    if (letter != 0xA9 && (letter < 0x20 || letter > 0x7E)) return false;
  }
  return true;
}

// Nothing where no atom can begin at `offset`.
Result<std::optional<FileAtom>> atom_at(const Source& source, std::uint64_t offset) {
  using Nothing = std::optional<FileAtom>;
  const std::uint64_t left = source.size() - offset;
  if (left < kAtomHeader) return Nothing();
  std::array<std::uint8_t, kLongHeader> bytes{};
  const auto count = static_cast<std::size_t>(std::min(left, kLongHeader));
  const auto read = source.read(offset, std::span(bytes).first(count));
  if (!read) return read.error();

  FileAtom atom{.type = FourCC(u32_at(bytes, 4)), .offset = offset, .size = u32_at(bytes, 0)};
  atom.to_end = atom.size == 0;  // ISO/IEC 14496-12, 4.2
  if (atom.to_end) atom.size = left;
  if (atom.size == 1) {
    if (left < kLongHeader) return Nothing();
    atom.header = kLongHeader;
    atom.size = u64_at(bytes, kAtomHeader);
  }
  if (atom.size < atom.header || !is_printable(atom.type)) return Nothing();
  atom.is_whole = atom.size <= left;
  atom.size = std::min(atom.size, left);
  return std::optional(atom);
}

}  // namespace

const FileAtom* FileAtoms::find(FourCC type) const {
  const auto found = std::ranges::find(atoms, type, &FileAtom::type);
  return found == atoms.end() ? nullptr : &*found;
}

const FileAtom* FileAtoms::holding(ByteRange range) const {
  const auto behind = std::ranges::upper_bound(atoms, range.begin, {}, &FileAtom::offset);
  if (behind == atoms.begin()) return nullptr;
  const FileAtom& atom = *std::prev(behind);
  return atom.body_offset() <= range.begin && range.end <= atom.end() ? &atom : nullptr;
}

bool describes_file(FourCC type) {
  return type == FourCC("ftyp") || type == FourCC("moov") || type == FourCC("meta");
}

Result<FileAtoms> read_file_atoms(const Source& source, std::optional<FourCC> last) {
  FileAtoms found;
  for (std::uint64_t offset = 0; offset < source.size();) {
    if (found.atoms.size() == kMostAtoms) {
      found.garbage_at = offset;
      break;
    }
    const auto atom = atom_at(source, offset);
    if (!atom) return atom.error();
    if (!*atom) {
      found.garbage_at = offset;
      break;
    }
    found.atoms.push_back(**atom);
    offset = found.atoms.back().end();
    if (last && found.atoms.back().type == *last) break;
  }
  // Any four letters pass for a type: what promises more than there is, is believed of
  // these alone.
  const auto is_known = [](FourCC type) {
    return type == FourCC("ftyp") || type == FourCC("mdat") || type == FourCC("moov");
  };
  if (found.atoms.empty() || (!found.atoms[0].is_whole && !is_known(found.atoms[0].type)))
    return invalid_input(
        source.size() == 0 ? "The file is empty."
                           : "The file is neither QuickTime nor MP4 nor HEIF: it does not begin "
                             "with an atom of theirs.");
  return found;
}

Result<Bytes> read_body(const Source& source, const FileAtom& atom, std::uint64_t most) {
  const std::string name = "\"" + text_of(atom.type) + "\"";
  if (!atom.is_whole)
    return invalid_input("The file ends in the middle of its atom " + name + "; copy it again.");
  if (atom.body_size() > most)
    return Error{
        ErrorCode::Unsupported,
        "The file's atom " + name + " has " + std::to_string(atom.body_size()) +
            " bytes, more than the " + std::to_string(most) + " that are read.",
        {}};
  return read_bytes(source, atom.body_offset(), static_cast<std::size_t>(atom.body_size()));
}

bool FileType::names(FourCC brand) const {
  return major == brand || std::ranges::find(compatible, brand) != compatible.end();
}

std::optional<FileType> read_file_type(const Source& source, const FileAtoms& atoms) {
  // It stands first, or behind a `wide` and the like; never behind what it describes.
  const FileAtom* atom = atoms.find("ftyp");
  if (atom == nullptr || !atom->is_whole || atom->body_size() < 8) return std::nullopt;
  const auto size = std::min<std::uint64_t>(atom->body_size(), 8 + 4 * kMostBrands);
  const auto body = read_bytes(source, atom->body_offset(), static_cast<std::size_t>(size));
  if (!body) return std::nullopt;
  FieldReader reader(*body);
  FileType type{.major = reader.type(), .compatible = {}};
  reader.skip(4);  // minor_version
  while (reader.left() >= 4) type.compatible.push_back(reader.type());
  return type;
}

std::string text_of(FourCC type) {
  std::string text;
  for (const int shift : {24, 16, 8, 0}) {
    const auto letter = static_cast<char>(type.value() >> shift & 0xFF);
    text += letter >= 0x20 && letter < 0x7F ? letter : '.';
  }
  return text;
}

}  // namespace livephoto::isobmff
