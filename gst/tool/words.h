// Times, sizes and places as people type them.
#pragma once

#include <chrono>
#include <string>
#include <string_view>

#include "core/capture.h"
#include "core/result.h"

namespace livephoto::tool {

using std::chrono::nanoseconds;

// "12.5" (seconds), "0:12.5" or "1:02:03.250", up to 999 hours.
Result<nanoseconds> parse_time(std::string_view text);

// The same the other way round: "0:12.5", "1:02:03.25"; "-0:00.021" for what was on screen
// when the video began.
std::string clock_text(nanoseconds time);

// A number of seconds as JSON has it: finite, not negative, up to 999 hours.
Result<nanoseconds> time_of(double seconds);

struct PixelSize {
  unsigned width = 0;  // 0: any
  unsigned height = 0;

  bool operator==(const PixelSize&) const = default;
};

// "1920x1080"; "1920x" and "x1080" leave the other side at 0, which is any.
Result<PixelSize> parse_size(std::string_view text);

// "51.5,-0.13", with a third number for the altitude in metres.
Result<Place> parse_place(std::string_view text);

// "2024-05-17T10:20:30+02:00"; without a zone that of this machine is meant, without a time of day
// noon.
Result<CaptureTime> parse_date(std::string_view text);

}  // namespace livephoto::tool
