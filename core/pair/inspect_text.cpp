// Prints what the files of a pair say of themselves, for people.
#include <algorithm>
#include <array>
#include <cmath>
#include <cstdio>
#include <string_view>

#include "core/pair/inspect.h"
#include "core/text.h"

namespace livephoto {
namespace {

// "  identifier     E905…": names in one column.
class Lines {
 public:
  void title(const std::string& text) { text_ += printable(text) + '\n'; }
  void line(std::string_view name, const std::string& value, std::size_t depth = 1) {
    if (value.empty()) return;
    std::string row(2 * depth, ' ');
    row += name;
    row.resize(std::max(row.size() + 1, kColumn), ' ');
    text_ += row + printable(value) + '\n';
  }
  const std::string& text() const { return text_; }

 private:
  static constexpr std::size_t kColumn = 20;
  std::string text_;
};

std::string joined(const std::vector<std::string>& words, const char* between = ", ") {
  std::string text;
  for (const auto& word : words)
    if (!word.empty()) text += (text.empty() ? "" : between) + word;
  return text;
}

std::string size_text(double width, double height) {
  const auto side = [](double value) {
    return decimal_text(value, value == std::floor(value) ? 0 : 2);
  };
  return side(width) + " x " + side(height);
}

std::string number_text(double value) {
  return decimal_text(value, value == std::floor(value) ? 0 : 3);
}

std::string orientation_text(Orientation orientation) {
  switch (orientation) {
    case Orientation::Normal:
      return "upright";
    case Orientation::FlipHorizontal:
      return "mirrored left and right";
    case Orientation::Rotate180:
      return "to be turned by 180 degrees";
    case Orientation::FlipVertical:
      return "mirrored top and bottom";
    case Orientation::Transpose:
      return "to be mirrored and turned by 90 degrees anticlockwise";
    case Orientation::Rotate90:
      return "to be turned by 90 degrees clockwise";
    case Orientation::Transverse:
      return "to be mirrored and turned by 90 degrees clockwise";
    case Orientation::Rotate270:
      return "to be turned by 90 degrees anticlockwise";
  }
  return {};
}

std::string colour_text(const Colour& colour) {
  return "primaries " + std::to_string(colour.primaries) + ", transfer " +
         std::to_string(colour.transfer) + ", matrix " + std::to_string(colour.matrix) +
         (colour.full_range ? ", full range" : "");
}

std::string place_text(const Place& place) {
  std::string text =
      decimal_text(place.latitude_degrees, 5) + ", " + decimal_text(place.longitude_degrees, 5);
  if (place.altitude_metres) text += ", " + decimal_text(*place.altitude_metres, 1) + " m";
  return text;
}

template <class... Values>
std::string formatted(const char* format, Values... values) {
  std::array<char, 96> text{};
  std::snprintf(text.data(), text.size(), format, values...);
  return text.data();
}

std::string utc_text(std::chrono::sys_seconds time) {
  using namespace std::chrono;
  const auto day = floor<days>(time);
  const year_month_day date(day);
  const hh_mm_ss clock(time - day);
  return formatted(
      "%04d-%02u-%02u %02d:%02d:%02d UTC",
      static_cast<int>(date.year()),
      static_cast<unsigned>(date.month()),
      static_cast<unsigned>(date.day()),
      static_cast<int>(clock.hours().count()),
      static_cast<int>(clock.minutes().count()),
      static_cast<int>(clock.seconds().count()));
}

void add_capture(const CaptureInfo& capture, Lines& lines) {
  if (capture.time) lines.line("taken", time_text(*capture.time));
  if (capture.place) lines.line("place", place_text(*capture.place));
  lines.line("device", joined({capture.make, capture.model, capture.software}));
  lines.line("title", capture.title);
  lines.line("description", capture.description);
  lines.line("keywords", joined(capture.keywords));
}

std::string format_text(const StillFacts& still) {
  switch (still.format) {
    case StillKind::Heic:
      return "HEIC";
    case StillKind::Avif:
      return "AVIF";
    case StillKind::OtherHeif:
      return "HEIF";
    case StillKind::Jpeg:
      break;
  }
  return "JPEG";
}

std::string maker_note_text(const StillFacts& still) {
  if (!still.has_maker_note) return still.has_exif ? "none" : "";
  if (!still.apple) return "of another maker than Apple";
  const AppleMakerNote& note = *still.apple;
  std::string text = "Apple's, " + std::to_string(note.size) + " bytes, " +
                     std::to_string(note.tags.size()) +
                     (note.tags.size() == 1 ? " entry" : " entries");
  if (!note.big_endian) text += ", little-endian";
  if (!note.is_whole()) text += ", cut off: it promises " + std::to_string(note.promised);
  if (!note.outside.empty()) text += ", with values outside of it";
  return text;
}

std::string edits_text(const TrackFacts& track) {
  std::vector<std::string> edits;
  for (const EditFact& edit : track.edits)
    edits.push_back(
        edit.media_time ? seconds_text(edit.duration) + " from " + seconds_text(*edit.media_time) +
                              (edit.rate == 1 ? "" : " at rate " + number_text(edit.rate))
                        : seconds_text(edit.duration) + " empty");
  return joined(edits);
}

std::string video_text(const TrackFacts& track) {
  const VideoFact& video = *track.video;
  const auto& frames = video.frames;
  std::string rate;
  if (frames.size() > 1) {
    const auto span = std::chrono::duration<double>(frames.back() - frames.front()).count();
    if (span > 0)
      rate = "some " + decimal_text(static_cast<double>(frames.size() - 1) / span, 2) + " a second";
  }
  return joined(
      {track.format,
       video.profile,
       video.chroma,
       video.bit_depth > 0 ? std::to_string(video.bit_depth) + " bits" : "",
       size_text(video.width, video.height),
       std::to_string(frames.size()) + " frames shown",
       rate,
       video.has_configuration ? "" : "no decoder configuration",
       video.has_dolby_vision ? "Dolby Vision" : ""});
}

std::string sound_text(const TrackFacts& track) {
  return joined(
      {track.format,
       std::to_string(track.sound->channels) +
           (track.sound->channels == 1 ? " channel" : " channels"),
       number_text(track.sound->sample_rate) + " Hz",
       track.format == "lpcm" ? std::to_string(track.sound->bits) + " bits" : ""});
}

std::string track_text(const TrackFacts& track) {
  if (track.video) return video_text(track);
  if (track.sound) return sound_text(track);
  return joined(
      {track.format.empty() ? "no description" : track.format,
       std::to_string(track.samples) + (track.samples == 1 ? " sample" : " samples")});
}

void add_track(const TrackFacts& track, Lines& lines) {
  lines.line(
      "track " + std::to_string(track.id),
      track.kind + ": " + track_text(track) + (track.is_enabled ? "" : ", disabled"));
  lines.line("named", track.handler_name, 2);
  lines.line(
      "times",
      seconds_text(track.duration) + ", timescale " + std::to_string(track.timescale),
      2);
  lines.line("edits", edits_text(track), 2);
  for (const auto& reference : track.references) {
    std::vector<std::string> tracks;
    for (const auto id : reference.tracks) tracks.push_back(std::to_string(id));
    lines.line("refers to", reference.type + " " + joined(tracks), 2);
  }
  if (track.video) {
    const VideoFact& video = *track.video;
    lines.line(
        "shown",
        size_text(video.shown_width, video.shown_height) + ", " +
            (video.orientation ? orientation_text(*video.orientation)
                               : std::string("turned by no right angle")),
        2);
    if (video.colour) lines.line("colour", colour_text(*video.colour), 2);
  }
  for (const auto& key : track.keys)
    lines.line("key " + std::to_string(key.local_id), joined({key.name, key.type}), 2);
  lines.line("problem", track.problem, 2);
  lines.line("unusual", track.oddity, 2);
}

void add_marker(const MarkerFacts& marker, Lines& lines) {
  std::vector<std::string> times;
  for (const auto time : marker.times) times.push_back(seconds_text(time));
  const std::string where = "track " + std::to_string(marker.track);
  if (marker.is_lost) {
    lines.line("lost marker", joined({joined(times, " and "), where, "its description is gone"}));
    return;
  }
  lines.line(
      "marker",
      joined(
          {times.empty() ? "never shown" : joined(times, " and "),
           marker.value.empty() ? "" : "value " + marker.value,
           marker.type,
           where}));
  for (const auto& value : marker.beside)
    lines.line("beside it", joined({value.key, value.type, value.value}), 2);
  lines.line("problem", marker.problem, 2);
}

std::string info_text(const LivePhotoInfo& info) {
  std::string text =
      "exposure " + decimal_text(double{info.exposure_seconds}, 6) + " s, motion " +
      decimal_text(double{info.motion[0]}, 2) + " " + decimal_text(double{info.motion[1]}, 2) +
      ", blur " + decimal_text(double{info.blur[0]}, 2) + " " +
      decimal_text(double{info.blur[1]}, 2) + ", zoom " + decimal_text(double{info.zoom}, 3) +
      ", gain " + decimal_text(double{info.gain}, 3);
  if (info.objects > 0) text += ", " + std::to_string(info.objects) + " objects";
  return text;
}

void add_infos(const InfoTrackFacts& infos, Lines& lines) {
  std::vector<std::string> versions;
  for (const unsigned version : {1u, 3u})
    if (std::ranges::any_of(infos.records, [&](const TimedInfo& record) {
          return record.info.version == version;
        }))
      versions.push_back("version " + std::to_string(version));
  lines.line(
      "live-photo-info",
      joined(
          {std::to_string(infos.samples) + " records",
           joined(versions, " and "),
           infos.width > 0 ? "for " + size_text(infos.width, infos.height) : "",
           infos.system_version.empty() ? "" : "iOS " + infos.system_version,
           infos.capture_core.empty() ? "" : "CMCaptureCore " + infos.capture_core,
           infos.unread > 0 ? std::to_string(infos.unread) + " cannot be read" : ""}));
  if (infos.records.empty()) return;
  const auto show = [&](const TimedInfo& record) {
    lines.line(seconds_text(record.shown), info_text(record.info), 2);
  };
  show(infos.records.front());
  if (infos.records.size() > 1) show(infos.records.back());
}

}  // namespace

std::string time_text(const CaptureTime& time) {
  std::string text = formatted(
      "%04d-%02d-%02d %02d:%02d:%02d",
      time.year,
      time.month,
      time.day,
      time.hour,
      time.minute,
      time.second);
  if (time.nanosecond != 0) text += formatted(".%03u", time.nanosecond / 1'000'000);
  if (!time.utc_offset_minutes) return text;
  const int offset = std::abs(*time.utc_offset_minutes);
  return text + formatted(
                    " %c%02d:%02d",
                    *time.utc_offset_minutes < 0 ? '-' : '+',
                    offset / 60,
                    offset % 60);
}

std::string inspect_text(const StillFacts& still) {
  Lines lines;
  lines.title("Still: " + still.path.string());
  lines.line(
      "format",
      joined(
          {format_text(still),
           still.brand.empty() ? "" : "brand " + still.brand,
           still.coding == "JPEG" ? "" : still.coding,
           std::to_string(still.size) + " bytes"}));
  lines.line("identifier", still.identifier.value_or("none"));
  lines.line(
      "picture",
      joined(
          {size_text(still.width, still.height),
           still.bit_depth > 0 ? std::to_string(still.bit_depth) + " bits" : "",
           orientation_text(still.orientation),
           still.tiles > 0 ? std::to_string(still.tiles) + " tiles" : "",
           still.thumbnails > 0 ? "thumbnail" : ""}));
  if (still.colour) lines.line("colour", colour_text(*still.colour));
  if (still.has_icc_profile) lines.line("colour profile", "ICC");
  for (const auto& kind : still.auxiliary) lines.line("beside it", kind);
  lines.line("Exif", still.has_exif ? "at byte " + std::to_string(still.exif_offset) : "none");
  lines.line("problem", still.exif_problem, 2);
  lines.line("problem", still.item_problem);
  lines.line("unusual", still.item_oddity);
  lines.line("MakerNote", maker_note_text(still));
  if (still.apple && still.apple->run_time)
    lines.line("camera's clock", seconds_text(*still.apple->run_time) + " since it was started");
  add_capture(still.capture, lines);
  return lines.text();
}

std::string inspect_text(const MovieFacts& movie) {
  Lines lines;
  lines.title("Movie: " + movie.path.string());
  lines.line(
      "format",
      joined(
          {movie.brand == "qt  " ? "QuickTime"
           : movie.brand.empty() ? "QuickTime without a brand"
                                 : "brand " + movie.brand,
           movie.moov_is_first ? "header first" : "header last",
           std::to_string(movie.size) + " bytes"}));
  lines.line("identifier", movie.identifier.value_or("none"));
  if (movie.user_identifier) lines.line("under udta", *movie.user_identifier);
  for (const auto& marker : movie.markers) add_marker(marker, lines);
  if (movie.markers.empty()) lines.line("marker", "none");
  lines.line(
      "duration",
      seconds_text(movie.duration) + ", timescale " + std::to_string(movie.timescale));
  if (movie.creation) lines.line("header's date", utc_text(*movie.creation));
  add_capture(movie.capture, lines);
  for (const auto& infos : movie.infos) add_infos(infos, lines);
  if (movie.video_orientation)
    lines.line("video-orientation", std::to_string(*movie.video_orientation));
  for (const auto& track : movie.tracks) add_track(track, lines);
  for (const auto& item : movie.metadata)
    lines.line("metadata", joined({item.key, item.type, item.value}));
  for (const auto& item : movie.user_metadata)
    lines.line("user metadata", joined({item.key, item.type, item.value}));
  return lines.text();
}

std::string inspect_text(const std::vector<CameraDifference>& differences) {
  if (differences.empty()) return {};
  Lines lines;
  lines.title("What a camera writes besides (no reader asks for it):");
  for (const auto& difference : differences)
    lines.line(difference.where, difference.camera + "; here " + difference.here);
  return lines.text();
}

}  // namespace livephoto
