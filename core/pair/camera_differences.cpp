// Lays a pair beside what Apple's cameras write: docs/live-photo-format.md, "Where ours differ".
#include <algorithm>
#include <string_view>

#include "core/pair/inspect.h"

namespace livephoto {
namespace {

using Differences = std::vector<CameraDifference>;

void add_if(
    bool differs, const char* where, std::string camera, std::string here, Differences& to) {
  if (differs) to.push_back({where, std::move(camera), std::move(here)});
}

bool has_key(const MovieFacts& movie, std::string_view apple_key) {
  constexpr std::string_view kApple = "com.apple.quicktime.";
  return std::ranges::any_of(movie.metadata, [&](const MetadataFact& item) {
    const std::string_view key = item.key;
    return key.starts_with(kApple) && key.substr(kApple.size()) == apple_key;
  });
}

void compare_layout(const MovieFacts& movie, Differences& found) {
  add_if(
      movie.brand != "qt  ",
      "movie",
      "the brand \"qt  \"",
      movie.brand.empty() ? "no brand" : "the brand \"" + movie.brand + '"',
      found);
  add_if(movie.moov_is_first, "movie", "the header (moov) behind the media", "before it", found);
  add_if(
      movie.timescale != 600,
      "movie",
      "600 ticks a second",
      std::to_string(movie.timescale),
      found);
}

void compare_metadata(const MovieFacts& movie, Differences& found) {
  for (const char* key :
       {"live-photo.auto",
        "live-photo.vitality-score",
        "live-photo.vitality-scoring-version",
        "full-frame-rate-playback-intent",
        "make",
        "model",
        "software",
        "creationdate"})
    add_if(!has_key(movie, key), "movie", "the key " + std::string(key), "no such key", found);
}

void compare_video(const TrackFacts& track, Differences& found) {
  const VideoFact& video = *track.video;
  add_if(!track.has_apertures, "movie", "the picture's apertures (tapt)", "none", found);
  add_if(
      track.edits.size() != 1,
      "movie",
      "one edit of the picture",
      std::to_string(track.edits.size()),
      found);
  add_if(!video.colour, "movie", "the picture's colour (colr)", "none named", found);
  add_if(
      track.timescale != 600,
      "movie",
      "600 ticks a second in the picture's track",
      std::to_string(track.timescale),
      found);
}

void compare_timed_metadata(const MovieFacts& movie, Differences& found) {
  add_if(
      !movie.video_orientation,
      "movie",
      "a track video-orientation (since iOS 17)",
      "none",
      found);
  add_if(
      movie.infos.empty(),
      "movie",
      "a track live-photo-info, the motion of each frame",
      "none",
      found);
  if (!movie.infos.empty() && movie.video()) {
    const auto frames = movie.video()->samples;
    add_if(
        movie.infos[0].samples != frames,
        "movie",
        "a record of live-photo-info for each frame",
        std::to_string(movie.infos[0].samples) + " for " + std::to_string(frames) + " frames",
        found);
  }
  if (movie.markers.empty() || movie.markers[0].is_lost) return;
  const MarkerFacts& marker = movie.markers[0];
  const bool is_last = !movie.tracks.empty() && movie.tracks.back().id == marker.track;
  add_if(!is_last, "movie", "the marker's track last", "another one behind it", found);
  add_if(
      marker.beside.size() < 2,
      "movie",
      "the still's transform beside the marker (since iOS 17)",
      marker.beside.empty() ? "the marker alone" : "no reference dimensions",
      found);
  const auto* track = movie.track(marker.track);
  add_if(
      track && track->references.empty(),
      "movie",
      "a reference from the marker to the picture (tref)",
      "none",
      found);
}

void compare_still(const StillFacts& still, Differences& found) {
  if (still.format == StillKind::Heic) {
    add_if(
        still.tiles == 0,
        "still",
        "tiles of 512 x 512 under a grid",
        "one coded picture",
        found);
    add_if(
        still.auxiliary.empty(),
        "still",
        "a gain map or depth beside the picture (newer ones)",
        "none",
        found);
  }
  if (!still.apple) return;
  add_if(
      still.apple->tags.size() < 10,
      "still",
      "twenty entries and more in its MakerNote",
      std::to_string(still.apple->tags.size()),
      found);
  add_if(
      !still.apple->run_time,
      "still",
      "the camera's clock in its MakerNote (0x0003)",
      "none",
      found);
}

}  // namespace

Differences camera_differences(const StillFacts& still, const MovieFacts& movie) {
  Differences found;
  compare_layout(movie, found);
  compare_metadata(movie, found);
  if (const auto* video = movie.video()) compare_video(*video, found);
  compare_timed_metadata(movie, found);
  compare_still(still, found);
  return found;
}

}  // namespace livephoto
