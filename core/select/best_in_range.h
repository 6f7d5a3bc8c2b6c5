// The place of the greatest value in any range of a list, without looking at all of it; internal.
#pragma once

#include <bit>
#include <cstddef>
#include <cstdint>
#include <utility>
#include <vector>

namespace livephoto::select {

// A sparse table: the best of every range whose length is a power of two.
class BestInRange {
 public:
  BestInRange() = default;
  explicit BestInRange(std::vector<double> values) : values_(std::move(values)) {
    levels_.emplace_back(values_.size());
    for (std::size_t i = 0; i < values_.size(); ++i) levels_[0][i] = static_cast<std::uint32_t>(i);
    for (std::size_t length = 2; length <= values_.size(); length *= 2) {
      const auto& halves = levels_.back();
      std::vector<std::uint32_t> level(values_.size() - length + 1);
      for (std::size_t i = 0; i < level.size(); ++i)
        level[i] = better(halves[i], halves[i + length / 2]);
      levels_.push_back(std::move(level));
    }
  }

  // Of [first, last), which is not empty; the first one of equals.
  std::size_t in(std::size_t first, std::size_t last) const {
    const auto level = static_cast<std::size_t>(std::bit_width(last - first)) - 1;
    return better(levels_[level][first], levels_[level][last - (std::size_t{1} << level)]);
  }

 private:
  std::uint32_t better(std::uint32_t a, std::uint32_t b) const {
    return values_[b] > values_[a] ? b : a;
  }

  std::vector<double> values_;
  std::vector<std::vector<std::uint32_t>> levels_;
};

}  // namespace livephoto::select
