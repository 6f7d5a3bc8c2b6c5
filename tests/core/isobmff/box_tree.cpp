#include "tests/core/isobmff/box_tree.h"

#include <cstdlib>
#include <cstring>
#include <fstream>
#include <iterator>
#include <set>
#include <sstream>

namespace livephoto::testing {
namespace {

std::uint64_t number(ByteSpan bytes, std::size_t at, int width) {
  std::uint64_t value = 0;
  for (int i = 0; i < width; ++i) value = value << 8 | bytes[at + static_cast<std::size_t>(i)];
  return value;
}

std::string hex(ByteSpan bytes) {
  std::string text;
  for (const auto byte : bytes) {
    text += "0123456789abcdef"[byte >> 4];
    text += "0123456789abcdef"[byte & 15];
  }
  return text;
}

// A fourcc, or the number that QuickTime's ilst and mebx put in its place.
std::string name_of(std::uint64_t type) {
  std::string text;
  for (int shift = 24; shift >= 0; shift -= 8) {
    const char c = static_cast<char>(type >> shift & 0xFF);
    if (c < 0x20 || c > 0x7E) return "#" + std::to_string(type);
    text += c;
  }
  return text;
}

std::string masked(const std::string& type, ByteSpan body) {
  std::string text = hex(body);
  const auto blank = [&text](std::size_t byte, std::size_t bytes) {
    if (2 * (byte + bytes) <= text.size()) text.replace(2 * byte, 2 * bytes, 2 * bytes, '.');
  };
  if (type == "mvhd" || type == "tkhd" || type == "mdhd") blank(4, 8);
  if (type == "stco") blank(8, body.size() - 8);
  if (type == "data" && body.size() == 8 + 36 && body[8 + 8] == '-') blank(8, 36);
  return text;
}

// Where the children of a box begin; nothing for a box without any.
std::size_t children_at(const std::string& type, const std::string& parent, ByteSpan body) {
  static const std::set<std::string> kContainers = {
      "moov",
      "trak",
      "edts",
      "mdia",
      "minf",
      "stbl",
      "dinf",
      "gmhd",
      "tref",
      "wave",
      "meta",
      "ilst"};
  if (kContainers.contains(type)) return 0;
  if (type == "stsd" || type == "dref") return 8;
  if (type == "mebx") return 8;
  if (type == "keys" && parent == "mebx") return 0;
  if (type == "keys" && parent == "meta") return 8;
  if (parent == "ilst" || (parent == "keys" && type[0] == '#')) return 0;
  if (type == "avc1" || type == "hvc1") return 78;
  if (type == "mp4a" && body.size() > 44) return 44;
  if (type == "alac" && body.size() > 44) return 44;
  return body.size();
}

void print(std::ostream& out, ByteSpan bytes, const std::string& parent, int depth) {
  std::size_t at = 0;
  while (at + 8 <= bytes.size()) {
    const auto size = static_cast<std::size_t>(number(bytes, at, 4));
    const std::string indent(static_cast<std::size_t>(2 * depth), ' ');
    if (size < 8 || size > bytes.size() - at) {
      out << indent << "! size " << size << " of " << bytes.size() - at << "\n";
      return;
    }
    const std::string type = name_of(number(bytes, at + 4, 4));
    const ByteSpan body = bytes.subspan(at + 8, size - 8);
    const std::size_t children = children_at(type, parent, body);
    out << indent << type << " " << size;
    if (type == "mdat") {
      out << "\n";
    } else {
      const std::string own = masked(type, body.first(children));
      out << (own.empty() ? "" : " ") << own << "\n";
      print(out, body.subspan(children), type, depth + 1);
    }
    at += size;
  }
  if (at < bytes.size())
    out << std::string(static_cast<std::size_t>(2 * depth), ' ') << hex(bytes.subspan(at)) << "\n";
}

}  // namespace

std::string box_tree(ByteSpan file) {
  std::ostringstream out;
  print(out, file, "", 0);
  return out.str();
}

std::string difference_from_golden(const std::string& name, const std::string& actual) {
  const char* folder = std::getenv("LIVEPHOTO_GOLDEN");
  if (folder == nullptr) return "LIVEPHOTO_GOLDEN is not set; run the test by meson.";
  const std::string path = std::string(folder) + "/" + name;
  if (const char* accept = std::getenv("LIVEPHOTO_ACCEPT"); accept && std::strcmp(accept, "1") == 0)
    std::ofstream(path) << actual;
  std::ifstream in(path);
  const std::string golden{std::istreambuf_iterator<char>(in), {}};
  if (actual == golden) return {};
  std::istringstream golden_lines(golden);
  std::istringstream actual_lines(actual);
  std::string want;
  std::string got;
  for (int line = 1;; ++line) {
    const bool more = static_cast<bool>(std::getline(golden_lines, want));
    const bool here = static_cast<bool>(std::getline(actual_lines, got));
    if (more && here && want == got) continue;
    return name + ":" + std::to_string(line) + "\n- " + (more ? want : "(end)") + "\n+ " +
           (here ? got : "(end)") + "\nTo accept: LIVEPHOTO_ACCEPT=1 meson test core";
  }
}

}  // namespace livephoto::testing
