#include "gst/tool/repair_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/content_identifier.h"
#include "core/pair/names.h"
#include "core/pair/repair.h"
#include "core/pair/verify.h"
#include "core/text.h"
#include "gst/tool/json_text.h"
#include "gst/tool/pair_arguments.h"
#include "gst/tool/path_text.h"
#include "gst/tool/words.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    R"(Examples:
  Join two loose files: the still is the picture at 1.5 s of the movie.
    gst-livephoto-1.0 repair photo.jpg clip.mov --still 1.5 -o out/IMG_0001
  Mend a pair that a program has damaged, as photo-repaired.HEIC and .MOV.
    gst-livephoto-1.0 repair photo
  Mend the files themselves.
    gst-livephoto-1.0 repair --in-place photo
  A copy of a pair that is a Live Photo of its own.
    gst-livephoto-1.0 repair --new-identifier photo -o copy

Pictures and sound stay as they are, bit by bit: only what joins the files is
written. What is right already stays, too. What is wrong beside that is told.)";

struct Arguments {
  std::vector<std::string> names;
  std::string output;
  std::string still;
  std::string identifier;
  bool new_identifier = false;
  bool replace_maker_note = false;
  bool in_place = false;
  bool force = false;
  bool as_json = false;
};

// What has come of it.
struct Outcome {
  PairPaths files;  // the new ones, or where nothing had to be written the old
  bool is_written = false;
  std::vector<Check> left;  // what does not keep Apple's rules all the same

  bool is_well() const { return worst_of(left, Profile::Apple) != Verdict::Fail; }
};

std::vector<Check> left_in(const PairPaths& files) {
  auto checks = verify_pair(files.still, files.movie).checks;
  std::erase_if(checks, [](const Check& check) {
    return check.profile != Profile::Apple || check.verdict == Verdict::Pass;
  });
  return checks;
}

void tell(const Repair& repair, const Outcome& outcome) {
  for (const std::string& change : repair.changes) std::cout << printable(change) << '\n';
  if (repair.changes.empty())
    std::cout
        << (outcome.left.empty() ? "Nothing was wrong.\n"
                                 : "There is nothing that repair mends by itself.\n");
  if (outcome.is_written)
    std::cout << "Still: " << shown(outcome.files.still)
              << "\nMovie: " << shown(outcome.files.movie) << '\n';
  std::cout << "  identifier    " << repair.content_identifier << "\n  marker        "
            << seconds_text(repair.still_time) << '\n';
  for (const Check& check : outcome.left)
    std::cout << (check.verdict == Verdict::Fail ? "Still wrong: " : "Still in doubt: ")
              << printable(check.why) << "\n  " << printable(check.advice) << '\n';
  std::cout << std::flush;
}

void print(const Repair& repair, const Outcome& outcome) {
  json object = event("repaired");
  if (outcome.is_written) {
    object["still_file"] = path_text(outcome.files.still);
    object["movie_file"] = path_text(outcome.files.movie);
  }
  object["written"] = outcome.is_written;
  object["content_identifier"] = repair.content_identifier;
  object["marker"] = seconds(repair.still_time);
  object["changes"] = repair.changes;
  object["left"] = json::array();
  for (const Check& check : outcome.left)
    object["left"].push_back(
        {{"name", check.name},
         {"verdict", name_of(check.verdict)},
         {"why", check.why},
         {"advice", check.advice}});
  std::cout << line_of(object) << std::flush;
}

Result<RepairOptions> options_of(const Arguments& arguments) {
  RepairOptions options{
      .new_identifier = arguments.new_identifier,
      .replace_maker_note = arguments.replace_maker_note};
  if (!arguments.identifier.empty()) {
    const auto identifier = parse_content_identifier(arguments.identifier);
    if (!identifier) return invalid_input("--identifier: " + identifier.error().message);
    options.content_identifier = *identifier;
  }
  if (arguments.still.empty()) return options;
  const auto time = parse_time(arguments.still);
  if (!time) return invalid_input("--still: " + time.error().message);
  options.still_time = *time;
  return options;
}

Result<PairPaths> target_of(const Arguments& arguments, const PairPaths& pair) {
  if (arguments.in_place) return pair;
  const auto base = new_base(pair, arguments.output, "-repaired");
  if (!base) return base.error();
  return PairPaths{
      with_extension(*base, still_extension(named_still_format(pair.still))),
      with_extension(*base, ".MOV")};
}

int run(const Arguments& arguments) {
  if (arguments.in_place && !arguments.output.empty())
    return refuse("Either --in-place or -o: the files are mended, or new ones are written.");
  if (arguments.new_identifier && !arguments.identifier.empty())
    return refuse("Either --identifier or --new-identifier.");
  const auto options = options_of(arguments);
  if (!options) return refuse(options.error().message);
  const auto pair = pair_named(arguments.names);
  if (!pair) return refuse(pair.error().message);
  const auto target = target_of(arguments, *pair);
  if (!target) return refuse(target.error().message);
  const PairPaths& out = *target;
  const auto repair = plan_repair(pair->still, pair->movie, *options);
  if (!repair) return tell_failure(*pair, repair.error(), arguments.as_json);

  // A good pair needs no copy, unless a place for one is named.
  const bool writes = !repair->changes.empty() || !arguments.output.empty();
  if (writes) {
    const bool may_replace = arguments.force || arguments.in_place;
    if (const auto ready = prepare({out.still, out.movie}, may_replace); !ready)
      return tell_failure(*pair, ready.error(), arguments.as_json);
    const auto write = arguments.in_place ? write_pair_edit_in_place : write_pair_edit;
    if (const auto done = write(repair->edit, out.still, out.movie); !done)
      return tell_failure(*pair, done.error(), arguments.as_json);
  }
  const PairPaths& files = writes ? out : *pair;
  const Outcome outcome{files, writes, left_in(files)};
  arguments.as_json ? print(*repair, outcome) : tell(*repair, outcome);
  return outcome.is_well() ? kAllWell : kSomeFailed;
}

}  // namespace

void add_repair_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "repair",
      "Make a Live Photo of two files, without encoding anything again.\n\n"
      "Writes the identifier into both and the marker into the movie, where they are\n"
      "missing or wrong.",
      [arguments] { return run(*arguments); });
  command->add_option("FILE", arguments->names, "A still and a movie, or their common name")
      ->option_text("...");
  command->add_option("-o,--output", arguments->output, "The new pair's name, or a folder")
      ->option_text("PLACE")
      ->check(kNotEmpty);
  command->add_flag("--in-place", arguments->in_place, "Change the files themselves");
  command
      ->add_option(
          "--still",
          arguments->still,
          "When the movie shows the still; default: where the marker is or was")
      ->option_text("TIME")
      ->check(kNotEmpty);
  command->add_option("--identifier", arguments->identifier, "What joins the files: a UUID")
      ->option_text("UUID")
      ->check(kNotEmpty);
  command->add_flag("--new-identifier", arguments->new_identifier, "A new one in any case");
  command->add_flag(
      "--replace-maker-note",
      arguments->replace_maker_note,
      "Replace another maker's MakerNote");
  command->add_flag("--force", arguments->force, "Replace what has the new names");
  command->add_flag("--json", arguments->as_json, "Tell it in JSON Lines (docs/tool.md)");
  command->footer(kExamples);
}

}  // namespace livephoto::tool
