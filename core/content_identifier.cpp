// The identifier of a Live Photo: a random UUID in upper case.
#include "core/content_identifier.h"

#include <array>
#include <cstdint>
#include <random>

namespace livephoto {
namespace {

constexpr std::size_t kLength = 36;
constexpr char kUpperHex[] = "0123456789ABCDEF";

constexpr bool is_hyphen_place(std::size_t index) {
  return index == 8 || index == 13 || index == 18 || index == 23;
}

// Not std::toupper, which asks the locale.
constexpr char upper(char c) { return c >= 'a' && c <= 'z' ? static_cast<char>(c - 'a' + 'A') : c; }

constexpr bool is_upper_hex(char c) { return (c >= '0' && c <= '9') || (c >= 'A' && c <= 'F'); }

std::array<std::uint8_t, 16> random_bytes() {
  // A device of its own for each call: no state is shared between threads.
  std::random_device device;
  std::array<std::uint8_t, 16> bytes{};
  for (auto& byte : bytes) byte = static_cast<std::uint8_t>(device());
  return bytes;
}

std::string text_of(const std::array<std::uint8_t, 16>& uuid) {
  std::string text;
  for (const auto byte : uuid) {
    if (is_hyphen_place(text.size())) text += '-';
    text += kUpperHex[byte >> 4];
    text += kUpperHex[byte & 0x0f];
  }
  return text;
}

}  // namespace

std::string new_content_identifier() {
  auto uuid = random_bytes();
  uuid[6] = static_cast<std::uint8_t>((uuid[6] & 0x0f) | 0x40);  // version 4, RFC 4122, 4.4
  uuid[8] = static_cast<std::uint8_t>((uuid[8] & 0x3f) | 0x80);  // the RFC's own variant
  return text_of(uuid);
}

Result<std::string> parse_content_identifier(std::string_view text) {
  std::string identifier;
  bool valid = text.size() == kLength;
  for (std::size_t i = 0; valid && i < kLength; ++i) {
    identifier += upper(text[i]);
    valid = is_hyphen_place(i) ? text[i] == '-' : is_upper_hex(identifier.back());
  }
  if (valid) return identifier;

  return Error{
      ErrorCode::InvalidInput,
      "The content identifier \"" + std::string(text.substr(0, 2 * kLength)) +
          "\" is not a UUID; give one such as 5C8DB46A-7C1E-4B0F-9C63-0D0A7E5A1B2F.",
      "length " + std::to_string(text.size())};
}

}  // namespace livephoto
