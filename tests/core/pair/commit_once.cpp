// One commit as a program of its own, to be killed at each of its system calls.
#include <unistd.h>

#include <algorithm>
#include <cstdlib>
#include <fstream>
#include <iostream>
#include <iterator>
#include <string>

#include "core/pair/commit.h"
#include "core/pair/recover.h"

namespace {

using livephoto::Bundle;
using livephoto::Bytes;
using livephoto::ByteSpan;
using livephoto::Error;

Bytes read(const std::string& path) {
  std::ifstream file(path, std::ios::binary);
  return {std::istreambuf_iterator<char>(file), std::istreambuf_iterator<char>()};
}

int fail(const Error& error) {
  std::cerr << error.message << "\n";
  return 1;
}

// Where the calls begin that are ours, in what strace writes.
void mark() { static_cast<void>(::access("/livephoto-mark", F_OK)); }

int recover(const std::string& base) {
  mark();
  const auto recovered = livephoto::recover(base);
  if (!recovered) return fail(recovered.error());
  for (const auto& sentence : *recovered) std::cout << sentence << "\n";
  return 0;
}

struct Content {
  Bytes movie;
  Bytes still;
  std::size_t pieces = 2;  // of the movie
};

int write_pair(const std::string& base, Bundle bundle, const Content& content) {
  mark();
  auto pair = livephoto::PendingPair::create(base, livephoto::StillFormat::Heic, bundle);
  if (!pair) return fail(pair.error());
  const ByteSpan movie(content.movie);
  const auto piece = movie.size() / content.pieces + 1;
  for (std::size_t at = 0; at < movie.size(); at += piece) {
    const auto bytes = movie.subspan(at, std::min(piece, movie.size() - at));
    if (const auto written = pair->write_movie(bytes); !written) return fail(written.error());
  }
  if (const auto written = pair->write_still(content.still); !written) return fail(written.error());
  const auto committed = pair->commit();
  if (!committed) return fail(committed.error());
  for (const auto& sentence : pair->recovered()) std::cout << sentence << "\n";
  return 0;
}

}  // namespace

// pair|pvt|zip BASE MOVIE STILL [PIECES], or recover BASE. 1 and a sentence after an error.
int main(int count, char** arguments) {
  const std::string what = count > 2 ? arguments[1] : "";
  if (what == "recover" && count == 3) return recover(arguments[2]);
  if (count != 5 && count != 6) return 2;
  const auto bundle = what == "pvt" ? Bundle::Pvt : what == "zip" ? Bundle::PvtZip : Bundle::Pair;
  Content content{.movie = read(arguments[3]), .still = read(arguments[4])};
  if (count == 6) content.pieces = std::strtoul(arguments[5], nullptr, 10);
  return write_pair(arguments[2], bundle, content);
}
