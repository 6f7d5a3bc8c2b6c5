// How livephotoselect learns that a still is safe before it lets the movie end.
//
// A movie whose still could not be written must not appear either. So before
// the end of the clip goes to the encoders, livephotoselect asks its still
// branch, by a custom query, whether a sink there confirms. If one does, it
// waits until that sink says by a custom upstream event that the picture is
// encoded and lies on the disk (it still lacks its name), or until the push of
// the picture has returned. A branch that does not answer is not waited for.
#pragma once

#include <gst/gst.h>

namespace livephoto::gst {

inline constexpr const gchar* kStillConfirmsQuery = "GstLivePhotoStillConfirms";
inline constexpr const gchar* kStillPreparedEvent = "GstLivePhotoStillPrepared";

inline GstQuery* new_still_confirms_query() {
  return gst_query_new_custom(GST_QUERY_CUSTOM, gst_structure_new_empty(kStillConfirmsQuery));
}

inline bool is_still_confirms_query(GstQuery* query) {
  return GST_QUERY_TYPE(query) == GST_QUERY_CUSTOM &&
         gst_structure_has_name(gst_query_get_structure(query), kStillConfirmsQuery);
}

inline GstEvent* new_still_prepared_event() {
  return gst_event_new_custom(
      GST_EVENT_CUSTOM_UPSTREAM,
      gst_structure_new_empty(kStillPreparedEvent));
}

inline bool is_still_prepared_event(GstEvent* event) {
  return GST_EVENT_TYPE(event) == GST_EVENT_CUSTOM_UPSTREAM &&
         gst_event_has_name(event, kStillPreparedEvent);
}

}  // namespace livephoto::gst
