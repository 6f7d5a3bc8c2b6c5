#include "gst/tool/make_command.h"

#include <csignal>
#include <cstring>
#include <memory>
#include <optional>
#include <string>
#include <thread>
#include <vector>

#include "core/text.h"
#include "gst/tool/crew.h"
#include "gst/tool/fingerprint.h"
#include "gst/tool/lists.h"
#include "gst/tool/named_videos.h"
#include "gst/tool/path_text.h"
#include "gst/tool/plan.h"
#include "gst/tool/progress_bar.h"
#include "gst/tool/report.h"
#include "gst/tool/run_options.h"
#include "gst/tool/standing.h"
#include "gst/tool/words.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;
using std::chrono::milliseconds;

constexpr const char* kExamples =
    R"(Examples:
  The first three seconds: holiday.HEIC and holiday.MOV, here.
    gst-livephoto-1.0 make holiday.mp4
  Three seconds from 12.5 s on, the still at 14 s, into the folder out.
    gst-livephoto-1.0 make holiday.mp4 --start 0:12.5 --still 14 -o out/
  Its best moment; suggest shows more of them.
    gst-livephoto-1.0 make holiday.mp4 --auto
  Cut to the picture, and small: encoded again.
    gst-livephoto-1.0 make holiday.mp4 --exact --size 1280x720
  All videos below a folder, in the same folders below out. Once more: only
  what is not made yet.
    gst-livephoto-1.0 make holidays --keep-tree -o out/
  With all that a moving lock screen is known to look at; nobody has shown on a device
  that it moves.
    gst-livephoto-1.0 make holiday.mp4 --auto --wallpaper
  What another program has chosen, one moment a line.
    echo '{"video": "holiday.mp4", "start": 12.5}' | gst-livephoto-1.0 make --from -

An iPhone's video is called NAME.MOV, as the movie of its Live Photo would be:
name another place with -o. It is never replaced.)";

// What was typed.
struct Arguments {
  std::vector<std::string> videos;
  std::string names_list;
  std::string moments_list;
  std::string place;
  std::string start, duration, still;
  std::string size, date, place_on_earth;
  bool keep_tree = false;
  bool exact = false, jpeg = false, pvt = false, zip = false, crop = false, mute = false;
  bool wallpaper = false;
  bool no_gps = false, strip = false, force = false, dry_run = false, as_json = false;
  bool finds = false, no_advice = false;
  unsigned pick = 1;
  unsigned jobs = 0;
  double timeout = 30;
};

// ---- What is asked for -------------------------------------------------------

template <class T, class Parse>
Result<void> parse_option(
    const char* option, const std::string& text, Parse parse, std::optional<T>& value) {
  if (text.empty()) return {};
  const auto parsed = parse(text);
  if (!parsed) return invalid_input(std::string(option) + ": " + parsed.error().message);
  value = *parsed;
  return {};
}

Result<Settings> settings_of(const Arguments& arguments) {
  Settings settings;
  settings.wallpaper = arguments.wallpaper;
  settings.exact = arguments.exact || arguments.wallpaper;
  settings.still_format = arguments.jpeg ? StillFormat::Jpeg : StillFormat::Heic;
  if (arguments.pvt) settings.bundle = arguments.zip ? Bundle::PvtZip : Bundle::Pvt;
  settings.crop = arguments.crop;
  settings.mute = arguments.mute;
  settings.no_gps = arguments.no_gps;
  settings.strip = arguments.strip;
  std::optional<PixelSize> size;
  if (const auto read = parse_option("--size", arguments.size, parse_size, size); !read)
    return read.error();
  settings.size = size.value_or(PixelSize());
  if (settings.crop && (settings.size.width == 0 || settings.size.height == 0))
    return invalid_input("--crop wants a width and a height in --size, such as 1920x1080.");
  if (const auto read = parse_option("--date", arguments.date, parse_date, settings.date); !read)
    return read.error();
  if (const auto read =
          parse_option("--gps", arguments.place_on_earth, parse_place, settings.place);
      !read)
    return read.error();
  if (settings.wallpaper && (settings.size.width == 0) != (settings.size.height == 0))
    return invalid_input("--wallpaper wants a width and a height in --size, such as 1080x1920.");
  return settings;
}

// The times of the command line are for all that has none of its own.
Result<Moment> moment_of(const Arguments& arguments) {
  Moment moment;
  for (const auto& [option, text, time] :
       {std::tuple{"--start", &arguments.start, &moment.start},
        std::tuple{"--duration", &arguments.duration, &moment.duration},
        std::tuple{"--still", &arguments.still, &moment.still}}) {
    if (const auto read = parse_option(option, *text, parse_time, *time); !read)
      return read.error();
  }
  return moment;
}

void fill_in(Moment& moment, const Moment& usual) {
  // A moment that says when it begins does not take the still of another.
  if (!moment.start && !moment.still) {
    moment.start = usual.start;
    moment.still = usual.still;
  }
  if (!moment.duration) moment.duration = usual.duration;
}

Result<std::vector<Wish>> wishes_of(const Arguments& arguments) {
  const auto videos = named_videos(arguments.videos, arguments.names_list, arguments.place);
  if (!videos) return videos.error();
  std::vector<Wish> wishes;
  for (const fs::path& video : *videos) wishes.push_back({{.video = video}, {}, {}});
  if (!arguments.moments_list.empty()) {
    const auto listed = read_list(arguments.moments_list, read_moments);
    if (!listed) return listed.error();
    wishes.insert(wishes.end(), listed->begin(), listed->end());
  }
  return wishes;
}

Result<void> check_together(const Arguments& arguments) {
  if (arguments.videos.empty() && arguments.names_list.empty() && arguments.moments_list.empty())
    return invalid_input("There is no video; --help shows how to name some.");
  if (arguments.zip && !arguments.pvt) return invalid_input("--zip goes with --pvt.");
  if (arguments.crop && arguments.size.empty()) return invalid_input("--crop goes with --size.");
  if (arguments.pick != 1 && !arguments.finds) return invalid_input("--pick goes with --auto.");
  if (arguments.names_list == "-" && arguments.moments_list == "-")
    return invalid_input("--from and --files0-from cannot both be the standard input.");
  return {};
}

Result<std::vector<Job>> jobs_of(const Arguments& arguments) {
  if (const auto fits = check_together(arguments); !fits) return fits.error();
  Request request;
  request.place = arguments.place;
  request.keep_tree = arguments.keep_tree;
  request.force = arguments.force;
  request.still_format_is_said = arguments.jpeg;
  request.pick = arguments.finds ? arguments.pick : 0;
  request.looks = !arguments.no_advice;
  request.patience = milliseconds(static_cast<std::int64_t>(arguments.timeout * 1000));
  const auto settings = settings_of(arguments);
  if (!settings) return settings.error();
  request.settings = *settings;
  const auto usual = moment_of(arguments);
  if (!usual) return usual.error();
  auto wishes = wishes_of(arguments);
  if (!wishes) return wishes.error();
  request.wishes = *std::move(wishes);
  for (const std::string& list : {arguments.names_list, arguments.moments_list})
    if (!list.empty() && list != "-") request.lists.emplace_back(list);
  for (Wish& wish : request.wishes) fill_in(wish.moment, *usual);
  return plan(request);
}

// ---- The run -----------------------------------------------------------------

void count(Summary& summary, const Outcome& outcome) {
  switch (outcome.ending) {
    case Ending::Made:
      ++summary.made;
      break;
    case Ending::Skipped:
      ++summary.skipped;
      break;
    case Ending::Planned:
      ++summary.planned;
      break;
    case Ending::Suggested:
    case Ending::Failed:
      ++summary.failed;
      break;
  }
}

// What a run would come to, as far as that can be said without opening the video.
Outcome foreseen(const Job& job) {
  const auto made_of = fingerprint(job);
  if (!made_of) return Outcome::failed(Failure::Error, made_of.error().message);
  Outcome outcome;
  outcome.ending = Ending::Planned;
  if (job.force) return outcome;
  const Standing standing = standing_of(job, *made_of);
  if (standing == Standing::Other) return Outcome::failed(Failure::Exists, refusal_of_other(job));
  if (standing == Standing::Same) outcome.ending = Ending::Skipped;
  return outcome;
}

class Run {
 public:
  Run(const Arguments& arguments, const std::vector<Job>& jobs)
      : arguments_(arguments),
        jobs_(jobs),
        reporter_(arguments.as_json ? new_json_reporter() : new_text_reporter(jobs.size())),
        bar_(jobs.size()) {}

  int go() {
    const auto begun = std::chrono::steady_clock::now();
    if (arguments_.dry_run) {
      for (std::size_t i = 0; i < jobs_.size(); ++i) ended(i, foreseen(jobs_[i]));
    } else {
      make();
    }
    summary_.took =
        std::chrono::duration_cast<milliseconds>(std::chrono::steady_clock::now() - begun);
    summary_.not_begun =
        jobs_.size() - summary_.made - summary_.skipped - summary_.planned - summary_.failed;
    bar_.clear();
    reporter_->summary(summary_);
    const int problem = output_problem();
    if (problem != 0)
      refuse("What was made cannot be told: " + std::string(std::strerror(problem)) + ".");
    if (summary_.interrupted) return kInterrupted;
    return summary_.failed > 0 || problem != 0 ? kSomeFailed : kAllWell;
  }

 private:
  void make() {
    const Crew::Limits limits{
        arguments_.jobs > 0 ? arguments_.jobs : default_jobs(),
        milliseconds(static_cast<std::int64_t>(arguments_.timeout * 1000))};
    Crew crew(
        jobs_,
        limits,
        {[this](std::size_t job, const Outcome& outcome) { ended(job, outcome); },
         [this](const std::vector<double>& done) {
           double sum = 0;
           for (const double one : done) sum += one;
           bar_.draw(sum);
         }});
    summary_.interrupted = !crew.run();
  }

  void ended(std::size_t job, const Outcome& outcome) {
    count(summary_, outcome);
    bar_.ended(outcome.ending == Ending::Skipped);
    bar_.clear();
    reporter_->ended(jobs_[job], outcome);
  }

  const Arguments& arguments_;
  const std::vector<Job>& jobs_;
  std::unique_ptr<Reporter> reporter_;
  ProgressBar bar_;
  Summary summary_;
};

int make(const Arguments& arguments) {
  const auto jobs = jobs_of(arguments);
  if (!jobs) return refuse(jobs.error().message);
  // A reader that goes away (`| head`) is no reason to leave half a run.
  std::signal(SIGPIPE, SIG_IGN);
  return Run(arguments, *jobs).go();
}

// ---- The command line --------------------------------------------------------

void add_options(CLI::App& command, Arguments& arguments) {
  command.add_option("VIDEO", arguments.videos, "Videos, and folders of videos")
      ->option_text("...");
  command
      .add_option(
          "-o,--output",
          arguments.place,
          "Where to: a folder (\"out/\"), or one pair's name")
      ->option_text("PLACE");
  command.add_flag("--keep-tree", arguments.keep_tree, "Keep the videos' folders below PLACE");
  command.add_flag("--force", arguments.force, "Replace what has the pair's names");
  command.add_flag("--dry-run", arguments.dry_run, "Make nothing, say what would be made");

  const std::string moment = "The moment (12.5, 0:12.5 or 1:02:03.250 from the first picture)";
  command.add_option("--start", arguments.start, "Where the clip begins (0, or around the still)")
      ->option_text("TIME")
      ->group(moment);
  command.add_option("--duration", arguments.duration, "How long it is (3)")
      ->option_text("TIME")
      ->group(moment);
  command.add_option("--still", arguments.still, "The picture that is the still (the middle)")
      ->option_text("TIME")
      ->group(moment);
  command
      .add_flag("--auto", arguments.finds, "Find what is not given: the best moment of the video")
      ->group(moment);
  command
      .add_option(
          "--pick",
          arguments.pick,
          "With --auto: the best but N-1, as suggest ranks them (1)")
      ->option_text("N")
      ->check(CLI::Range(1U, kMostSuggestions))
      ->group(moment);
  command.add_flag("--no-advice", arguments.no_advice, "Do not look at the pictures for advice")
      ->group(moment);
  command.add_flag("--exact", arguments.exact, "Encode again, so that nothing hidden is in it")
      ->group(moment);

  const std::string pair = "The pair";
  command
      .add_flag(
          "--wallpaper",
          arguments.wallpaper,
          "For a lock screen that moves, 1080x1920; unproven on a device")
      ->group(pair);
  command.add_flag("--jpeg", arguments.jpeg, "A JPEG still in place of HEIC")->group(pair);
  command.add_flag("--pvt", arguments.pvt, "Both files in a folder NAME.pvt")->group(pair);
  command.add_flag("--zip", arguments.zip, "With --pvt: that folder as NAME.pvt.zip")->group(pair);
  command.add_option("--size", arguments.size, "Fit into W by H pixels, never enlarge")
      ->option_text("WxH")
      ->group(pair);
  command.add_flag("--crop", arguments.crop, "With --size: fill W by H, cut off the rest")
      ->group(pair);
  command.add_flag("--mute", arguments.mute, "Without sound")->group(pair);
  command.add_option("--date", arguments.date, "When it was taken (2024-05-17T10:20:30+02:00)")
      ->option_text("DATE")
      ->group(pair);
  command.add_option("--gps", arguments.place_on_earth, "Where, in degrees (51.5007,-0.1246)")
      ->option_text("LAT,LON")
      ->group(pair);
  command.add_flag("--no-gps", arguments.no_gps, "Leave out where the video was taken")
      ->excludes("--gps")
      ->group(pair);
  command
      .add_flag("--strip", arguments.strip, "Without the video's date, place, device (see --date)")
      ->group(pair);

  const std::string many = "Many at once";
  command.add_option("--files0-from", arguments.names_list, "Videos from a list of find -print0")
      ->option_text("FILE|-")
      ->group(many);
  command.add_option("--from", arguments.moments_list, "Moments from JSON Lines")
      ->option_text("FILE|-")
      ->group(many);
  add_run_options(command, arguments.jobs, arguments.timeout, many);
  command.add_flag("--json", arguments.as_json, "Tell it in JSON Lines (docs/tool.md)")
      ->group(many);
  for (const char* text :
       {"--output",
        "--start",
        "--duration",
        "--still",
        "--size",
        "--date",
        "--gps",
        "--files0-from",
        "--from"})
    command.get_option(text)->check(kNotEmpty);
}

}  // namespace

void add_make_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "make",
      "Make Live Photos from moments of videos.\n\n"
      "Of each video two files are made, NAME.HEIC and NAME.MOV, both or none. Its\n"
      "picture is not encoded again where that can be avoided.",
      [arguments] { return make(*arguments); });
  add_options(*command, *arguments);
  command->footer(kExamples);
}

}  // namespace livephoto::tool
