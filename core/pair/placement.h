// Names that are taken together or not at all; internal.
#pragma once

#include <optional>
#include <string>
#include <vector>

#include "core/pair/folder.h"
#include "core/pair/journal.h"
#include "core/result.h"

namespace livephoto::pair {

// The names that a commit makes. What is new waits under a name of its own beside
// its target; what is old is kept under another until all is done. Which of these
// names are there says how far a commit has come.
class Placement {
 public:
  // `journal` is the journal's name. `folder` must outlive this.
  Placement(
      const Folder& folder, std::string base, std::string journal, std::vector<Entry> entries);

  static std::string new_name(const std::string& journal, std::size_t index);

  const std::vector<Entry>& entries() const { return entries_; }
  std::string target(std::size_t index) const { return base_ + entries_[index].extension; }

  // Puts into the entries what has the names now.
  Result<void> look_at_targets();

  // All in place and synced, the old ones still kept; or as it was before. An error
  // that could not be undone says so, and can_go_on() then.
  Result<void> place();
  // The same for one entry, in one step and without a journal; false where the file
  // system cannot exchange two names.
  Result<bool> place_at_once();
  // What place() has done, as far as it came.
  Result<void> put_back();
  // After place().
  Result<void> drop_old();

  enum class Progress {
    None,  // every old file has its name, or waits to get it back
    Some,  // some of the new ones have their names
    All,
    Disturbed  // someone else has written, moved or removed files since
  };
  Result<Progress> progress() const;
  // Of what was disturbed: gives old files the names that are free now. Where others
  // remain kept, in which case nobody else knows of them: their paths.
  Result<std::vector<std::filesystem::path>> salvage();

 private:
  enum class Standing { Waiting, Placed, Disturbed };
  struct Found;
  Result<Found> find(std::size_t index) const;
  Result<bool> is_kept_twice(std::size_t index, const Found& found) const;
  Result<Standing> standing(std::size_t index) const;
  Result<void> place_one(std::size_t index);
  Result<void> put_back_one(std::size_t index);
  std::string new_name(std::size_t index) const { return new_name(journal_, index); }
  std::string old_name(std::size_t index) const;
  Error error(int number, std::size_t index) const;

  const Folder& folder_;
  std::string base_;
  std::string journal_;
  std::vector<Entry> entries_;
};

}  // namespace livephoto::pair
