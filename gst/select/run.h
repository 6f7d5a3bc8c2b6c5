// One clip of livephotoselect, from the first buffer to EOS.
#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include <chrono>
#include <optional>
#include <string>
#include <vector>

#include "core/isobmff/reader.h"
#include "core/result.h"
#include "core/select/moments.h"
#include "gst/select/packet_picture.h"
#include "gst/select/packet_sound.h"
#include "gst/select/settings.h"
#include "gst/select/sound.h"
#include "gst/select/source_sound.h"
#include "gst/select/stream.h"
#include "gst/select/window.h"
#include "gst/support/limits.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

using gst::adopt;
using gst::Owned;
using gst::retain;
using isobmff::VideoDescription;
using std::chrono::nanoseconds;

struct HeldPicture {
  Owned<GstBuffer> buffer;
  Owned<GstCaps> caps;
};

// One clip, from the first buffer to EOS. Guarded by Impl::mutex, which is never
// held while something is pushed on video_src, posted or asked.
struct Run {
  Mode mode = Mode::Window;
  bool controls_source = true;
  std::string content_identifier;
  WindowSettings wanted;
  std::optional<Moment> found;  // by mode=auto
  Window window{wanted};
  Sound sound;                                              // where it comes raw
  SoundClock sound_clock;                                   // for that
  PacketSound packet_sound;                                 // where it comes as packets
  PacketPicture packet_picture{gst::kDefaultMaxSizeBytes};  // so the picture
  Input video;
  Input audio;
  GstAudioInfo audio_info;
  HeldPicture held;                // of raw video
  Owned<GstTagList> announcement;  // once the still is known
  Strip strip = Strip::Nothing;
  std::optional<nanoseconds> source_begin;        // of its first picture, in stream time
  bool begins_with_sound = false;                 // no picture has come: of its first sound
  std::optional<nanoseconds> source_still;        // if it is the movie of a Live Photo
  std::vector<VideoDescription> source_pictures;  // of its file, if it is MP4 or QuickTime
  bool asked_file = false;
  bool is_dated_by_file = false;
  bool asked_source_end = false;
  bool still_awaits_movie = false;  // for its EOS
  bool failed = false;

  Run() { gst_audio_info_init(&audio_info); }
};

// What the user set, as what a clip needs. InvalidInput where that is no clip.
Result<Run> new_run(const Settings& settings);

// How much later than the source's first picture an instant of it is.
nanoseconds since_begin(const Run& run, nanoseconds stream_time);
// What is dated by the clip's first frame, and by the still's.
nanoseconds clip_date(const Run& run);
nanoseconds still_date(const Run& run);

// Once the still is known: what every branch is told.
Owned<GstEvent> announcement_event(const Run& run);

// What a pad returns for data that is not of the clip any more.
GstFlowReturn after_the_clip(const Run& run);

}  // namespace livephoto::select
