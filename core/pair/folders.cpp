// Finds out who pairs with whom: of two names, of a common name, and in whole folders.
#include <algorithm>
#include <array>
#include <map>
#include <optional>
#include <set>
#include <string>
#include <system_error>

#include "core/isobmff/reader.h"
#include "core/pair/checks.h"
#include "core/pair/names.h"
#include "core/pair/verify.h"
#include "core/text.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;

constexpr std::size_t kMostFiles = 100'000;
constexpr std::array<std::string_view, 4> kStillSuffixes{".heic", ".heif", ".jpg", ".jpeg"};
constexpr std::array<std::string_view, 4> kMovieSuffixes{".mov", ".mp4", ".m4v", ".qt"};

template <class Suffixes>
bool has_suffix(const fs::path& path, const Suffixes& suffixes) {
  return std::ranges::find(suffixes, lower_case_extension(path)) != suffixes.end();
}

Error io_error(const fs::path& path, const std::string& why) {
  return Error{ErrorCode::Io, "Cannot read \"" + path.string() + "\": " + why, {}};
}

// What of a file decides whom it pairs with.
struct Candidate {
  fs::path path;
  std::string identifier;  // empty: none

  fs::path base() const { return path.parent_path() / path.stem(); }
};

using Group = std::vector<const Candidate*>;

// What may belong together: of one identifier, or of one name.
struct Sides {
  Group stills;
  Group movies;
};
using SidesByIdentifier = std::map<std::string, Sides>;
using SidesByName = std::map<fs::path, Sides>;

bool is_still(const fs::path& path) { return has_suffix(path, kStillSuffixes); }

// Empty where it has none.
Result<std::string> identifier_in(const fs::path& path) {
  if (is_still(path)) {
    const auto facts = inspect_still(path);
    return facts ? Result<std::string>(facts->identifier.value_or("")) : facts.error();
  }
  const auto facts = inspect_movie(path);
  return facts ? Result<std::string>(facts->identifier.value_or("")) : facts.error();
}

// Who pairs, of one identifier: those of one name, then what is left over in the order
// of names. Each movie once, each still once.
std::vector<std::pair<const Candidate*, const Candidate*>> matches(Group stills, Group movies) {
  std::vector<std::pair<const Candidate*, const Candidate*>> found;
  const auto take = [&](auto fits) {
    for (auto still = stills.begin(); still != stills.end();) {
      const auto movie = std::ranges::find_if(movies, [&](const Candidate* other) {
        return fits(**still, *other);
      });
      if (movie == movies.end()) {
        ++still;
        continue;
      }
      found.emplace_back(*still, *movie);
      movies.erase(movie);
      still = stills.erase(still);
    }
  };
  take([](const Candidate& a, const Candidate& b) { return a.base() == b.base(); });
  take([](const Candidate& a, const Candidate& b) { return a.path.stem() == b.path.stem(); });
  take([](const Candidate&, const Candidate&) { return true; });
  return found;
}

std::vector<fs::path> paths_of(const Group& group) {
  std::vector<fs::path> paths;
  for (const Candidate* candidate : group) paths.push_back(candidate->path);
  return paths;
}

class Folder {
 public:
  void read(const fs::path& path) {
    const auto identifier = identifier_in(path);
    if (!identifier) return unreadable(path, identifier.error().message);
    (is_still(path) ? stills_ : movies_).push_back({path, *identifier});
  }

  FolderReport report() {
    report_.stills = stills_.size();
    report_.movies = movies_.size();
    join_by_identifier();
    join_by_name();
    report_orphans();
    std::ranges::sort(report_.pairs, {}, &Verification::still);
    return std::move(report_);
  }

 private:
  void unreadable(const fs::path& path, const std::string& why) {
    add(FindingKind::Unreadable, {path}, why, {});
  }

  void add(FindingKind kind, std::vector<fs::path> files, std::string why, std::string advice) {
    report_.findings.push_back({kind, std::move(files), std::move(why), std::move(advice), {}});
  }

  void join_by_identifier() {
    SidesByIdentifier groups;
    for (const Candidate& still : stills_)
      if (!still.identifier.empty()) groups[still.identifier].stills.push_back(&still);
    for (const Candidate& movie : movies_)
      if (!movie.identifier.empty()) groups[movie.identifier].movies.push_back(&movie);
    for (const auto& [identifier, group] : groups) {
      for (const auto& [still, movie] : matches(group.stills, group.movies)) {
        auto verification = verify_pair(still->path, movie->path);
        // A folder may hold thousands.
        verification.still_facts.reset();
        verification.movie_facts.reset();
        report_.pairs.push_back(std::move(verification));
        settled_.insert(still);
        settled_.insert(movie);
      }
      if (group.stills.size() <= 1 && group.movies.size() <= 1) continue;
      auto files = paths_of(group.stills);
      const auto movies = paths_of(group.movies);
      files.insert(files.end(), movies.begin(), movies.end());
      add(FindingKind::DuplicateIdentifier,
          files,
          "One identifier, " + identifier + ", is in " + std::to_string(group.stills.size()) +
              " stills and " + std::to_string(group.movies.size()) +
              " movies; readers join any two of them.",
          "Give each copied pair a new identifier with gst-livephoto-1.0 repair.");
      for (const Candidate* candidate : group.stills) settled_.insert(candidate);
      for (const Candidate* candidate : group.movies) settled_.insert(candidate);
    }
  }

  // Of what no identifier joins.
  void join_by_name() {
    SidesByName groups;
    for (const Candidate& still : stills_) groups[still.base()].stills.push_back(&still);
    for (const Candidate& movie : movies_) groups[movie.base()].movies.push_back(&movie);
    for (const auto& [base, group] : groups)
      for (const Candidate* still : group.stills)
        for (const Candidate* movie : group.movies) judge_names(*still, *movie);
  }

  void judge_names(const Candidate& still, const Candidate& movie) {
    if (settled_.contains(&still) && settled_.contains(&movie)) return;
    if (!still.identifier.empty() && !movie.identifier.empty()) {
      if (still.identifier == movie.identifier) return;
      add(FindingKind::OtherIdentifier,
          {still.path, movie.path},
          "The files have one name, but different identifiers: " + still.identifier + " and " +
              movie.identifier + ".",
          "If they belong together, give them one identifier with gst-livephoto-1.0 repair.");
      // Where one of them has its partner the other is an orphan only.
      if (!settled_.contains(&still) && !settled_.contains(&movie))
        report_.findings.back().checks = verify_pair(still.path, movie.path).checks;
    } else if (!settled_.contains(&still) && !settled_.contains(&movie)) {
      const char* who = still.identifier.empty()
                            ? movie.identifier.empty() ? "neither has" : "the still has not"
                            : "the movie has not";
      add(FindingKind::Loose,
          {still.path, movie.path},
          std::string("The files have one name, but ") + who +
              (still.identifier.empty() && movie.identifier.empty()
                   ? " an identifier: two loose files."
                   : " its identifier: two loose files."),
          "If they belong together, join them with gst-livephoto-1.0 repair.");
      report_.findings.back().checks = verify_pair(still.path, movie.path).checks;
    } else {
      return;
    }
    settled_.insert(&still);
    settled_.insert(&movie);
  }

  void report_orphans() {
    for (const Candidate& still : stills_) {
      if (settled_.contains(&still)) continue;
      if (still.identifier.empty())
        ++report_.plain;
      else
        add(FindingKind::OrphanStill,
            {still.path},
            "The still's identifier " + still.identifier + " is in no movie here.",
            "Look for its movie, or leave it as an ordinary picture.");
    }
    for (const Candidate& movie : movies_) {
      if (settled_.contains(&movie)) continue;
      if (movie.identifier.empty())
        ++report_.plain;
      else
        add(FindingKind::OrphanMovie,
            {movie.path},
            "The movie's identifier " + movie.identifier + " is in no still here.",
            "Look for its still, or leave it as an ordinary movie.");
    }
  }

  std::vector<Candidate> stills_;
  std::vector<Candidate> movies_;
  std::set<const Candidate*> settled_;
  FolderReport report_;
};

// Upper and lower case; nothing where there is none of these files.
std::vector<fs::path> with_suffixes(
    const fs::path& base, std::initializer_list<const char*> suffixes) {
  std::vector<fs::path> found;
  std::error_code ignored;
  for (const char* suffix : suffixes) {
    fs::path path = base;
    path += suffix;
    // One file on file systems that do not tell the cases apart.
    const auto is_same = [&](const fs::path& other) {
      return fs::equivalent(path, other, ignored);
    };
    if (fs::is_regular_file(path, ignored) && std::ranges::none_of(found, is_same))
      found.push_back(path);
  }
  return found;
}

}  // namespace

std::string_view name_of(FindingKind kind) {
  switch (kind) {
    case FindingKind::OrphanStill:
      return "orphan-still";
    case FindingKind::OrphanMovie:
      return "orphan-movie";
    case FindingKind::DuplicateIdentifier:
      return "duplicate-identifier";
    case FindingKind::OtherIdentifier:
      return "other-identifier";
    case FindingKind::Loose:
      return "loose";
    case FindingKind::Unreadable:
      break;
  }
  return "unreadable";
}

Verdict Finding::verdict(Profile profile) const {
  if (kind == FindingKind::Unreadable) return Verdict::Fail;
  return std::max(Verdict::Warn, worst_of(checks, profile));
}

Verdict FolderReport::verdict(Profile profile) const {
  Verdict worst = Verdict::Pass;
  for (const Finding& finding : findings) worst = std::max(worst, finding.verdict(profile));
  for (const Verification& pair : pairs) worst = std::max(worst, pair.verdict(profile));
  return worst;
}

Result<PairPaths> find_pair(const fs::path& base) {
  const auto stills =
      with_suffixes(base, {".HEIC", ".heic", ".HEIF", ".heif", ".JPG", ".jpg", ".JPEG", ".jpeg"});
  const auto movies = with_suffixes(base, {".MOV", ".mov"});
  const std::string name = '"' + base.string() + '"';
  if (stills.empty())
    return io_error(base, "there is no still " + name + " with .HEIC or .JPG; name both files.");
  if (movies.empty())
    return io_error(base, "there is no movie " + name + " with .MOV; name both files.");
  if (stills.size() > 1 || movies.size() > 1)
    return io_error(base, "there are several files of that name; name the two that are meant.");
  return PairPaths{stills[0], movies[0]};
}

Result<PairPaths> in_order(const fs::path& one, const fs::path& other) {
  const auto is_movie = [](const fs::path& path) {
    const auto source = open_source(path);
    if (!source) return has_suffix(path, kMovieSuffixes);
    const auto atoms = isobmff::read_file_atoms(**source);
    // What is damaged is told of by whoever reads it.
    if (!atoms) return has_suffix(path, kMovieSuffixes);
    return atoms->find("moov") != nullptr ||
           (atoms->find("meta") == nullptr && has_suffix(path, kMovieSuffixes));
  };
  const bool first = is_movie(one);
  const bool second = is_movie(other);
  if (first == second)
    return invalid_input(
        first ? "Both files are movies; name a still (HEIC, JPEG) and a movie."
              : "Neither file is a movie; name a still and a QuickTime movie.");
  return first ? PairPaths{other, one} : PairPaths{one, other};
}

Result<std::vector<fs::path>> pair_files_in(const std::vector<fs::path>& folders) {
  std::set<fs::path> files;  // by name; and a folder inside another counts once
  for (const fs::path& folder : folders) {
    std::error_code error;
    fs::recursive_directory_iterator entries(
        folder,
        fs::directory_options::skip_permission_denied,
        error);
    if (error) return io_error(folder, "the system reported \"" + error.message() + "\".");
    for (; entries != fs::recursive_directory_iterator(); entries.increment(error)) {
      if (error) return io_error(folder, "the system reported \"" + error.message() + "\".");
      const fs::path& path = entries->path();
      if (!has_suffix(path, kStillSuffixes) && !has_suffix(path, kMovieSuffixes)) continue;
      if (!entries->is_regular_file(error)) continue;
      files.insert(path);
      if (files.size() > kMostFiles)
        return io_error(
            folder,
            "it has more than 100,000 pictures and movies; give a smaller one.");
    }
  }
  return std::vector<fs::path>(files.begin(), files.end());
}

JoinedFiles join_files(const std::vector<fs::path>& files) {
  std::vector<Candidate> stills;
  std::vector<Candidate> movies;
  for (const fs::path& path : files) {
    const auto identifier = identifier_in(path);
    (is_still(path) ? stills : movies).push_back({path, identifier ? *identifier : ""});
  }
  JoinedFiles joined;
  std::set<const Candidate*> settled;
  const auto join = [&](const Sides& sides) {
    for (const auto& [still, movie] : matches(sides.stills, sides.movies)) {
      joined.pairs.push_back({still->path, movie->path});
      settled.insert({still, movie});
    }
  };
  SidesByIdentifier by_identifier;
  for (const Candidate& still : stills) by_identifier[still.identifier].stills.push_back(&still);
  for (const Candidate& movie : movies) by_identifier[movie.identifier].movies.push_back(&movie);
  by_identifier.erase("");
  for (const auto& [identifier, sides] : by_identifier) join(sides);

  SidesByName by_name;
  const auto add_rest = [&settled,
                         &by_name](const std::vector<Candidate>& all, Group Sides::*side) {
    for (const Candidate& candidate : all)
      if (!settled.contains(&candidate)) (by_name[candidate.base()].*side).push_back(&candidate);
  };
  add_rest(stills, &Sides::stills);
  add_rest(movies, &Sides::movies);
  for (const auto& [base, sides] : by_name) join(sides);
  for (const auto* all : {&stills, &movies})
    for (const Candidate& candidate : *all)
      if (!settled.contains(&candidate)) joined.alone.push_back(candidate.path);
  return joined;
}

Result<FolderReport> verify_folders(const std::vector<fs::path>& folders) {
  const auto files = pair_files_in(folders);
  if (!files) return files.error();
  Folder folder;
  for (const fs::path& file : *files) folder.read(file);
  return folder.report();
}

}  // namespace livephoto
