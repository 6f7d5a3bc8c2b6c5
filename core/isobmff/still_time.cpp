#include "core/isobmff/still_time.h"

#include <array>
#include <cstdint>
#include <fstream>
#include <string_view>

#include "core/isobmff/atom.h"
#include "core/isobmff/live_photo.h"

namespace livephoto {
namespace {

using namespace isobmff;
using std::chrono::nanoseconds;

constexpr std::uint64_t kLargestMoov = std::uint64_t{64} * 1024 * 1024;
constexpr int kMostAtoms = 1000;  // in the file itself

// QuickTime File Format, "Movie header atom": times of 32 or 64 bits before it.
std::uint32_t timescale_in(ByteSpan moov) {
  const auto mvhd = find_atom(moov, "mvhd");
  if (!mvhd || mvhd->empty()) return 0;
  const std::size_t at = (*mvhd)[0] == 1 ? 20 : 12;
  return mvhd->size() >= at + 4 ? u32_at(*mvhd, at) : 0;
}

std::optional<ByteSpan> sample_table_of(ByteSpan trak) {
  for (const FourCC type : {FourCC("mdia"), FourCC("minf"), FourCC("stbl")}) {
    const auto inside = find_atom(trak, type);
    if (!inside) return std::nullopt;
    trak = *inside;
  }
  return trak;
}

// "Timed metadata sample descriptions": in `keys` an atom for each key, with its
// namespace and name in `keyd`.
bool declares_still_time(ByteSpan trak) {
  constexpr std::size_t kBeforeEntries = 8;  // version and flags, count
  constexpr std::size_t kBeforeKeys = 8;     // reserved, data reference index
  const auto table = sample_table_of(trak);
  const auto stsd = table ? find_atom(*table, "stsd") : std::nullopt;
  if (!stsd || stsd->size() < kBeforeEntries) return false;
  const auto mebx = find_atom(stsd->subspan(kBeforeEntries), "mebx");
  if (!mebx || mebx->size() < kBeforeKeys) return false;
  const auto keys = find_atom(mebx->subspan(kBeforeKeys), "keys");
  ByteSpan rest = keys.value_or(ByteSpan());
  while (const auto key = take_atom(rest)) {
    const auto keyd = find_atom(key->body, "keyd");
    if (!keyd || keyd->size() < 4 || FourCC(u32_at(*keyd, 0)) != FourCC("mdta")) continue;
    const ByteSpan name = keyd->subspan(4);
    if (std::string_view(reinterpret_cast<const char*>(name.data()), name.size()) ==
        kStillImageTime)
      return true;
  }
  return false;
}

// "Edit list atoms": how long the track is empty before its only sample, in ticks
// of the movie.
std::optional<std::uint64_t> ticks_before(ByteSpan trak) {
  const auto edts = find_atom(trak, "edts");
  const auto elst = edts ? find_atom(*edts, "elst") : std::nullopt;
  if (!elst) return 0;
  if (elst->size() < 8) return std::nullopt;
  const bool wide = (*elst)[0] == 1;
  const std::size_t width = wide ? 8 : 4;
  const std::size_t row = 2 * width + 4;  // duration, media time, rate
  std::uint64_t ticks = 0;
  std::size_t at = 8;
  for (std::uint32_t count = u32_at(*elst, 4); count > 0; --count, at += row) {
    if (elst->size() < at + row) return std::nullopt;
    const bool is_empty = wide ? u64_at(*elst, at + width) == ~std::uint64_t{0}
                               : u32_at(*elst, at + width) == ~std::uint32_t{0};
    if (!is_empty) return ticks;
    const std::uint64_t duration = wide ? u64_at(*elst, at) : u32_at(*elst, at);
    if (duration > UINT32_MAX || ticks > UINT32_MAX) return std::nullopt;
    ticks += duration;
  }
  return std::nullopt;  // nothing but emptiness
}

std::optional<Bytes> moov_of(const std::filesystem::path& movie) {
  std::ifstream file(movie, std::ios::binary);
  std::array<std::uint8_t, 16> header{};
  const auto read = [&](std::size_t from, std::size_t count) {
    file.read(reinterpret_cast<char*>(header.data() + from), static_cast<std::streamsize>(count));
    return file.good();
  };
  for (int i = 0; i < kMostAtoms && read(0, kAtomHeader); ++i) {
    std::uint64_t header_size = kAtomHeader;
    std::uint64_t size = u32_at(header, 0);
    if (size == 1) {
      if (!read(kAtomHeader, 8)) return std::nullopt;
      header_size = 16;
      size = u64_at(header, 8);
    }
    // 0 is "to the end of the file": what a moov in front of nothing never is.
    if (size < header_size || size - header_size > INT64_MAX) return std::nullopt;
    if (FourCC(u32_at(header, 4)) == FourCC("moov")) {
      if (size - header_size > kLargestMoov) return std::nullopt;
      Bytes body(static_cast<std::size_t>(size - header_size));
      file.read(reinterpret_cast<char*>(body.data()), static_cast<std::streamsize>(body.size()));
      if (!file) return std::nullopt;
      return body;
    }
    file.seekg(static_cast<std::streamoff>(size - header_size), std::ios::cur);
  }
  return std::nullopt;
}

}  // namespace

std::optional<nanoseconds> still_time_in(ByteSpan moov) {
  const std::uint32_t timescale = timescale_in(moov);
  if (timescale == 0) return std::nullopt;
  while (const auto atom = take_atom(moov)) {
    if (atom->type != FourCC("trak") || !declares_still_time(atom->body)) continue;
    const auto ticks = ticks_before(atom->body);
    if (!ticks) return std::nullopt;
    // Below 2^33 ticks: no overflow.
    return nanoseconds(static_cast<std::int64_t>(
        *ticks / timescale * 1'000'000'000 + *ticks % timescale * 1'000'000'000 / timescale));
  }
  return std::nullopt;
}

std::optional<nanoseconds> still_time_of(const std::filesystem::path& movie) {
  const auto moov = moov_of(movie);
  return moov ? still_time_in(*moov) : std::nullopt;
}

}  // namespace livephoto
