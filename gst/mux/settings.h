// What the user of livephotomux can set.
#pragma once

#include <gst/gst.h>

#include <string>

#include "gst/mux/sink_caps.h"
#include "gst/mux/taken_clip.h"
#include "gst/mux/wallpaper.h"
#include "gst/support/limits.h"

namespace livephoto::mux {

struct Settings {
  std::string content_identifier;
  GstClockTime marker_time = GST_CLOCK_TIME_NONE;
  guint64 max_size_bytes = gst::kDefaultMaxSizeBytes;
  bool faststart = false;
  bool strict = true;
  std::string fingerprint;
  Purpose purpose = Purpose::Usual;
  WallpaperWishes wallpaper;

  Profiles profiles() const { return strict ? Profiles::Apple : Profiles::Any; }
  Wishes wishes() const {
    return {
        .content_identifier = content_identifier,
        .marker_time = marker_time,
        .layout = faststart ? MovieLayout::FastStart : MovieLayout::Camera,
        .fingerprint = fingerprint,
    };
  }
};

void install_properties(GObjectClass* klass);

// False for an id that is none of these properties.
bool set_property(Settings& settings, guint id, const GValue* value);
bool get_property(const Settings& settings, guint id, GValue* value);

}  // namespace livephoto::mux
