#include "core/pair/names.h"

#include <algorithm>
#include <array>
#include <cctype>
#include <regex>
#include <utility>

namespace livephoto {
namespace {

constexpr std::array<std::string_view, 7> kExtensions{
    ".pvt.zip", ".heic", ".heif", ".jpeg", ".jpg", ".mov", ".pvt"};

std::string lower_case(std::string text) {
  std::ranges::transform(text, text.begin(), [](unsigned char letter) {
    return static_cast<char>(std::tolower(letter));
  });
  return text;
}

}  // namespace

std::string_view still_extension(StillFormat format) {
  return format == StillFormat::Jpeg ? ".JPG" : ".HEIC";
}

std::filesystem::path pair_base(const std::filesystem::path& location) {
  const std::string name = location.filename().string();
  const std::string lower = lower_case(name);
  for (const auto extension : kExtensions) {
    // A name that is nothing but an extension stays.
    if (lower.size() > extension.size() && lower.ends_with(extension))
      return location.parent_path() / name.substr(0, name.size() - extension.size());
  }
  return location;
}

std::string lower_case_extension(const std::filesystem::path& path) {
  return lower_case(path.extension().string());
}

StillFormat named_still_format(const std::filesystem::path& location) {
  const std::string extension = lower_case_extension(location);
  return extension == ".jpg" || extension == ".jpeg" ? StillFormat::Jpeg : StillFormat::Heic;
}

std::filesystem::path with_extension(
    const std::filesystem::path& base, std::string_view extension) {
  auto path = base;
  path += extension;
  return path;
}

std::string numbered(const std::string& pattern, unsigned number) {
  static const std::regex place("%(?:%|(0?)([1-9]?[0-9]?)[diu])");
  std::string text;
  bool has_number = false;
  auto rest = pattern.begin();
  for (std::sregex_iterator next(pattern.begin(), pattern.end(), place), end; next != end; ++next) {
    const std::smatch& found = *next;
    text.append(rest, found[0].first);
    rest = found[0].second;
    if (found.str() == "%%") {
      text += '%';
    } else if (std::exchange(has_number, true)) {
      text += found.str();
    } else {
      const std::string digits = std::to_string(number);
      const std::size_t width = found[2].length() > 0 ? std::stoul(found[2]) : 0;
      if (digits.size() < width)
        text.append(width - digits.size(), found[1].length() > 0 ? '0' : ' ');
      text += digits;
    }
  }
  return has_number ? text.append(rest, pattern.end()) : pattern;
}

}  // namespace livephoto
