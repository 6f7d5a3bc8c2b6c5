#include "core/pair/journal.h"

#include <sys/utsname.h>

#include <algorithm>
#include <charconv>
#include <climits>
#include <fstream>
#include <initializer_list>

#include "core/pair/names.h"

namespace livephoto::pair {
namespace {

constexpr std::string_view kFirstLine = "livephoto-journal 1";
constexpr std::string_view kSuffix = ".livephoto";
constexpr std::size_t kMostEntries = 2;

// FNV-1a: it need only tell a journal that was cut short.
std::string checksum(std::string_view text) {
  std::uint64_t hash = 0xcbf29ce484222325;
  for (const unsigned char letter : text) hash = (hash ^ letter) * 0x100000001b3;
  std::string digits(16, '0');
  for (auto digit = digits.rbegin(); digit != digits.rend(); ++digit, hash >>= 4)
    *digit = "0123456789abcdef"[hash & 15];
  return digits;
}

bool is_plain(char letter) {
  return (letter >= 'a' && letter <= 'z') || (letter >= 'A' && letter <= 'Z') ||
         (letter >= '0' && letter <= '9') || letter == '.' || letter == '_' || letter == '-';
}

// As in a URI, so that a name with newlines is one word.
std::string escaped(std::string_view text) {
  std::string word;
  for (const char letter : text) {
    const auto byte = static_cast<unsigned char>(letter);
    if (is_plain(letter))
      word += letter;
    else
      word = word + '%' + "0123456789ABCDEF"[byte >> 4] + "0123456789ABCDEF"[byte & 15];
  }
  return word;
}

template <class Number>
std::optional<Number> number_of(std::string_view word, int radix = 10) {
  Number number{};
  const auto [end, error] = std::from_chars(word.data(), word.data() + word.size(), number, radix);
  if (error != std::errc() || end != word.data() + word.size()) return {};
  return number;
}

std::optional<std::string> unescaped(std::string_view word) {
  std::string text;
  for (std::size_t i = 0; i < word.size(); ++i) {
    if (word[i] != '%') {
      text += word[i];
      continue;
    }
    if (i + 2 >= word.size()) return {};
    const auto byte = number_of<unsigned>(word.substr(i + 1, 2), 16);
    if (!byte) return {};
    text += static_cast<char>(*byte);
    i += 2;
  }
  return text;
}

// What is before the next `mark`, which goes too. Nothing if there is none.
std::optional<std::string_view> take_until(std::string_view& text, char mark) {
  const auto end = text.find(mark);
  if (end == std::string_view::npos) return {};
  const auto word = text.substr(0, end);
  text.remove_prefix(end + 1);
  return word;
}

// The value of a line "name value".
std::optional<std::string> take_value(std::string_view& text, std::string_view name) {
  auto line = take_until(text, '\n');
  if (!line || take_until(*line, ' ') != name) return {};
  return unescaped(*line);
}

// With a slash in it, it would lead out of the folder; a zero would end it early.
bool is_file_name(std::string_view name) {
  return !name.empty() && name.size() <= NAME_MAX && name.find('/') == name.npos &&
         name.find('\0') == name.npos;
}

// What make_staging() stages, in its order.
bool is_of_one_pair(const std::vector<Entry>& entries) {
  const auto is = [&entries](std::size_t index, Kind kind, std::string_view extension) {
    return entries[index].kind == kind && entries[index].extension == extension;
  };
  // A pair that is mended keeps the names it has: "IMG_0001.jpeg".
  const auto has = [&entries](std::size_t index, std::initializer_list<std::string_view> these) {
    const std::string& extension = entries[index].extension;
    return entries[index].kind == Kind::File && extension.rfind('.') == 0 &&
           std::ranges::find(these, lower_case_extension("x" + extension)) != these.end();
  };
  if (entries.size() == 1) return is(0, Kind::Folder, ".pvt") || is(0, Kind::File, ".pvt.zip");
  return entries.size() == 2 && has(0, {".mov"}) && has(1, {".heic", ".heif", ".jpg", ".jpeg"});
}

std::optional<Entry> parse_entry(std::string_view line) {
  const auto kind = take_until(line, ' ');
  const auto old_size = take_until(line, ' ');
  const auto new_size = take_until(line, ' ');
  if (!new_size || (kind != "file" && kind != "folder")) return {};
  const auto size = number_of<std::uint64_t>(*new_size);
  if (!size) return {};
  Entry entry{
      .kind = kind == "file" ? Kind::File : Kind::Folder,
      .extension = std::string(line),
      .old_size = {},
      .new_size = *size};
  entry.old_size = number_of<std::uint64_t>(*old_size);
  if (!entry.old_size && old_size != "-") return {};
  return entry;
}

std::string entry_text(const Entry& entry) {
  return (entry.kind == Kind::File ? "file " : "folder ") +
         (entry.old_size ? std::to_string(*entry.old_size) : "-") + " " +
         std::to_string(entry.new_size) + " " + entry.extension + "\n";
}

std::vector<Entry> parse_entries(std::string_view text, std::string_view rest) {
  std::vector<Entry> entries;
  while (const auto line = take_until(rest, '\n')) {
    if (line->starts_with("end ")) {
      const auto before = text.substr(0, static_cast<std::size_t>(line->data() - text.data()));
      const bool is_whole = line->substr(4) == checksum(before) && rest.empty();
      return is_whole && is_of_one_pair(entries) ? entries : std::vector<Entry>();
    }
    const auto entry = parse_entry(*line);
    if (!entry || entries.size() == kMostEntries) return {};
    entries.push_back(*entry);
  }
  return {};
}

}  // namespace

Owner Owner::self() {
  Owner owner;
  utsname names{};
  if (::uname(&names) == 0) owner.host = names.nodename;
  std::ifstream("/proc/sys/kernel/random/boot_id") >> owner.boot;
  return owner;
}

std::string header_text(const Journal& journal) {
  return std::string(kFirstLine) + "\nbase " + escaped(journal.base) + "\nhost " +
         escaped(journal.owner.host) + "\nboot " + escaped(journal.owner.boot) + "\n";
}

std::string commit_text(const Journal& journal) {
  std::string text;
  for (const auto& entry : journal.entries) text += entry_text(entry);
  return text + "end " + checksum(header_text(journal) + text) + "\n";
}

bool is_journal(std::string_view text) {
  const auto first = std::string(kFirstLine) + '\n';
  // Some file systems keep the size of what they have lost, and read it as zeros.
  text = text.substr(0, text.find_last_not_of('\0') + 1);
  return text.starts_with(first) || first.starts_with(text);
}

std::optional<Journal> parse_journal(std::string_view text) {
  auto rest = text;
  if (take_until(rest, '\n') != kFirstLine) return {};
  const auto base = take_value(rest, "base");
  const auto host = take_value(rest, "host");
  const auto boot = take_value(rest, "boot");
  if (!base || !is_file_name(*base) || !host || !boot) return {};
  return Journal{
      .base = *base,
      .owner = {.host = *host, .boot = *boot},
      .entries = parse_entries(text, rest)};
}

std::string journal_name(const std::string& base) {
  constexpr std::size_t kAround = 1 + kSuffix.size() + sizeof("-new0") - 1;
  const bool fits = base.size() + kAround <= NAME_MAX;
  return "." + (fits ? base : checksum(base)) + std::string(kSuffix);
}

}  // namespace livephoto::pair
