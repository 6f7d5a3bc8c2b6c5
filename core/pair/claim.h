// The right to write one pair, which one process at a time has; internal.
#pragma once

#include <chrono>
#include <optional>
#include <string>

#include "core/pair/folder.h"
#include "core/pair/journal.h"
#include "core/posix.h"
#include "core/result.h"

namespace livephoto::pair {

// A locked file beside the pair, which is also its journal. The lock goes when the
// process dies, however it does; the file stays then, and whoever claims the pair
// next finds in it what there is to finish. (No process number: those are used
// again.)
class Claim {
 public:
  // Waits a second for another process that may be about to end. Io if it is still
  // at work, or if a process of another machine may be.
  static Result<Claim> take(const Folder& folder, const std::string& base);

  // That of a process that is dead, by the name of its journal; nothing if it is
  // alive or there is none. Io if nobody knows.
  static Result<std::optional<Claim>> take_abandoned(const Folder& folder, const std::string& name);

  // With a journal that is made for it; nothing if there is one.
  static Result<std::optional<Claim>> make(const Folder& folder, const std::string& name);

  enum class Holder { None, Alive, Dead };
  static Holder look(const Folder& folder, const std::string& name);

  // Of the journal. New files are called so with "-new0" behind, old ones that are
  // kept meanwhile with "-old0".
  const std::string& name() const { return name_; }

  // What stood in the journal when it was taken.
  const std::optional<Journal>& found() const { return found_; }
  bool was_there() const { return was_there_; }

  // Makes the journal that of this process. Nothing may be left to finish.
  Result<void> begin(const std::string& base);
  // Whether the journal has its name still.
  bool holds(const Folder& folder) const;
  // From here on another process can finish the commit: all is on the disk.
  Result<void> write_entries(const Folder& folder, std::vector<Entry> entries);
  // There is nothing to finish any more.
  Result<void> forget_entries();
  // Removes the journal and lets others write.
  Result<void> release(const Folder& folder);

 private:
  Claim(std::string name, std::filesystem::path shown, posix::Descriptor file);
  Result<void> examine(const Folder& folder, posix::Lock lock);
  Result<void> append(const std::string& text);

  std::string name_;
  std::filesystem::path shown_;  // what an error says cannot be written
  posix::Descriptor file_;
  bool was_there_ = false;
  std::optional<Journal> found_;
  Journal journal_;
};

// Whether the owner of a journal is dead, if the lock on it says so, and if its
// files were written `idle` ago. A lock proves it where no other machine writes to
// the file system, or the owner was on this one; a day without a write does too.
bool is_abandoned(
    posix::Lock lock,
    bool is_local,
    const Owner& owner,
    const Owner& self,
    std::chrono::seconds idle);

}  // namespace livephoto::pair
