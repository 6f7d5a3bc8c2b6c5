// Small painted videos of which all but one window is spoiled in one way; the same each time.
#pragma once

#include <array>
#include <cstdint>
#include <memory>
#include <vector>

namespace livephoto::select {

enum class Spoiled { OutOfFocus, Shaky, Black, Frozen, OverExposed, Panned, CutUp };
inline constexpr std::array kAllSpoiled{
    Spoiled::OutOfFocus,
    Spoiled::Shaky,
    Spoiled::Black,
    Spoiled::Frozen,
    Spoiled::OverExposed,
    Spoiled::Panned,
    Spoiled::CutUp};

// Half open, in frames.
struct Stretch {
  int first = 0;
  int end = 0;
};

// A landscape with three things that move in it, seen by a camera. The good window is a little
// soft, but for a tenth of it.
class SpoiledVideo {
 public:
  static constexpr int kWidth = 320;
  static constexpr int kHeight = 180;
  static constexpr int kRate = 25;  // frames a second
  static constexpr int kFrames = 9 * kRate;
  static constexpr int kGood = 2 * kRate;  // of them are good

  SpoiledVideo(Spoiled how, unsigned seed);
  ~SpoiledVideo();

  // Frame `number` of kFrames, kWidth by kHeight, full range; until the next call.
  const std::vector<std::uint8_t>& frame(int number);

  Stretch good() const;
  Stretch sharpest() const;  // a tenth of the good window

 private:
  struct State;
  std::unique_ptr<State> state_;
};

}  // namespace livephoto::select
