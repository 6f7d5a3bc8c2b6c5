// The moments of a video as JSON: between the processes.
#pragma once

#include "gst/tool/json_text.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

// Without the frames, of which there are thousands: what shows them is where they are.
json suggestions_json(const VideoSuggestions& video);
// Throws what nlohmann's library throws where it is not what the other has written.
VideoSuggestions read_suggestions(const json& object);

json scores_json(const select::Scores& scores);

}  // namespace livephoto::tool
