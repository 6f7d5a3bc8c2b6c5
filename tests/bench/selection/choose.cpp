// Reads a grey video from standard input and prints which moment core/select finds in it, as JSON;
// beside it, what plain sharpness would have taken.
//
//     choose DURATION [curves]
//
// DURATION is that of the clip, in nanoseconds; with `curves` a line for each frame follows.
#include <cstdio>
#include <cstdlib>
#include <iostream>
#include <string_view>
#include <vector>

#include "core/select/frame_meter.h"
#include "core/select/moments.h"
#include "tests/bench/selection/plain.h"
#include "tests/bench/selection/y4m.h"

using livephoto::bench::GreyVideo;
using livephoto::bench::laplacian_variance;
using livephoto::bench::plain_choice;
using livephoto::bench::read_frame;
using livephoto::bench::read_header;
using namespace livephoto::select;

namespace {

struct Measured {
  std::vector<FrameMeasures> frames;
  std::vector<double> laplacian;
};

Measured measure(std::istream& input, const GreyVideo& video) {
  Measured measured;
  FrameMeter meter;
  std::vector<std::uint8_t> pixels;
  while (read_frame(input, video, pixels)) {
    const LumaView luma{pixels.data(), video.width, video.height, video.width, video.is_full_range};
    const auto number = static_cast<std::int64_t>(measured.frames.size());
    measured.frames.push_back(meter.measure(luma, video.time_of(number)));
    measured.laplacian.push_back(laplacian_variance(pixels, video.width, video.height));
  }
  return measured;
}

long long count_of(nanoseconds time) { return static_cast<long long>(time.count()); }

void print_moment(const Moment& moment) {
  const Scores& scores = moment.scores;
  std::printf(
      "{\"start\":%lld,\"duration\":%lld,\"still\":%lld,\"score\":%.4f,"
      "\"scores\":{\"calm\":%.3f,\"alive\":%.3f,\"whole\":%.3f,\"exposed\":%.3f,"
      "\"complete\":%.3f,\"cover\":%.3f,\"sharp\":%.3f},"
      "\"reason\":\"%s\"}",
      count_of(moment.start),
      count_of(moment.duration),
      count_of(moment.still),
      moment.score,
      scores.calm,
      scores.alive,
      scores.whole,
      scores.exposed,
      scores.complete,
      scores.cover,
      scores.sharp,
      reason(moment).c_str());
}

void print_choices(const Measured& measured, const GreyVideo& video, nanoseconds duration) {
  const auto moments = find_moments(measured.frames, Wanted{duration, {}, {}}, 3);
  std::printf("{\"frames\":%zu,\"moments\":[", measured.frames.size());
  for (std::size_t at = 0; at < moments.size(); ++at) {
    if (at > 0) std::printf(",");
    print_moment(moments[at]);
  }
  const double rate =
      static_cast<double>(video.rate_numerator) / static_cast<double>(video.rate_denominator);
  const double in_clip = static_cast<double>(duration.count()) * rate / 1e9;
  const auto plain = plain_choice(measured.laplacian, static_cast<std::size_t>(in_clip + 0.5));
  std::printf(
      "],\"plain\":{\"start\":%lld,\"still\":%lld}}\n",
      count_of(video.time_of(static_cast<std::int64_t>(plain.first))),
      count_of(video.time_of(static_cast<std::int64_t>(plain.still))));
}

void print_curves(const Measured& measured) {
  std::printf(
      "time follows sharpness brightness contrast dark bright difference dx dy zoom roll support "
      "speed shake local cut repeat laplacian\n");
  for (std::size_t at = 0; at < measured.frames.size(); ++at) {
    const FrameMeasures& frame = measured.frames[at];
    std::printf(
        "%.3f %d %.3f %.3f %.3f %.3f %.3f %.4f %.2f %.2f %.4f %.4f %.2f %.3f %.3f %.4f %d %d "
        "%.0f\n",
        static_cast<double>(frame.time.count()) / 1e9,
        frame.follows,
        frame.sharpness,
        frame.brightness,
        frame.contrast,
        frame.clipped_dark,
        frame.clipped_bright,
        frame.difference,
        frame.motion.dx,
        frame.motion.dy,
        frame.motion.zoom,
        frame.motion.roll,
        frame.motion.support,
        frame.speed,
        frame.shake,
        frame.local_motion,
        frame.is_cut,
        frame.is_repeat,
        measured.laplacian[at]);
  }
}

}  // namespace

int main(int argc, char** argv) {
  std::ios::sync_with_stdio(false);
  const auto video = read_header(std::cin);
  if (argc < 2 || !video) {
    std::fprintf(stderr, "choose DURATION_NS [curves] <VIDEO.y4m: it reads YUV4MPEG2 of mono.\n");
    return 2;
  }
  const Measured measured = measure(std::cin, *video);
  if (measured.frames.empty()) {
    std::fprintf(stderr, "The video has no frames.\n");
    return 1;
  }
  print_choices(measured, *video, nanoseconds(std::atoll(argv[1])));
  if (argc > 2 && std::string_view(argv[2]) == "curves") print_curves(measured);
  return 0;
}
