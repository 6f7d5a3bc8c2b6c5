// What the page's script is told of a video, beside its pictures.
#pragma once

#include "gst/tool/json_text.h"
#include "gst/tool/sheet/film.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

// Times are nanoseconds from the video's first picture, which are exact in JavaScript up to a
// hundred days.

// Its name, and room for its stretches and moments.
json video_json(const VideoSuggestions& video);

// From when to when, and what was measured of its frames: a list for each measure, which a list of
// objects would be five times as large as.
json stretch_json(const VideoSuggestions& video, const Stretch& stretch);

json moment_json(const Suggestion& suggestion, const Stretch& view);

// "nothingMoves": of a pity, on the page.
const char* pity_name(select::Pity pity);

// By what advice is given, and in which words: so that the script gives the same as
// select::advise().
json limits_json();

}  // namespace livephoto::tool
