// Writes small property lists in Apple's binary form.
#pragma once

#include <cstdint>
#include <string>
#include <utility>
#include <variant>
#include <vector>

#include "core/bytes.h"

namespace livephoto {

struct PlistValue;
using PlistDictionary = std::vector<std::pair<std::string, PlistValue>>;

struct PlistValue {
  std::variant<std::int64_t, std::string, PlistDictionary> value;

  PlistValue(int number) : value(std::int64_t{number}) {}
  PlistValue(const char* text) : value(std::string(text)) {}
  PlistValue(PlistDictionary dictionary) : value(std::move(dictionary)) {}
};

// Texts are ASCII, numbers from 0 to 2^31 - 1; at most 255 keys and values in all, and 65535 bytes.
Bytes write_binary_plist(const PlistDictionary& dictionary);

}  // namespace livephoto
