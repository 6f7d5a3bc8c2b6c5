// Prints what each profile says of pairs, for tests that ask others of the same files:
//   pair_verdicts --fakes FOLDER        writes the made-up pairs there, and says of each
//   pair_verdicts STILL MOVIE [...]
// One line a pair: name, still, movie, then PROFILE=VERDICT, separated by tabs.
#include <cstdio>
#include <exception>
#include <string>
#include <vector>

#include "core/pair/verify.h"
#include "tests/core/pair/fake_pairs.h"

namespace {

using namespace livephoto;

void print(const std::string& name, const PairPaths& paths) {
  const auto verification = verify_pair(paths.still, paths.movie);
  std::string line = name + '\t' + paths.still.string() + '\t' + paths.movie.string();
  for (const Profile profile : kProfiles)
    line += '\t' + std::string(name_of(profile)) + '=' +
            std::string(name_of(verification.verdict(profile)));
  std::puts(line.c_str());
}

void run(const std::vector<std::string>& arguments) {
  if (arguments.size() == 2 && arguments[0] == "--fakes") {
    auto pairs = testing::fake_pairs();
    pairs.push_back(testing::good_pair());
    pairs.push_back(testing::good_jpeg_pair());
    for (const auto& pair : pairs)
      print(pair.name, write_pair(pair, std::filesystem::path(arguments[1]) / pair.name));
    return;
  }
  for (std::size_t i = 0; i + 1 < arguments.size(); i += 2)
    print("given", {arguments[i], arguments[i + 1]});
}

}  // namespace

int main(int count, char** arguments) try {
  run({arguments + 1, arguments + count});
  return 0;
} catch (const std::exception& error) {
  std::fprintf(stderr, "%s\n", error.what());
  return 1;
}
