#include "gst/sink/picture.h"

#include <gst/video/video.h>

#include <memory>
#include <string>
#include <utility>

#include "gst/mux/sink_caps.h"
#include "gst/select/pad_caps.h"
#include "gst/select/stream.h"
#include "gst/sink/coders.h"
#include "gst/sink/geometry.h"
#include "gst/sink/pixels.h"
#include "gst/sink/rows.h"
#include "gst/sink/wallpaper.h"
#include "gst/support/clip_motion.h"
#include "gst/support/error.h"
#include "gst/support/interlacing.h"
#include "gst/support/tags.h"

namespace livephoto::sink {
namespace {

bool is_interlaced(const GstCaps* caps) {
  const gchar* mode = gst_structure_get_string(gst_caps_get_structure(caps, 0), "interlace-mode");
  return mode && !g_str_equal(mode, "progressive");
}

// Whether an encoder takes pictures of this size; many do not take the smallest.
bool takes_size(GstElement* encoder, int width, int height) {
  const auto pad = pad_of(encoder, "sink");
  const auto taken = adopt(gst_pad_query_caps(pad.get(), nullptr));
  const auto size = adopt(gst_caps_new_simple(
      "video/x-raw",
      "width",
      G_TYPE_INT,
      width,
      "height",
      G_TYPE_INT,
      height,
      nullptr));
  return width > 1 && height > 1 && gst_caps_can_intersect(taken.get(), size.get());
}

Result<void> check_size(GstElement* encoder, const PictureSize& picture, const SizeLimit& limit) {
  const Geometry geometry = fit(picture, limit);
  if (takes_size(encoder, geometry.width, geometry.height) ||
      takes_size(encoder, geometry.height, geometry.width))
    return {};
  return Error{
      ErrorCode::Unsupported,
      "A picture of " + std::to_string(picture.width) + "x" + std::to_string(picture.height) +
          " pixels cannot be encoded by " + GST_OBJECT_NAME(gst_element_get_factory(encoder)) +
          "; choose another video or another encoder.",
      {}};
}

// What is done to raw pictures before they are cut or encoded.
void add_preparation(RowMaker& before, const Settings& settings, const GstCaps* caps) {
  GstVideoInfo video;
  gst_video_info_init(&video);
  gst_video_info_from_caps(&video, caps);
  const bool is_odd = video.width % 2 != 0 || video.height % 2 != 0;
  if (GST_VIDEO_INFO_HAS_ALPHA(&video)) add_blackening(before);
  add_converter(before);
  if (is_interlaced(caps)) add_deinterlacing(before);
  if (settings.wants_turning()) add_turning(before);
  if (is_odd || settings.size.is_set())
    add_fitting(before, settings.size, is_odd || settings.size.crop);
  if (settings.for_wallpaper) add_rate(before, wallpaper_rate(settings, video));
  before.add("videoconvert");
}

// Raw pictures on their way to the encoder are the stills of captures to come.
GstPadProbeReturn keep_raw(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  Live& live = **static_cast<std::shared_ptr<Live>*>(data);
  if ((GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) != 0) {
    const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    const GstSegment* segment = nullptr;
    if (event) gst_event_parse_segment(event.get(), &segment);
    if (segment) live.raw_picture(GST_PAD_PROBE_INFO_BUFFER(info), *segment);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  live.raw_caps(caps);
  return GST_PAD_PROBE_OK;
}

// All the time, for captures to come. Only formats that a still can have.
Result<void> encode_live(
    GstLivePhotoSink* self, GstPad* from, Owned<GstElement> encoder, const GstCaps* caps) {
  Impl& impl = *self->impl;
  const Settings& settings = impl.run.settings;
  RowMaker row;
  add_preparation(row, settings, caps);
  row.add("capsfilter");
  const auto of_still = adopt(gst_pad_get_pad_template_caps(pad_of(impl.still, "sink").get()));
  if (row.last()) g_object_set(row.last(), "caps", of_still.get(), nullptr);
  impl.run.live->expect_raw();
  gst_pad_add_probe(
      pad_of(encoder.get(), "sink").get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER),
      keep_raw,
      new std::shared_ptr<Live>(impl.run.live),
      [](gpointer live) { delete static_cast<std::shared_ptr<Live>*>(live); });
  const EncoderWish wish{settings.video_encoder, settings.profile.get(), Use::Live};
  add_encoder(row, std::move(encoder), wished_format(wish, Kind::Picture));
  return row.insert(self, from, pad_of(impl.run.live_sink, "video").get());
}

// From raw pictures, which arrive at `from`, to the files, or to what waits for captures.
Result<void> encode_picture(GstLivePhotoSink* self, GstPad* from, const GstCaps* caps) {
  Impl& impl = *self->impl;
  const Settings& settings = impl.run.settings;
  const bool is_live = impl.run.live_sink != nullptr;
  const EncoderWish wish{
      settings.video_encoder,
      settings.profile.get(),
      is_live ? Use::Live : Use::Clip};
  auto encoder =
      video_encoder(wish, settings.for_wallpaper ? Depth::High : depth_of(caps));  // H.265
  if (!encoder) return encoder.error();
  GstVideoInfo video;
  gst_video_info_init(&video);
  gst_video_info_from_caps(&video, caps);
  if (auto checked = check_size(
          encoder->get(),
          {video.width, video.height, video.par_n, video.par_d},
          settings.size);
      !checked)
    return checked;
  if (is_live) return encode_live(self, from, *std::move(encoder), caps);
  RowMaker encoding;
  const auto movie_pad = pad_of(impl.mux, "video_0");
  const auto chosen = pad_of(impl.select, "video_src");
  if (settings.for_wallpaper) {
    if (const auto fits = check_for_wallpaper(encoder->get(), video); !fits) return fits;
    encoding.add("capsfilter");  // of both, the first plane is what is measured
    set(encoding.last(), "caps", "video/x-raw, format = (string) { I420, NV12 }");
    add_encoder(encoding, std::move(encoder), hevc_main());
    impl.run.motion_probe = gst::measure_motion(chosen.get(), settings.keeps_planes);
  } else {
    add_encoder(encoding, std::move(encoder), wished_format(wish, Kind::Picture));
  }
  if (const auto inserted = encoding.insert(self, chosen.get(), movie_pad.get()); !inserted)
    return inserted;

  const auto still = join(pad_of(impl.select, "still_src"), pad_of(impl.still, "sink"));
  if (!still) return still;

  RowMaker before;
  add_preparation(before, settings, caps);
  return before.insert(self, from, pad_of(impl.select, "video_sink").get());
}

// As it is shown, by its caps and by the tags that came by `pad`.
PictureSize shown_size(GstPad* pad, const GstCaps* caps) {
  PictureSize size;
  const GstStructure* structure = gst_caps_get_structure(caps, 0);
  gst_structure_get_int(structure, "width", &size.width);
  gst_structure_get_int(structure, "height", &size.height);
  gst_structure_get_fraction(
      structure,
      "pixel-aspect-ratio",
      &size.width_ratio,
      &size.height_ratio);
  if (swaps_sides(gst::orientation_on(pad))) {
    std::swap(size.width, size.height);
    std::swap(size.width_ratio, size.height_ratio);
  }
  return size;
}

// Packets have no pixels to turn or scale.
bool wants_pixels(GstLivePhotoSink* self, const GstCaps* caps) {
  const Settings& settings = self->impl->run.settings;
  return settings.upright ||
         (settings.size.is_set() && is_changed(shown_size(self->impl->video, caps), settings.size));
}

// `first` is of the packets; null: they need not be looked at.
bool passes_unchanged(GstLivePhotoSink* self, const GstCaps* caps, GstBuffer* first) {
  const auto taken = mux::sink_caps(mux::TrackKind::Video, mux::Profiles::Apple);
  return !wants_pixels(self, caps) && !select::refusal_of_picture(caps) &&
         !(first && gst::is_interlaced(first, caps)) && gst_caps_can_intersect(caps, taken.get());
}

// H.264 or H.265 whose packets go into the movie as they are.
Result<void> copy_picture(GstLivePhotoSink* self, const GstCaps* caps) {
  Impl& impl = *self->impl;
  if (impl.run.live_sink) return join(retain(impl.video), pad_of(impl.run.live_sink, "video"));
  const auto joined = join(pad_of(impl.select, "video_src"), pad_of(impl.mux, "video_0"));
  if (!joined) return joined;
  RowMaker decoding;
  if (impl.kept.buffer) {
    decoding.add(new_kept_still(std::move(impl.kept)));
  } else {
    decoding.add(decoder_for(caps));
    decoding.add("videoconvert");
  }
  const auto chosen = pad_of(impl.select, "still_src");
  const auto still_pad = pad_of(impl.still, "sink");
  if (const auto inserted = decoding.insert(self, chosen.get(), still_pad.get()); !inserted)
    return inserted;
  return join(retain(impl.video), pad_of(impl.select, "video_sink"));
}

// Behind a decoder of ours: now it is known what the picture is.
GstPadProbeReturn encode_decoded(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = GST_LIVE_PHOTO_SINK(data);
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  if (self->impl->run.decoded_built.exchange(true)) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (const auto built = encode_picture(self, pad, caps); !built)
    gst::post_error(self, built.error());
  return GST_PAD_PROBE_OK;
}

// What cannot pass is decoded first.
Result<void> decode_picture(GstLivePhotoSink* self, const GstCaps* caps) {
  RowMaker decoding;
  decoding.add(decoder_for(caps));
  if (decoding.last()) {
    gst_pad_add_probe(
        pad_of(decoding.last(), "src").get(),
        GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
        encode_decoded,
        self,
        nullptr);
  }
  return decoding.insert(self, self->impl->video, nullptr);
}

// Packets of which some first has to be seen, or the tags that come before it.
bool is_told_by_packets(const Settings& settings, const GstCaps* caps) {
  if (select::is_raw(caps)) return false;
  return settings.size.is_set() ||
         (gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-h264") &&
          gst::may_be_interlaced(caps));
}

}  // namespace

Result<void> build_picture(GstLivePhotoSink* self, const GstCaps* caps, GstBuffer* first) {
  if (!first && is_told_by_packets(self->impl->run.settings, caps)) return {};
  if (self->impl->run.video_built.exchange(true)) return {};
  GST_INFO_OBJECT(self, "the picture is %" GST_PTR_FORMAT, caps);
  if (select::is_raw(caps)) return encode_picture(self, self->impl->video, caps);
  if (passes_unchanged(self, caps, first)) return copy_picture(self, caps);
  return decode_picture(self, caps);
}

}  // namespace livephoto::sink
