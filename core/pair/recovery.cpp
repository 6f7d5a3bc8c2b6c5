#include "core/pair/recovery.h"

#include <utility>

#include "core/pair/placement.h"
#include "core/pair/staging.h"

namespace livephoto::pair {
namespace {

using posix::in_quotes;
using Progress = Placement::Progress;

// The pair that a journal belongs to. (A name that was too long to be part of the
// journal's is in the journal only.)
std::filesystem::path pair_of(const Folder& folder, const Claim& claim) {
  if (claim.found()) return folder.path_of(claim.found()->base);
  constexpr std::size_t kDot = 1;
  constexpr std::size_t kSuffix = sizeof(".livephoto") - 1;
  return folder.path_of(claim.name().substr(kDot, claim.name().size() - kDot - kSuffix));
}

std::string taken_back(const std::filesystem::path& pair) {
  return "Took back the pair " + in_quotes(pair) +
         ", which a killed program had not finished; what was there before it is there as it was.";
}

Result<std::string> finish(Placement& placement, const std::filesystem::path& pair) {
  const auto placed = placement.place();
  if (!placed) {
    const auto progress = placement.progress();
    if (progress && *progress == Progress::None) return taken_back(pair);
    return placed.error();
  }
  if (const auto dropped = placement.drop_old(); !dropped) return dropped.error();
  return "Finished the pair " + in_quotes(pair) +
         ", which a killed program had left half in place.";
}

Result<std::string> salvage(Placement& placement, const std::filesystem::path& pair) {
  const auto kept = placement.salvage();
  if (!kept) return kept.error();
  std::string sentence = "Left the files of the pair " + in_quotes(pair) +
                         " as they are: a killed program had not finished it, and somebody has "
                         "changed them since.";
  for (const auto& path : *kept)
    sentence += " An older file of it is kept as " + in_quotes(path) + ".";
  return sentence;
}

Result<std::string> resolve(Placement& placement, const std::filesystem::path& pair) {
  const auto progress = placement.progress();
  if (!progress) return progress.error();
  switch (*progress) {
    case Progress::Some:
    case Progress::All:
      return finish(placement, pair);
    case Progress::Disturbed:
      return salvage(placement, pair);
    case Progress::None:
      break;
  }
  if (const auto back = placement.put_back(); !back) return back.error();
  return taken_back(pair);
}

}  // namespace

Result<std::vector<std::string>> recover_claimed(const Folder& folder, Claim& claim) {
  std::vector<std::string> sentences;
  const auto pair = pair_of(folder, claim);
  if (claim.found() && !claim.found()->entries.empty()) {
    Placement placement(folder, claim.found()->base, claim.name(), claim.found()->entries);
    const auto resolved = resolve(placement, pair);
    if (!resolved) return resolved.error();
    sentences.push_back(*resolved);
    // Before the new files go: a later recovery would take them for files in place.
    if (const auto forgotten = claim.forget_entries(); !forgotten) return forgotten.error();
  }
  const auto staged = remove_staged(folder, claim.name());
  if (!staged) return staged.error();
  if (*staged && sentences.empty())
    sentences.push_back(
        "Removed what a killed program had begun of the pair " + in_quotes(pair) + ".");
  return sentences;
}

}  // namespace livephoto::pair
