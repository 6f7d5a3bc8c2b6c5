#include "gst/tool/suggest_command.h"

#include <sys/stat.h>

#include <csignal>
#include <filesystem>
#include <iostream>
#include <map>
#include <memory>
#include <optional>
#include <set>
#include <string>
#include <utility>
#include <vector>

#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/crew.h"
#include "gst/tool/held_signals.h"
#include "gst/tool/json_text.h"
#include "gst/tool/named_videos.h"
#include "gst/tool/path_text.h"
#include "gst/tool/picture_advice.h"
#include "gst/tool/plan.h"
#include "gst/tool/progress_bar.h"
#include "gst/tool/run_options.h"
#include "gst/tool/sheet.h"
#include "gst/tool/suggestions_json.h"
#include "gst/tool/temporary_folder.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr const char* kExamples =
    R"(Examples:
  The five best moments of a video, and why.
    gst-livephoto-1.0 suggest holiday.mp4
  As a picture, with film strips and curves.
    gst-livephoto-1.0 suggest holiday.mp4 --sheet holiday.png
  The best of each video of a folder, made at once.
    gst-livephoto-1.0 suggest holidays --count 1 --json | gst-livephoto-1.0 make --from - -o out/
  To choose by eye: open the page in a browser, choose, save the moments, then
  make them.
    gst-livephoto-1.0 suggest holidays --sheet picks.html
    gst-livephoto-1.0 make --from moments.jsonl -o out/)";

struct Arguments {
  std::vector<std::string> videos;
  std::string names_list;
  std::string duration;
  std::string sheet;
  unsigned count = 5;
  bool force = false, as_json = false;
  unsigned jobs = 0;
  double timeout = 30;
};

// The first name of each: a folder and a video in it, or a link, may name one twice.
std::vector<fs::path> each_once(const std::vector<fs::path>& videos) {
  std::set<std::pair<dev_t, ino_t>> known;
  std::vector<fs::path> result;
  for (const fs::path& video : videos) {
    struct stat status {};
    if (stat(video.c_str(), &status) != 0 || known.emplace(status.st_dev, status.st_ino).second)
      result.push_back(video);
  }
  return result;
}

Result<std::vector<Job>> jobs_of(const Arguments& arguments) {
  if (arguments.videos.empty() && arguments.names_list.empty())
    return invalid_input("There is no video; --help shows how to name some.");
  std::optional<nanoseconds> duration;
  if (!arguments.duration.empty()) {
    const auto parsed = parse_time(arguments.duration);
    if (!parsed) return invalid_input("--duration: " + parsed.error().message);
    if (const auto possible = check_duration(*parsed); !possible) return possible.error();
    duration = *parsed;
  }
  const auto videos = named_videos(arguments.videos, arguments.names_list, {});
  if (!videos) return videos.error();
  std::vector<Job> jobs;
  for (const fs::path& video : each_once(*videos)) {
    Job job;
    job.moment = {.video = video, .duration = duration};
    job.suggestions = arguments.count;
    job.patience = std::chrono::milliseconds(static_cast<std::int64_t>(arguments.timeout * 1000));
    jobs.push_back(std::move(job));
  }
  return jobs;
}

// Names for the pairs of a run, apart from each other, also where videos in several folders have
// one name. Bytes that are no text would make an absolute address of a name.
class PairNamer {
 public:
  explicit PairNamer(const std::vector<Job>& jobs) {
    for (const Job& job : jobs) ++videos_[stem_of(job.moment.video)];
  }

  // Nothing where the video's own name does.
  std::optional<std::string> next(const VideoSuggestions& video) {
    const std::string stem = stem_of(video.video);
    if (video.suggestions.size() < 2 && videos_[stem] < 2) return std::nullopt;
    return stem + "-" + std::to_string(++numbers_[stem]);
  }

 private:
  static std::string stem_of(const fs::path& video) {
    return gst::adopt(g_utf8_make_valid(video.stem().c_str(), -1)).get();
  }

  std::map<std::string, unsigned> videos_;
  std::map<std::string, unsigned> numbers_;
};

// A line that `make --from` takes.
json event_of(
    const VideoSuggestions& video, std::size_t index, const std::optional<std::string>& name) {
  const Suggestion& suggestion = video.suggestions[index];
  const select::Moment& moment = suggestion.moment;
  json object = event("suggestion");
  object["video"] = path_text(video.video);
  object["rank"] = index + 1;
  object["start"] = seconds(moment.start);
  object["duration"] = seconds(moment.duration);
  object["still"] = seconds(moment.still);
  if (name) object["output"] = *name;
  object["score"] = moment.score;
  object["scores"] = scores_json(moment.scores);
  object["reason"] = suggestion.reason;
  object["advice"] = json::array();
  for (const select::PictureAdvice& item : suggestion.advice) {
    const Advice words = in_words(item);
    json advice{{"code", words.code}, {"text", words.text}};
    if (item.better_still) advice["better_still"] = seconds(*item.better_still);
    object["advice"].push_back(advice);
  }
  return object;
}

std::string text_of(const VideoSuggestions& video, std::size_t index) {
  const Suggestion& suggestion = video.suggestions[index];
  const select::Moment& moment = suggestion.moment;
  std::string text = "  " + std::to_string(index + 1) + ".  " + clock_text(moment.start) + " to " +
                     clock_text(moment.start + moment.duration) + ", still at " +
                     clock_text(moment.still) + ": " + suggestion.reason + '\n';
  for (const Advice& advice : in_words(suggestion.advice)) text += "      " + advice.text + '\n';
  return text;
}

class Run {
 public:
  Run(const Arguments& arguments, const std::vector<Job>& jobs, Sheet* sheet)
      : arguments_(arguments),
        jobs_(jobs),
        sheet_(sheet),
        namer_(jobs),
        outcomes_(jobs.size()),
        bar_(jobs.size()) {}

  int go() {
    const Crew::Limits limits{
        arguments_.jobs > 0 ? arguments_.jobs : default_jobs(),
        std::chrono::milliseconds(static_cast<std::int64_t>(arguments_.timeout * 1000))};
    Crew crew(
        jobs_,
        limits,
        {[this](std::size_t job, const Outcome& outcome) { ended(job, outcome); },
         [this](const std::vector<double>& done) {
           double sum = 0;
           for (const double one : done) sum += one;
           bar_.draw(sum);
         }});
    const bool interrupted = !crew.run();
    bar_.clear();
    if (interrupted) return kInterrupted;
    if (is_any_shown_ && !sheet_problem_) sheet_problem_ = problem_of(sheet_->finish());
    if (sheet_problem_) refuse(*sheet_problem_);
    return some_failed_ || sheet_problem_ ? kSomeFailed : kAllWell;
  }

 private:
  static std::optional<std::string> problem_of(const Result<void>& result) {
    return result ? std::nullopt : std::optional(result.error().message);
  }

  // Several are looked through at a time; told they are in the order in which they were named.
  void ended(std::size_t job, const Outcome& outcome) {
    outcomes_[job] = outcome;
    bar_.ended(false);
    for (; next_ < outcomes_.size() && outcomes_[next_]; ++next_) {
      bar_.clear();
      tell(jobs_[next_], *outcomes_[next_]);
      outcomes_[next_] = Outcome();
    }
  }

  void tell(const Job& job, const Outcome& outcome) {
    if (!outcome.suggestions) {
      some_failed_ = true;
      std::cerr << outcome.message << '\n';
      return;
    }
    const VideoSuggestions& video = *outcome.suggestions;
    if (!arguments_.as_json) std::cout << shown(video.video) << ":\n";
    for (std::size_t i = 0; i < video.suggestions.size(); ++i) {
      if (arguments_.as_json)
        std::cout << line_of(event_of(video, i, namer_.next(video)));
      else
        std::cout << text_of(video, i);
    }
    std::cout << std::flush;
    if (job.part) show(job, outcome);
  }

  void show(const Job& job, const Outcome& outcome) {
    if (!outcome.message.empty()) return tell_missing(job, outcome.message);
    if (sheet_problem_) return;
    const auto added = sheet_->add(job.part->file);
    std::error_code ignored;
    std::filesystem::remove(job.part->file, ignored);
    if (added) {
      is_any_shown_ = true;
      return;
    }
    const bool is_about_sheet =
        added.error().code == ErrorCode::Io || added.error().code == ErrorCode::NoSpace;
    if (is_about_sheet)
      sheet_problem_ = added.error().message;
    else
      tell_missing(job, added.error().message);
  }

  void tell_missing(const Job& job, const std::string& reason) {
    some_failed_ = true;
    std::cerr << shown(job.moment.video) << ": it is not on the sheet: " << reason << '\n';
  }

  const Arguments& arguments_;
  const std::vector<Job>& jobs_;
  Sheet* sheet_;
  PairNamer namer_;
  std::vector<std::optional<Outcome>> outcomes_;
  std::size_t next_ = 0;
  ProgressBar bar_;
  bool some_failed_ = false;
  bool is_any_shown_ = false;
  std::optional<std::string> sheet_problem_;
};

int suggest(const Arguments& arguments) {
  auto jobs = jobs_of(arguments);
  if (!jobs) return refuse(jobs.error().message);
  std::signal(SIGPIPE, SIG_IGN);
  if (arguments.sheet.empty()) return Run(arguments, *jobs, nullptr).go();
  const auto form = sheet_form(arguments.sheet);
  if (!form) return refuse(form.error().message);
  // Before and after the videos' processes too, nothing of the sheet is to stay behind.
  HeldSignals held;
  const auto sheet = open_sheet(arguments.sheet, arguments.force);
  if (!sheet) return refuse(sheet.error().message);
  const auto parts = TemporaryFolder::create();
  if (!parts) return refuse(parts.error().message);
  for (std::size_t i = 0; i < jobs->size(); ++i)
    (*jobs)[i].part = SheetPart{*form, parts->path() / std::to_string(i)};
  if (held.came()) return kInterrupted;
  const int status = Run(arguments, *jobs, sheet->get()).go();
  return held.came() ? kInterrupted : status;
}

void add_options(CLI::App& command, Arguments& arguments) {
  command.add_option("VIDEO", arguments.videos, "Videos, and folders of videos")
      ->option_text("...");
  command.add_option("--count", arguments.count, "How many moments of each, at most (5)")
      ->option_text("N")
      ->check(CLI::Range(1U, kMostSuggestions));
  command.add_option("--duration", arguments.duration, "How long a clip is (3)")
      ->option_text("TIME")
      ->check(kNotEmpty);
  command
      .add_option(
          "--sheet",
          arguments.sheet,
          "Show them: a picture (FILE.png), or a page to choose on (FILE.html)")
      ->option_text("FILE")
      ->check(kNotEmpty);
  command.add_flag("--force", arguments.force, "Replace the sheet");

  const std::string many = "Many at once";
  command.add_option("--files0-from", arguments.names_list, "Videos from a list of find -print0")
      ->option_text("FILE|-")
      ->check(kNotEmpty)
      ->group(many);
  add_run_options(command, arguments.jobs, arguments.timeout, many);
  command
      .add_flag(
          "--json",
          arguments.as_json,
          "Tell it in JSON Lines, which make takes (docs/tool.md)")
      ->group(many);
}

}  // namespace

void add_suggest_command(Program& program) {
  const auto arguments = std::make_shared<Arguments>();
  CLI::App* command = program.add(
      "suggest",
      "Find the moments of videos that make good Live Photos.\n\n"
      "Short, calm, something moves, one shot, and a sharp picture in it. What a picture\n"
      "means is not looked at: choose what you like best.",
      [arguments] { return suggest(*arguments); });
  add_options(*command, *arguments);
  command->footer(kExamples);
}

}  // namespace livephoto::tool
