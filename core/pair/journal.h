// The text from which a later process can tell what a killed one was doing; internal.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <string_view>
#include <vector>

namespace livephoto::pair {

// The process that makes a pair, as far as another machine can tell.
struct Owner {
  std::string host;  // its name
  std::string boot;  // of the kernel, random at each start

  static Owner self();
};

enum class Kind { File, Folder };

// A name that is to be taken: that of the pair and `extension`.
struct Entry {
  Kind kind = Kind::File;
  std::string extension;                  // ".HEIC"
  std::optional<std::uint64_t> old_size;  // bytes of what has the name now; 0 for a folder
  std::uint64_t new_size = 0;             // of what is to have it
};

struct Journal {
  std::string base;  // name of the pair, without folder
  Owner owner;
  // Set once all that is to be put in place is complete and on the disk; what was
  // killed before has put nothing in place.
  std::vector<Entry> entries;
};

// The beginning, which says who is at work, and what is added to it for a commit.
std::string header_text(const Journal& journal);
std::string commit_text(const Journal& journal);

// Whether it is a journal, or what a kill or a power cut has left of one. That of a
// later version is none.
bool is_journal(std::string_view text);

// Nothing if there is no complete header with a name for the pair; no entries if they
// are not complete, or not what a commit writes. A journal may have been written by
// anyone: what is read here names nothing but files of one pair in one folder.
std::optional<Journal> parse_journal(std::string_view text);

// The name of the file for the journal of the pair `base`: hidden, and not longer
// than a name may be with "-new0" behind it.
std::string journal_name(const std::string& base);

}  // namespace livephoto::pair
