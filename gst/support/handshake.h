// How the two files of a pair appear together or not at all.
//
// A movie whose still could not be written must not appear, nor a still whose
// movie could not. livephotoselect stands before both branches, so it asks each,
// by a custom query, whether something there confirms, and lets them end in order:
//
//   1. The still sink has the picture on the disk, without its name: it says so by
//      the event "still prepared". Now the movie's EOS leaves by video_src.
//   2. The muxer has pushed the whole movie: it says so by "movie written". Now the
//      still's EOS leaves, at which the still sink gives the file its name.
//
// A branch that does not answer is not waited for: its end needs no other's.
#pragma once

#include <gst/gst.h>

namespace livephoto::gst {

// What a branch is asked for, and what it says by the event of the same name.
enum class Confirmation { StillPrepared, MovieWritten };

inline const gchar* name_of(Confirmation what) {
  return what == Confirmation::StillPrepared ? "GstLivePhotoStillPrepared"
                                             : "GstLivePhotoMovieWritten";
}

// Goes downstream; the answer is TRUE if the event will come, or an error.
inline GstQuery* new_confirmation_query(Confirmation what) {
  return gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty(name_of(what)));
}

inline bool asks_for(GstQuery* query, Confirmation what) {
  return GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM &&
         gst_structure_has_name(gst_query_get_structure(query), name_of(what));
}

// Goes upstream.
inline GstEvent* new_confirmation(Confirmation what) {
  return gst_event_new_custom(GST_EVENT_CUSTOM_UPSTREAM, gst_structure_new_empty(name_of(what)));
}

inline bool confirms(GstEvent* event, Confirmation what) {
  return GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM &&
         gst_event_has_name(event, name_of(what));
}

}  // namespace livephoto::gst
