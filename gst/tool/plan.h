// What is to be made of which video under which name, decided and checked before anything is made.
#pragma once

#include <filesystem>
#include <string>
#include <vector>

#include "core/result.h"
#include "gst/tool/job.h"

namespace livephoto::tool {

// A moment as it was asked for, by an argument or a line of a list.
struct Wish {
  Moment moment;
  std::filesystem::path output;  // where this one goes; empty: as all others
  std::string origin;            // what an error calls it; empty: the video's name
};

struct Request {
  std::vector<Wish> wishes;
  std::vector<std::filesystem::path> lists;  // files that the wishes came from
  Settings settings;
  bool still_format_is_said = false;  // else the name may say it
  std::string place;                  // -o; empty: the current folder
  bool keep_tree = false;
  bool force = false;
  unsigned pick = 0;  // as Job has it
  bool looks = true;
  std::chrono::milliseconds patience{30'000};
};

// A job for each wish, in that order.
//
// Names: the video's own without its extension, in the folder `place` (which need not exist, if it
// ends in "/"); where `place` is no folder it is the name of the only pair. With `keep_tree` the
// folders in which the videos were named come below that folder. "NAME.jpg" asks for a JPEG still,
// "NAME.pvt" and "NAME.pvt.zip" for those bundles.
//
// InvalidInput, with what to do, for two wishes with one name, for a name that would replace one of
// the videos or lists (capitals or not: on many disks they are the same), for a place that is not
// possible, and for times that are not.
Result<std::vector<Job>> plan(const Request& request);

// InvalidInput for one that no clip has.
Result<void> check_duration(nanoseconds duration);

}  // namespace livephoto::tool
