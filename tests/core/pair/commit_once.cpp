// One commit as a program of its own, to be killed at each of its system calls.
#include <unistd.h>

#include <cstdlib>
#include <cstring>
#include <iostream>
#include <string>

#include "core/pair/commit.h"
#include "core/pair/recover.h"

namespace {

using livephoto::Bundle;
using livephoto::ByteSpan;
using livephoto::Error;

ByteSpan bytes_of(const std::string& text) {
  return {reinterpret_cast<const std::uint8_t*>(text.data()), text.size()};
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

int write_pair(const std::string& base, Bundle bundle, const std::string& content) {
  mark();
  auto pair = livephoto::PendingPair::create(base, livephoto::StillFormat::Heic, bundle);
  if (!pair) return fail(pair.error());
  for (const auto* piece : {"movie ", content.c_str()})
    if (const auto written = pair->write_movie(bytes_of(piece)); !written)
      return fail(written.error());
  if (const auto written = pair->write_still(bytes_of("still " + content)); !written)
    return fail(written.error());
  const auto committed = pair->commit();
  if (!committed) return fail(committed.error());
  for (const auto& sentence : pair->recovered()) std::cout << sentence << "\n";
  return 0;
}

}  // namespace

// pair|pvt|zip BASE CONTENT, or recover BASE. 1 and a sentence after an error.
int main(int count, char** arguments) {
  const std::string what = count > 2 ? arguments[1] : "";
  if (what == "recover" && count == 3) return recover(arguments[2]);
  if (count != 4) return 2;
  const auto bundle = what == "pvt" ? Bundle::Pvt : what == "zip" ? Bundle::PvtZip : Bundle::Pair;
  return write_pair(arguments[2], bundle, arguments[3]);
}
