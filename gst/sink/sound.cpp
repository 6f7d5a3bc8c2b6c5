#include "gst/sink/sound.h"

#include <gst/audio/audio.h>

#include <mutex>

#include "gst/select/pad_caps.h"
#include "gst/select/stream.h"
#include "gst/sink/coders.h"
#include "gst/sink/rows.h"

namespace livephoto::sink {
namespace {

void add_encoding(GstLivePhotoSink* self, RowMaker& encoding) {
  encoding.add("audioconvert");
  encoding.add("audioresample");
  encoding.add("capsfilter");
  set(encoding.last(), "caps", "audio/x-raw, channels = (int) [ 1, 2 ]");
  const Settings& settings = self->impl->run.settings;
  const EncoderWish wish{settings.audio_encoder, settings.profile.get()};
  add_encoder(encoding, audio_encoder(wish), wished_format(wish, Kind::Sound));
}

Result<void> encode_sound(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  RowMaker encoding;
  add_encoding(self, encoding);
  const auto chosen = pad_of(impl.select, "audio_src");
  return encoding.insert(self, chosen.get(), impl.run.sound_pad.get());
}

// To interleaved samples, which livephotoselect cuts. Of one format: what is behind it
// must not make a converter change its mind inside the clip. Float holds 24 bits.
Result<void> convert_sound(GstLivePhotoSink* self, const GstCaps* caps) {
  RowMaker row;
  if (!select::is_raw(caps)) row.add(decoder_for(caps));
  row.add("audioconvert");
  row.add("capsfilter");
  set(row.last(),
      "caps",
      "audio/x-raw, layout = (string) interleaved, format = (string) " GST_AUDIO_NE(F32));
  return row.insert(self, self->impl->audio, pad_of(self->impl->select, "audio_sink").get());
}

// All the time, for captures to come.
Result<void> encode_live_sound(GstLivePhotoSink* self, const GstCaps* caps) {
  RowMaker row;
  if (!select::is_raw(caps)) row.add(decoder_for(caps));
  add_encoding(self, row);
  return row.insert(self, self->impl->audio, pad_of(self->impl->run.live_sink, "audio").get());
}

}  // namespace

void open_sound(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  if (impl.run.live_sink) {
    link(impl.audio, pad_of(impl.run.live_sink, "audio").get());
    return;
  }
  // Until it is linked: who comes second may put an encoder in between.
  const std::lock_guard lock(impl.opening_sound);
  if (impl.run.sound_pad) return;
  impl.run.sound_pad = adopt(gst_element_request_pad_simple(impl.mux, "audio_0"));
  link(impl.audio, pad_of(impl.select, "audio_sink").get());
  link(pad_of(impl.select, "audio_src").get(), impl.run.sound_pad.get());
}

Result<void> build_sound(GstLivePhotoSink* self, const GstCaps* caps) {
  GST_INFO_OBJECT(self, "the sound is %" GST_PTR_FORMAT, caps);
  open_sound(self);
  static GstStaticCaps passing = GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS);
  const bool is_raw = select::is_raw(caps);
  if (!is_raw && gst_caps_can_intersect(caps, adopt(gst_static_caps_get(&passing)).get()))
    return {};
  if (self->impl->run.live_sink) return encode_live_sound(self, caps);
  if (const auto encoded = encode_sound(self); !encoded) return encoded;
  const gchar* layout = gst_structure_get_string(gst_caps_get_structure(caps, 0), "layout");
  if (is_raw && g_strcmp0(layout, "interleaved") == 0) return {};
  return convert_sound(self, caps);
}

}  // namespace livephoto::sink
