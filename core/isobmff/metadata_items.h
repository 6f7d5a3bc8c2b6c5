// Keys and values of movies that others wrote: `keys` and `ilst`, and the values of timed metadata.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

#include "core/bytes.h"
#include "core/isobmff/quicktime.h"

namespace livephoto::isobmff {

// UTF-8 without NUL (RFC 3629) of at most 4,000 bytes, less the NULs that some
// writers end it with; empty for anything else.
std::string text_in(ByteSpan bytes);

// QuickTime File Format, "Metadata item keys atom": the names, in the order of
// their numbers from 1; empty for other namespaces than `mdta`. At most 1,024.
std::vector<std::string> key_names(ByteSpan keys);

// "Metadata item list atom", with the names of its keys: at most 1,024 values of
// at most 64 KiB each. Of several values of one key, all.
std::vector<MetadataItem> metadata_items(ByteSpan ilst, const std::vector<std::string>& names);

// Both, of a `meta` atom in QuickTime's or ISO's form; empty where it has neither.
std::vector<MetadataItem> items_in_meta(ByteSpan meta);

// Whether a `meta` begins with version and flags, as ISO has it and QuickTime not.
bool is_iso_meta(ByteSpan meta);

// The value as people read it: text, a number, "12 bytes".
std::string shown_value(DataType type, ByteSpan value);
// The same of a type: "UTF-8", "int8", "type 99".
std::string shown_type(DataType type);

// "Timed metadata sample descriptions": what a key of such a track says of itself.
struct TimedKey {
  std::uint32_t local_id = 0;
  std::string name;                // empty for other namespaces than `mdta`
  std::optional<DataType> type{};  // nothing where it has none, or one of its own
  std::string own_type{};          // reverse-DNS, where it is none of the well-known
  Bytes setup{};                   // `setu`, without its header
};

// The keys of a `mebx` entry, given without its header and the eight bytes behind
// it: at most 64.
std::vector<TimedKey> timed_keys(ByteSpan mebx);

struct TimedValue {
  std::uint32_t local_id = 0;
  ByteSpan value;
};

// The values of one sample of timed metadata: at most 64.
std::vector<TimedValue> timed_values(ByteSpan sample);

}  // namespace livephoto::isobmff
