// The reader of movies, and all that is made of what it finds.
#include "core/pair/checks.h"
#include "core/pair/inspect_source.h"
#include "tests/fuzz/bounds.h"

extern "C" int LLVMFuzzerTestOneInput(const std::uint8_t* data, std::size_t size) {
  using namespace livephoto;
  const fuzz::Watch watch;
  const auto movie = inspect_movie(MemorySource({data, size}));
  if (!movie) return movie.error().message.empty() ? std::abort(), 0 : 0;
  inspect_text(*movie);
  camera_differences({}, *movie);
  std::vector<Check> checks;
  const StillFacts still;
  const pair::View view{
      .still_path = "a.heic",
      .movie_path = "a.mov",
      .still = &still,
      .movie = &*movie,
      .still_problem = {},
      .movie_problem = {}};
  pair::add_apple_checks(view, checks);
  pair::add_gallery_checks(view, checks);
  pair::add_web_checks(view, checks);
  wallpaper_checks(still, *movie);
  return 0;
}
