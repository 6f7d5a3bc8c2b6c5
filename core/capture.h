// What a camera notes beside a picture, the same for the still and for the movie.
#pragma once

#include <cstdint>
#include <optional>
#include <string>
#include <vector>

namespace livephoto {

// How the stored rows and columns are to be shown: the values of Exif's tag
// 0x0112, Orientation. The comment says what has to be done to the stored
// picture to see it upright.
enum class Orientation : std::uint8_t {
  Normal = 1,          // nothing
  FlipHorizontal = 2,  // mirror left and right
  Rotate180 = 3,
  FlipVertical = 4,  // mirror top and bottom
  Transpose = 5,     // mirror left and right, then rotate 90 degrees anticlockwise
  Rotate90 = 6,      // rotate 90 degrees clockwise
  Transverse = 7,    // mirror left and right, then rotate 90 degrees clockwise
  Rotate270 = 8,     // rotate 90 degrees anticlockwise
};

// True where the upright picture is as wide as the stored one is high.
constexpr bool swaps_sides(Orientation orientation) { return static_cast<int>(orientation) >= 5; }

// The clock on the wall when the picture was taken. The zone is unknown where
// the source does not give it: then it is not written either.
struct CaptureTime {
  int year = 1970;
  int month = 1;   // 1 to 12
  int day = 1;     // 1 to 31
  int hour = 0;    // 0 to 23
  int minute = 0;  // 0 to 59
  int second = 0;  // 0 to 60
  std::uint32_t nanosecond = 0;
  std::optional<int> utc_offset_minutes{};  // east of Greenwich is positive

  bool operator==(const CaptureTime&) const = default;
};

struct Place {
  double latitude_degrees = 0;   // -90 to 90, north is positive
  double longitude_degrees = 0;  // -180 to 180, east is positive
  std::optional<double> altitude_metres{};

  bool operator==(const Place&) const = default;
};

// Empty text means: not known, not written.
struct CaptureInfo {
  Orientation orientation = Orientation::Normal;
  std::optional<CaptureTime> time{};
  std::optional<Place> place{};
  std::string make{};
  std::string model{};
  std::string software{};
  std::string title{};
  std::string description{};
  std::vector<std::string> keywords{};
};

// Colour as ISO/IEC 23091-2 (CICP) code points; 2 is "unspecified" in each.
struct Colour {
  std::uint16_t primaries = 2;
  std::uint16_t transfer = 2;
  std::uint16_t matrix = 2;
  bool full_range = false;

  bool operator==(const Colour&) const = default;
};

}  // namespace livephoto
