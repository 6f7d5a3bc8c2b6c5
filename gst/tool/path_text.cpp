#include "gst/tool/path_text.h"

#include <glib.h>

#include <algorithm>
#include <array>
#include <cstdio>

#include "core/text.h"
#include "gst/support/ptr.h"

namespace livephoto::tool {
namespace {

constexpr std::string_view kScheme = "file://";

bool is_utf8(std::string_view text) {
  return g_utf8_validate(text.data(), static_cast<gssize>(text.size()), nullptr) != FALSE;
}

std::string escaped(unsigned char byte) {
  if (byte == '\n') return "\\n";
  if (byte == '\t') return "\\t";
  std::array<char, 8> text{};
  std::snprintf(text.data(), text.size(), "\\x%02x", byte);
  return text.data();
}

// How many bytes of a character begin `text`; 0 if they are none that can be shown.
std::size_t printable_length(std::string_view text) {
  const gunichar character =
      g_utf8_get_char_validated(text.data(), static_cast<gssize>(text.size()));
  if (character >= 0x110000 || !g_unichar_isprint(character)) return 0;
  return static_cast<std::size_t>(g_unichar_to_utf8(character, nullptr));
}

}  // namespace

std::string path_text(const std::filesystem::path& path) {
  const std::string& name = path.native();
  if (is_utf8(name) && !name.starts_with(kScheme)) return name;
  const auto uri =
      gst::adopt(g_filename_to_uri(std::filesystem::absolute(path).c_str(), nullptr, nullptr));
  return uri ? uri.get() : name;
}

Result<std::filesystem::path> path_of(std::string_view text) {
  if (text.find('\0') != text.npos) return invalid_input("A file name has no zero byte.");
  if (!text.starts_with(kScheme)) return std::filesystem::path(text);
  gchar* raw_host = nullptr;
  const auto name = gst::adopt(g_filename_from_uri(std::string(text).c_str(), &raw_host, nullptr));
  const auto host = gst::adopt(raw_host);
  const bool is_here = !host || g_ascii_strcasecmp(host.get(), "localhost") == 0;
  if (!name || !is_here)
    return invalid_input("\"" + shown(text) + "\" names no file of this machine.");
  return std::filesystem::path(name.get());
}

std::string shown(std::string_view text) {
  std::string result;
  while (!text.empty()) {
    const std::size_t length = printable_length(text);
    if (length > 0)
      result += text.substr(0, length);
    else
      result += escaped(static_cast<unsigned char>(text[0]));
    text.remove_prefix(std::max<std::size_t>(length, 1));
  }
  return result;
}

}  // namespace livephoto::tool
