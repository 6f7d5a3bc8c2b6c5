// How the checks of a lock screen's pair are put together; internal.
#pragma once

#include <chrono>
#include <cstdint>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/pair/verify.h"

namespace livephoto::pair::wallpaper {

// Two ticks of a camera's movie: times that are rounded differently.
inline constexpr std::chrono::nanoseconds kOneInstant{3'333'334};
// A hypothesis. Of the picture's shorter side, before the still: what stabilising may have to cut
// off.
inline constexpr double kMostTravel = 0.10;

inline constexpr const char* kMake = "Make the pair with gst-livephoto-1.0 make --wallpaper.";
inline constexpr const char* kOtherMoment =
    "Choose another moment of the video, or another still in it.";

// A rule and what it rests on. What is only a hypothesis warns and never fails: a test holds a
// table of all rules to that.
struct Rule {
  const char* name;
  Basis basis;
};

class Checks {
 public:
  explicit Checks(std::vector<Check>& checks) : checks_(checks) {}

  void pass(const Rule& rule, std::string why) { add(rule, Verdict::Pass, std::move(why), {}); }
  void warn(const Rule& rule, std::string why, std::string advice = kMake) {
    add(rule, Verdict::Warn, std::move(why), std::move(advice));
  }
  void fail(const Rule& rule, std::string why, std::string advice = kMake) {
    add(rule, Verdict::Fail, std::move(why), std::move(advice));
  }

 private:
  void add(const Rule& rule, Verdict verdict, std::string why, std::string advice) {
    checks_.push_back(
        {rule.name, Profile::Wallpaper, verdict, std::move(why), std::move(advice), rule.basis});
  }

  std::vector<Check>& checks_;
};

// "1080x1920"
inline std::string size_text(std::uint32_t width, std::uint32_t height) {
  return std::to_string(width) + "x" + std::to_string(height);
}

// Of the track live-photo-info, in a movie that shows a picture; `marker`: when the still's frame
// is shown.
void add_record_checks(
    const MovieFacts& movie, std::optional<std::chrono::nanoseconds> marker, Checks& checks);

// How far, in pixels, the motion of the picture's centre that each record names is from what the
// homographies of it and the one before move that centre by: the median. With the movie of an
// iPhone 6s it is a few thousandths. Nothing where no two neighbours have both, or the
// picture's size is not known.
std::optional<double> centre_motion_error(const InfoTrackFacts& track);

}  // namespace livephoto::pair::wallpaper
