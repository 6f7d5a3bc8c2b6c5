// How the checks of a pair are put together, each profile's in a file of its own.
#pragma once

#include <chrono>
#include <string>
#include <vector>

#include "core/pair/verify.h"

namespace livephoto::pair {

inline constexpr std::chrono::hours kDay{24};
inline constexpr const char* kRepair =
    "Join the two files again with gst-livephoto-1.0 repair STILL MOVIE.";

// The two files, as far as they could be read.
struct View {
  std::filesystem::path still_path;
  std::filesystem::path movie_path;
  const StillFacts* still = nullptr;
  const MovieFacts* movie = nullptr;
  std::string still_problem;  // why there is no `still`
  std::string movie_problem;
};

void add_apple_checks(const View& view, std::vector<Check>& checks);
void add_gallery_checks(const View& view, std::vector<Check>& checks);
void add_web_checks(const View& view, std::vector<Check>& checks);

// Whether two files lie in one folder, whatever leads there.
bool in_one_folder(const std::filesystem::path& one, const std::filesystem::path& other);

// Seconds since 1970; a time without a zone counts as UTC. Nothing for no time.
std::optional<std::chrono::sys_seconds> instant_of(const std::optional<CaptureTime>& time);

// The movie's date as galleries find it: the key creationdate, or else its header's.
std::optional<std::chrono::sys_seconds> date_of(const MovieFacts& movie);

// "2024-05-17 10:20:30 UTC"
std::string text_of(std::chrono::sys_seconds time);

// The end of the picture, in movie time.
std::chrono::nanoseconds picture_end(const MovieFacts& movie);

}  // namespace livephoto::pair
