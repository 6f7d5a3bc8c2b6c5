// The tags that join the two halves of a Live Photo, and those that describe it.
#pragma once

#include <gst/gst.h>

#include <optional>
#include <string>

#include "core/capture.h"

// string: the pair's identifier, an upper-case UUID.
#define GST_TAG_LIVE_PHOTO_CONTENT_IDENTIFIER "live-photo-content-identifier"
// uint64, nanoseconds from the clip's first frame to the frame in the still.
#define GST_TAG_LIVE_PHOTO_STILL_OFFSET "live-photo-still-offset"
// uint64, nanoseconds from the clip's first frame to the end of its last one.
// Parsers put the caps' frame duration in place of a frame's own, and a stream
// of variable rate would end at the wrong time.
#define GST_TAG_LIVE_PHOTO_CLIP_DURATION "live-photo-clip-duration"

namespace livephoto::gst {

// Call once, before any element is made.
void register_live_photo_tags();

// A new tag list of global scope, which every encoder and parser passes on.
GstTagList* new_announcement(const std::string& content_identifier, GstClockTime still_offset);

// The same for the clip's length, which is known only when its last frame leaves.
GstTagList* new_duration_announcement(GstClockTime clip_duration);

std::optional<std::string> content_identifier_of(const GstTagList* tags);
std::optional<GstClockTime> still_offset_of(const GstTagList* tags);
std::optional<GstClockTime> clip_duration_of(const GstTagList* tags);

// GStreamer's name of it, as GST_TAG_IMAGE_ORIENTATION has it.
const gchar* orientation_name(Orientation orientation);

// Of the tags that have come by `pad` last; Normal where they say nothing.
Orientation orientation_on(GstPad* pad);

// Date and time, place, device, application, title, description, keywords,
// orientation, as far as `tags` has them. A date without a time of day is left
// out: it would become midnight.
CaptureInfo capture_info_of(const GstTagList* tags);

}  // namespace livephoto::gst
