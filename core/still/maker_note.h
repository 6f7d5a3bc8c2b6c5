// Apple's MakerNote, as far as it makes a Live Photo: an IFD with tag 0x0011.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

#include "../bytes.h"

namespace livephoto {

// The value of Exif tag 0x927C: "Apple iOS", version 1, big-endian, one entry,
// 0x0011 (ContentIdentifier, ASCII). Offsets count from the note's first byte,
// so the note may be moved. For a 36-character identifier: 69 bytes.
Bytes apple_maker_note(std::string_view content_identifier);

// What an Apple MakerNote says, whoever wrote it.
struct AppleMakerNote {
  std::size_t size = 0;        // bytes
  bool big_endian = true;      // as every camera writes it
  std::uint32_t promised = 0;  // entries it says it has
  std::vector<std::uint16_t> tags;
  std::vector<std::uint16_t> outside;  // those whose values lie outside the note

  std::optional<std::string> identifier;  // 0x0011
  // 0x0003, RunTime: when the still was taken, on a clock that runs since the
  // telephone was started; the movie's live-photo-info has the same.
  std::optional<std::chrono::nanoseconds> run_time;

  bool has(std::uint16_t tag) const;
  // All entries that it promises are there.
  bool is_whole() const { return tags.size() == promised; }
};

// Nothing where the bytes do not begin as an Apple MakerNote with its byte order and
// number of entries. Of a note that ends too soon, what is there, but no identifier.
// Never reads outside `note`.
std::optional<AppleMakerNote> read_apple_maker_note(ByteSpan note);

// The identifier in an Apple MakerNote, in either byte order; nothing where the bytes
// are no Apple MakerNote, have no 0x0011, or are cut short.
std::optional<std::string> content_identifier_in(ByteSpan note);

// A copy of a whole big-endian Apple MakerNote with another identifier, or with one
// where it had none; all its other values stay, and the old one is nowhere in it. One
// of the same length takes its place, so that nothing moves. Nothing where the note is
// damaged.
std::optional<Bytes> with_content_identifier(ByteSpan note, std::string_view content_identifier);

// A copy of such a note of the same length, in which the identifier is no more and all
// other values stay where they are. Nothing where the note is damaged or has none.
std::optional<Bytes> without_content_identifier(ByteSpan note);

// Apple's MakerNote made anew as cameras write it, big-endian and whole, of one that is damaged
// or little-endian.
struct SavedMakerNote {
  Bytes note;
  // Entries that it promised and that are not in it: their values lie outside the note, or are
  // of an unknown type, or more together than the note has bytes.
  std::size_t lost = 0;
};

// The readable entries of an Apple MakerNote with this identifier in place of its own.
// Nothing where the bytes do not begin as an Apple MakerNote. Never reads outside `note`.
std::optional<SavedMakerNote> saved_maker_note(ByteSpan note, std::string_view content_identifier);

}  // namespace livephoto
