// What the user of livephotosink can set, beside what is an inner element's.
#pragma once

#include <gst/gst.h>
#include <gst/pbutils/pbutils.h>

#include <memory>
#include <string>

#include "gst/sink/geometry.h"
#include "gst/sink/pair_files.h"

namespace livephoto::sink {

enum StillFormatChoice { STILL_FORMAT_AUTO, STILL_FORMAT_HEIC, STILL_FORMAT_JPEG };

struct Settings {
  std::string location;
  bool is_literal = false;  // the location, whatever per cent signs are in it
  gint still_format = STILL_FORMAT_AUTO;
  Bundle bundle = Bundle::Pair;
  std::string video_encoder;
  std::string audio_encoder;
  std::shared_ptr<GstEncodingProfile> profile;
  SizeLimit size;
  bool upright = false;
  guint max_captures = 4;  // at once
  guint frame_rate = 0;    // of a wallpaper; 0: 30 or 60, what is nearer to the source's
  bool for_wallpaper = false;
  bool keeps_planes = false;  // of its pictures, which are laid over each other in the end

  // Pictures that are turned or scaled are turned upright first.
  bool wants_turning() const { return upright || size.is_set(); }
};

// As it was chosen, or by the extension of `location`.
StillFormat still_format(const Settings& settings, const std::string& location);

// The ids of these properties are from 1 on, and below this.
inline constexpr guint kPropertiesEnd = 13;
void install_properties(GObjectClass* klass);

// False for an id that is none of these properties.
bool set_property(Settings& settings, guint id, const GValue* value);
bool get_property(const Settings& settings, guint id, GValue* value);

GType still_format_type();
GType bundle_type();

}  // namespace livephoto::sink
