#include "gst/tool/split_command.h"

#include <filesystem>
#include <iostream>
#include <memory>
#include <string>
#include <vector>

#include "core/pair/names.h"
#include "core/pair/repair.h"
#include "core/text.h"
#include "gst/tool/frames.h"
#include "gst/tool/json_text.h"
#include "gst/tool/pair_arguments.h"
#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    R"(Examples:
  An ordinary picture and an ordinary movie: IMG_0001-still.HEIC, IMG_0001-clip.MOV.
    gst-livephoto-1.0 split IMG_0001
  Beside them the marked frame of the movie, as IMG_0001-frame.png.
    gst-livephoto-1.0 split IMG_0001 --frames marked
  Every frame, as frames/IMG_0001-0001.png and so on.
    gst-livephoto-1.0 split IMG_0001 --frames all -o frames/

Still and clip are the pair's own bytes without what joins them; nothing is encoded
again. The clip notes what they were, so that "repair" joins the two as before.)";

struct Arguments {
  std::vector<std::string> names;
  std::string output;
  std::string frames;
  bool force = false;
  bool as_json = false;
};

fs::path ending(fs::path base, const std::string& text) {
  base += text;
  return base;
}

struct Written {
  PairPaths parted;
  std::vector<FrameFile> frames;
};

void tell(const Written& written) {
  std::cout << "Still: " << shown(written.parted.still)
            << "\nMovie: " << shown(written.parted.movie) << '\n';
  for (const FrameFile& frame : written.frames)
    std::cout << "Frame: " << shown(frame.path) << "  " << seconds_text(frame.time) << '\n';
  std::cout << std::flush;
}

void print(const Split& split, const Written& written) {
  json object = event("split");
  object["still_file"] = path_text(written.parted.still);
  object["movie_file"] = path_text(written.parted.movie);
  object["content_identifier"] =
      split.content_identifier.empty() ? json() : json(split.content_identifier);
  object["marker"] = split.still_time ? json(seconds(*split.still_time)) : json();
  object["frames"] = json::array();
  for (const FrameFile& frame : written.frames)
    object["frames"].push_back({{"file", path_text(frame.path)}, {"time", seconds(frame.time)}});
  std::cout << line_of(object) << std::flush;
}

// Decoders pass over what is damaged. One more or less may be shown for no time at an edit's end.
Result<void> check_count(const fs::path& movie, const FrameFiles& files, const FramePlan& plan) {
  const auto facts = plan.only ? Result<MovieFacts>(MovieFacts()) : inspect_movie(movie);
  if (!facts) return facts.error();
  const TrackFacts* video = facts->video();
  if (video == nullptr || files.count() + 1 >= video->video->frames.size()) return {};
  return invalid_input(
      "Only " + std::to_string(files.count()) + " of the movie's " +
      std::to_string(video->video->frames.size()) + " frames can be decoded; it is damaged.");
}

int run(const Arguments& arguments) {
  if (!arguments.frames.empty() && arguments.frames != "marked" && arguments.frames != "all")
    return refuse("--frames is \"marked\" or \"all\".");
  const auto pair = pair_named(arguments.names);
  if (!pair) return refuse(pair.error().message);
  const auto place = new_base(*pair, arguments.output, "");
  if (!place) return refuse(place.error().message);
  const fs::path& base = *place;
  auto split = plan_split(pair->still, pair->movie);
  if (!split) return tell_failure(*pair, split.error(), arguments.as_json);
  if (arguments.frames == "marked" && !split->still_time)
    return tell_failure(
        *pair,
        invalid_input("The movie has no marker; --frames all writes every frame."),
        arguments.as_json);

  Written written{
      {with_extension(ending(base, "-still"), still_extension(named_still_format(pair->still))),
       with_extension(ending(base, "-clip"), ".MOV")},
      {}};
  FramePlan plan{.base = base, .may_replace = arguments.force};
  if (arguments.frames == "marked") plan.only = split->still_time;
  std::vector<fs::path> files{written.parted.still, written.parted.movie};
  if (plan.only) files.push_back(ending(base, "-frame.png"));
  if (const auto ready = prepare(files, arguments.force); !ready)
    return tell_failure(*pair, ready.error(), arguments.as_json);
  FrameFiles pictures;
  if (!arguments.frames.empty()) {
    auto frames = write_frames(pair->movie, plan);
    if (!frames) return tell_failure(*pair, frames.error(), arguments.as_json);
    pictures = std::move(*frames);
    if (const auto all = check_count(pair->movie, pictures, plan); !all)
      return tell_failure(*pair, all.error(), arguments.as_json);
  }
  if (const auto done = write_pair_edit(split->edit, written.parted.still, written.parted.movie);
      !done)
    return tell_failure(*pair, done.error(), arguments.as_json);
  auto frames = pictures.keep();
  if (!frames) return tell_failure(*pair, frames.error(), arguments.as_json);
  written.frames = std::move(*frames);
  arguments.as_json ? print(*split, written) : tell(written);
  return kAllWell;
}

}  // namespace

void add_split_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "split",
      "Make an ordinary picture and an ordinary movie of a Live Photo.\n\n"
      "Their bytes are the pair's, without what joins the two files.",
      [arguments] { return run(*arguments); });
  command->add_option("FILE", arguments->names, "A still and a movie, or their common name")
      ->option_text("...");
  command->add_option("-o,--output", arguments->output, "The new files' name, or a folder")
      ->option_text("PLACE")
      ->check(kNotEmpty);
  command
      ->add_option(
          "--frames",
          arguments->frames,
          "Frames of the movie, too, as PNG: \"marked\" or \"all\"")
      ->option_text("WHICH")
      ->check(kNotEmpty);
  command->add_flag("--force", arguments->force, "Replace what has the new names");
  command->add_flag("--json", arguments->as_json, "Tell it in JSON Lines (docs/tool.md)");
  command->footer(kExamples);
}

}  // namespace livephoto::tool
