#include "tests/core/isobmff/atom_tree.h"

#include <algorithm>
#include <set>
#include <stdexcept>

#include "core/isobmff/box.h"

namespace livephoto::testing {
namespace {

// How many bytes stand before the children; nothing for atoms without.
std::optional<std::size_t> bytes_before_children(const std::string& type) {
  static const std::set<std::string> kContainers{
      "moov",
      "trak",
      "edts",
      "mdia",
      "minf",
      "stbl",
      "dinf",
      "udta",
      "meta",
      "ilst",
      "tref"};
  if (kContainers.contains(type)) return 0;
  if (type == "stsd") return 8;
  return std::nullopt;
}

std::uint32_t number_at(ByteSpan bytes, std::size_t at) {
  return std::uint32_t{bytes[at]} << 24 | std::uint32_t{bytes[at + 1]} << 16 |
         std::uint32_t{bytes[at + 2]} << 8 | bytes[at + 3];
}

}  // namespace

AtomNode& AtomNode::at(std::initializer_list<std::string_view> path) {
  AtomNode* node = this;
  for (const auto step : path) {
    const auto found = std::ranges::find(node->children, step, &AtomNode::type);
    if (found == node->children.end()) throw std::logic_error("no atom " + std::string(step));
    node = &*found;
  }
  return *node;
}

bool AtomNode::has(std::string_view child) const {
  return std::ranges::find(children, child, &AtomNode::type) != children.end();
}

void AtomNode::remove(std::string_view child) {
  std::erase_if(children, [&](const AtomNode& node) { return node.type == child; });
}

void AtomNode::set_u32(std::size_t offset, std::uint32_t value) {
  for (std::size_t i = 0; i < 4; ++i)
    body.at(offset + i) = static_cast<std::uint8_t>(value >> (24 - 8 * i));
}

Bytes bytes_of(const AtomNode& atom) {
  Bytes inside = atom.body;
  for (const AtomNode& child : atom.children) isobmff::append(inside, ByteSpan(bytes_of(child)));
  return isobmff::fields(
      isobmff::u32(static_cast<std::uint32_t>(inside.size() + 8)),
      std::string_view(atom.type),
      ByteSpan(inside));
}

std::vector<AtomNode> atoms_of(ByteSpan bytes) {
  std::vector<AtomNode> atoms;
  while (bytes.size() >= 8) {
    const std::size_t size = number_at(bytes, 0);
    if (size < 8 || size > bytes.size()) throw std::logic_error("damaged atoms");
    AtomNode atom{.type = std::string(bytes.begin() + 4, bytes.begin() + 8)};
    ByteSpan body = bytes.subspan(8, size - 8);
    const auto before = bytes_before_children(atom.type);
    atom.body.assign(body.begin(), before ? body.begin() + static_cast<long>(*before) : body.end());
    if (before) atom.children = atoms_of(body.subspan(*before));
    atoms.push_back(std::move(atom));
    bytes = bytes.subspan(size);
  }
  return atoms;
}

Bytes with_moov(const Bytes& movie, const std::function<void(AtomNode& moov)>& change) {
  std::size_t at = 0;
  while (std::string(
             movie.begin() + static_cast<long>(at) + 4,
             movie.begin() + static_cast<long>(at) + 8) != "moov")
    at += number_at(movie, at);
  if (at + number_at(movie, at) != movie.size()) throw std::logic_error("moov is not last");
  auto moov = atoms_of(ByteSpan(movie).subspan(at)).front();
  change(moov);
  Bytes changed(movie.begin(), movie.begin() + static_cast<long>(at));
  isobmff::append(changed, ByteSpan(bytes_of(moov)));
  return changed;
}

AtomNode& track_of(AtomNode& moov, std::size_t number) {
  for (AtomNode& child : moov.children)
    if (child.type == "trak" && number-- == 0) return child;
  throw std::logic_error("no such track");
}

}  // namespace livephoto::testing
