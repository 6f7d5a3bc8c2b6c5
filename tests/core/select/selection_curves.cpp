// Prints what is measured of a made-up video of which all but some parts are spoiled, and what is
// chosen of it: docs/plots/selection.py draws it.
#include <cmath>
#include <cstdio>
#include <string>

#include "core/select/frame_scores.h"
#include "core/select/moments.h"
#include "core/select/weights.h"
#include "synthetic.h"

using namespace livephoto::select;
using namespace livephoto::select::synthetic;

namespace {

constexpr int kWidth = 256;
constexpr int kHeight = 144;
constexpr int kRate = 30;

struct Part {
  const char* name;
  double seconds;
};

constexpr Part kParts[] = {
    {"shaky", 3},
    {"good", 3.5},
    {"out of focus", 3},
    {"frozen", 2.5},
    {"fast pan", 3},
    {"dark", 2.5},
    {"good", 3.5},
    {"cuts", 3}};

class Film {
 public:
  std::vector<Picture> pictures;

  void shoot(const std::string& part, double seconds) {
    for (int i = 0; i < seconds * kRate; ++i) {
      const double time = static_cast<double>(pictures.size());
      camera_.x += 0.2;
      auto seen = camera_;
      if (part == "shaky") seen = seen.moved(5 * std::sin(1.3 * time), 4 * std::cos(1.7 * time));
      if (part == "fast pan") camera_.x += 6;
      if (part == "frozen") {
        pictures.push_back(pictures.back());
        continue;
      }
      const bool other = part == "cuts" && i / 18 % 2 == 0;
      pictures.push_back(render(other ? other_ : scene_, kWidth, kHeight, seen));
      // It comes in, stays, and goes.
      const double across = 0.5 + 0.5 * std::sin(time / 14);
      put(pictures.back(), thing_, static_cast<int>(across * (kWidth - 50)), 50, 50, 60);
      if (part == "out of focus") blur(pictures.back(), 2.5);
      if (part == "dark") light(pictures.back(), 0.1, 0);
      add_noise(pictures.back(), 1.5, static_cast<unsigned>(time) + 1);
    }
  }

 private:
  Scene scene_{41}, other_{42}, thing_{43};
  Camera camera_;
};

double seconds_of(nanoseconds time) { return std::chrono::duration<double>(time).count(); }

}  // namespace

int main() {
  Film film;
  double at = 0;
  for (const auto& part : kParts) {
    std::printf("part %.3f %.3f %s\n", at, at + part.seconds, part.name);
    at += part.seconds;
    film.shoot(part.name, part.seconds);
  }
  const auto frames = measure(film.pictures, kRate);
  const auto scores = score_frames(frames);
  for (std::size_t i = 0; i < frames.size(); ++i)
    std::printf(
        "frame %.3f %.4f %.4f %.4f %.4f %.4f\n",
        seconds_of(frames[i].time),
        frames[i].sharpness,
        frames[i].shake,
        frames[i].speed,
        frames[i].local_motion,
        scores[i].cover);
  for (const auto& moment : find_moments(frames, {}, 3))
    std::printf(
        "moment %.3f %.3f %.3f %.3f %s\n",
        seconds_of(moment.start),
        seconds_of(moment.start + moment.duration),
        seconds_of(moment.still),
        moment.score,
        reason(moment).c_str());
  // The score of every window, by its start.
  for (const auto& frame : frames) {
    const auto all = find_moments(
        frames,
        {.duration = std::chrono::seconds(3), .start = frame.time, .still = {}},
        1);
    if (!all.empty() && frame.time + std::chrono::seconds(3) <= frames.back().time)
      std::printf("window %.3f %.5f\n", seconds_of(frame.time), all[0].score);
  }
  const std::pair<const char*, livephoto::select::Part> parts[] = {
      {"calm", kCalm},
      {"alive", kAlive},
      {"whole", kWhole},
      {"exposed", kExposed},
      {"complete", kComplete},
      {"cover", kCover},
      {"sharp", kSharpPictures},
      {"moving", kMoving}};
  for (const auto& [name, part] : parts)
    std::printf("weight %s %.2f %.2f\n", name, part.weight, part.floor);
}
