// Raw sound whose demuxer does not say when it is heard.
#pragma once

#include <gst/audio/audio.h>
#include <gst/gst.h>

#include "core/isobmff/reader.h"
#include "gst/support/ptr.h"

namespace livephoto::select {

// True where `audio_sink` gets LPCM by qtdemux 1.22 that it cannot time: of a Sound
// Description of version 2, with one entry in `stts` and several in `stsc`. It reads past the
// end of `stts` then, so all of it has one time, or ends at once, and after a seek nothing comes.
bool has_untimed_sound(const isobmff::MovieFile& movie, GstPad* audio_sink);

// What to say of it.
extern const char* const kUntimedSoundNote;

// Counts on where times stand still.
class SoundClock {
 public:
  // A buffer that says again what the one before it said begins where that one ends.
  gst::Owned<GstBuffer> timed(gst::Owned<GstBuffer> buffer, const GstAudioInfo& info);
  // What comes next has nothing to do with what came before.
  void reset() { *this = {}; }

 private:
  GstClockTime said_ = GST_CLOCK_TIME_NONE;  // by the last buffer
  guint64 samples_ = 0;                      // of all that said so
};

}  // namespace livephoto::select
