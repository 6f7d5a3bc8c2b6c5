#include "gst/tool/wire.h"

#include "core/isobmff/live_photo.h"
#include "core/isobmff/source_metadata.h"
#include "core/text.h"
#include "gst/tool/json_text.h"
#include "gst/tool/path_text.h"
#include "gst/tool/suggestions_json.h"

namespace livephoto::tool {
namespace {

// To the nanosecond.
json time_of(const std::optional<nanoseconds>& time) { return time ? json(time->count()) : json(); }

std::optional<nanoseconds> time_in(const json& object, const char* field) {
  if (object.at(field).is_null()) return std::nullopt;
  return nanoseconds(object.at(field).get<std::int64_t>());
}

std::filesystem::path path_in(const json& object, const char* field) {
  const auto path = path_of(object.at(field).get<std::string>());
  return path ? *path : std::filesystem::path();
}

// ---- Between the processes

json settings_json(const Settings& settings) {
  json place;
  if (settings.place)
    place = {
        settings.place->latitude_degrees,
        settings.place->longitude_degrees,
        settings.place->altitude_metres ? json(*settings.place->altitude_metres) : json()};
  return {
      {"exact", settings.exact},
      {"still_format", settings.still_format},
      {"bundle", settings.bundle},
      {"width", settings.size.width},
      {"height", settings.size.height},
      {"crop", settings.crop},
      {"mute", settings.mute},
      {"date", settings.date ? json(isobmff::iso_8601(*settings.date)) : json()},
      {"place", place},
      {"no-gps", settings.no_gps},
      {"strip", settings.strip},
      {"wallpaper", settings.wallpaper}};
}

Settings settings_in(const json& object) {
  Settings settings;
  settings.exact = object.at("exact");
  settings.still_format = object.at("still_format");
  settings.bundle = object.at("bundle");
  settings.size = {object.at("width"), object.at("height")};
  settings.crop = object.at("crop");
  settings.mute = object.at("mute");
  if (!object.at("date").is_null())
    settings.date = parse_iso_8601(object.at("date").get<std::string>());
  if (const json& place = object.at("place"); !place.is_null()) {
    settings.place = Place{place[0], place[1]};
    if (!place[2].is_null()) settings.place->altitude_metres = place[2].get<double>();
  }
  settings.no_gps = object.at("no-gps");
  settings.strip = object.at("strip");
  settings.wallpaper = object.at("wallpaper");
  return settings;
}

json part_json(const std::optional<SheetPart>& part) {
  if (!part) return {};
  return {{"form", part->form}, {"file", path_text(part->file)}};
}

std::optional<SheetPart> part_in(const json& object) {
  if (object.is_null()) return std::nullopt;
  return SheetPart{object.at("form"), path_in(object, "file")};
}

json pair_json(const MadePair& pair) {
  return {
      {"content_identifier", pair.content_identifier},
      {"start", pair.start.count()},
      {"duration", pair.duration.count()},
      {"still", pair.still.count()},
      {"still_offset", pair.still_offset.count()},
      {"still_size", pair.still_size},
      {"movie_size", pair.movie_size},
      {"is_encoded", pair.is_encoded},
      {"source_codec", pair.source_codec},
      {"date_source", pair.date_source},
      {"hidden_pictures", pair.hidden_pictures},
      {"video_length", time_of(pair.video_length)},
      {"reason", pair.reason}};
}

MadePair pair_in(const json& object) {
  MadePair pair;
  pair.content_identifier = object.at("content_identifier");
  pair.start = *time_in(object, "start");
  pair.duration = *time_in(object, "duration");
  pair.still = *time_in(object, "still");
  pair.still_offset = *time_in(object, "still_offset");
  pair.still_size = object.at("still_size");
  pair.movie_size = object.at("movie_size");
  pair.is_encoded = object.at("is_encoded");
  pair.source_codec = object.at("source_codec");
  pair.date_source = object.at("date_source");
  pair.hidden_pictures = object.at("hidden_pictures");
  pair.video_length = time_in(object, "video_length");
  pair.reason = object.at("reason");
  return pair;
}

json advice_json(const std::vector<Advice>& advice) {
  json list = json::array();
  for (const Advice& item : advice) list.push_back({{"code", item.code}, {"text", item.text}});
  return list;
}

Outcome outcome_in(const json& object) {
  Outcome outcome;
  outcome.ending = object.at("ending");
  outcome.failure = object.at("failure");
  outcome.message = object.at("message");
  if (!object.at("pair").is_null()) outcome.pair = pair_in(object.at("pair"));
  for (const json& item : object.at("advice"))
    outcome.advice.push_back({item.at("code"), item.at("text")});
  if (!object.at("suggestions").is_null())
    outcome.suggestions = read_suggestions(object.at("suggestions"));
  return outcome;
}

// ---- For scripts

const char* name_of(Ending ending) {
  switch (ending) {
    case Ending::Made:
      return "made";
    case Ending::Skipped:
      return "skipped";
    case Ending::Planned:
      return "planned";
    case Ending::Suggested:
      return "suggested";
    case Ending::Failed:
      break;
  }
  return "failed";
}

const char* name_of(Failure failure) {
  switch (failure) {
    case Failure::Exists:
      return "exists";
    case Failure::Crash:
      return "crash";
    case Failure::Timeout:
      return "timeout";
    case Failure::None:
    case Failure::Error:
      break;
  }
  return "error";
}

// Where the pair is, or would be.
void add_names(json& object, const Job& job) {
  const PairNames names = names_of(job);
  if (!names.bundle.empty()) object["bundle_file"] = path_text(names.bundle);
  if (job.settings.bundle == Bundle::PvtZip) return;
  object["still_file"] = path_text(names.still);
  object["movie_file"] = path_text(names.movie);
}

// What a line of a list may have, so that it can be one.
void add_moment(json& object, const Job& job, const Outcome& outcome) {
  object["video"] = path_text(job.moment.video);
  if (outcome.pair) {
    object["start"] = seconds(outcome.pair->start);
    object["duration"] = seconds(outcome.pair->duration);
    object["still"] = seconds(outcome.pair->still);
  } else {
    if (job.pick == 0 || job.moment.start) object["start"] = seconds(job.start());
    object["duration"] = seconds(job.duration());
    if (job.moment.still) object["still"] = seconds(*job.moment.still);
  }
  object["output"] = path_text(job.base);
}

void add_pair(json& object, const MadePair& pair) {
  object["still_offset"] = seconds(pair.still_offset);
  object["content_identifier"] = pair.content_identifier;
  object["still_bytes"] = pair.still_size;
  object["movie_bytes"] = pair.movie_size;
  object["encoded"] = pair.is_encoded;
  object["source_codec"] = pair.source_codec;
  object["date_source"] = pair.date_source;
  object["hidden_pictures"] = pair.hidden_pictures;
  if (pair.video_length) object["video_length"] = seconds(*pair.video_length);
  if (!pair.reason.empty()) object["chosen_for"] = pair.reason;
}

}  // namespace

std::string write_job(const Job& job) {
  return line_of(
      {{"video", path_text(job.moment.video)},
       {"start", time_of(job.moment.start)},
       {"duration", time_of(job.moment.duration)},
       {"still", time_of(job.moment.still)},
       {"base", path_text(job.base)},
       {"settings", settings_json(job.settings)},
       {"force", job.force},
       {"pick", job.pick},
       {"looks", job.looks},
       {"suggestions", job.suggestions},
       {"part", part_json(job.part)},
       {"patience", job.patience.count()}});
}

Result<Job> read_job(std::string_view line) {
  try {
    const json object = json::parse(line);
    Job job;
    job.moment.video = path_in(object, "video");
    job.moment.start = time_in(object, "start");
    job.moment.duration = time_in(object, "duration");
    job.moment.still = time_in(object, "still");
    job.base = path_in(object, "base");
    job.settings = settings_in(object.at("settings"));
    job.force = object.at("force");
    job.pick = object.at("pick");
    job.looks = object.at("looks");
    job.suggestions = object.at("suggestions");
    job.part = part_in(object.at("part"));
    job.patience = std::chrono::milliseconds(object.at("patience").get<std::int64_t>());
    return job;
  } catch (const json::exception& problem) {
    return Error{ErrorCode::InvalidInput, "The job cannot be read.", problem.what()};
  }
}

std::string write_progress(double done) { return line_of({{"done", done}}); }

std::string write_outcome(const Outcome& outcome) {
  return line_of(
      {{"ending", outcome.ending},
       {"failure", outcome.failure},
       {"message", outcome.message},
       {"pair", outcome.pair ? pair_json(*outcome.pair) : json()},
       {"advice", advice_json(outcome.advice)},
       {"suggestions", outcome.suggestions ? suggestions_json(*outcome.suggestions) : json()}});
}

std::optional<Report> read_report(std::string_view line) {
  try {
    const json object = json::parse(line);
    Report report;
    if (object.contains("done"))
      report.done = object["done"].get<double>();
    else
      report.outcome = outcome_in(object);
    return report;
  } catch (const json::exception&) {
    return std::nullopt;
  }
}

std::string event_of(const Job& job, const Outcome& outcome) {
  json object = event(name_of(outcome.ending));
  add_moment(object, job, outcome);
  if (outcome.ending == Ending::Failed) {
    object["reason"] = name_of(outcome.failure);
    object["message"] = outcome.message;
    if (!outcome.log.empty()) object["log"] = outcome.log;
    return line_of(object);
  }
  add_names(object, job);
  if (outcome.pair) add_pair(object, *outcome.pair);
  if (outcome.ending != Ending::Made) return line_of(object);
  object["advice"] = advice_json(outcome.advice);
  object["took"] = static_cast<double>(outcome.took.count()) / 1e3;
  return line_of(object);
}

std::string event_of(const Summary& summary) {
  json object = event("summary");
  object["made"] = summary.made;
  object["skipped"] = summary.skipped;
  object["planned"] = summary.planned;
  object["failed"] = summary.failed;
  object["not_begun"] = summary.not_begun;
  object["interrupted"] = summary.interrupted;
  object["took"] = static_cast<double>(summary.took.count()) / 1e3;
  return line_of(object);
}

}  // namespace livephoto::tool
