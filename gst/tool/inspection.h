// What was typed behind "inspect", and what is found out about it.
#pragma once

#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/pair/inspect.h"
#include "core/pair/verify.h"
#include "core/result.h"

namespace livephoto::tool {

// A pair, named by its name without extension, by one of its files or both, by its .pvt folder or
// by what that was packed into; or one file alone.
struct Subject {
  std::filesystem::path base;                // what a killed run would have left belongs to it
  std::vector<std::filesystem::path> files;  // those that were named
  bool is_bundle = false;                    // the files are in base.pvt
  bool is_packed = false;                    // they are in a zip file, the one in `files`
  bool is_whole = false;                     // no other file belongs to it, whatever its name
};

// Files of one name are one subject, and so are two that are a still and a movie, whatever they are
// called. InvalidInput, with what to do, for what can be none of these.
Result<std::vector<Subject>> subjects_of(const std::vector<std::filesystem::path>& names);

// The same, but that two files are one pair in any case, whatever they turn out to be.
Result<std::vector<Subject>> pairs_of(const std::vector<std::filesystem::path>& names);

// Those in a folder and the folders below, by name: who pairs with whom is seen by identifier
// before it is by name. InvalidInput where there is no still and no movie; Io.
Result<std::vector<Subject>> subjects_in(const std::filesystem::path& folder);

// Its two files, or the one that was named and stands alone. Io, with which is missing;
// InvalidInput where they are packed.
Result<std::vector<std::filesystem::path>> files_of(const Subject& subject);

struct Inspection {
  std::filesystem::path base;
  std::vector<std::string> recovered;  // what was done about what a killed run had left
  std::string unfinished;              // a sentence, where nothing could be done about it
  std::string problem;                 // why there is nothing below
  std::optional<StillFacts> still;
  std::optional<MovieFacts> movie;
  std::optional<Verification> together;  // of two files

  // Part of a file cannot be read: its Exif, a track's samples, the marker's.
  bool is_damaged() const;
  // All can be read, and two files keep Apple's rules.
  bool is_well() const;
};

// Finishes or takes back first what a killed run has left of the pair.
Inspection inspect(const Subject& subject);

// For people; of what was recovered and what is unfinished warnings_of() speaks.
std::string inspection_text(const Inspection& inspection);
std::vector<std::string> warnings_of(const Inspection& inspection);

// One JSON object on one line: docs/tool.md says what is in it.
std::string inspection_event(const Inspection& inspection);

}  // namespace livephoto::tool
