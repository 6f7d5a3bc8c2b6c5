#include "gst/tool/verify_command.h"

#include <algorithm>
#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/pair/verify.h"
#include "core/text.h"
#include "gst/tool/inspection.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"
#include "gst/tool/still_comparison.h"
#include "gst/tool/verification_json.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    R"(Examples:
  Why are these two files no Live Photo? One line for each rule, and what to do.
    gst-livephoto-1.0 verify IMG_0001.HEIC IMG_0001.MOV
  The same, by their common name.
    gst-livephoto-1.0 verify IMG_0001
  Does Immich join them? The exit status says so.
    gst-livephoto-1.0 verify --profile immich IMG_0001
  A folder with all below it: who pairs with whom, and who has lost its partner.
    gst-livephoto-1.0 verify photos/
  Is all there that a moving lock screen is known to need, and is it a Live Photo at all?
  What each rule rests on is told behind it.
    gst-livephoto-1.0 verify --profile wallpaper IMG_0001

Profiles: apple (the default), immich, photoprism, memories, ente, web, and wallpaper,
which is asked only by its name and has Apple's rules too. What breaks another
profile's rules is a warning.
Rules are those that are published or were observed; whether Apple's Photos takes a
pair only a device can show.)";

struct Arguments {
  std::vector<std::string> names;
  std::string profile = "apple";
  bool as_json = false;
};

void print(const json& object) { std::cout << line_of(object) << std::flush; }

json pair_event(const Verification& pair, Profile profile) {
  json object = event("verified");
  object["still_file"] = path_text(pair.still);
  object["movie_file"] = path_text(pair.movie);
  object["profile"] = name_of(profile);
  object["verdict"] = name_of(pair.verdict(profile));
  object["not_compared"] = pair.not_compared.empty() ? json() : json(pair.not_compared);
  add_verdicts(object, pair);
  return object;
}

json finding_event(const Finding& finding, Profile profile) {
  json object = event("finding");
  object["kind"] = name_of(finding.kind);
  object["verdict"] = name_of(finding.verdict(profile));
  object["files"] = json::array();
  for (const fs::path& file : finding.files) object["files"].push_back(path_text(file));
  object["why"] = finding.why;
  object["advice"] = finding.advice;
  return object;
}

json summary_event(const FolderReport& report, Profile profile) {
  json object = event("summary");
  object["profile"] = name_of(profile);
  object["verdict"] = name_of(report.verdict(profile));
  object["stills"] = report.stills;
  object["movies"] = report.movies;
  object["pairs"] = report.pairs.size();
  object["findings"] = report.findings.size();
  object["plain"] = report.plain;
  return object;
}

std::string list_of(const std::vector<fs::path>& paths) {
  std::string text;
  for (const fs::path& path : paths) text += (text.empty() ? "" : ", ") + shown(path);
  return text;
}

void add(const std::vector<Check>& more, std::vector<Check>& checks) {
  checks.insert(checks.end(), more.begin(), more.end());
}

int verify_all(const std::vector<fs::path>& folders, Profile profile, bool as_json) {
  auto report = verify_folders(folders);
  if (!report) return refuse(report.error().message);
  if (report->pairs.empty() && report->findings.empty() && report->plain == 0)
    return refuse(
        "There is no still and no movie in " + list_of(folders) +
        "; of what is packed (.pvt.zip) inspect tells.");
  if (profile == Profile::Wallpaper)
    for (Verification& pair : report->pairs)
      add(wallpaper_checks(pair.still_facts, pair.movie_facts), pair.checks);
  for (Verification& pair : report->pairs)
    pair.not_compared = "Pictures are looked at where one pair is named, not of all in a folder.";
  if (as_json) {
    for (const Verification& pair : report->pairs) print(pair_event(pair, profile));
    for (const Finding& finding : report->findings) print(finding_event(finding, profile));
    print(summary_event(*report, profile));
  } else {
    std::cout << verify_text(*report, profile) << std::flush;
  }
  return report->verdict(profile) == Verdict::Fail ? kSomeFailed : kAllWell;
}

// What keeps the two from being checked at all.
std::string problem_of(const Inspection& inspection) {
  if (!inspection.unfinished.empty()) return inspection.unfinished;
  if (!inspection.problem.empty()) return inspection.problem;
  if (inspection.together) return {};
  const auto pair = find_pair(inspection.base);
  return pair ? "There is no pair " + shown(inspection.base) + "." : pair.error().message;
}

// Of files that can be read.
void look_at_pictures(Inspection& inspection, Profile profile) {
  Verification& together = *inspection.together;
  if (!inspection.still || !inspection.movie) {
    together.not_compared = "One of the files cannot be read.";
    return;
  }
  if (profile == Profile::Wallpaper)
    compare_still_and_movement(*inspection.still, *inspection.movie, together);
  else
    compare_still(*inspection.still, *inspection.movie, together);
}

// What is to be decoded has to be there as files.
std::string packed_problem(const std::vector<Subject>& subjects) {
  for (const Subject& subject : subjects)
    if (subject.is_packed) return files_of(subject).error().message;
  return {};
}

bool verify_one(const Subject& subject, Profile profile, bool as_json) {
  Inspection inspection = inspect(subject);
  for (const std::string& sentence : inspection.recovered) std::cerr << printable(sentence) << '\n';
  const std::string problem = problem_of(inspection);
  if (!problem.empty()) {
    if (!as_json) {
      std::cerr << printable(problem) << '\n';
      return false;
    }
    json object = event("verified");
    object["output"] = path_text(subject.base);
    object["problem"] = problem;
    print(object);
    return false;
  }
  if (profile == Profile::Wallpaper)
    add(wallpaper_checks(inspection.still, inspection.movie), inspection.together->checks);
  look_at_pictures(inspection, profile);
  if (as_json)
    print(pair_event(*inspection.together, profile));
  else
    std::cout << verify_text(*inspection.together, profile) << std::flush;
  return inspection.together->verdict(profile) != Verdict::Fail;
}

int run(const Arguments& arguments) {
  const auto profile = profile_named(arguments.profile);
  if (!profile)
    return refuse(
        "There is no profile \"" + shown(arguments.profile) +
        "\"; apple, immich, photoprism, memories, ente, web and wallpaper are known.");
  if (arguments.names.empty())
    return refuse("There is nothing to verify; --help shows how to name a pair or a folder.");
  const std::vector<fs::path> names(arguments.names.begin(), arguments.names.end());
  if (std::ranges::all_of(names, is_folder_of_pairs))
    return verify_all(names, *profile, arguments.as_json);
  if (std::ranges::any_of(names, is_folder_of_pairs))
    return refuse("Name pairs or folders, not both at a time.");
  const auto subjects = pairs_of(names);
  if (!subjects) return refuse(subjects.error().message);
  if (const std::string problem = packed_problem(*subjects); !problem.empty())
    return refuse(problem);
  bool all_well = true;
  bool is_first = true;
  for (const Subject& subject : *subjects) {
    if (!arguments.as_json && !std::exchange(is_first, false)) std::cout << '\n';
    all_well = verify_one(subject, *profile, arguments.as_json) && all_well;
  }
  return all_well ? kAllWell : kSomeFailed;
}

}  // namespace

void add_verify_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "verify",
      "Say why two files are a Live Photo, or why not.\n\n"
      "Each rule is a line: whether it is kept, why not, and what to do.",
      [arguments] { return run(*arguments); });
  command->add_option("FILE", arguments->names, "Two files, names of pairs, or folders")
      ->option_text("...");
  command->add_option("--profile", arguments->profile, "By whose rules the exit status goes")
      ->option_text("NAME")
      ->check(kNotEmpty);
  command->add_flag("--json", arguments->as_json, "Tell it in JSON Lines (docs/tool.md)");
  command->footer(kExamples);
}

}  // namespace livephoto::tool
