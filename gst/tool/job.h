// One pair to be made, and what became of it.
#pragma once

#include <chrono>
#include <cstdint>
#include <filesystem>
#include <optional>
#include <string>
#include <vector>

#include "core/capture.h"
#include "core/pair/bundle.h"
#include "core/pair/names.h"
#include "gst/tool/suggestions.h"
#include "gst/tool/words.h"

namespace livephoto::tool {

inline constexpr nanoseconds kDefaultDuration = std::chrono::seconds(3);

// How a pair is made, whatever the video.
struct Settings {
  bool exact = false;  // encoded again, so that the movie has no hidden pictures
  StillFormat still_format = StillFormat::Heic;
  Bundle bundle = Bundle::Pair;
  PixelSize size;  // 0: the source's
  bool crop = false;
  bool mute = false;
  std::optional<CaptureTime> date;
  std::optional<Place> place;
  bool no_gps = false;
  bool strip = false;
  bool wallpaper = false;  // with all that a lock screen is known to look at; exact, too
};

// Times count from the video's first picture.
struct Moment {
  std::filesystem::path video;
  std::optional<nanoseconds> start{};
  std::optional<nanoseconds> duration{};
  std::optional<nanoseconds> still{};
};

struct Job {
  Moment moment{};
  std::filesystem::path base{};  // of both files, without extension
  Settings settings{};
  bool force = false;  // replaces what has these names
  // Of the moments that the video has, the best being 1: what `moment` does not say is found. 0: it
  // says all.
  unsigned pick = 0;
  bool looks = true;                           // at the pictures, for advice
  unsigned suggestions = 0;                    // nothing is made: so many moments are found
  std::optional<SheetPart> part{};             // and shown there
  std::chrono::milliseconds patience{30'000};  // with what does not get on; 0: endless

  nanoseconds duration() const { return moment.duration.value_or(kDefaultDuration); }
  // Where it is not said, half a clip before the still, so that it is in the middle.
  nanoseconds start() const;
};

// What the pair is called.
struct PairNames {
  std::filesystem::path still;
  std::filesystem::path movie;
  std::filesystem::path bundle;  // empty for two files side by side; a .pvt.zip has the two in it
};
PairNames names_of(const Job& job);

struct MadePair {
  std::string content_identifier;
  nanoseconds start{};  // counted from the video's first picture
  nanoseconds duration{};
  nanoseconds still{};
  nanoseconds still_offset{};    // in the clip
  std::uint64_t still_size = 0;  // bytes
  std::uint64_t movie_size = 0;
  bool is_encoded = false;  // the picture, again
  std::string source_codec;
  std::string date_source;  // source, file, none, or option
  unsigned hidden_pictures = 0;
  std::optional<nanoseconds> video_length;
  std::vector<std::string> warnings{};  // of the elements that made it; told as advice
  std::string reason{};                 // why this moment, where it was found
};

// Something that may be a pity; the pair is made all the same.
struct Advice {
  std::string code;  // stable, for scripts
  std::string text;
};

enum class Ending { Made, Skipped, Planned, Suggested, Failed };
enum class Failure { None, Error, Exists, Crash, Timeout };

struct Outcome {
  Ending ending = Ending::Failed;
  Failure failure = Failure::None;
  std::string message;  // of what failed, one sentence; of Suggested: why it is not on the sheet
  std::string log;      // the last that a crashed job said, for a developer
  std::optional<MadePair> pair;
  std::vector<Advice> advice;
  std::optional<VideoSuggestions> suggestions;
  std::chrono::milliseconds took{};

  static Outcome failed(Failure failure, std::string message) {
    Outcome outcome;
    outcome.failure = failure;
    outcome.message = std::move(message);
    return outcome;
  }
};

// "clip.mp4: " before what GStreamer says, which names no file.
Outcome failed_with(const Job& job, const Error& error);

}  // namespace livephoto::tool
