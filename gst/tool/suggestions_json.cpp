#include "gst/tool/suggestions_json.h"

#include "gst/tool/path_text.h"

namespace livephoto::tool {
namespace {

using std::chrono::nanoseconds;

nanoseconds time_in(const json& number) { return nanoseconds(number.get<std::int64_t>()); }

json optional_time(const std::optional<nanoseconds>& time) {
  return time ? json(time->count()) : json();
}

std::optional<nanoseconds> optional_time_in(const json& number) {
  return number.is_null() ? std::nullopt : std::optional(time_in(number));
}

json moment_json(const select::Moment& moment) {
  return {
      {"start", moment.start.count()},
      {"duration", moment.duration.count()},
      {"still", moment.still.count()},
      {"score", moment.score},
      {"scores", scores_json(moment.scores)}};
}

select::Moment moment_in(const json& object) {
  select::Moment moment{
      .start = time_in(object.at("start")),
      .duration = time_in(object.at("duration")),
      .still = time_in(object.at("still")),
      .score = object.at("score"),
      .scores = {}};
  const json& scores = object.at("scores");
  moment.scores = {
      .calm = scores.at("calm"),
      .alive = scores.at("alive"),
      .whole = scores.at("whole"),
      .exposed = scores.at("exposed"),
      .complete = scores.at("complete"),
      .cover = scores.at("cover"),
      .sharp = scores.at("sharp")};
  return moment;
}

json suggestion_json(const Suggestion& suggestion) {
  json advice = json::array();
  for (const select::PictureAdvice& item : suggestion.advice)
    advice.push_back({item.pity, optional_time(item.better_still)});
  return {
      {"moment", moment_json(suggestion.moment)},
      {"reason", suggestion.reason},
      {"advice", advice}};
}

Suggestion suggestion_in(const json& object) {
  Suggestion suggestion{
      .moment = moment_in(object.at("moment")),
      .reason = object.at("reason"),
      .advice = {}};
  for (const json& item : object.at("advice"))
    suggestion.advice.push_back(
        {.pity = item.at(0).get<select::Pity>(), .better_still = optional_time_in(item.at(1))});
  return suggestion;
}

}  // namespace

json scores_json(const select::Scores& scores) {
  return {
      {"calm", scores.calm},
      {"alive", scores.alive},
      {"whole", scores.whole},
      {"exposed", scores.exposed},
      {"complete", scores.complete},
      {"cover", scores.cover},
      {"sharp", scores.sharp}};
}

json suggestions_json(const VideoSuggestions& video) {
  json suggestions = json::array();
  for (const Suggestion& suggestion : video.suggestions)
    suggestions.push_back(suggestion_json(suggestion));
  return {
      {"video", path_text(video.video)},
      {"first_picture", video.first_picture.count()},
      {"length", optional_time(video.length)},
      {"suggestions", suggestions}};
}

VideoSuggestions read_suggestions(const json& object) {
  VideoSuggestions video;
  if (const auto path = path_of(object.at("video").get<std::string>())) video.video = *path;
  video.first_picture = time_in(object.at("first_picture"));
  video.length = optional_time_in(object.at("length"));
  for (const json& suggestion : object.at("suggestions"))
    video.suggestions.push_back(suggestion_in(suggestion));
  return video;
}

}  // namespace livephoto::tool
