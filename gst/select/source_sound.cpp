#include "gst/select/source_sound.h"

#include <algorithm>
#include <utility>

#include "core/isobmff/sample_reader.h"
#include "gst/support/upstream.h"

namespace livephoto::select {

const char* const kUntimedSoundNote =
    "GStreamer may lose the source's sound, or a part of it: it is LPCM in chunks of several "
    "sizes behind a sound description of version 2, whose times qtdemux 1.22 does not read. "
    "Listen to the clip; what \"ffmpeg -i VIDEO -movflags use_metadata_tags -c:v copy -c:a "
    "pcm_s16le -ar 48000 OTHER.mov\" makes has sound that it reads.";

bool has_untimed_sound(const isobmff::MovieFile& movie, GstPad* audio_sink) {
  const auto is_untimed = [](const isobmff::Track& track) {
    return track.format == isobmff::FourCC("lpcm") &&
           isobmff::entry_count(track.stbl, "stts") == 1 &&
           isobmff::entry_count(track.stbl, "stsc") > 1;
  };
  return std::ranges::any_of(movie.tracks, is_untimed) && gst::is_behind(audio_sink, "qtdemux");
}

gst::Owned<GstBuffer> SoundClock::timed(gst::Owned<GstBuffer> buffer, const GstAudioInfo& info) {
  const GstClockTime said = GST_BUFFER_PTS(buffer.get());
  const bool stands_still =
      GST_CLOCK_TIME_IS_VALID(said) && said == said_ && !GST_BUFFER_IS_DISCONT(buffer.get());
  if (!stands_still) samples_ = 0;
  said_ = said;
  const guint64 before = samples_;
  samples_ += gst_buffer_get_size(buffer.get()) / static_cast<gsize>(info.bpf);
  if (before == 0) return buffer;
  auto timed = gst::adopt(gst_buffer_make_writable(buffer.release()));
  GST_BUFFER_PTS(timed.get()) =
      said + gst_util_uint64_scale_round(before, GST_SECOND, static_cast<guint64>(info.rate));
  return timed;
}

}  // namespace livephoto::select
