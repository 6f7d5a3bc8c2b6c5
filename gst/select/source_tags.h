// What the source says of its recording, as tags for the two halves of the pair.
#pragma once

#include <gst/gst.h>

#include <chrono>
#include <string>

#include "core/capture.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

// What of it is left out.
enum class Strip {
  Nothing,
  Place,
  Everything,  // but how the picture is to be turned
};

// The same tags, with those that qtdemux hands over raw ("private-qt-tag") and those of
// Apple's that matroskademux hands over as comments as
// proper ones (date, place, device, title, description, keywords), and without
// what is to be left out. A date without a time of day is a GST_TAG_DATE only.
gst::Owned<GstTagList> understood(const GstTagList* tags, Strip strip);

// Tags that describe the source's first picture, for one that is shown `later`:
// the date moves with it. A date without a time of day stays.
gst::Owned<GstTagList> moved_on(const GstTagList* tags, std::chrono::nanoseconds later);

// A date with a time of day.
bool has_date(const GstTagList* tags);

// Tags for what the source's movie says and `said` lacks: demuxers pass over some of it.
gst::Owned<GstTagList> missing_in(const GstTagList* said, const CaptureInfo& movie, Strip strip);

// Noon of the day that the tags name, in the zone of this machine; null where they name none.
gst::Owned<GstTagList> noon_of_day(const GstTagList* tags);

// A list with nothing but the time at which the file was last changed; null where
// that cannot be found out.
gst::Owned<GstTagList> date_of_file(const std::string& path);

// A copy; null of null.
gst::Owned<GstTagList> without_orientation(const GstTagList* tags);

}  // namespace livephoto::select
