// The rules by which four galleries and Apple's web player join a still and a movie, from their
// sources: docs/live-photo-format.md, "What readers make of it".
#include <algorithm>
#include <initializer_list>
#include <string_view>
#include <utility>

#include "core/pair/checks.h"
#include "core/pair/names.h"
#include "core/text.h"

namespace livephoto::pair {
namespace {

std::string unreadable(const View& view) {
  if (view.still == nullptr) return "The still cannot be read: " + view.still_problem;
  if (view.movie == nullptr) return "The movie cannot be read: " + view.movie_problem;
  return {};
}

class Checks {
 public:
  Checks(Profile profile, const View& view, std::vector<Check>& checks)
      : profile_(profile), unreadable_(unreadable(view)), checks_(checks) {}

  // `fault` is empty where all is well.
  void add(const char* name, std::string fault, std::string praise, const char* advice) {
    const bool good = fault.empty();
    if (!good && fault == unreadable_) advice = "Replace the file that cannot be read.";
    checks_.push_back(
        {name,
         profile_,
         good ? Verdict::Pass : Verdict::Fail,
         good ? std::move(praise) : std::move(fault),
         good ? std::string() : std::string(advice)});
  }
  void warn(const char* name, std::string fault, const char* advice) {
    checks_.push_back({name, profile_, Verdict::Warn, std::move(fault), advice});
  }

 private:
  Profile profile_;
  std::string unreadable_;
  std::vector<Check>& checks_;
};

// ExifTool, by which the galleries read, looks in more places than Apple's software, but
// not into moov/meta in ISO's form.
std::optional<std::string> identifier_of(const StillFacts& still) { return still.last_identifier; }
std::optional<std::string> identifier_of(const MovieFacts& movie) {
  return movie.identifier && !movie.metadata_is_iso ? movie.identifier : movie.user_identifier;
}

std::string identifier_fault(const View& view) {
  if (auto fault = unreadable(view); !fault.empty()) return fault;
  const auto of_still = identifier_of(*view.still);
  const auto of_movie = identifier_of(*view.movie);
  if (!of_still && view.still->identifier)
    return "The still's identifier is in the box \"idat\", where ExifTool does not look.";
  if (!of_still) return "The still has no identifier.";
  if (!of_movie) return "The movie has no identifier.";
  if (*of_still == *of_movie) return {};
  return "The identifiers differ: " + *of_still + " in the still, " + *of_movie + " in the movie.";
}

// How ExifTool 12.57 comes to the type of a movie: by its major brand, where that has a file
// name extension in its table, or else by the compatible ones behind the first.
bool is_quicktime(const MovieFacts& movie) {
  if (movie.brand.empty() || movie.brand == "qt  " || movie.brand == "mqt ") return true;
  constexpr std::string_view kOfOtherTypes =
      "3g2a 3g2b 3g2c 3ge6 3ge7 3gp1 3gp2 3gp3 3gp4 3gp5 3gp6 3gs7 aax  dvr1 dvt1 F4A  F4B  F4P  "
      "F4V  JP2  jpm  jpx  M4A  M4B  M4P  M4V  M4VH M4VP mmp4 MSNV NDSC NDSH NDSM NDSP NDSS NDXC "
      "NDXH NDXM NDXP NDXS heic hevc mif1 msf1 heix avif crx  ";
  for (std::size_t at = 0; at < kOfOtherTypes.size(); at += 5)
    if (kOfOtherTypes.substr(at, 4) == movie.brand) return false;
  const auto names = [&](std::string_view brand) {
    return movie.brands.size() > 1 &&
           std::find(movie.brands.begin() + 1, movie.brands.end(), brand) != movie.brands.end();
  };
  return names("qt  ") && !names("mp41") && !names("mp42") && !names("avc1") && !names("f4v ");
}

void check_immich(const View& view, std::vector<Check>& all) {
  Checks(Profile::Immich, view, all)
      .add("immich-identifier", identifier_fault(view), "Both files have one identifier.", kRepair);
}

void check_memories(const View& view, std::vector<Check>& all) {
  Checks checks(Profile::Memories, view, all);
  checks.add(
      "memories-identifier",
      identifier_fault(view),
      "Both files have one identifier.",
      kRepair);
  std::string fault;
  if (view.movie && !is_quicktime(*view.movie))
    fault = "The movie's brand \"" + view.movie->brand + "\" makes it no QuickTime movie.";
  checks.add(
      "memories-type",
      view.movie ? fault : unreadable(view),
      "The movie is QuickTime.",
      kRepair);
}

constexpr auto kPhotoPrismLongest = std::chrono::milliseconds(3100);

std::string photoprism_still_fault(const View& view) {
  if (view.still == nullptr) return unreadable(view);
  const std::string suffix = lower_case_extension(view.still_path);
  const bool is_heic = view.still->format != StillKind::Jpeg && view.still->brand == "heic";
  const bool named_heic = suffix == ".heic" || suffix == ".heif";
  const bool named_jpeg = suffix == ".jpg" || suffix == ".jpeg";
  if (named_heic && is_heic) return {};
  if (named_jpeg && view.still->format == StillKind::Jpeg) return {};
  return "A still named " + view.still_path.extension().string() +
         (view.still->format == StillKind::Jpeg ? " that is a JPEG"
                                                : " of the brand \"" + view.still->brand + '"') +
         " is neither HEIC nor JPEG there.";
}

void check_photoprism(const View& view, std::vector<Check>& all) {
  Checks checks(Profile::PhotoPrism, view, all);
  const bool same_name = view.still_path.stem() == view.movie_path.stem();
  checks.add(
      "photoprism-name",
      same_name ? "" : "The names differ.",
      "Both files have one name.",
      "Give both one name.");
  checks.add(
      "photoprism-folder",
      in_one_folder(view.still_path, view.movie_path) ? "" : "The files lie in different folders.",
      "Both files lie in one folder.",
      "Put both into one folder.");
  checks.add(
      "photoprism-suffix",
      lower_case_extension(view.movie_path) == ".mov"
          ? ""
          : "The movie's suffix is " + view.movie_path.extension().string() + ", not .mov.",
      "The movie's suffix is .mov.",
      "Rename the movie to end with .MOV.");
  checks.add(
      "photoprism-still",
      photoprism_still_fault(view),
      "The still is HEIC or JPEG.",
      "Give the still the suffix of what it is.");
  std::string length;
  if (view.movie == nullptr)
    length = unreadable(view);
  else if (view.movie->duration > kPhotoPrismLongest)
    length = "The movie lasts " + seconds_text(view.movie->duration) + ", more than 3.1 s.";
  checks.add(
      "photoprism-length",
      length,
      "The movie lasts 3.1 s at most.",
      "Make the Live Photo anew, of 3 s at most.");
}

constexpr std::uint64_t kEnteLargest = std::uint64_t{20} * 1024 * 1024;

// Without the endings that ente takes off before it compares names.
std::string ente_stem(const std::filesystem::path& path, const std::string& other_suffix) {
  const std::string stem = path.stem().string();
  std::string lower = other_suffix;
  for (char& letter : lower)
    if (letter >= 'A' && letter <= 'Z') letter = static_cast<char>(letter - 'A' + 'a');
  for (const std::string& ending :
       {std::string("_3"), std::string("_HVEC"), std::string("_hvec"), other_suffix, lower})
    if (!ending.empty() && stem.ends_with(ending))
      return stem.substr(0, stem.size() - ending.size());
  return stem;
}

std::string ente_date_fault(const View& view) {
  if (auto fault = unreadable(view); !fault.empty()) return fault;
  const auto taken = instant_of(view.still->capture.time);
  const auto filmed = date_of(*view.movie);
  if (!taken) return "The still has no date in its Exif.";
  if (!filmed) return "The movie has no creation date.";
  if (std::chrono::abs(*taken - *filmed) < kDay) return {};
  return "The dates are a day or more apart: " + text_of(*taken) + " and " + text_of(*filmed) + ".";
}

void check_ente(const View& view, std::vector<Check>& all) {
  Checks checks(Profile::Ente, view, all);
  const bool same_name = ente_stem(view.still_path, view.movie_path.extension().string()) ==
                         ente_stem(view.movie_path, {});
  checks.add(
      "ente-name",
      same_name ? "" : "The names differ.",
      "Both files have one name.",
      "Give both one name.");
  std::string size = unreadable(view);
  if (size.empty() && std::max(view.still->size, view.movie->size) > kEnteLargest)
    size = "One of the files is larger than 20 MiB.";
  checks.add(
      "ente-size",
      size,
      "Neither file is larger than 20 MiB.",
      "Make the Live Photo anew, shorter or smaller.");
  checks.add(
      "ente-dates",
      ente_date_fault(view),
      "Both files have a date, less than a day apart.",
      "Write the dates with exiftool.");
}

std::string web_marker_fault(const View& view) {
  if (view.movie == nullptr) return unreadable(view);
  const auto& markers = view.movie->markers;
  const auto found = std::ranges::find(markers, false, &MarkerFacts::is_lost);
  if (found == markers.end())
    return "The movie has no marker, so the player does not know the still's instant.";
  if (found->metadata_number != 1)
    return "The marker is not in the first metadata track, where alone the player looks.";
  if (found->timescale != view.movie->timescale)
    return "The marker's track counts " + std::to_string(found->timescale) +
           " ticks a second and the movie " + std::to_string(view.movie->timescale) +
           "; the player takes them for one.";
  return {};
}

}  // namespace

void add_gallery_checks(const View& view, std::vector<Check>& checks) {
  check_immich(view, checks);
  check_photoprism(view, checks);
  check_memories(view, checks);
  check_ente(view, checks);
}

void add_web_checks(const View& view, std::vector<Check>& all) {
  Checks checks(Profile::Web, view, all);
  checks.add(
      "web-marker",
      web_marker_fault(view),
      "The marker is in the first metadata track, at the movie's timescale.",
      "Tell the player the time (data-photo-time), or make a pair without other metadata tracks.");
  const TrackFacts* video = view.movie ? view.movie->video() : nullptr;
  if (video && video->format != "avc1")
    checks.warn(
        "web-video",
        "The movie is not H.264, which every browser plays.",
        "Encode it as H.264 for pages.");
  if (view.still && view.still->format != StillKind::Jpeg)
    checks.warn(
        "web-still",
        "The still is not a JPEG, which every browser shows.",
        "Write the still as JPEG for pages.");
}

}  // namespace livephoto::pair
