// What the elements of one pair take over from those that the user has set.
#pragma once

#include <gst/gst.h>

#include <initializer_list>

namespace livephoto::sink {

// Gives `to`, of the same type, what `from` has been set to, but not the properties
// named in `own`, and not its name.
void copy_properties(GstElement* from, GstElement* to, std::initializer_list<const gchar*> own);

// The application's tags, and how they are merged; both are GstTagSetters.
void hand_tags(GstElement* from, GstElement* to);

}  // namespace livephoto::sink
