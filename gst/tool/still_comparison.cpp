#include "gst/tool/still_comparison.h"

#include <gst/video/video.h>
#include <malloc.h>

#include <algorithm>
#include <optional>
#include <string>
#include <utility>
#include <vector>

#include "core/select/frame_meter.h"
#include "core/text.h"
#include "gst/support/luma_view.h"
#include "gst/tool/decoder.h"
#include "gst/tool/heif_luma.h"
#include "gst/tool/luma.h"

namespace livephoto::tool {
namespace {

using std::chrono::nanoseconds;

// A hostile file may cost some 64 MiB more than the 12 million pixels of a plain still of a phone,
// and no long time. All that a camera or we ourselves write for a Live Photo is well below.
constexpr std::chrono::seconds kLongest{30};
constexpr std::uint32_t kMostSamples = 3'600;
constexpr std::uint64_t kMostBytes = std::uint64_t{64} << 20;  // of one of the files
constexpr std::uint64_t kMostStillPixels = 25'000'000;
constexpr std::uint64_t kMostFramePixels = 1920 * 1440;
// For a movie, with what GStreamer itself and its plugins take.
constexpr std::uint64_t kMostMemory = std::uint64_t{156} << 20;
constexpr std::chrono::seconds kLongestWait{10};
// What libjpeg may keep of a picture that comes in several scans; it has no other limit.
constexpr const char* kJpegMemory = "64m";

// Of which the first plane is the luma, in bytes: what decoders make, taken as it is.
constexpr const char* kLuma = "video/x-raw,format={GRAY8,I420,YV12,NV12,NV21,Y41B,Y42B,Y444}";

Result<Luma> luma_of(GstSample* sample) {
  GstVideoInfo info;
  GstBuffer* buffer = gst_sample_get_buffer(sample);
  if (!buffer || !gst_video_info_from_caps(&info, gst_sample_get_caps(sample)))
    return invalid_input("It was decoded to something that is no picture.");
  GstVideoFrame frame;
  if (!gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
    return invalid_input("It was decoded to a picture that cannot be read.");
  Luma luma{
      .width = static_cast<std::size_t>(info.width),
      .height = static_cast<std::size_t>(info.height),
      .pixel_aspect = static_cast<double>(info.par_n) / info.par_d,
      .pixels = {}};
  luma.pixels.reserve(luma.width * luma.height);
  const auto* row = static_cast<const guint8*>(GST_VIDEO_FRAME_PLANE_DATA(&frame, 0));
  for (std::size_t y = 0; y < luma.height; ++y, row += GST_VIDEO_FRAME_PLANE_STRIDE(&frame, 0))
    luma.pixels.insert(luma.pixels.end(), row, row + luma.width);
  gst_video_frame_unmap(&frame);
  return luma;
}

// By which videoflip makes upright what is stored in this orientation.
const char* direction_of(Orientation orientation) {
  constexpr const char* kDirections[] =
      {"identity", "horiz", "180", "vert", "ul-lr", "90r", "ur-ll", "90l"};
  return kDirections[static_cast<int>(orientation) - 1];
}

Result<Luma> jpeg_luma(const StillFacts& still) {
  g_setenv("JPEGMEM", kJpegMemory, TRUE);
  Decoder decoder({.pixels = kMostStillPixels, .time = kLongestWait});
  if (const auto opened = decoder.open(still.path, direction_of(still.orientation), kLuma); !opened)
    return opened.error();
  const auto frame = decoder.next();
  if (!frame) return frame.error();
  if (!*frame) return invalid_input("There is no picture in it.");
  return luma_of((*frame)->sample.get());
}

// Its luma lent to the meter.
Result<select::FrameMeasures> measured(select::FrameMeter& meter, const DecodedFrame& decoded) {
  GstVideoInfo info;
  GstBuffer* buffer = gst_sample_get_buffer(decoded.sample.get());
  GstVideoFrame frame;
  if (!buffer || !gst_video_info_from_caps(&info, gst_sample_get_caps(decoded.sample.get())) ||
      !gst_video_frame_map(&frame, &info, buffer, GST_MAP_READ))
    return invalid_input("It was decoded to a picture that cannot be read.");
  const auto measures = meter.measure(gst::luma_view(frame), decoded.time);
  gst_video_frame_unmap(&frame);
  return measures;
}

struct Film {
  std::vector<SeenFrame> frames;
  double aspect = 1;
  std::uint32_t width = 0;  // upright
  std::uint32_t height = 0;
  std::vector<select::FrameMeasures> measured;  // to the marker, where they are asked for
};

// Past the marker, which may be rounded otherwise than the frames, nothing is measured.
constexpr nanoseconds kBehindMarker{2'000'000};

// What is to be found out of the movie's pictures.
enum class Look { Still, StillAndMovement };

Result<Film> film_of(const MovieFacts& movie, Look look, nanoseconds marker) {
  Decoder decoder({.pixels = kMostFramePixels, .memory = kMostMemory, .time = kLongestWait});
  if (const auto opened = decoder.open(movie.path, "auto", kLuma); !opened) return opened.error();
  Film film;
  select::FrameMeter meter;
  for (;;) {
    const auto frame = decoder.next();
    if (!frame) return frame.error();
    if (!*frame) break;
    const auto luma = luma_of((*frame)->sample.get());
    if (!luma) return luma.error();
    film.aspect = luma->aspect();
    film.width = static_cast<std::uint32_t>(luma->width);
    film.height = static_cast<std::uint32_t>(luma->height);
    if (look == Look::StillAndMovement && (*frame)->time <= marker + kBehindMarker) {
      const auto measures = measured(meter, **frame);
      if (!measures) return measures.error();
      film.measured.push_back(*measures);
    }
    film.frames.push_back({(*frame)->time, from_afar(*luma, luma->aspect())});
  }
  if (film.frames.empty()) return invalid_input("There is no picture in it.");
  return film;
}

Error about(const char* what, const Error& error) {
  return {error.code, std::string(what) + " was not decoded: " + error.message, error.detail};
}

// What the tables say, not what a header promises.
Result<void> check_sizes(const StillFacts& still, const MovieFacts& movie) {
  const TrackFacts& video = *movie.video();
  const auto& frames = video.video->frames;
  if (movie.duration > kLongest || (!frames.empty() && frames.back() > kLongest))
    return invalid_input("The movie is longer than 30 s, and all of it would be decoded.");
  if (video.samples > kMostSamples)
    return invalid_input("The movie has more than 3,600 pictures, and all would be decoded.");
  if (std::uint64_t{video.video->width} * video.video->height > kMostFramePixels)
    return invalid_input("The movie's pictures have more than 1920x1440 pixels.");
  if (std::uint64_t{still.width} * still.height > kMostStillPixels)
    return invalid_input("The still has more than 25 million pixels.");
  if (movie.size > kMostBytes || still.size > kMostBytes)
    return invalid_input("One of the files has more than 64 MiB.");
  return {};
}

Result<Film> film_to_look_at(const StillFacts& still, const MovieFacts& movie, Look look) {
  if (!movie.marker())
    return invalid_input("There is no marker that says which frame is the still's.");
  if (movie.video() == nullptr) return invalid_input("The movie shows no picture.");
  if (const auto small = check_sizes(still, movie); !small) return small.error();
  // Pictures that are gone give their room back, at once; the C library would keep it.
  mallopt(M_MMAP_THRESHOLD, 1 << 20);
  auto film = film_of(movie, look, movie.marker()->times.front());
  if (!film) return about("The movie", film.error());
  return film;
}

Result<Check> compared(const StillFacts& still, const Film& film, nanoseconds marker) {
  const auto picture = still.format == StillKind::Jpeg ? jpeg_luma(still) : heif_luma(still.path);
  if (!picture) return about("The still", picture.error());
  // A camera's still shows more above and below, or at the sides, than its movie.
  return still_frame_check(from_afar(*picture, film.aspect), film.frames, marker);
}

// Behind the others of Apple's profile.
void add_to_apples(const Check& check, std::vector<Check>& checks) {
  const auto behind = std::ranges::find_if(checks, [](const Check& other) {
    return other.profile != Profile::Apple;
  });
  checks.insert(behind, check);
}

void add_reason(const Error& error, Verification& verification) {
  std::string& reasons = verification.not_compared;
  reasons += (reasons.empty() ? "" : " ") + error.message;
}

void look_at(
    const StillFacts& still, const MovieFacts& movie, Look look, Verification& verification) {
  const auto film = film_to_look_at(still, movie, look);
  if (!film) return add_reason(film.error(), verification);
  const nanoseconds marker = movie.marker()->times.front();
  if (const auto check = compared(still, *film, marker))
    add_to_apples(*check, verification.checks);
  else
    add_reason(check.error(), verification);
  if (look == Look::Still) return;
  if (const auto check =
          wallpaper_movement_check(film->measured, film->width, film->height, marker))
    verification.checks.push_back(*check);
  else
    add_reason(check.error(), verification);
}

}  // namespace

void compare_still(const StillFacts& still, const MovieFacts& movie, Verification& verification) {
  look_at(still, movie, Look::Still, verification);
}

void compare_still_and_movement(
    const StillFacts& still, const MovieFacts& movie, Verification& verification) {
  look_at(still, movie, Look::StillAndMovement, verification);
}

}  // namespace livephoto::tool
