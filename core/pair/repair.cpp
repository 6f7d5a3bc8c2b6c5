#include "core/pair/repair.h"

#include <algorithm>
#include <charconv>
#include <utility>

#include "core/content_identifier.h"
#include "core/isobmff/live_photo.h"
#include "core/isobmff/movie_edit.h"
#include "core/pair/checks.h"
#include "core/pair/inspect_source.h"
#include "core/pair/kept.h"
#include "core/still/exif_edit.h"
#include "core/still/exif_reader.h"
#include "core/still/jpeg_reader.h"
#include "core/still/still_edit.h"
#include "core/text.h"

namespace livephoto {
namespace {

using isobmff::DataType;
using isobmff::MetadataItem;
using isobmff::MovieEdit;
using std::chrono::nanoseconds;

constexpr const char* kNotedIdentifier = "io.github.gst-livephoto.content-identifier";
constexpr const char* kNotedTime = "io.github.gst-livephoto.still-time";
// Times are typed in milliseconds, and a remux rounds to them.
constexpr nanoseconds kTolerance{500'000};

MetadataItem text_item(std::string_view key, const std::string& text) {
  return {
      .key = std::string(key),
      .type = DataType::Utf8,
      .value = Bytes(text.begin(), text.end())};
}

std::optional<std::string> noted(const MovieFacts& movie, const char* key) {
  const auto found = std::ranges::find(movie.metadata, key, &MetadataFact::key);
  return found == movie.metadata.end() ? std::nullopt : std::optional(found->value);
}

std::optional<nanoseconds> noted_time(const MovieFacts& movie) {
  const auto text = noted(movie, kNotedTime);
  std::int64_t value = 0;
  if (!text) return std::nullopt;
  const auto read = std::from_chars(text->data(), text->data() + text->size(), value);
  const bool is_number = read.ec == std::errc() && read.ptr == text->data() + text->size();
  return is_number && value >= 0 ? std::optional(nanoseconds(value)) : std::nullopt;
}

// The last frame that is on screen at `time`.
Result<nanoseconds> frame_at(const MovieFacts& movie, nanoseconds time) {
  const auto& frames = movie.video()->video->frames;
  const nanoseconds end = pair::picture_end(movie);
  if (time < nanoseconds(0) || time >= end)
    return invalid_input(
        "The still's time " + seconds_text(time) + " is outside the movie, which ends at " +
        seconds_text(end) + "; give one inside.");
  const auto behind = std::ranges::upper_bound(frames, time + kTolerance);
  return behind == frames.begin() ? frames.front() : *(behind - 1);
}

// A time that was rounded, put back onto its frame; as it is where none is near.
nanoseconds on_frame(const MovieFacts& movie, nanoseconds time, nanoseconds tolerance) {
  for (const nanoseconds frame : movie.video()->video->frames)
    if (std::chrono::abs(frame - time) <= tolerance) return frame;
  return time;
}

bool is_inside(const MovieFacts& movie, nanoseconds time) {
  return time >= nanoseconds(0) && time < pair::picture_end(movie);
}

std::vector<std::size_t> places_of(const std::vector<MarkerFacts>& markers) {
  std::vector<std::size_t> places;
  for (const MarkerFacts& marker : markers) places.push_back(marker.place);
  return places;
}

std::size_t place_of(const MovieFacts& movie, const TrackFacts* track) {
  return static_cast<std::size_t>(track - movie.tracks.data());
}

bool is_good(const MovieFacts& movie, const MarkerFacts& marker) {
  return !marker.is_lost && marker.samples == 1 && marker.type == "int8" && marker.value == "-1" &&
         marker.times.size() == 1 && is_inside(movie, marker.times[0]);
}

}  // namespace

// Opens a pair, plans what happens to it, and hands it out.
class PairEditor {
 public:
  Result<void> open(std::unique_ptr<Source> still, std::unique_ptr<Source> movie) {
    edit_.still_ = std::move(still);
    edit_.movie_ = std::move(movie);
    auto still_facts = inspect_still(*edit_.still_);
    if (!still_facts) return still_facts.error();
    still_ = std::move(*still_facts);
    auto movie_facts = inspect_movie(*edit_.movie_);
    if (!movie_facts) return movie_facts.error();
    movie_ = std::move(*movie_facts);
    return check();
  }

  Result<Repair> repair(const RepairOptions& options) {
    const auto identifier = identifier_for(options);
    if (!identifier) return identifier.error();
    if (const auto done = mend_still(*identifier, options); !done) return done.error();
    const auto time = mend_movie(*identifier, options);
    if (!time) return time.error();
    if (!is_mended(*identifier)) return strange();
    return Repair{*identifier, *time, std::move(changes_), std::move(edit_)};
  }

  Result<Split> split() {
    Split split;
    split.content_identifier =
        still_.identifier.value_or(movie_.identifier.value_or(std::string()));
    const auto works = std::ranges::find(movie_.markers, false, &MarkerFacts::is_lost);
    if (works != movie_.markers.end() && !works->times.empty()) split.still_time = works->times[0];
    if (const auto done = part_still(); !done) return done.error();
    if (const auto done = part_movie(split); !done) return done.error();
    if (!is_parted()) return strange();
    split.edit = std::move(edit_);
    return split;
  }

 private:
  Result<void> check() const {
    if (still_.format != StillKind::Heic && still_.format != StillKind::Jpeg)
      return Error{
          ErrorCode::Unsupported,
          "The still is neither HEIC nor JPEG, of which Live Photos are made; convert it first.",
          {}};
    if (!still_.exif_problem.empty()) return invalid_input(still_.exif_problem);
    if (movie_.video() == nullptr)
      return invalid_input("The movie shows no picture, so no frame of it can be the still.");
    return {};
  }

  Result<std::string> identifier_for(const RepairOptions& options) const {
    if (options.content_identifier) return parse_content_identifier(*options.content_identifier);
    if (options.new_identifier) return new_content_identifier();
    for (const auto& known :
         {still_.identifier,
          still_.stray_identifier,
          movie_.identifier,
          movie_.user_identifier,
          noted(movie_, kNotedIdentifier)})
      if (known)
        if (const auto good = parse_content_identifier(*known)) return good;
    return new_content_identifier();
  }

  // ---- Reading back ------------------------------------------------------------

  // In hostile files one thing lies in the other, so that a change in one place shows in
  // another: what is planned is read before it is handed out.
  static Error strange() {
    return Error{
        ErrorCode::Unsupported,
        "The files are laid out so strangely that they cannot be changed without damage.",
        {}};
  }

  Result<StillFacts> planned_still() const {
    return inspect_still(PatchedSource(*edit_.still_, edit_.still_patch_));
  }

  Result<MovieFacts> planned_movie() const {
    return inspect_movie(PatchedSource(*edit_.movie_, edit_.movie_patch_));
  }

  bool is_mended(const std::string& identifier) const {
    const auto still = planned_still();
    const auto movie = planned_movie();
    return still && movie && still->identifier == identifier &&
           still->last_identifier == identifier && movie->identifier == identifier &&
           movie->markers.size() == 1 && is_good(*movie, movie->markers[0]) && keeps_all();
  }

  bool is_parted() const {
    const auto still = planned_still();
    const auto movie = planned_movie();
    return still && movie && !still->identifier && !movie->identifier && movie->markers.empty() &&
           keeps_all();
  }

  // No pixel and no sample but the marker's has changed, nor is it looked for elsewhere.
  bool keeps_all() const {
    return (edit_.still_patch_.is_empty() ||
            pair::keeps_picture(*edit_.still_, edit_.still_patch_)) &&
           (edit_.movie_patch_.is_empty() ||
            pair::keeps_samples(*edit_.movie_, edit_.movie_patch_, removed_tracks_));
  }

  // ---- Mending -----------------------------------------------------------------

  Result<void> mend_still(const std::string& identifier, const RepairOptions& options) {
    auto blocks = read_still_exif(*edit_.still_);
    if (!blocks) return blocks.error();
    if (blocks->empty()) blocks->emplace_back();
    bool has_it = true;
    for (Bytes& tiff : *blocks) {
      const bool is_first = &tiff == &blocks->front();
      const auto exif = read_exif(tiff);
      if (exif && has_identifier(*exif, identifier)) continue;
      // Of other blocks what has none shows none to a reader that takes the last one.
      if (!is_first && (!exif || !exif->apple)) continue;
      has_it = false;
      if (exif && exif->has_maker_note && !exif->apple && !options.replace_maker_note)
        return invalid_input(
            "The still has the MakerNote of another maker, and there can be only one; say that it "
            "may be replaced, if what its camera noted need not be kept.");
      auto with_note = with_maker_note(tiff, note_with(identifier, tiff));
      if (!with_note) return with_note.error();
      tiff = std::move(*with_note);
    }
    const bool is_late = still_.format == StillKind::Jpeg && still_.exif_offset >= kHeadOfFile;
    if (has_it && !is_late && !still_.exif_in_idat) return {};
    if (!has_it) changes_.push_back("The identifier was written into the still's MakerNote.");
    if (is_late) changes_.push_back("The still's Exif was put first.");
    if (still_.exif_in_idat)
      changes_.push_back("The still's Exif was put where all readers look for it.");
    auto patch = plan_exif(*edit_.still_, *blocks);
    if (!patch) return patch.error();
    edit_.still_patch_ = std::move(*patch);
    return {};
  }

  static bool has_identifier(const ExifBlock& exif, const std::string& identifier) {
    return exif.apple && exif.apple->big_endian && exif.apple->is_whole() &&
           exif.apple->outside.empty() && exif.apple->identifier == identifier;
  }

  // The still's own note with another identifier; of one that is damaged, what can be read.
  Bytes note_with(const std::string& identifier, ByteSpan tiff) {
    const auto exif = tiff.empty() ? Result<ExifBlock>(ExifBlock{}) : read_exif(tiff);
    if (!exif) return apple_maker_note(identifier);
    if (auto changed = with_content_identifier(exif->maker_note, identifier))
      return std::move(*changed);
    auto saved = saved_maker_note(exif->maker_note, identifier);
    if (!saved) return apple_maker_note(identifier);
    if (saved->lost > 0)
      changes_.push_back(
          "Of the still's damaged MakerNote " + std::to_string(saved->lost) +
          (saved->lost == 1 ? " entry" : " entries") +
          " could not be read and is not in it any more.");
    return std::move(saved->note);
  }

  // When the still's frame is shown.
  Result<nanoseconds> still_time(const RepairOptions& options) const {
    if (options.still_time) return frame_at(movie_, *options.still_time);
    for (const MarkerFacts& marker : movie_.markers)
      if (!marker.times.empty() && is_inside(movie_, marker.times[0]))
        return marker.is_lost ? on_frame(movie_, marker.times[0], 3 * kTolerance) : marker.times[0];
    if (const auto time = noted_time(movie_); time && is_inside(movie_, *time))
      return on_frame(movie_, *time, kTolerance);
    return invalid_input(
        "Nothing tells which frame of the movie is the still: it has no marker; give the still's "
        "time.");
  }

  Result<nanoseconds> mend_movie(const std::string& identifier, const RepairOptions& options) {
    const auto time = still_time(options);
    if (!time) return time;
    MovieEdit edit;
    mend_identifier(identifier, edit);
    const bool keeps = movie_.markers.size() == 1 && is_good(movie_, movie_.markers[0]) &&
                       movie_.markers[0].times[0] == *time;
    if (!keeps) {
      edit.removed_tracks = places_of(movie_.markers);
      edit.marker = *time;
      edit.described = place_of(movie_, movie_.video());
      changes_.push_back("The marker was written at " + seconds_text(*time) + ".");
    }
    if (movie_.has_static_marker) {
      edit.removed_keys.emplace_back(isobmff::kStillImageTime);
      changes_.push_back("The static key still-image-time was taken out of the movie.");
    }
    if (!movie_.brand.empty() && movie_.brand != "qt  ") {
      edit.make_quicktime = true;
      changes_.push_back("The movie's brand was made QuickTime's.");
    }
    for (const char* note : {kNotedIdentifier, kNotedTime})
      if (noted(movie_, note)) edit.removed_keys.emplace_back(note);
    const bool changes = !edit.items.empty() || !edit.removed_keys.empty() || edit.marker ||
                         edit.make_quicktime || movie_.metadata_is_iso;
    if (changes)
      if (const auto done = apply(edit); !done) return done.error();
    return time;
  }

  void mend_identifier(const std::string& identifier, MovieEdit& edit) {
    const bool is_right =
        movie_.identifier == identifier && !movie_.metadata_is_iso && !movie_.user_identifier;
    if (is_right) return;
    edit.items.push_back(text_item(kContentIdentifier, identifier));
    changes_.push_back("The identifier was written into the movie's metadata.");
  }

  Result<void> apply(const MovieEdit& edit) {
    const auto movie = isobmff::read_movie(*edit_.movie_);
    if (!movie) return movie.error();
    auto patch = isobmff::plan_edit(*edit_.movie_, *movie, edit);
    if (!patch) return patch.error();
    edit_.movie_patch_ = std::move(*patch);
    removed_tracks_ = edit.removed_tracks;
    return {};
  }

  // ---- Parting -----------------------------------------------------------------

  Result<void> part_still() {
    auto blocks = read_still_exif(*edit_.still_);
    if (!blocks) return blocks.error();
    bool has_one = false;
    for (Bytes& tiff : *blocks) {
      const auto exif = read_exif(tiff);
      if (!exif || !exif->apple || !exif->apple->identifier) continue;
      has_one = true;
      const auto note = without_content_identifier(exif->maker_note);
      if (!note)
        return Error{
            ErrorCode::Unsupported,
            "The still's MakerNote is damaged, so that its identifier cannot be taken out.",
            {}};
      auto without = with_maker_note(tiff, *note);
      if (!without) return without.error();
      tiff = std::move(*without);
    }
    if (!has_one) return {};
    auto patch = plan_exif(*edit_.still_, *blocks);
    if (!patch) return patch.error();
    edit_.still_patch_ = std::move(*patch);
    return {};
  }

  Result<void> part_movie(const Split& split) {
    MovieEdit edit{
        .removed_keys = {std::string(kContentIdentifier), std::string(isobmff::kStillImageTime)},
        .removed_tracks = places_of(movie_.markers)};
    if (!split.content_identifier.empty())
      edit.items.push_back(text_item(kNotedIdentifier, split.content_identifier));
    if (split.still_time)
      edit.items.push_back(text_item(kNotedTime, std::to_string(split.still_time->count())));
    return apply(edit);
  }

  StillFacts still_;
  MovieFacts movie_;
  std::vector<std::string> changes_;
  std::vector<std::size_t> removed_tracks_;  // by their places in the old movie
  PairEdit edit_;
};

Result<void> PairEdit::write_still(const ByteSink& sink) const {
  return still_patch_.write(*still_, sink);
}

Result<void> PairEdit::write_movie(const ByteSink& sink) const {
  return movie_patch_.write(*movie_, sink);
}

std::uint64_t PairEdit::still_size() const { return still_patch_.size_of(still_->size()); }

std::uint64_t PairEdit::movie_size() const { return movie_patch_.size_of(movie_->size()); }

namespace {

using Sources = std::pair<std::unique_ptr<Source>, std::unique_ptr<Source>>;

Result<Sources> open_both(const std::filesystem::path& still, const std::filesystem::path& movie) {
  auto still_source = open_source(still);
  if (!still_source) return still_source.error();
  auto movie_source = open_source(movie);
  if (!movie_source) return movie_source.error();
  return Sources{std::move(*still_source), std::move(*movie_source)};
}

}  // namespace

Result<Repair> plan_repair(
    std::unique_ptr<Source> still, std::unique_ptr<Source> movie, const RepairOptions& options) {
  PairEditor editor;
  if (const auto opened = editor.open(std::move(still), std::move(movie)); !opened)
    return opened.error();
  return editor.repair(options);
}

Result<Split> plan_split(std::unique_ptr<Source> still, std::unique_ptr<Source> movie) {
  PairEditor editor;
  if (const auto opened = editor.open(std::move(still), std::move(movie)); !opened)
    return opened.error();
  return editor.split();
}

Result<Repair> plan_repair(
    const std::filesystem::path& still,
    const std::filesystem::path& movie,
    const RepairOptions& options) {
  auto sources = open_both(still, movie);
  if (!sources) return sources.error();
  return plan_repair(std::move(sources->first), std::move(sources->second), options);
}

Result<Split> plan_split(const std::filesystem::path& still, const std::filesystem::path& movie) {
  auto sources = open_both(still, movie);
  if (!sources) return sources.error();
  return plan_split(std::move(sources->first), std::move(sources->second));
}

}  // namespace livephoto
