#include "gst/tool/capture_names.h"

#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {

namespace fs = std::filesystem;

Result<CaptureNames> CaptureNames::below(
    const std::string& place, StillFormat format, Bundle bundle) {
  std::error_code problem;
  const bool is_folder = place.empty() || place.ends_with('/') || fs::is_directory(place, problem);
  fs::path base = is_folder ? fs::path(place) / "capture-%04d" : pair_base(place);
  if (numbered(base.string(), 1) == numbered(base.string(), 2)) base += "-%04d";
  if (const fs::path folder = base.parent_path(); !folder.empty()) {
    fs::create_directories(folder, problem);
    if (!fs::is_directory(folder)) {
      return Error{
          ErrorCode::Io,
          "The folder " + shown(folder) + " cannot be made; choose another place with -o.",
          problem.message()};
    }
  }
  return CaptureNames(base.string(), format, bundle);
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
    base = numbered(pattern_, ++number_);
  } while (is_taken(base));
  return base;
}

}  // namespace livephoto::tool
