#include "gst/tool/inspection.h"

#include <algorithm>
#include <chrono>
#include <map>
#include <system_error>
#include <thread>
#include <utility>

#include "core/pair/names.h"
#include "core/pair/recover.h"
#include "core/text.h"
#include "gst/tool/packed.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"
#include "gst/tool/temporary_folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

// "IMG_0001.pvt/" is that folder too.
fs::path without_slash(const fs::path& path) {
  return path.has_filename() || !path.has_parent_path() ? path : path.parent_path();
}

Result<Subject> subject_of(const fs::path& name) {
  if (name.empty())
    return invalid_input("A file has no name; in a script, look for a variable that is empty.");
  if (name == "-")
    return invalid_input(
        "A pair cannot come from the standard input; save it to files first (a file that is called "
        "\"-\" is ./-).");
  const fs::path path = without_slash(name);
  const std::string extension = lower_case_extension(path);
  const fs::path base = pair_base(path);
  if (extension == ".pvt") return Subject{base, {}, true};
  if (extension == ".zip" && is_there(path)) return Subject{path, {path}, false, true};
  if (is_folder_of_pairs(path))
    return invalid_input(shown(name) + " is a folder; name the files in it, or one of each pair.");
  if (is_there(path)) return Subject{base, {path}};
  return Subject{base, {}};
}

bool is_file(const fs::path& path) {
  std::error_code ignored;
  return fs::is_regular_file(path, ignored) && lower_case_extension(path) != ".zip";
}

// Two files with names of their own may be a pair all the same.
std::optional<Subject> pair_of(const std::vector<fs::path>& names) {
  if (names.size() != 2 || !is_there(names[0]) || !is_there(names[1])) return std::nullopt;
  const auto ordered = in_order(names[0], names[1]);
  if (!ordered) return std::nullopt;
  return Subject{pair_base(ordered->movie), {ordered->still, ordered->movie}};
}

// A program that was killed may need a moment to end; one that works on needs longer.
constexpr int kMostTries = 20;
constexpr std::chrono::milliseconds kBetweenTries(50);

// Where there is nothing to be recovered nothing is written; a folder that is not there has
// nothing.
void recover_pair(const fs::path& base, Inspection& inspection) {
  std::error_code ignored;
  const fs::path folder = base.parent_path();
  if (!folder.empty() && !fs::is_directory(folder, ignored)) return;
  for (int i = 0; i < kMostTries; ++i) {
    if (i > 0) std::this_thread::sleep_for(kBetweenTries);
    auto recovered = recover(base);
    if (!recovered) {
      inspection.unfinished = recovered.error().message;
      return;
    }
    for (std::string& sentence : *recovered) inspection.recovered.push_back(std::move(sentence));
    inspection.unfinished = unfinished(base);
    if (inspection.unfinished.empty()) return;
  }
}

void inspect_alone(const fs::path& file, Inspection& inspection) {
  auto movie = inspect_movie(file);
  if (movie) {
    inspection.movie = *std::move(movie);
    return;
  }
  auto still = inspect_still(file);
  if (still) {
    inspection.still = *std::move(still);
    return;
  }
  const std::string extension = lower_case_extension(file);
  const bool is_still =
      extension == ".heic" || extension == ".heif" || extension == ".jpg" || extension == ".jpeg";
  inspection.problem =
      shown(file) + ": " + (is_still ? still.error().message : movie.error().message);
}

void inspect_together(const std::vector<fs::path>& files, Inspection& inspection) {
  const auto ordered = in_order(files[0], files[1]);
  if (!ordered) {
    inspection.problem = shown(files[0]) + " + " + shown(files[1]) + ": " + ordered.error().message;
    return;
  }
  inspection.together = verify_pair(ordered->still, ordered->movie);
  inspection.still = std::move(inspection.together->still_facts);
  inspection.movie = std::move(inspection.together->movie_facts);
}

// The names are then those in the zip file.
void inspect_packed(const fs::path& zip, Inspection& inspection) {
  const auto folder = TemporaryFolder::create();
  const auto files = folder ? unpack_pair(zip, folder->path()) : folder.error();
  if (!files) {
    inspection.problem = files.error().message;
    return;
  }
  inspect_together(*files, inspection);
  const auto name_in_zip = [&zip](const fs::path& path) { return zip / path.filename(); };
  if (inspection.still) inspection.still->path = name_in_zip(inspection.still->path);
  if (inspection.movie) inspection.movie->path = name_in_zip(inspection.movie->path);
}

}  // namespace

Result<std::vector<Subject>> subjects_of(const std::vector<fs::path>& names) {
  if (auto pair = pair_of(names)) return std::vector{*std::move(pair)};
  std::vector<Subject> subjects;
  std::map<std::pair<std::string, bool>, std::size_t> places;  // by base and is_bundle
  for (const fs::path& name : names) {
    auto subject = subject_of(name);
    if (!subject) return subject.error();
    const auto [place, is_new] =
        places.try_emplace({subject->base.native(), subject->is_bundle}, subjects.size());
    if (is_new) {
      subjects.push_back(*std::move(subject));
      continue;
    }
    auto& files = subjects[place->second].files;
    for (const fs::path& file : subject->files)
      if (std::ranges::find(files, file) == files.end()) files.push_back(file);
  }
  return subjects;
}

Result<std::vector<Subject>> pairs_of(const std::vector<fs::path>& names) {
  std::error_code ignored;
  if (names.size() != 2 || !is_file(names[0]) || !is_file(names[1]) ||
      fs::equivalent(names[0], names[1], ignored))
    return subjects_of(names);
  if (auto pair = pair_of(names)) return std::vector{*std::move(pair)};
  return std::vector{Subject{pair_base(names[0]), names}};
}

Result<std::vector<Subject>> subjects_in(const fs::path& folder) {
  const auto files = pair_files_in({folder});
  if (!files) return files.error();
  if (files->empty())
    return invalid_input("There is no still and no movie in " + shown(folder) + ".");
  const auto joined = join_files(*files);
  std::vector<Subject> subjects;
  for (const PairPaths& pair : joined.pairs)
    subjects.push_back({pair_base(pair.movie), {pair.still, pair.movie}});
  for (const fs::path& file : joined.alone)
    subjects.push_back({.base = pair_base(file), .files = {file}, .is_whole = true});
  std::ranges::sort(subjects, {}, [](const Subject& subject) {
    return std::pair(subject.base, subject.files);
  });
  return subjects;
}

Result<std::vector<fs::path>> files_of(const Subject& subject) {
  if (subject.is_packed)
    return invalid_input(
        shown(subject.base) + " is packed; unpack it first, and name the folder in it.");
  if (subject.files.size() > 1 || subject.is_whole) return subject.files;
  const fs::path base = subject.is_bundle
                            ? with_extension(subject.base, ".pvt") / subject.base.filename()
                            : subject.base;
  const auto pair = find_pair(base);
  if (pair) return std::vector{pair->still, pair->movie};
  // A file alone may be inspected too.
  if (!subject.files.empty()) return subject.files;
  return pair.error();
}

bool Inspection::is_damaged() const {
  const auto is_wrong = [](const auto& part) { return !part.problem.empty(); };
  return (still && !(still->exif_problem.empty() && still->item_problem.empty())) ||
         (movie && (std::ranges::any_of(movie->tracks, is_wrong) ||
                    std::ranges::any_of(movie->markers, is_wrong)));
}

bool Inspection::is_well() const {
  return problem.empty() && unfinished.empty() && !is_damaged() &&
         (!together || together->verdict(Profile::Apple) != Verdict::Fail);
}

Inspection inspect(const Subject& subject) {
  Inspection inspection;
  inspection.base = subject.base;
  if (subject.is_packed) {
    inspect_packed(subject.files.front(), inspection);
    return inspection;
  }
  recover_pair(subject.base, inspection);
  const auto files = files_of(subject);
  if (!files)
    inspection.problem = files.error().message;
  else if (files->size() == 1)
    inspect_alone(files->front(), inspection);
  else
    inspect_together(*files, inspection);
  return inspection;
}

std::vector<std::string> warnings_of(const Inspection& inspection) {
  auto warnings = inspection.recovered;
  if (!inspection.unfinished.empty()) warnings.push_back(inspection.unfinished);
  return warnings;
}

}  // namespace livephoto::tool
