#include "gst/tool/standing.h"

#include <array>

#include "gst/tool/fingerprint.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

// Also a link that leads nowhere.
bool is_there(const fs::path& path) {
  std::error_code ignored;
  return fs::exists(fs::symlink_status(path, ignored));
}

bool has_bytes(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && fs::file_size(path, ignored) > 0;
}

bool is_same(const Job& job, const PairNames& names, const std::string& fingerprint) {
  if (job.settings.bundle == Bundle::PvtZip) return fingerprint_in_zip(names.bundle) == fingerprint;
  return has_bytes(names.still) && fingerprint_in(names.movie) == fingerprint;
}

// The names that a commit would take.
std::array<fs::path, 2> taken_names(const PairNames& names) {
  if (!names.bundle.empty()) return {names.bundle, names.bundle};
  return {names.still, names.movie};
}

}  // namespace

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
             " exists and was not made from this video with these settings; name another place, or "
             "say --force.";
  }
  return {};
}

}  // namespace livephoto::tool
