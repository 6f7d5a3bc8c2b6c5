#include "core/pair/placement.h"

#include <algorithm>
#include <cerrno>
#include <utility>

namespace livephoto::pair {
namespace {

using Status = std::optional<struct stat>;

bool is_same(const struct stat& one, const struct stat& other) {
  return one.st_dev == other.st_dev && one.st_ino == other.st_ino;
}

std::uint64_t size_of(const struct stat& status) {
  return S_ISDIR(status.st_mode) ? 0 : static_cast<std::uint64_t>(status.st_size);
}

bool has_size(const Status& status, std::optional<std::uint64_t> size) {
  return status ? size && size_of(*status) == *size : !size;
}

// What was looked at when the commit began may be another thing by now.
bool may_replace(Kind kind, const struct stat& old) {
  if (S_ISLNK(old.st_mode)) return true;
  return kind == Kind::File ? S_ISREG(old.st_mode) : S_ISDIR(old.st_mode);
}

bool cannot_exchange(int error) {
  return error == EINVAL || error == ENOSYS || error == EOPNOTSUPP;
}

}  // namespace

struct Placement::Found {
  Status fresh;  // the new file under its own name
  Status kept;   // the old one under its own
  Status target;
};

Placement::Placement(
    const Folder& folder, std::string base, std::string journal, std::vector<Entry> entries)
    : folder_(folder),
      base_(std::move(base)),
      journal_(std::move(journal)),
      entries_(std::move(entries)) {}

std::string Placement::new_name(const std::string& journal, std::size_t index) {
  return journal + "-new" + std::to_string(index);
}

std::string Placement::old_name(std::size_t index) const {
  return journal_ + "-old" + std::to_string(index);
}

Error Placement::error(int number, std::size_t index) const {
  return posix::io_error(number, folder_.path_of(target(index)));
}

Result<void> Placement::look_at_targets() {
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto found = folder_.find(target(i));
    if (!found) return found.error();
    if (*found && !may_replace(entries_[i].kind, **found)) return error(EISDIR, i);
    entries_[i].old_size = *found ? std::optional(size_of(**found)) : std::nullopt;
  }
  return {};
}

Result<Placement::Found> Placement::find(std::size_t index) const {
  const auto fresh = folder_.find(new_name(index));
  if (!fresh) return fresh.error();
  const auto kept = folder_.find(old_name(index));
  if (!kept) return kept.error();
  const auto target = folder_.find(this->target(index));
  if (!target) return target.error();
  return Found{.fresh = *fresh, .kept = *kept, .target = *target};
}

// The old file is kept and has its name too. Some file systems number the links to
// one file differently, and so does whoever copies a folder: then its bytes tell.
Result<bool> Placement::is_kept_twice(std::size_t index, const Found& found) const {
  if (!found.kept || !found.target) return false;
  if (is_same(*found.kept, *found.target)) return true;
  return folder_.has_same_bytes(old_name(index), target(index));
}

Result<Placement::Standing> Placement::standing(std::size_t index) const {
  const auto& entry = entries_[index];
  const auto found = find(index);
  if (!found) return found.error();
  const auto& [fresh, kept, target] = *found;
  if (!fresh) return has_size(target, entry.new_size) ? Standing::Placed : Standing::Disturbed;
  // Between two renames it has no name, where old files cannot be linked.
  if (!target) return has_size(kept, entry.old_size) ? Standing::Waiting : Standing::Disturbed;
  if (kept) {
    const auto twice = is_kept_twice(index, *found);
    if (!twice) return twice.error();
    return *twice ? Standing::Waiting : Standing::Disturbed;
  }
  return has_size(target, entry.old_size) ? Standing::Waiting : Standing::Disturbed;
}

Result<Placement::Progress> Placement::progress() const {
  std::size_t placed = 0;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto found = standing(i);
    if (!found) return found.error();
    if (*found == Standing::Disturbed) return Progress::Disturbed;
    if (*found == Standing::Placed) ++placed;
  }
  if (placed == 0) return Progress::None;
  return placed == entries_.size() ? Progress::All : Progress::Some;
}

// A link, so that the name is never free; a rename where there are no links (FAT).
Result<void> Placement::place_one(std::size_t index) {
  const auto found = find(index);
  if (!found) return found.error();
  if (!found->fresh) return {};
  if (found->target && !may_replace(entries_[index].kind, *found->target))
    return error(EISDIR, index);
  if (found->target && !found->kept) {
    int failed = folder_.link(target(index), old_name(index));
    if (failed != 0) failed = folder_.rename(target(index), old_name(index));
    if (failed != 0) return error(failed, index);
  }
  if (const int failed = folder_.rename(new_name(index), target(index)); failed != 0)
    return error(failed, index);
  return {};
}

Result<void> Placement::place() {
  Result<void> placed;
  for (std::size_t i = 0; placed && i < entries_.size(); ++i) placed = place_one(i);
  if (placed) placed = folder_.sync();
  if (placed) return {};
  if (const auto back = put_back(); !back) {
    auto failed = placed.error();
    failed.message +=
        " Not all could be taken back; the old files are kept, and come back with the next try.";
    return failed;
  }
  return placed;
}

Result<bool> Placement::place_at_once() {
  const bool replaces = entries_[0].old_size.has_value();
  const auto swap = [&] { return folder_.exchange(new_name(0), target(0)); };
  const int failed = replaces ? swap() : folder_.rename(new_name(0), target(0));
  if (replaces && cannot_exchange(failed)) return false;
  if (failed != 0) return error(failed, 0);
  const auto synced = folder_.sync();
  if (synced) return true;
  const int stays = replaces ? swap() : folder_.rename(target(0), new_name(0));
  if (stays != 0) return true;  // it is whole in its place, and that is where it stays
  return synced.error();
}

Result<void> Placement::put_back_one(std::size_t index) {
  const auto found = find(index);
  if (!found) return found.error();
  int failed = 0;
  if (!found->fresh) failed = folder_.rename(target(index), new_name(index));
  if (failed == 0 && found->kept) {
    const bool has_name = found->fresh && found->target;  // a link is all that was made
    failed =
        has_name ? folder_.unlink(old_name(index)) : folder_.rename(old_name(index), target(index));
  }
  if (failed != 0) return error(failed, index);
  return {};
}

Result<void> Placement::put_back() {
  Result<void> result;
  for (std::size_t i = entries_.size(); i-- > 0;)
    if (const auto back = put_back_one(i); !back) result = back;
  if (!result) return result;
  return folder_.sync();
}

Result<void> Placement::drop_old() {
  bool has_old = false;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto found = folder_.find(old_name(i));
    if (!found) return found.error();
    if (!*found) continue;
    has_old = true;
    if (const int failed = folder_.remove(old_name(i)); failed != 0) return error(failed, i);
  }
  // Before the journal goes: without it nobody knows what these were.
  return has_old ? folder_.sync() : Result<void>();
}

Result<std::vector<std::filesystem::path>> Placement::salvage() {
  std::vector<std::filesystem::path> kept;
  for (std::size_t i = 0; i < entries_.size(); ++i) {
    const auto found = find(i);
    if (!found) return found.error();
    if (!found->kept) continue;
    const auto twice = is_kept_twice(i, *found);
    if (!twice) return twice.error();
    int failed = 0;
    if (!found->target)
      failed = folder_.rename(old_name(i), target(i));
    else if (*twice)
      failed = folder_.unlink(old_name(i));
    else
      kept.push_back(folder_.path_of(old_name(i)));
    if (failed != 0) return error(failed, i);
  }
  return kept;
}

}  // namespace livephoto::pair
