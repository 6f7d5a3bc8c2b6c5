#include "gst/sink/pair_files.h"

#include <utility>

namespace livephoto::sink {

Result<std::vector<std::string>> PairFiles::begin(
    const std::filesystem::path& base, StillFormat format, Bundle bundle) {
  const std::lock_guard lock(mutex_);
  pair_.reset();  // it may have the same names
  auto pair = PendingPair::create(base, format, bundle);
  if (!pair) return pair.error();
  auto recovered = pair->recovered();
  pair_ = *std::move(pair);
  return recovered;
}

bool PairFiles::has_begun() const {
  const std::lock_guard lock(mutex_);
  return pair_.has_value();
}

Result<void> PairFiles::write_movie(std::span<const ByteSpan> pieces) {
  const std::lock_guard lock(mutex_);
  if (!pair_) return {};  // the element is stopping
  for (const ByteSpan piece : pieces)
    if (const auto written = pair_->write_movie(piece); !written) return written;
  return {};
}

Result<WrittenPair> PairFiles::commit(ByteSpan still) {
  const std::lock_guard lock(mutex_);
  auto pair = std::exchange(pair_, std::nullopt);
  if (const auto written = pair->write_still(still); !written) return written.error();
  return pair->commit();
}

void PairFiles::forget() {
  const std::lock_guard lock(mutex_);
  pair_.reset();
}

}  // namespace livephoto::sink
