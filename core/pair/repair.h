// Joins two files into a Live Photo, or parts one, without touching pixels or samples.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <memory>
#include <optional>
#include <string>
#include <vector>

#include "../patch.h"
#include "../result.h"
#include "../source.h"

namespace livephoto {

// Both files as they are to become: what is not changed is copied from the old ones,
// which stay open, so that they may be replaced by what is written.
class PairEdit {
 public:
  // The errors of both: those of reading the old file, and the sink's.
  Result<void> write_still(const ByteSink& sink) const;
  Result<void> write_movie(const ByteSink& sink) const;

  bool changes_still() const { return !still_patch_.is_empty(); }
  bool changes_movie() const { return !movie_patch_.is_empty(); }

  std::uint64_t still_size() const;  // bytes
  std::uint64_t movie_size() const;

 private:
  friend class PairEditor;

  std::unique_ptr<Source> still_;
  std::unique_ptr<Source> movie_;
  Patch still_patch_;
  Patch movie_patch_;
};

// Writes both under these names, in the place of files that exist or not. Files of one
// name in one folder appear together or not at all, as PendingPair does it; others each
// whole, the movie first, and where only that came to be, the same repair again mends the
// rest. What is replaced keeps owner, permissions and extended attributes as far as the
// user may. Errors as of PendingPair and PendingFile.
Result<void> write_pair_edit(
    const PairEdit& edit, const std::filesystem::path& still, const std::filesystem::path& movie);

// The same of the two files that the edit is of, of which only those are written that
// change. Where they are links, it is the files that they lead to.
Result<void> write_pair_edit_in_place(
    const PairEdit& edit, const std::filesystem::path& still, const std::filesystem::path& movie);

struct RepairOptions {
  // Nothing: the one that the files have, the still's before the movie's; a new one
  // where they have none.
  std::optional<std::string> content_identifier{};
  bool new_identifier = false;  // a new one in any case, for a copy
  // Of the frame on screen then, from the movie's beginning. Nothing: the marker's, also
  // of one that a remux destroyed, or what plan_split() noted.
  std::optional<std::chrono::nanoseconds> still_time{};
  bool replace_maker_note = false;  // also that of another maker than Apple
};

struct Repair {
  std::string content_identifier;
  std::chrono::nanoseconds still_time{0};  // of the frame that is marked
  std::vector<std::string> changes;        // a sentence each; empty: nothing was wrong
  PairEdit edit;
};

// What has to be done so that both files are a Live Photo: the identifier in the still's
// Apple MakerNote and in moov/meta, one marker at a frame, QuickTime's brand. What is
// right already stays as it is. Of an Apple MakerNote that is damaged or little-endian all
// that can be read is kept, and `changes` tells how many entries were not. InvalidInput for
// an identifier that is no UUID, where nothing tells the still's time, for a time outside the
// movie, and for a still with the MakerNote of another maker; Unsupported for files that
// cannot be changed this way, as plan_exif() and isobmff::plan_edit() tell; else as
// inspect_still() and inspect_movie().
Result<Repair> plan_repair(
    const std::filesystem::path& still,
    const std::filesystem::path& movie,
    const RepairOptions& options);

// The same of files that are open already, or of bytes.
Result<Repair> plan_repair(
    std::unique_ptr<Source> still, std::unique_ptr<Source> movie, const RepairOptions& options);

struct Split {
  std::string content_identifier;                        // empty: there was none
  std::optional<std::chrono::nanoseconds> still_time{};  // of the marker
  PairEdit edit;
};

// The reverse: an ordinary picture and an ordinary movie. Identifier and marker are gone;
// two keys of our own in the movie note them (io.github.gst-livephoto.content-identifier and
// io.github.gst-livephoto.still-time, in nanoseconds), by which plan_repair() joins the two
// again as they were. Errors as there.
Result<Split> plan_split(const std::filesystem::path& still, const std::filesystem::path& movie);
Result<Split> plan_split(std::unique_ptr<Source> still, std::unique_ptr<Source> movie);

}  // namespace livephoto
