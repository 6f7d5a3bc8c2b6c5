#include "gst/tool/plan.h"

#include <glib.h>
#include <sys/stat.h>

#include <map>
#include <set>
#include <utility>

#include "core/isobmff/wallpaper.h"
#include "core/text.h"
#include "gst/support/ptr.h"
#include "gst/tool/folders.h"
#include "gst/tool/path_text.h"
#include "gst/tool/places.h"

namespace livephoto::tool {
namespace {

namespace fs = std::filesystem;

constexpr nanoseconds kLongestClip = std::chrono::hours(1);
constexpr nanoseconds kLongestWallpaper = std::chrono::seconds(10);  // livephotosink's

// ---- Names -------------------------------------------------------------------

bool ends_in_slash(const fs::path& path) {
  return !path.empty() && path.native().back() == fs::path::preferred_separator;
}

bool has_extension(const fs::path& path, const char* extension) {
  return g_ascii_strcasecmp(path.extension().c_str(), extension) == 0;
}

// For pairs: a bundle that is there already is a pair itself.
bool is_folder(const fs::path& path) { return ends_in_slash(path) || is_folder_of_pairs(path); }

// The folders of a video as they were named, from where it was named.
Result<fs::path> kept_tree(const fs::path& video) {
  const auto named = video.lexically_normal().relative_path().parent_path();
  if (!named.empty() && *named.begin() == "..")
    return invalid_input(
        shown(video) +
        " leads out of the current folder with \"..\"; go to the folder that is to be "
        "kept, or leave out --keep-tree.");
  return named;
}

// What follows is decided by the name of the pair: "IMG_0001.pvt".
void follow_name(Job& job, const fs::path& name, bool still_format_is_said) {
  if (!still_format_is_said && named_still_format(name) == StillFormat::Jpeg)
    job.settings.still_format = StillFormat::Jpeg;
  if (job.settings.bundle != Bundle::Pair || pair_base(name) == name) return;
  if (has_extension(name, ".pvt")) job.settings.bundle = Bundle::Pvt;
  if (has_extension(name, ".zip")) job.settings.bundle = Bundle::PvtZip;
}

std::string called(const Wish& wish) {
  return wish.origin.empty() ? shown(wish.moment.video)
                             : wish.origin + " (" + shown(wish.moment.video) + ")";
}

Result<fs::path> named_by_video(const Request& request, const fs::path& folder, const Wish& wish) {
  const fs::path& video = wish.moment.video;
  fs::path below = folder;
  if (request.keep_tree) {
    const auto tree = kept_tree(video);
    if (!tree) return tree.error();
    below /= *tree;
  }
  return below / video.stem();
}

Result<void> name(Job& job, const Request& request, const Wish& wish) {
  const fs::path place = request.place;
  const bool has_folder = place.empty() || is_folder(place);
  if (!has_folder && wish.output.empty()) {
    follow_name(job, place, request.still_format_is_said);
    job.base = pair_base(place);
    return {};
  }
  if (!has_folder)
    return invalid_input(
        called(wish) + ": it has an \"output\" of its own, so -o is the folder for that; write \"" +
        shown(place) + "/\".");
  const fs::path output = wish.output.empty() ? place : place / wish.output;
  if (!wish.output.empty() && !is_folder(output)) {
    follow_name(job, output, request.still_format_is_said);
    job.base = pair_base(output);
    return {};
  }
  const auto base = named_by_video(request, output, wish);
  if (!base) return base.error();
  job.base = *base;
  return {};
}

// ---- Files that are the same -------------------------------------------------

// Equal for two names in one folder that some file system takes for the same.
std::string key_of(const fs::path& path) {
  std::error_code ignored;
  const auto folder = fs::weakly_canonical(fs::absolute(path).parent_path(), ignored);
  const std::string name = path.filename().string();
  const auto plain = gst::adopt(g_utf8_normalize(name.c_str(), -1, G_NORMALIZE_NFC));
  const auto folded = gst::adopt(plain ? g_utf8_casefold(plain.get(), -1) : nullptr);
  return folder.string() + '/' + (folded ? folded.get() : name);
}

using FileIdentity = std::pair<dev_t, ino_t>;

std::optional<FileIdentity> identity_of(const fs::path& path) {
  struct stat status {};
  if (stat(path.c_str(), &status) != 0) return std::nullopt;
  return FileIdentity{status.st_dev, status.st_ino};
}

// The videos and lists of the run, whatever they are called.
class Inputs {
 public:
  explicit Inputs(const Request& request) {
    for (const Wish& wish : request.wishes) add(wish.moment.video);
    for (const fs::path& list : request.lists) add(list);
  }

  // What writing `output` would replace or remove; null where there is none.
  const fs::path* replaced_by(const fs::path& output) const {
    if (const auto found = by_name_.find(key_of(output)); found != by_name_.end())
      return &found->second;
    const auto identity = identity_of(output);
    if (!identity) return nullptr;
    const auto found = by_identity_.find(*identity);
    return found == by_identity_.end() ? nullptr : &found->second;
  }

 private:
  void add(const fs::path& input) {
    by_name_.emplace(key_of(input), input);
    if (const auto identity = identity_of(input)) by_identity_.emplace(*identity, input);
    // A bundle that is replaced takes along what lies in it, whatever it was called here.
    std::error_code ignored;
    for (fs::path folder = fs::weakly_canonical(fs::absolute(input), ignored).parent_path();
         folder.has_relative_path() && folders_.insert(folder).second;
         folder = folder.parent_path()) {
      if (const auto identity = identity_of(folder)) by_identity_.emplace(*identity, input);
    }
  }

  std::map<std::string, fs::path> by_name_;
  std::map<FileIdentity, fs::path> by_identity_;
  std::set<fs::path> folders_;
};

Result<void> refuse_replacing(const Job& job, const Inputs& inputs) {
  const PairNames names = names_of(job);
  // Of a bundle the files are beside no video, but its own name may be one's.
  const auto outputs =
      names.bundle.empty() ? std::vector{names.still, names.movie} : std::vector{names.bundle};
  for (const fs::path& output : outputs) {
    if (const fs::path* input = inputs.replaced_by(output))
      return invalid_input(
          shown(output) + " would replace the input " + shown(*input) +
          "; name another place with -o.");
  }
  return {};
}

// Of the ways that keep pairs apart one that does so for these two.
std::string way_apart(const Request& request, const Wish& one, const Wish& other) {
  const auto follows_video = [&request](const Wish& wish) {
    return wish.output.empty() || is_folder(request.place / wish.output);
  };
  const auto tree = kept_tree(one.moment.video);
  const auto other_tree = kept_tree(other.moment.video);
  const bool trees_differ = tree && other_tree && *tree != *other_tree;
  if (!follows_video(one) || !follows_video(other))
    return "give each line of the list an \"output\" that no other has.";
  if (request.keep_tree || !trees_differ)
    return "name them in a list (--from), each with an \"output\" that no other has.";
  return "keep them apart by --keep-tree, or by an \"output\" for each in a list (--from).";
}

Result<void> refuse_one_name_for_two(const std::vector<Job>& jobs, const Request& request) {
  const std::vector<Wish>& wishes = request.wishes;
  std::map<std::string, std::size_t> taken;
  for (std::size_t i = 0; i < jobs.size(); ++i) {
    const auto [other, is_new] = taken.emplace(key_of(jobs[i].base), i);
    if (is_new) continue;
    return invalid_input(
        called(wishes[other->second]) + " and " + called(wishes[i]) + " would both become " +
        shown(jobs[i].base) + "; " + way_apart(request, wishes[other->second], wishes[i]));
  }
  return {};
}

// ---- Times -------------------------------------------------------------------

Result<void> check_times(const Job& job) {
  const nanoseconds duration = job.duration();
  if (const auto possible = check_duration(duration); !possible) return possible;
  if (job.settings.wallpaper && (duration < kWallpaperShortest || duration > kLongestWallpaper))
    return invalid_input("A clip for a lock screen lasts from 1 s to 10 s.");
  const auto& still = job.moment.still;
  const bool is_placed =
      job.pick == 0 || job.moment.start;  // else the clip will be around the still
  if (still && is_placed && (*still < job.start() || *still > job.start() + duration))
    return invalid_input(
        "The still at " + clock_text(*still) + " is not in the clip, which is from " +
        clock_text(job.start()) + " to " + clock_text(job.start() + duration) + ".");
  return {};
}

}  // namespace

Result<void> check_duration(nanoseconds duration) {
  if (duration > nanoseconds(0) && duration <= kLongestClip) return {};
  return invalid_input("A clip has a length, of at most an hour.");
}

Result<std::vector<Job>> plan(const Request& request) {
  if (!request.place.empty() && !is_folder(request.place) && request.wishes.size() > 1)
    return invalid_input(
        shown(request.place) + " is one name for " + std::to_string(request.wishes.size()) +
        " pairs; name a folder, with \"/\" at its end.");
  if (request.place == "-")
    return invalid_input(
        "A pair is two files, which cannot go to the standard output; name a folder or a pair with "
        "-o.");
  if (!is_folder(request.place) && is_called_like_a_video(request.place) &&
      pair_base(request.place) == request.place)
    return invalid_input(
        shown(request.place) +
        " is called like a video, and a pair is no such file; name a folder "
        "with \"/\" at its end, or a pair, such as " +
        shown(fs::path(request.place).replace_extension()) + ".");
  const Inputs inputs(request);
  std::vector<Job> jobs;
  for (const Wish& wish : request.wishes) {
    Job job{.moment = wish.moment, .settings = request.settings, .force = request.force};
    job.pick = wish.moment.start && wish.moment.still ? 0 : request.pick;
    job.looks = request.looks;
    job.patience = request.patience;
    if (const auto possible = check_times(job); !possible)
      return invalid_input(called(wish) + ": " + possible.error().message);
    if (const auto named = name(job, request, wish); !named) return named.error();
    if (const auto harmless = refuse_replacing(job, inputs); !harmless) return harmless.error();
    jobs.push_back(std::move(job));
  }
  if (const auto apart = refuse_one_name_for_two(jobs, request); !apart) return apart.error();
  return jobs;
}

}  // namespace livephoto::tool
