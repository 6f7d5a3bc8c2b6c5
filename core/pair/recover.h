// What a process that was killed has left of a pair, finished or taken back.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "../result.h"

namespace livephoto {

// Finishes the pair `base` ("folder/IMG_0001", no extension) if some of its files had
// their names already, else takes back what there is; temporary files go. What is
// still being written by a living process is left alone.
// One sentence for each thing that was done; none where there was nothing to do.
// Io where it cannot be done, and where another machine may still be at work.
Result<std::vector<std::string>> recover(const std::filesystem::path& base);

// The same for every pair in `folder`, and for the temporary files of PendingFile.
// What cannot be recovered is told by a sentence too, and the others are seen to.
// Io if the folder cannot be read.
Result<std::vector<std::string>> recover_folder(const std::filesystem::path& folder);

// What recover() would find, without touching it: "" or a sentence.
std::string unfinished(const std::filesystem::path& base);

}  // namespace livephoto
