#include "core/pair/recover.h"

#include <fcntl.h>
#include <unistd.h>

#include <algorithm>
#include <cerrno>
#include <ctime>
#include <set>
#include <string_view>

#include "core/pair/claim.h"
#include "core/pair/folder.h"
#include "core/pair/placement.h"
#include "core/pair/recovery.h"
#include "core/posix.h"

namespace livephoto {
namespace {

namespace fs = std::filesystem;
using pair::Claim;
using pair::Folder;
using Sentences = std::vector<std::string>;

constexpr std::string_view kSuffix = ".livephoto";

Result<bool> has_staged(const Folder& folder, const std::string& journal) {
  for (const std::size_t index : {0, 1}) {
    const auto found = folder.find(pair::Placement::new_name(journal, index));
    if (!found) return found.error();
    if (*found) return true;
  }
  return false;
}

Result<Sentences> recover_and_release(const Folder& folder, Claim claim) {
  auto sentences = pair::recover_claimed(folder, claim);
  if (!sentences) return sentences.error();
  if (const auto released = claim.release(folder); !released) return released.error();
  return sentences;
}

Result<Sentences> recover_journal(const Folder& folder, const std::string& name) {
  auto claim = Claim::take_abandoned(folder, name);
  if (!claim) return claim.error();
  if (*claim) return recover_and_release(folder, **std::move(claim));
  // Temporary files without a journal, which a power cut may leave.
  const auto journal = folder.find(name);
  if (!journal) return journal.error();
  const auto staged = has_staged(folder, name);
  if (!staged) return staged.error();
  if (*journal || !*staged) return Sentences();
  auto made = Claim::make(folder, name);
  if (!made) return made.error();
  if (!*made) return Sentences();
  return recover_and_release(folder, **std::move(made));
}

bool is_digit_or_small(char letter) {
  return (letter >= '0' && letter <= '9') || (letter >= 'a' && letter <= 'z');
}

// That of PendingFile: ".IMG_0001.HEIC.livephoto-4fk30z".
bool is_pending_file(std::string_view name) {
  const auto place = name.rfind(kSuffix);
  if (!name.starts_with(".") || place == name.npos) return false;
  const auto rest = name.substr(place + kSuffix.size());
  return rest.size() == 7 && rest.front() == '-' &&
         std::ranges::all_of(rest.substr(1), is_digit_or_small);
}

// The journal that a hidden name belongs to, or "".
std::string journal_of(const std::string& name) {
  std::string_view rest = name;
  for (const std::string_view suffix : {"-new0", "-new1"})
    if (rest.ends_with(suffix)) rest.remove_suffix(suffix.size());
  const bool is_ours =
      rest.starts_with(".") && rest.ends_with(kSuffix) && rest.size() > kSuffix.size() + 1;
  return is_ours ? std::string(rest) : "";
}

Result<bool> remove_pending_file(const Folder& folder, const std::string& name) {
  const posix::Descriptor file(
      ::openat(folder.descriptor(), name.c_str(), O_WRONLY | O_NOFOLLOW | O_NONBLOCK | O_CLOEXEC));
  struct stat status {};
  if (!file || ::fstat(file.get(), &status) != 0) {
    if (errno == ENOENT) return false;
    return posix::io_error(errno, folder.path_of(name));
  }
  if (!S_ISREG(status.st_mode)) return false;
  const auto lock = posix::lock(file.get(), folder.path_of(name));
  if (!lock) return lock.error();
  const std::chrono::seconds idle(std::time(nullptr) - status.st_mtime);
  if (!pair::is_abandoned(*lock, posix::is_local(file.get()), {}, {}, idle)) return false;
  if (!posix::is_named(file.get(), folder.descriptor(), name)) return false;
  if (const int failed = folder.unlink(name); failed != 0)
    return posix::io_error(failed, folder.path_of(name));
  return true;
}

}  // namespace

Result<Sentences> recover(const fs::path& base) {
  const auto folder = Folder::open(posix::folder_of(base), base);
  if (!folder) return folder.error();
  return recover_journal(*folder, pair::journal_name(base.filename().string()));
}

Result<Sentences> recover_folder(const fs::path& path) {
  const auto folder = Folder::open(path.empty() ? fs::path(".") : path, path / "");
  if (!folder) return folder.error();
  const auto names = folder->names();
  if (!names) return names.error();

  Sentences sentences;
  std::set<std::string> journals;
  for (const auto& name : *names) {
    if (const auto journal = journal_of(name); !journal.empty()) journals.insert(journal);
    if (!is_pending_file(name)) continue;
    const auto removed = remove_pending_file(*folder, name);
    if (!removed) sentences.push_back(removed.error().message);
    if (removed && *removed)
      sentences.push_back(
          "Removed the temporary file " + posix::in_quotes(folder->path_of(name)) +
          ", which a killed program had left.");
  }
  for (const auto& journal : journals) {
    const auto recovered = recover_journal(*folder, journal);
    if (!recovered) sentences.push_back(recovered.error().message);
    if (recovered) sentences.insert(sentences.end(), recovered->begin(), recovered->end());
  }
  return sentences;
}

std::string unfinished(const fs::path& base) {
  const auto folder = Folder::open(posix::folder_of(base), base);
  if (!folder) return {};
  switch (Claim::look(*folder, pair::journal_name(base.filename().string()))) {
    case Claim::Holder::None:
      break;
    case Claim::Holder::Alive:
      return "Another program is writing the pair " + posix::in_quotes(base) + ".";
    case Claim::Holder::Dead:
      return "A killed program has not finished the pair " + posix::in_quotes(base) +
             "; its files may not belong together until it is made again or recovered.";
  }
  return {};
}

}  // namespace livephoto
