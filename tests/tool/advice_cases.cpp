// Tells what advice core gives on many clips of invented videos, for the page's script to give the
// same.
#include <iostream>
#include <random>

#include "core/select/advice.h"
#include "gst/tool/sheet/page_json.h"

namespace livephoto::tool {
namespace {

using std::chrono::milliseconds;

// A video of 12 s with some of what there is: cuts, repeats, gaps, blurs, the dark, fast and shaky
// parts; each kind in stretches, as it comes.
class Inventor {
 public:
  explicit Inventor(unsigned seed) : random_(seed) {}

  std::vector<select::FrameMeasures> frames() {
    std::vector<select::FrameMeasures> frames;
    const double gaps = share() < 0.3 ? 0.02 : 0;
    const double cuts = share() < 0.5 ? 0.01 : 0;
    const nanoseconds step{share() < 0.5 ? 33'366'700 : 16'683'350};
    double blur = 1, light = 0.5, speed = 0.05, shake = 0.02, local = 0.02;
    bool is_still = false;
    for (nanoseconds time{0}; time < milliseconds(12'000);) {
      if (share() < 0.03) blur = share() < 0.5 ? 1 : share();
      if (share() < 0.02) light = share() < 0.7 ? 0.5 : 0.2 * share();
      if (share() < 0.02) speed = share() < 0.5 ? 0.005 : share();
      if (share() < 0.02) shake = share() < 0.5 ? 0.02 : 0.3 * share();
      if (share() < 0.02) local = share() < 0.5 ? 0.002 : 0.1 * share();
      if (share() < 0.02) is_still = share() < 0.3;
      select::FrameMeasures frame;
      frame.time = time;
      frame.follows = !frames.empty() && share() > 0.005;
      frame.sharpness = blur * (0.9 + 0.1 * share());
      frame.detail = 20 * blur * (0.9 + 0.1 * share());
      frame.brightness = light * (0.9 + 0.1 * share());
      frame.contrast = 0.3 * share();
      frame.clipped_dark = light < 0.1 ? share() : 0;
      frame.clipped_bright = 0.1 * share();
      if (frame.follows) {
        frame.is_repeat = is_still;
        frame.is_cut = !is_still && share() < cuts;
        frame.speed = speed * (0.5 + share());
        frame.shake = shake * (0.5 + share());
        frame.local_motion = local * (0.5 + share());
      }
      frames.push_back(frame);
      time += share() < gaps ? milliseconds(700) : step;
    }
    return frames;
  }

  nanoseconds time(nanoseconds least, nanoseconds most) {
    return least + nanoseconds(static_cast<std::int64_t>(
                       share() * static_cast<double>((most - least).count())));
  }

 private:
  double share() { return std::uniform_real_distribution(0.0, 1.0)(random_); }

  std::mt19937 random_;
};

json advice_json(const std::vector<select::PictureAdvice>& advice) {
  json list = json::array();
  for (const auto& [pity, better_still] : advice)
    list.push_back(
        {{"pity", pity_name(pity)},
         {"betterStill", better_still ? json(better_still->count()) : json()}});
  return list;
}

json case_of(unsigned seed) {
  Inventor inventor(seed);
  VideoSuggestions video;
  video.frames = inventor.frames();
  json clips = json::array();
  for (int i = 0; i < 200; ++i) {
    const nanoseconds start = inventor.time(milliseconds(0), milliseconds(9000));
    const nanoseconds duration = inventor.time(milliseconds(500), milliseconds(3000));
    const nanoseconds still = inventor.time(start, start + duration);
    clips.push_back(
        {{"start", start.count()},
         {"duration", duration.count()},
         {"still", still.count()},
         {"advice", advice_json(select::advise(video.frames, start, duration, still))}});
  }
  const Stretch all{video.frames.front().time, milliseconds(12'000)};
  return {{"frames", stretch_json(video, all)["frames"]}, {"clips", clips}};
}

}  // namespace
}  // namespace livephoto::tool

int main() {
  std::cout << livephoto::tool::line_of(livephoto::tool::limits_json());
  for (unsigned seed = 1; seed <= 40; ++seed)
    std::cout << livephoto::tool::line_of(livephoto::tool::case_of(seed));
}
