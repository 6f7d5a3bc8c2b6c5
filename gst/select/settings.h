// What the user of livephotoselect can set.
#pragma once

#include <gst/gst.h>

#include <string>

#include "gst/select/source_tags.h"
#include "gst/support/limits.h"

namespace livephoto::select {

enum class Mode { Window, Auto, Trigger };

// All times in nanoseconds of the source's stream time.
struct Settings {
  Mode mode = Mode::Window;
  GstClockTime start = GST_CLOCK_TIME_NONE;
  GstClockTime duration = GST_CLOCK_TIME_NONE;
  GstClockTime still = GST_CLOCK_TIME_NONE;
  std::string content_identifier;
  bool controls_source = true;
  GstClockTime pre_capture = 1500 * GST_MSECOND;  // before the call of `capture`
  GstClockTime post_capture = 1500 * GST_MSECOND;
  guint64 max_size_bytes = gst::kDefaultMaxSizeBytes;
  bool strip = false;
  bool strip_geo_location = false;

  Strip stripped() const {
    if (strip) return Strip::Everything;
    return strip_geo_location ? Strip::Place : Strip::Nothing;
  }
};

void install_properties(GObjectClass* klass);

// False for an id that is none of these properties.
bool set_property(Settings& settings, guint id, const GValue* value);
bool get_property(const Settings& settings, guint id, GValue* value);

}  // namespace livephoto::select
