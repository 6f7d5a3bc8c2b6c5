#include "core/isobmff/metadata_items.h"

#include <bit>
#include <cmath>

#include "core/isobmff/atom.h"
#include "core/isobmff/field_reader.h"
#include "core/text.h"

namespace livephoto::isobmff {
namespace {

constexpr std::size_t kMostKeys = 1024;
constexpr std::size_t kMostTimedKeys = 64;
constexpr std::size_t kLongestText = 4000;
constexpr std::size_t kLongestValue = 64 * 1024;
constexpr std::size_t kBeforeKeys = 8;   // version and flags, count
constexpr std::size_t kBeforeValue = 8;  // type, locale

std::optional<std::int64_t> integer(ByteSpan value, bool is_signed) {
  if (value.empty() || value.size() > 8) return std::nullopt;
  const std::uint64_t number = FieldReader(value).number(value.size());
  const int unused = static_cast<int>(64 - 8 * value.size());
  if (!is_signed) return static_cast<std::int64_t>(number);
  return static_cast<std::int64_t>(number << unused) >> unused;
}

std::optional<double> floating(ByteSpan value) {
  FieldReader reader(value);
  if (value.size() == 4) return std::bit_cast<float>(reader.u32());
  if (value.size() == 8) return std::bit_cast<double>(reader.u64());
  return std::nullopt;
}

std::string number_text(double number) {
  if (!std::isfinite(number) || std::abs(number) > 1e15) return "not a number";
  std::string text = decimal_text(number, 6);
  text.erase(text.find_last_not_of('0') + 1);
  if (text.ends_with('.')) text.pop_back();
  return text;
}

// A row of numbers of `width` bytes each.
std::string numbers_text(ByteSpan value, std::size_t width) {
  std::string text;
  for (; value.size() >= width; value = value.subspan(width))
    text += (text.empty() ? "" : " ") + number_text(floating(value.first(width)).value_or(0));
  return text;
}

std::string bytes_text(std::size_t count) { return std::to_string(count) + " bytes"; }

// "Key declaration" and "Datatype definition": a namespace, then a name or number.
TimedKey timed_key(const Atom& atom) {
  TimedKey key{.local_id = atom.type.value(), .name = {}};
  if (const auto keyd = find_atom(atom.body, "keyd"); keyd && keyd->size() > 4)
    if (FieldReader(*keyd).type() == FourCC("mdta")) key.name = text_in(keyd->subspan(4));
  if (const auto dtyp = find_atom(atom.body, "dtyp"); dtyp && dtyp->size() >= 8) {
    FieldReader reader(*dtyp);
    if (reader.u32() == 0)
      key.type = static_cast<DataType>(reader.u32());
    else
      key.own_type = text_in(reader.rest());
  }
  if (const auto setu = find_atom(atom.body, "setu"); setu && setu->size() <= kLongestValue)
    key.setup.assign(setu->begin(), setu->end());
  return key;
}

}  // namespace

std::string text_in(ByteSpan bytes) {
  while (!bytes.empty() && bytes.back() == 0) bytes = bytes.first(bytes.size() - 1);
  if (bytes.size() > kLongestText) return {};
  const std::string text(bytes.begin(), bytes.end());
  return is_utf8(text) ? text : std::string();
}

std::vector<std::string> key_names(ByteSpan keys) {
  std::vector<std::string> names;
  if (keys.size() < kBeforeKeys) return names;
  ByteSpan rest = keys.subspan(kBeforeKeys);
  while (names.size() < kMostKeys) {
    const auto key = take_atom(rest);
    if (!key) break;
    names.push_back(key->type == FourCC("mdta") ? text_in(key->body) : std::string());
  }
  return names;
}

// An item's type is its key's number, from 1; its value lies in a `data` atom
// behind type and locale.
std::vector<MetadataItem> metadata_items(ByteSpan ilst, const std::vector<std::string>& names) {
  std::vector<MetadataItem> items;
  while (const auto item = take_atom(ilst)) {
    const std::uint32_t number = item->type.value();
    if (number == 0 || number > names.size() || names[number - 1].empty()) continue;
    ByteSpan inside = item->body;
    while (const auto data = take_atom(inside)) {
      if (data->type != FourCC("data") || data->body.size() < kBeforeValue) continue;
      const ByteSpan value = data->body.subspan(kBeforeValue);
      if (value.size() > kLongestValue) continue;
      if (items.size() == kMostKeys) return items;
      items.push_back(
          {.key = names[number - 1],
           .type = static_cast<DataType>(u32_at(data->body, 0)),
           .value = Bytes(value.begin(), value.end())});
    }
  }
  return items;
}

bool is_iso_meta(ByteSpan meta) {
  // QuickTime's first child is the handler; ISO's four bytes of version and flags
  // would be a size of 0.
  return meta.size() >= kAtomHeader + 4 && u32_at(meta, 0) == 0;
}

std::vector<MetadataItem> items_in_meta(ByteSpan meta) {
  const ByteSpan inside = is_iso_meta(meta) ? meta.subspan(4) : meta;
  const auto keys = find_atom(inside, "keys");
  const auto ilst = find_atom(inside, "ilst");
  if (!keys || !ilst) return {};
  return metadata_items(*ilst, key_names(*keys));
}

std::string shown_value(DataType type, ByteSpan value) {
  switch (type) {
    case DataType::Utf8: {
      const std::string text = text_in(value);
      return text.empty() && !value.empty() ? bytes_text(value.size()) : text;
    }
    case DataType::SignedInteger:
    case DataType::Int8:
    case DataType::Int16:
    case DataType::Int32:
      if (const auto number = integer(value, true)) return std::to_string(*number);
      break;
    case DataType::UnsignedInteger:
      if (const auto number = integer(value, false))
        return std::to_string(static_cast<std::uint64_t>(*number));
      break;
    case DataType::Float32:
    case DataType::Float64:
      if (const auto number = floating(value)) return number_text(*number);
      break;
    case DataType::DimensionsFloat32:
      if (value.size() == 8) return numbers_text(value, 4);
      break;
    case DataType::PerspectiveTransformFloat64:
      if (value.size() == 72) return numbers_text(value, 8);
      break;
  }
  return bytes_text(value.size());
}

std::string shown_type(DataType type) {
  switch (type) {
    case DataType::Utf8:
      return "UTF-8";
    case DataType::SignedInteger:
      return "signed integer";
    case DataType::UnsignedInteger:
      return "unsigned integer";
    case DataType::Float32:
      return "float32";
    case DataType::Float64:
      return "float64";
    case DataType::Int8:
      return "int8";
    case DataType::Int16:
      return "int16";
    case DataType::Int32:
      return "int32";
    case DataType::DimensionsFloat32:
      return "two float32";
    case DataType::PerspectiveTransformFloat64:
      return "3x3 float64";
  }
  return "type " + std::to_string(static_cast<std::uint32_t>(type));
}

std::vector<TimedKey> timed_keys(ByteSpan mebx) {
  std::vector<TimedKey> keys;
  ByteSpan rest = find_atom(mebx, "keys").value_or(ByteSpan());
  while (keys.size() < kMostTimedKeys) {
    const auto atom = take_atom(rest);
    if (!atom) break;
    keys.push_back(timed_key(*atom));
  }
  return keys;
}

std::vector<TimedValue> timed_values(ByteSpan sample) {
  std::vector<TimedValue> values;
  while (values.size() < kMostTimedKeys) {
    const auto atom = take_atom(sample);
    if (!atom) break;
    values.push_back({atom->type.value(), atom->body});
  }
  return values;
}

}  // namespace livephoto::isobmff
