#include "core/isobmff/lone_samples.h"

#include <algorithm>
#include <optional>

namespace livephoto::isobmff {
namespace {

// A marker has one sample; what says that it has more than this is none.
constexpr std::uint32_t kMostRemoved = 1000;

ByteRange range_of(const StoredSample& sample) {
  return {sample.offset, sample.offset + sample.size};
}

// Where the samples of a track that stays lie: each, or of very many all in one.
std::optional<std::vector<ByteRange>> taken_by(const Track& track) {
  std::vector<ByteRange> ranges;
  if (track.samples == 0) return ranges;
  if (const auto samples = read_samples(track.stbl, kMostSamples)) {
    for (const StoredSample& sample : *samples) ranges.push_back(range_of(sample));
    return ranges;
  }
  const auto all = sample_range(track.stbl);
  if (!all) return std::nullopt;
  ranges.push_back(*all);
  return ranges;
}

bool is_in_media(const MovieFile& movie, ByteRange range) {
  const FileAtom* atom = movie.atoms.holding(range);
  return range.begin < range.end && atom && atom->is_whole && !describes_file(atom->type);
}

}  // namespace

std::vector<ByteRange> lone_samples(
    const MovieFile& movie, const std::vector<std::size_t>& tracks) {
  std::vector<ByteRange> wanted;
  std::vector<ByteRange> taken;
  for (std::size_t i = 0; i < movie.tracks.size(); ++i) {
    if (std::ranges::find(tracks, i) != tracks.end()) {
      const auto samples = read_samples(movie.tracks[i].stbl, kMostRemoved);
      if (!samples) continue;
      for (const StoredSample& sample : *samples)
        if (is_in_media(movie, range_of(sample))) wanted.push_back(range_of(sample));
      continue;
    }
    const auto ranges = taken_by(movie.tracks[i]);
    if (!ranges) return {};
    taken.insert(taken.end(), ranges->begin(), ranges->end());
  }
  std::vector<ByteRange> alone;
  for (const ByteRange& range : wanted) {
    const auto parts = parts_alone(range, taken);
    alone.insert(alone.end(), parts.begin(), parts.end());
    taken.push_back(range);  // once is enough
  }
  return alone;
}

}  // namespace livephoto::isobmff
