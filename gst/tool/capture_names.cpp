#include "gst/tool/capture_names.h"

#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {

namespace fs = std::filesystem;

namespace {

// What numbered() makes `name` of.
std::string literal(const std::string& name) {
  std::string pattern;
  for (const char letter : name) pattern.append(letter == '%' ? 2 : 1, letter);
  return pattern;
}

}  // namespace

Result<CaptureNames> CaptureNames::below(
    const std::string& place, StillFormat format, Bundle bundle) {
  std::error_code problem;
  const bool is_folder = place.empty() || place.ends_with('/') || fs::is_directory(place, problem);
  const fs::path base = is_folder ? fs::path(place) / "capture-%04d" : pair_base(place);
  std::string pattern = base.filename().string();
  if (numbered(pattern, 1) == numbered(pattern, 2)) pattern = literal(pattern) + "-%04d";
  const fs::path folder = base.parent_path();
  if (!folder.empty()) {
    fs::create_directories(folder, problem);
    std::error_code unseen;
    if (!fs::is_directory(folder, unseen)) {
      return Error{
          ErrorCode::Io,
          "The folder " + shown(folder) + " cannot be made; choose another place with -o.",
          problem.message()};
    }
  }
  return CaptureNames(folder, std::move(pattern), format, bundle);
}

bool CaptureNames::is_taken(const fs::path& base) const {
  if (bundle_ == Bundle::Pvt) return is_there(with_extension(base, ".pvt"));
  if (bundle_ == Bundle::PvtZip) return is_there(with_extension(base, ".pvt.zip"));
  return is_there(with_extension(base, still_extension(format_))) ||
         is_there(with_extension(base, ".MOV"));
}

fs::path CaptureNames::next() {
  const std::lock_guard lock(mutex_);
  fs::path base;
  do {
    base = folder_ / numbered(pattern_, ++number_);
  } while (is_taken(base));
  return base;
}

}  // namespace livephoto::tool
