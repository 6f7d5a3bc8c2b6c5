#include "gst/tool/advice.h"

#include <algorithm>

#include "core/text.h"

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;

// PhotoPrism's limit for the movie of a Live Photo (pkg/media/live, as docs/to-your-phone.md has
// it).
constexpr nanoseconds kLongestForPhotoPrism = milliseconds(3100);
// ente's, for each of the two files.
constexpr std::uint64_t kLargestForEnte = 20 * 1024 * 1024;
constexpr nanoseconds kNearEdge = milliseconds(250);
// Less than two frames of 24 a second: nothing that moves.
constexpr nanoseconds kNothing = milliseconds(80);
// What readers without edit lists show is over in a few hundredths of a second up to here.
constexpr unsigned kManyHiddenPictures = 30;

class Adviser {
 public:
  Adviser(const Job& job, const MadePair& pair) : job_(job), pair_(pair) {}

  std::vector<Advice> advice() {
    on_choice();
    on_encoding();
    on_length();
    on_still();
    on_size();
    on_date();
    on_hidden_pictures();
    on_wallpaper();
    return std::move(advice_);
  }

 private:
  void say(const char* code, std::string text) { advice_.push_back({code, std::move(text)}); }

  void on_choice() {
    if (job_.moment.start || job_.moment.still || job_.pick > 0) return;
    if (pair_.video_length && *pair_.video_length <= pair_.duration + kNearEdge) return;
    if (!pair_.video_length && pair_.duration + kNearEdge < job_.duration()) return;  // all of it
    const std::string length =
        pair_.video_length ? "The video is " + clock_text(*pair_.video_length) + " long; this"
                           : "This";
    say("first-seconds",
        length + " is its first " + seconds_text(pair_.duration) +
            ", because no --start was given; --auto looks for the best.");
  }

  void on_encoding() {
    const Settings& settings = job_.settings;
    if (!pair_.is_encoded || settings.exact || settings.size.width > 0) return;
    say("encoded-again",
        "The picture was encoded again: its format (" + pair_.source_codec +
            ") cannot go into a Live Photo unchanged.");
  }

  void on_length() {
    if (pair_.duration <= kLongestForPhotoPrism) return;
    say("longer-than-three-seconds",
        "It is " + seconds_text(pair_.duration) +
            " long; PhotoPrism takes no movie of more than 3.1 s for that of a Live Photo.");
  }

  void on_still() {
    const nanoseconds before = pair_.still_offset;
    const nanoseconds after = pair_.duration - pair_.still_offset;
    if (before == nanoseconds(0) || after <= kNothing) {
      if (before == nanoseconds(0))
        say("nothing-before-still", "The still is the first picture: nothing moves before it.");
      if (after <= kNothing)
        say("nothing-after-still", "The still is the last picture: nothing moves after it.");
      return;
    }
    if (std::min(before, after) < kNearEdge)
      say("still-near-edge",
          "The still is only " + seconds_text(std::min(before, after)) +
              (before < after ? " after the beginning." : " before the end."));
  }

  void on_size() {
    if (std::max(pair_.still_size, pair_.movie_size) <= kLargestForEnte) return;
    say("too-large-for-ente",
        "One file is larger than 20 MiB; ente does not join such files to a Live Photo. A "
        "smaller --size helps.");
  }

  void on_date() {
    if (pair_.date_source == "file") {
      say("no-capture-date",
          "The video does not say when it was taken; the time of its file was used. --date gives "
          "the right one.");
    } else if (pair_.date_source == "none" && !job_.settings.strip) {
      say("no-capture-date",
          "Nothing says when the video was taken, so galleries put the pair anywhere; --date "
          "tells it.");
    }
  }

  void on_hidden_pictures() {
    if (pair_.hidden_pictures <= kManyHiddenPictures) return;
    say("hidden-pictures",
        std::to_string(pair_.hidden_pictures) +
            " frames before and after the clip are in the movie too, hidden: others can find them, "
            "and "
            "a player that does not know edit lists shows them. --exact leaves them out.");
  }

  void on_wallpaper() {
    if (!job_.settings.wallpaper) return;
    say("wallpaper-unproven",
        "Whether it moves on a lock screen was never shown on a device; verify --profile wallpaper "
        "says what is known, docs/device-test.md how to try it.");
  }

  const Job& job_;
  const MadePair& pair_;
  std::vector<Advice> advice_;
};

}  // namespace

std::vector<Advice> advice_on(const Job& job, const MadePair& pair) {
  return Adviser(job, pair).advice();
}

}  // namespace livephoto::tool
