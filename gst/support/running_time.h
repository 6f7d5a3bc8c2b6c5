// Running times, which all streams of a pipeline share, before zero as well.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <optional>

namespace livephoto::gst {

// Of a time in the segment, or before it, where a decoder starts; nothing for a time that has none.
std::optional<std::chrono::nanoseconds> running_time(const GstSegment& segment, GstClockTime time);

// What the element's clock shows; nothing where it has none. Stands for something only in PLAYING.
std::optional<std::chrono::nanoseconds> running_time_now(GstElement* element);

}  // namespace livephoto::gst
