// The moments of a video as JSON: between the processes.
#pragma once

#include "gst/tool/json_text.h"
#include "gst/tool/suggestions.h"

namespace livephoto::tool {

json suggestions_json(const VideoSuggestions& video);
// Throws what nlohmann's library throws where it is not what the other has written.
VideoSuggestions read_suggestions(const json& object);

json scores_json(const select::Scores& scores);

}  // namespace livephoto::tool
