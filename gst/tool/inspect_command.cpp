#include "gst/tool/inspect_command.h"

#include <algorithm>
#include <filesystem>
#include <functional>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/pair/verify.h"
#include "core/text.h"
#include "gst/tool/inspection.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {
namespace {

constexpr const char* kExamples =
    R"(Examples:
  Both files of a pair, and whether they belong together.
    gst-livephoto-1.0 inspect holiday
  The same, by one of them; the other of that name is found.
    gst-livephoto-1.0 inspect out/holiday.MOV
  For scripts: where in the movie the still belongs, in seconds.
    gst-livephoto-1.0 inspect out/*.MOV --json | jq .movie.marker

A run that was killed while it wrote the pair may have left it unfinished. That
is finished or taken back first, and told.)";

namespace fs = std::filesystem;

struct Arguments {
  std::vector<std::string> names;
  bool as_json = false;
};

void tell(const Inspection& inspection) {
  for (const std::string& warning : warnings_of(inspection))
    std::cerr << printable(warning) << '\n';
  if (!inspection.problem.empty()) std::cerr << printable(inspection.problem) << '\n';
  std::cout << inspection_text(inspection) << std::flush;
}

// Behind what is named what is in folders: two files there are no pair because they are two.
Result<std::vector<Subject>> subjects_named(const std::vector<std::string>& names) {
  std::vector<fs::path> files(names.begin(), names.end());
  const auto folders = std::ranges::stable_partition(files, std::not_fn(is_folder_of_pairs));
  const std::vector<fs::path> in(folders.begin(), folders.end());
  files.erase(folders.begin(), folders.end());
  auto subjects = subjects_of(files);
  if (!subjects) return subjects;
  for (const fs::path& folder : in) {
    const auto inside = subjects_in(folder);
    if (!inside) return inside.error();
    subjects->insert(subjects->end(), inside->begin(), inside->end());
  }
  return subjects;
}

int run(const Arguments& arguments) {
  if (arguments.names.empty())
    return refuse("There is no file to inspect; --help shows how to name some.");
  const auto subjects = subjects_named(arguments.names);
  if (!subjects) return refuse(subjects.error().message);
  bool all_well = true;
  bool is_first = true;
  for (const Subject& subject : *subjects) {
    const Inspection inspection = inspect(subject);
    all_well = all_well && inspection.is_well();
    if (arguments.as_json) {
      std::cout << inspection_event(inspection) << std::flush;
      continue;
    }
    if (!std::exchange(is_first, false)) std::cout << '\n';
    tell(inspection);
  }
  return all_well ? kAllWell : kSomeFailed;
}

}  // namespace

void add_inspect_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "inspect",
      "Say what is in a Live Photo, and whether it is one.\n\n"
      "What its two files say of themselves, and whether they belong together by what\n"
      "Apple's cameras write and by the rules of galleries.",
      [arguments] { return run(*arguments); });
  command->add_option("FILE", arguments->names, "Files, names of pairs, folders, and .pvt.zip")
      ->option_text("...");
  command->add_flag("--json", arguments->as_json, "Tell it in JSON Lines (docs/tool.md)");
  command->footer(kExamples);
}

}  // namespace livephoto::tool
