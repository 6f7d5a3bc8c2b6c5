#include "gst/tool/standing.h"

#include <array>

#include "core/pair/inspect.h"
#include "gst/tool/fingerprint.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

// Whether the still is that of the movie, and can be read.
bool belong_together(const fs::path& still, const fs::path& movie) {
  const auto picture = inspect_still(still);
  const auto clip = inspect_movie(movie);
  return picture && clip && clip->identifier && picture->identifier == clip->identifier;
}

bool is_same(const Job& job, const PairNames& names, const std::string& fingerprint) {
  if (job.settings.bundle == Bundle::PvtZip) return fingerprint_in_zip(names.bundle) == fingerprint;
  return fingerprint_in(names.movie) == fingerprint && belong_together(names.still, names.movie);
}

// The names that a commit would take.
std::array<fs::path, 2> taken_names(const PairNames& names) {
  if (!names.bundle.empty()) return {names.bundle, names.bundle};
  return {names.still, names.movie};
}

}  // namespace

bool is_half_of_pair(const fs::path& movie) {
  if (lower_case_extension(movie) != ".mov") return false;
  for (const char* extension : {".HEIC", ".JPG", ".heic", ".jpg", ".JPEG", ".jpeg"}) {
    const fs::path still = fs::path(movie).replace_extension(extension);
    if (is_there(still) && belong_together(still, movie)) return true;
  }
  return false;
}

std::optional<fs::path> still_of_another_format(const Job& job) {
  const PairNames names = names_of(job);
  if (!names.bundle.empty()) return std::nullopt;
  const bool is_jpeg = job.settings.still_format == StillFormat::Jpeg;
  fs::path other =
      with_extension(job.base, still_extension(is_jpeg ? StillFormat::Heic : StillFormat::Jpeg));
  if (!is_there(other) || !belong_together(other, names.movie)) return std::nullopt;
  return other;
}

Standing standing_of(const Job& job, const std::string& fingerprint) {
  const PairNames names = names_of(job);
  bool is_free = true;
  for (const fs::path& name : taken_names(names)) is_free = is_free && !is_there(name);
  if (is_free) return Standing::Free;
  return is_same(job, names, fingerprint) ? Standing::Same : Standing::Other;
}

std::string refusal_of_other(const Job& job) {
  for (const fs::path& name : taken_names(names_of(job))) {
    if (is_there(name))
      return shown(name) +
             " exists, made from another video or with other settings; name another place, or say "
             "--force.";
  }
  return {};
}

}  // namespace livephoto::tool
