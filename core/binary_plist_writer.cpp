#include "core/binary_plist_writer.h"

#include <algorithm>
#include <cassert>
#include <string_view>

namespace livephoto {
namespace {

constexpr unsigned kInteger = 0x10;
constexpr unsigned kText = 0x50;
constexpr unsigned kDictionary = 0xD0;
constexpr std::size_t kInMarker = 15;  // counts from here on have a number of their own

void append_number(Bytes& out, std::uint64_t value, int width) {
  for (int shift = 8 * (width - 1); shift >= 0; shift -= 8)
    out.push_back(static_cast<std::uint8_t>(value >> shift));
}

Bytes integer(std::uint64_t value) {
  const int exponent = value <= 0xFF ? 0 : value <= 0xFFFF ? 1 : 2;
  Bytes out{static_cast<std::uint8_t>(kInteger | static_cast<unsigned>(exponent))};
  append_number(out, value, 1 << exponent);
  return out;
}

void append_marker(Bytes& out, unsigned kind, std::size_t count) {
  out.push_back(static_cast<std::uint8_t>(kind | std::min(count, kInMarker)));
  if (count < kInMarker) return;
  const Bytes number = integer(count);
  out.insert(out.end(), number.begin(), number.end());
}

// Objects in the order in which they are met; a dictionary comes before what is in it.
class Objects {
 public:
  std::uint8_t add(const PlistValue& value) {
    if (const auto* number = std::get_if<std::int64_t>(&value.value))
      return put(integer(static_cast<std::uint64_t>(*number)));
    if (const auto* text = std::get_if<std::string>(&value.value)) return add_text(*text);
    return add(std::get<PlistDictionary>(value.value));
  }

  std::uint8_t add(const PlistDictionary& dictionary) {
    const std::uint8_t place = put({});
    Bytes keys, values;
    for (const auto& [key, value] : dictionary) keys.push_back(add_text(key));
    for (const auto& [key, value] : dictionary) values.push_back(add(value));
    Bytes& out = objects_[place];
    append_marker(out, kDictionary, dictionary.size());
    out.insert(out.end(), keys.begin(), keys.end());
    out.insert(out.end(), values.begin(), values.end());
    return place;
  }

  const std::vector<Bytes>& all() const { return objects_; }

 private:
  std::uint8_t add_text(std::string_view text) {
    Bytes out;
    append_marker(out, kText, text.size());
    out.insert(out.end(), text.begin(), text.end());
    return put(std::move(out));
  }

  std::uint8_t put(Bytes object) {
    assert(objects_.size() < 0xFF);
    objects_.push_back(std::move(object));
    return static_cast<std::uint8_t>(objects_.size() - 1);
  }

  std::vector<Bytes> objects_;
};

}  // namespace

Bytes write_binary_plist(const PlistDictionary& dictionary) {
  constexpr int kOffsetWidth = 2;
  Objects objects;
  objects.add(dictionary);
  constexpr std::string_view kMagic = "bplist00";
  Bytes out(kMagic.begin(), kMagic.end());
  std::vector<std::size_t> offsets;
  for (const Bytes& object : objects.all()) {
    offsets.push_back(out.size());
    out.insert(out.end(), object.begin(), object.end());
  }
  const std::size_t table = out.size();
  for (const std::size_t offset : offsets) append_number(out, offset, kOffsetWidth);
  // The trailer: six bytes of no meaning, the widths, and three numbers.
  out.resize(out.size() + 6);
  out.push_back(kOffsetWidth);
  out.push_back(1);  // of the number of an object
  append_number(out, offsets.size(), 8);
  append_number(out, 0, 8);  // the outermost object
  append_number(out, table, 8);
  return out;
}

}  // namespace livephoto
