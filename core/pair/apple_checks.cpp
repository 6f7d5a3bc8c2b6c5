// What is published of Live Photos and what every camera's pair has: docs/live-photo-format.md.
#include <algorithm>
#include <cmath>
#include <utility>

#include "core/content_identifier.h"
#include "core/pair/checks.h"
#include "core/pair/names.h"
#include "core/still/jpeg_reader.h"
#include "core/text.h"

namespace livephoto::pair {
namespace {

using std::chrono::nanoseconds;

constexpr double kOtherShape = 0.05;

constexpr const char* kNewMarker =
    "Write the marker anew with gst-livephoto-1.0 repair; where nothing tells its time, --still "
    "does.";

std::string quoted(const std::string& text) { return '"' + text + '"'; }

// Asks one thing after the other; the first answer that is not good ends it.
class Checks {
 public:
  explicit Checks(std::vector<Check>& checks) : checks_(checks) {}

  void pass(const char* name, std::string why) { add(name, Verdict::Pass, std::move(why), {}); }
  void warn(const char* name, std::string why, std::string advice) {
    add(name, Verdict::Warn, std::move(why), std::move(advice));
  }
  void fail(const char* name, std::string why, std::string advice) {
    add(name, Verdict::Fail, std::move(why), std::move(advice));
  }

 private:
  void add(const char* name, Verdict verdict, std::string why, std::string advice) {
    checks_.push_back({name, Profile::Apple, verdict, std::move(why), std::move(advice)});
  }

  std::vector<Check>& checks_;
};

// ---- The still -----------------------------------------------------------------

void check_still_kind(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "still-kind";
  if (still.format == StillKind::Heic) return checks.pass(kName, "The still is a HEIC picture.");
  if (still.format == StillKind::Jpeg) return checks.pass(kName, "The still is a JPEG picture.");
  checks.fail(
      kName,
      "The still is neither HEIC nor JPEG, of which Live Photos are made.",
      "Convert it to HEIC or JPEG.");
}

void check_still_suffix(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "still-suffix";
  const std::string suffix = lower_case_extension(still.path);
  const bool is_jpeg = still.format == StillKind::Jpeg;
  const bool fits =
      is_jpeg ? suffix == ".jpg" || suffix == ".jpeg" : suffix == ".heic" || suffix == ".heif";
  if (fits) return checks.pass(kName, "The still's suffix says what it is.");
  checks.warn(
      kName,
      "The still's suffix " + quoted(still.path.extension().string()) +
          " does not say that it is " +
          (is_jpeg ? "a JPEG; importers go by it." : "a HEIC; importers go by it."),
      std::string("Rename it to end with ") + (is_jpeg ? ".JPG." : ".HEIC."));
}

void check_exif(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "still-exif";
  if (!still.has_exif)
    return checks.fail(kName, "The still has no Exif, in which its identifier has to be.", kRepair);
  if (!still.exif_problem.empty()) return checks.fail(kName, still.exif_problem, kRepair);
  if (still.format == StillKind::Jpeg && still.exif_offset >= kHeadOfFile)
    return checks.warn(
        kName,
        "The JPEG's Exif begins only at byte " + std::to_string(still.exif_offset) +
            ", behind other segments; who reads just the first 64 KiB misses the identifier.",
        "Write the Exif as the first segment with gst-livephoto-1.0 repair.");
  const auto first = still.identifier ? still.identifier : still.stray_identifier;
  if (still.exif_blocks > 1 && first != still.last_identifier)
    return checks.warn(
        kName,
        "The still has " + std::to_string(still.exif_blocks) +
            " Exif blocks that say different things: the identifier is " +
            first.value_or("missing") + " in the first, which counts, and " +
            still.last_identifier.value_or("missing") + " in the last, which galleries take.",
        kRepair);
  if (still.exif_in_idat)
    return checks.warn(
        kName,
        "The still's Exif is in the box \"idat\", where ExifTool and the galleries that read by "
        "it do not look.",
        kRepair);
  checks.pass(kName, "The still has Exif.");
}

void check_items(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "still-data";
  if (!still.item_problem.empty())
    return checks.fail(kName, still.item_problem, "Copy the file again from where it came.");
  if (!still.item_oddity.empty())
    return checks.warn(
        kName,
        still.item_oddity,
        "Write the still anew from its source, before a program cuts it out.");
  checks.pass(kName, "All that the still's items name is in the file.");
}

// What is wrong with the MakerNote; empty for nothing.
std::string maker_note_fault(const StillFacts& still) {
  if (!still.has_maker_note)
    return "The still has no Apple MakerNote; exiftool and the like can change one, but not make "
           "one.";
  if (!still.apple) return "The still's MakerNote is not Apple's, so it has no identifier.";
  const AppleMakerNote& note = *still.apple;
  if (!note.big_endian)
    return "Apple's MakerNote in the still is little-endian, as no camera of Apple writes it.";
  if (!note.is_whole())
    return "Apple's MakerNote in the still is cut off: of " + std::to_string(note.promised) +
           " entries " + std::to_string(note.tags.size()) + " are there.";
  if (!note.outside.empty())
    return "Apple's MakerNote in the still points outside of itself; its values count from its own "
           "first byte.";
  return {};
}

void check_maker_note(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "maker-note";
  const std::string fault = maker_note_fault(still);
  if (fault.empty()) return checks.pass(kName, "The still has Apple's MakerNote.");
  checks.fail(kName, fault, kRepair);
}

void check_still_identifier(const StillFacts& still, Checks& checks) {
  constexpr const char* kName = "still-identifier";
  if (!still.identifier)
    return checks.fail(
        kName,
        "The still has no content identifier (MakerNote tag 0x0011).",
        kRepair);
  const auto parsed = parse_content_identifier(*still.identifier);
  if (!parsed || *parsed != *still.identifier)
    return checks.warn(
        kName,
        "The still's identifier " + quoted(*still.identifier) +
            " is no UUID in upper case, as cameras write it.",
        "Give the pair a new identifier with gst-livephoto-1.0 repair.");
  checks.pass(kName, "The still has the identifier " + *still.identifier + ".");
}

// ---- The movie -----------------------------------------------------------------

void check_brand(const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "movie-brand";
  if (movie.brand.empty())
    return checks.pass(kName, "The movie names no brand, as older QuickTime does.");
  if (movie.brand == "qt  ") return checks.pass(kName, "The movie is QuickTime.");
  checks.warn(
      kName,
      "The movie's brand is " + quoted(movie.brand) +
          ", not QuickTime's \"qt  \", which every "
          "camera writes.",
      kRepair);
}

void check_movie_suffix(const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "movie-suffix";
  if (lower_case_extension(movie.path) == ".mov")
    return checks.pass(kName, "The movie's suffix is .MOV.");
  checks.warn(
      kName,
      "The movie's suffix is " + quoted(movie.path.extension().string()) +
          "; importers look for .MOV.",
      "Rename it to end with .MOV.");
}

void check_movie_identifier(const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "movie-identifier";
  if (movie.identifier && movie.metadata_is_iso)
    return checks.fail(
        kName,
        "The movie's identifier is in a \"meta\" atom in ISO's form, with version and flags; "
        "QuickTime's has none.",
        kRepair);
  if (movie.identifier && !movie.identifier->empty())
    return checks.pass(kName, "The movie has the identifier " + *movie.identifier + ".");
  if (movie.user_identifier)
    return checks.fail(
        kName,
        "The movie's identifier is only under udta/meta, where ffmpeg puts it; it has to be in "
        "moov/meta.",
        kRepair);
  checks.fail(
      kName,
      "The movie has no content identifier (com.apple.quicktime.content.identifier).",
      kRepair);
}

void check_match(const StillFacts& still, const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "identifiers-match";
  const auto of_still = still.identifier ? still.identifier : still.stray_identifier;
  const auto of_movie = movie.identifier ? movie.identifier : movie.user_identifier;
  if (!of_still || !of_movie)
    return checks.fail(
        kName,
        std::string("There is nothing to compare: ") +
            (of_still   ? "the movie"
             : of_movie ? "the still"
                        : "neither file") +
            " has " + (of_still || of_movie ? "no identifier." : "an identifier."),
        kRepair);
  if (*of_still == *of_movie) return checks.pass(kName, "Both files have one identifier.");
  checks.fail(
      kName,
      "The identifiers differ: " + *of_still + " in the still, " + *of_movie + " in the movie.",
      "If the two belong together, give them one identifier with gst-livephoto-1.0 repair.");
}

// ---- The picture of the movie --------------------------------------------------

void check_codec(const TrackFacts& track, Checks& checks) {
  constexpr const char* kName = "video-codec";
  if (track.format == "avc1" || track.format == "hvc1")
    return checks.pass(kName, "The picture is " + track.format + ".");
  if (track.format == "hev1" || track.format == "avc3")
    return checks.fail(
        kName,
        "The picture is stored as " + track.format +
            ", which Apple's players refuse; it has to be " +
            (track.format == "hev1" ? "hvc1." : "avc1."),
        "Write it anew without encoding, for example with ffmpeg -i MOVIE -map 0 -c copy -tag:v " +
            std::string(track.format == "hev1" ? "hvc1" : "avc1") +
            " NEW.MOV, and join the still and that again with gst-livephoto-1.0 repair.");
  checks.fail(
      kName,
      "The picture is " + (track.format.empty() ? "of no named codec" : quoted(track.format)) +
          ", neither H.264 (avc1) nor H.265 (hvc1).",
      "Make the Live Photo anew with gst-livephoto-1.0 make, which encodes it.");
}

void check_format(const TrackFacts& track, Checks& checks) {
  constexpr const char* kName = "video-format";
  const VideoFact& video = *track.video;
  if (!video.has_configuration)
    return checks.fail(
        kName,
        "The picture has no decoder configuration (avcC, hvcC), so no player can decode it.",
        "Make the movie anew from its source.");
  if (!video.chroma.empty() && video.chroma != "4:2:0")
    return checks.fail(
        kName,
        "The picture is " + video.chroma + "; Apple's decoders take 4:2:0.",
        "Make the Live Photo anew with gst-livephoto-1.0 make, which encodes it.");
  checks.pass(
      kName,
      "The picture is " + (video.profile.empty() ? track.format : video.profile) + ".");
}

void check_edits(const TrackFacts& track, Checks& checks) {
  constexpr const char* kName = "video-edits";
  const auto is_plain = [](const EditFact& edit) { return edit.media_time && edit.rate == 1; };
  if (track.edits.size() <= 1 && std::ranges::all_of(track.edits, is_plain))
    return checks.pass(kName, "The picture is shown by one edit.");
  checks.warn(
      kName,
      "The picture is shown by " + std::to_string(track.edits.size()) +
          " edits, or not from the beginning or at another speed; cameras write one.",
      "Make the Live Photo anew with gst-livephoto-1.0 make.");
}

void check_data(const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "movie-data";
  const auto damaged =
      std::ranges::find_if(movie.tracks, [](const auto& track) { return !track.problem.empty(); });
  const auto named = [](const TrackFacts& track, const std::string& what) {
    return "Track " + std::to_string(track.id) + " (" + track.kind + "): " + what;
  };
  if (damaged != movie.tracks.end())
    return checks.fail(
        kName,
        named(*damaged, damaged->problem),
        "Copy the file again from where it came.");
  const auto odd =
      std::ranges::find_if(movie.tracks, [](const auto& track) { return !track.oddity.empty(); });
  if (odd != movie.tracks.end())
    return checks.warn(
        kName,
        named(*odd, odd->oddity),
        "Write the movie anew from its source, before a program cuts them out.");
  checks.pass(kName, "All that the tracks name is in the file.");
}

void check_video(const MovieFacts& movie, Checks& checks) {
  const TrackFacts* video = movie.video();
  if (video == nullptr) {
    const auto any = std::ranges::find_if(movie.tracks, [](const auto& track) {
      return track.video.has_value();
    });
    checks.fail(
        "video-track",
        any == movie.tracks.end()
            ? "The movie has no picture."
            : "The movie's picture is disabled or has no frame that is shown.",
        "Make the Live Photo anew with gst-livephoto-1.0 make.");
    return;
  }
  checks.pass(
      "video-track",
      "The movie shows " + std::to_string(video->video->frames.size()) + " frames.");
  check_codec(*video, checks);
  check_format(*video, checks);
  check_edits(*video, checks);
}

// ---- The marker ----------------------------------------------------------------

// Where there is no marker that works.
void report_no_marker(const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "marker";
  if (!movie.markers.empty())
    return checks.fail(
        kName,
        "The marker was destroyed: its track is there, but without its description, as ffmpeg "
        "-c copy leaves it.",
        movie.markers[0].times.empty() ? kNewMarker
                                       : "Restore it with gst-livephoto-1.0 repair; it was at " +
                                             seconds_text(movie.markers[0].times[0]) + ".");
  if (movie.has_static_marker)
    return checks.fail(
        kName,
        "still-image-time is only a static key in moov/meta, where it means nothing; it has to be "
        "a "
        "timed track.",
        kNewMarker);
  checks.fail(
      kName,
      "The movie has no marker: no track says at which instant the still belongs.",
      kNewMarker);
}

void check_marker_count(const MovieFacts& movie, std::size_t working, Checks& checks) {
  constexpr const char* kName = "marker-count";
  const MarkerFacts& marker = movie.markers[0];
  if (working > 1)
    return checks.fail(
        kName,
        "The movie has " + std::to_string(working) + " markers; there has to be one.",
        kNewMarker);
  if (marker.samples > 1)
    return checks.fail(
        kName,
        "The marker's track has " + std::to_string(marker.samples) +
            " samples; there has to be one.",
        kNewMarker);
  checks.pass(kName, "There is one marker.");
}

void check_marker_type(const MarkerFacts& marker, Checks& checks) {
  constexpr const char* kName = "marker-type";
  if (marker.type != "int8")
    return checks.fail(
        kName,
        (marker.type.empty() ? std::string("The marker names no type")
                             : "The marker is of type " + marker.type) +
            "; every camera writes an int8.",
        kNewMarker);
  if (!marker.problem.empty()) return checks.fail(kName, marker.problem, kNewMarker);
  if (marker.value != "-1")
    return checks.warn(
        kName,
        "The marker's value is " + marker.value + "; every camera writes -1.",
        kNewMarker);
  checks.pass(kName, "The marker is the int8 -1.");
}

// Two times that are one when rounded to the movie's ticks.
bool is_one_tick(nanoseconds a, nanoseconds b, std::uint32_t timescale) {
  return std::abs((a - b).count()) < 1'000'000'000 / std::int64_t{timescale} + 1;
}

void check_marker_time(const MovieFacts& movie, Checks& checks) {
  const MarkerFacts& marker = movie.markers[0];
  const nanoseconds end = picture_end(movie);
  if (marker.times.empty() || marker.times[0] < nanoseconds(0) || marker.times[0] >= end) {
    checks.fail(
        "marker-time",
        marker.times.empty() ? std::string("The marker is never shown: its edit list hides it.")
                             : "The marker is at " + seconds_text(marker.times[0]) +
                                   ", outside the movie, which ends at " + seconds_text(end) + ".",
        kNewMarker);
    return;
  }
  const nanoseconds time = marker.times[0];
  checks.pass("marker-time", "The marker is at " + seconds_text(time) + ".");
  const TrackFacts* video = movie.video();
  if (video == nullptr) return;
  const auto nearest = std::ranges::min_element(video->video->frames, {}, [&](nanoseconds frame) {
    return std::abs((frame - time).count());
  });
  if (is_one_tick(*nearest, time, movie.timescale)) {
    checks.pass("marker-on-frame", "A frame is shown exactly at the marker.");
    return;
  }
  checks.warn(
      "marker-on-frame",
      "The marker is between frames: at " + seconds_text(time) + ", the nearest frame at " +
          seconds_text(*nearest) + "; iOS 10 did so, cameras of today do not.",
      "Leave a camera's pair as it is; else write the marker anew with gst-livephoto-1.0 repair "
      "--still " +
          decimal_text(std::chrono::duration<double>(*nearest).count(), 3) + ".");
}

void check_marker(const MovieFacts& movie, Checks& checks) {
  const auto working =
      static_cast<std::size_t>(std::ranges::count(movie.markers, false, &MarkerFacts::is_lost));
  if (working == 0) return report_no_marker(movie, checks);
  checks.pass("marker", "A timed track marks the still's instant.");
  check_marker_count(movie, working, checks);
  check_marker_type(movie.markers[0], checks);
  check_marker_time(movie, checks);
}

// ---- Both ----------------------------------------------------------------------

void check_names(const View& view, Checks& checks) {
  constexpr const char* kName = "names";
  if (view.still_path.stem() == view.movie_path.stem())
    return checks.pass(kName, "Both files have one name.");
  checks.warn(
      kName,
      "The names differ: " + quoted(view.still_path.stem().string()) + " and " +
          quoted(view.movie_path.stem().string()) + "; importers join files of one name.",
      "Give both one name, such as IMG_0001.HEIC and IMG_0001.MOV.");
}

void check_dates(const StillFacts& still, const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "dates";
  const auto taken = instant_of(still.capture.time);
  const auto filmed = date_of(movie);
  if (!taken || !filmed)
    return checks.warn(
        kName,
        taken    ? "The movie has no date."
        : filmed ? "The still has no date."
                 : "Neither file has a date.",
        "Write the date with exiftool, or galleries put the pair at today.");
  if (std::chrono::abs(*taken - *filmed) >= kDay)
    return checks.warn(
        kName,
        "The dates are a day or more apart: " + text_of(*taken) + " and " + text_of(*filmed) + ".",
        "Correct the wrong one with exiftool.");
  checks.pass(kName, "Both files have a date, and it is one day.");
}

// Width to height, as shown.
std::optional<double> shape_of(double width, double height, Orientation orientation) {
  if (!(width > 0) || !(height > 0)) return std::nullopt;
  return swaps_sides(orientation) ? height / width : width / height;
}

void check_shapes(const StillFacts& still, const MovieFacts& movie, Checks& checks) {
  constexpr const char* kName = "shapes";
  const TrackFacts* video = movie.video();
  if (video == nullptr || !video->video->orientation) return;
  const auto of_still = shape_of(still.width, still.height, still.orientation);
  const auto of_movie =
      shape_of(video->video->shown_width, video->video->shown_height, *video->video->orientation);
  if (!of_still || !of_movie) return;
  if (std::abs(*of_still / *of_movie - 1) <= kOtherShape)
    return checks.pass(kName, "Still and movie are shown in one shape.");
  const bool is_turned = (*of_still > 1) != (*of_movie > 1);
  checks.warn(
      kName,
      is_turned ? "One of the two is shown upright and the other lying: the orientation is not the "
                  "same in both files."
                : "Still and movie are shown in different shapes (" + decimal_text(*of_still, 2) +
                      " and " + decimal_text(*of_movie, 2) + ", width to height).",
      is_turned ? "Correct the orientation of the one that is wrong."
                : "Make the still of the movie's own frame.");
}

}  // namespace

void add_apple_checks(const View& view, std::vector<Check>& all) {
  Checks checks(all);
  if (view.still == nullptr) {
    checks.fail("still-readable", view.still_problem, "Give a HEIC or JPEG file that is whole.");
  } else {
    checks.pass("still-readable", "The still can be read.");
    check_still_kind(*view.still, checks);
    check_still_suffix(*view.still, checks);
    if (view.still->format != StillKind::Jpeg || !view.still->item_problem.empty())
      check_items(*view.still, checks);
    check_exif(*view.still, checks);
    if (view.still->has_exif && view.still->exif_problem.empty()) {
      check_maker_note(*view.still, checks);
      check_still_identifier(*view.still, checks);
    }
  }
  if (view.movie == nullptr) {
    checks.fail("movie-readable", view.movie_problem, "Give a QuickTime movie that is whole.");
  } else {
    checks.pass("movie-readable", "The movie can be read.");
    check_brand(*view.movie, checks);
    check_movie_suffix(*view.movie, checks);
    check_movie_identifier(*view.movie, checks);
    check_data(*view.movie, checks);
    check_video(*view.movie, checks);
    check_marker(*view.movie, checks);
  }
  check_names(view, checks);
  if (view.still == nullptr || view.movie == nullptr) return;
  check_match(*view.still, *view.movie, checks);
  check_dates(*view.still, *view.movie, checks);
  check_shapes(*view.still, *view.movie, checks);
}

}  // namespace livephoto::pair
