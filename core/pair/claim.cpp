#include "core/pair/claim.h"

#include <fcntl.h>
#include <sys/file.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <cstring>
#include <ctime>
#include <thread>
#include <utility>

namespace livephoto::pair {
namespace {

using posix::Descriptor;
using posix::in_quotes;
using posix::io_error;
using posix::Lock;
using posix::refused;

constexpr std::size_t kLongestJournal = 16 * 1024;

constexpr int kFlags = O_RDWR | O_APPEND | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC;

Descriptor open_journal(const Folder& folder, const std::string& name, int flags) {
  return Descriptor(::openat(folder.descriptor(), name.c_str(), kFlags | flags, 0666));
}

Error foreign(const Folder& folder, const std::string& name) {
  return refused(
      folder.path_of(name),
      "it is no journal of this version of gst-livephoto; move it away.");
}

Error of_another_user(const Folder& folder, const std::string& name) {
  return refused(
      folder.path_of(name),
      "another user has begun a pair of this name; choose another name or folder.");
}

Error open_error(const Folder& folder, const std::string& name) {
  if (errno == EACCES && ::faccessat(folder.descriptor(), ".", X_OK, AT_EACCESS) != 0)
    return Error{
        ErrorCode::Io,
        "The folder of " + folder.path_of(name).string() +
            " may not be entered; check its permissions, or choose another one.",
        std::strerror(EACCES)};
  if (errno == EACCES) return of_another_user(folder, name);
  if (errno == ELOOP || errno == EISDIR || errno == ENXIO) return foreign(folder, name);
  return io_error(errno, folder.path_of(name));
}

// A link to another file must not get that one truncated; and in a folder such as
// /tmp, nobody may have files of others replaced by writing a journal.
Result<void> check_file(const Folder& folder, const std::string& name, int descriptor) {
  struct stat status {};
  struct stat around {};
  if (::fstat(descriptor, &status) != 0 || ::fstat(folder.descriptor(), &around) != 0)
    return io_error(errno, folder.path_of(name));
  if (!S_ISREG(status.st_mode) || status.st_nlink > 1 ||
      status.st_size > static_cast<off_t>(kLongestJournal))
    return foreign(folder, name);
  const bool is_trusted = status.st_uid == ::geteuid() || status.st_uid == around.st_uid;
  if ((around.st_mode & S_ISVTX) != 0 && !is_trusted) return of_another_user(folder, name);
  return {};
}

Result<std::chrono::seconds> idle_time(const Folder& folder, const std::string& name) {
  std::time_t newest = 0;
  for (const auto* suffix : {"", "-new0", "-new1"}) {
    const auto found = folder.find(name + suffix);
    if (!found) return found.error();
    if (*found) newest = std::max(newest, (*found)->st_mtime);
  }
  return std::chrono::seconds(std::time(nullptr) - newest);
}

Error busy(const Folder& folder, const std::string& base) {
  return refused(
      folder.path_of(base),
      "another program is writing this pair; wait until it has ended or choose another name.");
}

Error away(const Folder& folder, const std::string& name, const Owner& owner) {
  const auto machine =
      owner.host.empty() ? std::string("another machine") : "the machine " + in_quotes(owner.host);
  return refused(
      folder.path_of(name),
      machine +
          " may still be at work on this pair; wait until it has ended or choose another name. "
          "After a day without a change it is taken for ended.");
}

}  // namespace

bool is_abandoned(
    Lock lock, bool is_local, const Owner& owner, const Owner& self, std::chrono::seconds idle) {
  constexpr std::chrono::hours kLongEnough{24};
  if (lock == Lock::Busy) return false;
  const bool same_boot = !owner.boot.empty() && owner.boot == self.boot;
  const bool same_host = !owner.host.empty() && owner.host == self.host;
  if (same_host && !owner.boot.empty() && !same_boot) return true;  // it has started anew since
  if (lock == Lock::Taken && (is_local || same_boot || same_host)) return true;
  return idle > kLongEnough;
}

Claim::Claim(std::string name, std::filesystem::path shown, Descriptor file)
    : name_(std::move(name)), shown_(std::move(shown)), file_(std::move(file)) {}

// What is in a journal that is locked, and whether it is for us to finish.
Result<void> Claim::examine(const Folder& folder, Lock lock) {
  if (const auto checked = check_file(folder, name_, file_.get()); !checked) return checked.error();
  const auto text = posix::read_text(file_.get(), kLongestJournal, folder.path_of(name_));
  if (!text) return text.error();
  if (!is_journal(*text)) return foreign(folder, name_);
  found_ = parse_journal(*text);
  if (found_ && journal_name(found_->base) != name_) found_.reset();
  const auto idle = idle_time(folder, name_);
  if (!idle) return idle.error();
  const auto owner = found_ ? found_->owner : Owner();
  if (is_abandoned(lock, posix::is_local(file_.get()), owner, Owner::self(), *idle)) return {};
  return away(folder, name_, owner);
}

Result<Claim> Claim::take(const Folder& folder, const std::string& base) {
  constexpr std::chrono::milliseconds kPause{10};
  constexpr int kAttempts = 100;
  const auto name = journal_name(base);
  for (int attempt = 0; attempt < kAttempts; ++attempt) {
    auto file = open_journal(folder, name, O_CREAT | O_EXCL);
    const bool was_there = !file && errno == EEXIST;
    if (was_there) file = open_journal(folder, name, 0);
    if (!file && was_there && errno == ENOENT) continue;
    if (!file && was_there) return open_error(folder, name);
    if (!file) return io_error(errno, folder.path_of(base));
    const auto lock = posix::lock(file.get(), folder.path_of(base));
    if (!lock) return lock.error();
    if (*lock == Lock::Busy) {
      std::this_thread::sleep_for(kPause);
      continue;
    }
    // Else whoever had it has just ended, and this one is not the journal any more.
    if (!posix::is_named(file.get(), folder.descriptor(), name)) continue;
    Claim claim(name, folder.path_of(base), std::move(file));
    claim.was_there_ = was_there;
    if (!was_there) return claim;
    if (const auto examined = claim.examine(folder, *lock); !examined) return examined.error();
    return claim;
  }
  return busy(folder, base);
}

Result<std::optional<Claim>> Claim::take_abandoned(const Folder& folder, const std::string& name) {
  auto file = open_journal(folder, name, 0);
  if (!file && errno == ENOENT) return std::optional<Claim>();
  if (!file) return open_error(folder, name);
  const auto lock = posix::lock(file.get(), folder.path_of(name));
  if (!lock) return lock.error();
  if (*lock == Lock::Busy || !posix::is_named(file.get(), folder.descriptor(), name))
    return std::optional<Claim>();
  Claim claim(name, folder.path_of(name), std::move(file));
  claim.was_there_ = true;
  if (const auto examined = claim.examine(folder, *lock); !examined) return examined.error();
  return std::optional(std::move(claim));
}

Result<std::optional<Claim>> Claim::make(const Folder& folder, const std::string& name) {
  auto file = open_journal(folder, name, O_CREAT | O_EXCL);
  if (!file && errno == EEXIST) return std::optional<Claim>();
  if (!file) return io_error(errno, folder.path_of(name));
  const auto lock = posix::lock(file.get(), folder.path_of(name));
  if (!lock) return lock.error();
  if (*lock == Lock::Busy || !posix::is_named(file.get(), folder.descriptor(), name))
    return std::optional<Claim>();
  return std::optional(Claim(name, folder.path_of(name), std::move(file)));
}

Claim::Holder Claim::look(const Folder& folder, const std::string& name) {
  const Descriptor file(
      ::openat(folder.descriptor(), name.c_str(), O_RDONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  if (!file || !check_file(folder, name, file.get())) return Holder::None;
  const auto text = posix::read_text(file.get(), kLongestJournal, folder.path_of(name));
  if (!text || !is_journal(*text)) return Holder::None;
  return ::flock(file.get(), LOCK_SH | LOCK_NB) == 0 ? Holder::Dead : Holder::Alive;
}

// Not synced: without entries it says only who is at work.
Result<void> Claim::begin(const std::string& base) {
  journal_ = {.base = base, .owner = Owner::self(), .entries = {}};
  if (::ftruncate(file_.get(), 0) != 0) return io_error(errno, shown_);
  return append(header_text(journal_));
}

Result<void> Claim::append(const std::string& text) {
  const ByteSpan bytes(reinterpret_cast<const std::uint8_t*>(text.data()), text.size());
  return posix::write_all(file_.get(), bytes, shown_);
}

bool Claim::holds(const Folder& folder) const {
  return posix::is_named(file_.get(), folder.descriptor(), name_);
}

Result<void> Claim::write_entries(const Folder& folder, std::vector<Entry> entries) {
  journal_.entries = std::move(entries);
  if (const auto added = append(commit_text(journal_)); !added) return added.error();
  if (const auto synced = posix::sync(file_.get(), shown_); !synced) return synced.error();
  return folder.sync();
}

Result<void> Claim::forget_entries() {
  if (::ftruncate(file_.get(), 0) != 0) return io_error(errno, shown_);
  return posix::sync(file_.get(), shown_);
}

// Without its name first: what is not locked may be taken for abandoned.
Result<void> Claim::release(const Folder& folder) {
  const int error = folder.unlink(name_);
  file_.close();
  if (error != 0) return io_error(error, shown_);
  return {};
}

}  // namespace livephoto::pair
