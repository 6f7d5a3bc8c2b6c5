// What was found out about a pair, for scripts.
#include <string>

#include "core/isobmff/live_photo.h"
#include "gst/tool/inspection.h"
#include "gst/tool/json_text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/verification_json.h"

namespace livephoto::tool {
namespace {

const char* name_of(StillKind kind) {
  switch (kind) {
    case StillKind::Heic:
      return "heic";
    case StillKind::Avif:
      return "avif";
    case StillKind::OtherHeif:
      return "heif";
    case StillKind::Jpeg:
      break;
  }
  return "jpeg";
}

template <class T>
json or_null(const std::optional<T>& value) {
  return value ? json(*value) : json();
}

json colour_json(const std::optional<Colour>& colour) {
  if (!colour) return {};
  return {
      {"primaries", colour->primaries},
      {"transfer", colour->transfer},
      {"matrix", colour->matrix},
      {"full_range", colour->full_range}};
}

json place_json(const std::optional<Place>& place) {
  if (!place) return {};
  json numbers{place->latitude_degrees, place->longitude_degrees};
  if (place->altitude_metres) numbers.push_back(*place->altitude_metres);
  return numbers;
}

void add_capture(json& object, const CaptureInfo& capture) {
  object["taken"] = capture.time ? json(isobmff::iso_8601(*capture.time)) : json();
  object["place"] = place_json(capture.place);
  object["make"] = capture.make;
  object["model"] = capture.model;
  object["software"] = capture.software;
}

json still_json(const StillFacts& still) {
  json object{
      {"file", path_text(still.path)},
      {"bytes", still.size},
      {"identifier", or_null(still.identifier)},
      {"format", name_of(still.format)},
      {"brand", still.brand},
      {"width", still.width},
      {"height", still.height},
      {"orientation", static_cast<int>(still.orientation)},
      {"bit_depth", still.bit_depth},
      {"colour", colour_json(still.colour)},
      {"icc_profile", still.has_icc_profile},
      {"maker_note",
       still.apple            ? "apple"
       : still.has_maker_note ? "other"
                              : "none"}};
  add_capture(object, still.capture);
  const std::string& problem = still.item_problem.empty() ? still.exif_problem : still.item_problem;
  if (!problem.empty()) object["problem"] = problem;
  return object;
}

json video_json(const VideoFact& video) {
  return {
      {"width", video.width},
      {"height", video.height},
      {"shown_width", video.shown_width},
      {"shown_height", video.shown_height},
      {"orientation", video.orientation ? json(static_cast<int>(*video.orientation)) : json()},
      {"profile", video.profile},
      {"bit_depth", video.bit_depth},
      {"colour", colour_json(video.colour)},
      {"frames_shown", video.frames.size()}};
}

json track_json(const TrackFacts& track) {
  json object{
      {"id", track.id},
      {"kind", track.kind},
      {"format", track.format},
      {"enabled", track.is_enabled},
      {"duration", seconds(track.duration)},
      {"samples", track.samples}};
  if (track.video) object.update(video_json(*track.video));
  if (track.sound) {
    object["channels"] = track.sound->channels;
    object["sample_rate"] = track.sound->sample_rate;
  }
  if (!track.problem.empty()) object["problem"] = track.problem;
  return object;
}

// Of the first marker that works and is shown: where the still belongs.
json marker_json(const MovieFacts& movie) {
  const MarkerFacts* marker = movie.marker();
  return marker ? json(seconds(marker->times.front())) : json();
}

json movie_json(const MovieFacts& movie) {
  json object{
      {"file", path_text(movie.path)},
      {"bytes", movie.size},
      {"identifier", or_null(movie.identifier)},
      {"brand", movie.brand},
      {"duration", seconds(movie.duration)},
      {"marker", marker_json(movie)},
      {"markers", movie.markers.size()}};
  add_capture(object, movie.capture);
  object["tracks"] = json::array();
  for (const TrackFacts& track : movie.tracks) object["tracks"].push_back(track_json(track));
  object["metadata"] = json::array();
  for (const MetadataFact& item : movie.metadata)
    object["metadata"].push_back({{"key", item.key}, {"type", item.type}, {"value", item.value}});
  return object;
}

}  // namespace

std::string inspection_event(const Inspection& inspection) {
  json object = event("inspected");
  object["output"] = path_text(inspection.base);
  object["well"] = inspection.is_well();
  object["recovered"] = inspection.recovered;
  if (!inspection.unfinished.empty()) object["unfinished"] = inspection.unfinished;
  if (!inspection.problem.empty()) object["problem"] = inspection.problem;
  if (inspection.still) object["still"] = still_json(*inspection.still);
  if (inspection.movie) object["movie"] = movie_json(*inspection.movie);
  if (inspection.together) add_verdicts(object, *inspection.together);
  return line_of(object);
}

}  // namespace livephoto::tool
