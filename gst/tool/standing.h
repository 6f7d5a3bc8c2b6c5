// Whether a pair is there already.
#pragma once

#include <filesystem>
#include <optional>
#include <string>

#include "gst/tool/job.h"

namespace livephoto::tool {

enum class Standing {
  Free,   // nothing has one of the names
  Same,   // this very pair, whole
  Other,  // something else, or half of it
};

// `fingerprint` is the job's.
Standing standing_of(const Job& job, const std::string& fingerprint);

// Whether the still of `movie` lies beside it: whoever made the two, they are a Live Photo already.
bool is_half_of_pair(const std::filesystem::path& movie);

// The still of the pair that a job will replace, where that has another name than its own still:
// IMG_0001.JPG before IMG_0001.HEIC. Nothing where there is none.
std::optional<std::filesystem::path> still_of_another_format(const Job& job);

// What a job that is not to replace anything has to say of Other.
std::string refusal_of_other(const Job& job);

}  // namespace livephoto::tool
