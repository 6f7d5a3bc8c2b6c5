// Grey frames as they come through a pipe: YUV4MPEG2 (yuv4mpeg(5)) of the colour space "mono".
#pragma once

#include <chrono>
#include <cstdint>
#include <cstdlib>
#include <istream>
#include <optional>
#include <sstream>
#include <string>
#include <vector>

namespace livephoto::bench {

struct GreyVideo {
  int width = 0;
  int height = 0;
  std::int64_t rate_numerator = 0;
  std::int64_t rate_denominator = 0;
  bool is_full_range = false;

  // Of frame `number`, rounded down to a nanosecond.
  std::chrono::nanoseconds time_of(std::int64_t number) const {
    return std::chrono::nanoseconds(number * rate_denominator * 1'000'000'000 / rate_numerator);
  }
};

// Nothing where it is not such a video.
inline std::optional<GreyVideo> read_header(std::istream& input) {
  std::string line;
  std::getline(input, line);
  std::istringstream words(line);
  std::string word;
  words >> word;
  if (word != "YUV4MPEG2") return std::nullopt;
  GreyVideo video;
  bool is_grey = false;
  while (words >> word) {
    const std::string value = word.substr(1);
    if (word[0] == 'W') video.width = std::atoi(value.c_str());
    if (word[0] == 'H') video.height = std::atoi(value.c_str());
    if (word[0] == 'F') {
      video.rate_numerator = std::atoll(value.c_str());
      video.rate_denominator = std::atoll(value.substr(value.find(':') + 1).c_str());
    }
    if (word == "Cmono") is_grey = true;
    if (word == "XCOLORRANGE=FULL") video.is_full_range = true;
  }
  const bool is_whole =
      video.width > 0 && video.height > 0 && video.rate_numerator > 0 && video.rate_denominator > 0;
  if (!is_grey || !is_whole) return std::nullopt;
  return video;
}

// Fills `pixels`; false at the end, or where the last frame is not whole.
inline bool read_frame(
    std::istream& input, const GreyVideo& video, std::vector<std::uint8_t>& pixels) {
  std::string line;
  if (!std::getline(input, line) || !line.starts_with("FRAME")) return false;
  pixels.resize(static_cast<std::size_t>(video.width) * static_cast<std::size_t>(video.height));
  input.read(reinterpret_cast<char*>(pixels.data()), static_cast<std::streamsize>(pixels.size()));
  return static_cast<std::size_t>(input.gcount()) == pixels.size();
}

}  // namespace livephoto::bench
