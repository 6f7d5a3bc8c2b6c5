// What the elements of one pair take over from those that the user has set.
#pragma once

#include <gst/gst.h>

#include <initializer_list>

#include "gst/support/ptr.h"

namespace livephoto::sink {

// Gives `to`, of the same type, what `from` has been set to, but not the properties
// named in `own`, and not its name.
void copy_properties(GstElement* from, GstElement* to, std::initializer_list<const gchar*> own);

// What an application has set of a GstTagSetter.
struct SetTags {
  gst::Owned<GstTagList> list;  // null where there is nothing
  GstTagMergeMode mode = GST_TAG_MERGE_KEEP;
};

// A copy, which stays as it is when the application goes on.
SetTags set_tags_of(GstElement* element);
// In place of those that `to` has.
void hand_tags(const SetTags& tags, GstElement* to);

}  // namespace livephoto::sink
