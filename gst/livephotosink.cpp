/**
 * SECTION:element-livephotosink
 * @title: livephotosink
 * @short_description: Makes a whole Live Photo
 * @see_also: livephotoselect, heifstillsink, livephotomux
 *
 * Takes picture and sound, raw or encoded, and writes the still and the movie of a
 * Live Photo: both or none. H.264 and H.265 with AAC or ALAC pass unchanged;
 * everything else is encoded, H.264 in 8 bits of SDR, H.265 in more bits and HDR.
 *
 * The files appear when the clip is complete, in PLAYING. Then comes an element
 * message `live-photo-written` with the fields `still-location`, `movie-location`,
 * `bundle-location` (string, with #GstLivePhotoSink:bundle), `content-identifier`
 * (string), `start-time`, `duration`, `still-time`, `still-offset` (guint64,
 * nanoseconds, as in `live-photo-selected`), `still-size`, `movie-size` (guint64,
 * bytes). After an error neither file is there, and what was there before still is.
 *
 * The elements inside are children by name (#GstChildProxy): `select`, `still`,
 * `mux`, and encoders once there are some.
 *
 * ## Example
 * |[
 * gst-launch-1.0 uridecodebin uri=file:///tmp/IN.mp4 name=d livephotosink name=l \
 *   location=IMG_0001 d. ! l.video d. ! l.audio
 * ]| The first three seconds of a video, encoded again.
 * |[
 * gst-launch-1.0 filesrc location=IN.mp4 ! parsebin name=d livephotosink name=l \
 *   location=IMG_0001 start-time=12500000000 d. ! l.video d. ! l.audio
 * ]| Three seconds from 12.5 s on, not encoded again.
 */
#include "gst/livephotosink.h"

#include <gst/video/video.h>

#include <algorithm>
#include <array>
#include <atomic>
#include <memory>
#include <mutex>
#include <string>
#include <utility>
#include <vector>

#include "gst/heifstillsink.h"
#include "gst/livephotomux.h"
#include "gst/livephotoselect.h"
#include "gst/mux/sink_caps.h"
#include "gst/select/pad_caps.h"
#include "gst/select/stream.h"
#include "gst/sink/coders.h"
#include "gst/sink/geometry.h"
#include "gst/sink/movie_sink.h"
#include "gst/sink/pair_files.h"
#include "gst/sink/proxied.h"
#include "gst/support/alpha.h"
#include "gst/support/error.h"
#include "gst/support/interlacing.h"
#include "gst/support/ptr.h"

GST_DEBUG_CATEGORY_STATIC(live_photo_sink_debug);
#define GST_CAT_DEFAULT live_photo_sink_debug

using livephoto::Bundle;
using livephoto::ByteSpan;
using livephoto::Error;
using livephoto::ErrorCode;
using livephoto::Result;
using livephoto::StillFormat;
using livephoto::WrittenPair;
using livephoto::gst::adopt;
using livephoto::gst::ObjectLock;
using livephoto::gst::Owned;
using livephoto::gst::post_error;
using livephoto::gst::ReadMap;
using livephoto::gst::retain;
using livephoto::sink::EncoderWish;
using livephoto::sink::Geometry;
using livephoto::sink::Kind;
using livephoto::sink::PairFiles;
using livephoto::sink::PictureSize;
using livephoto::sink::SizeLimit;

// Sound that is converted or decoded first. (MPEG-4's is not named without its form: its
// parser makes the one that passes.)
#define LIVE_PHOTO_OTHER_AUDIO_CAPS                                                 \
  GST_AUDIO_CAPS_MAKE(GST_AUDIO_FORMATS_ALL)                                        \
  ", layout = (string) non-interleaved"                                             \
  "; audio/mpeg, mpegversion = (int) 1; audio/x-opus; audio/x-vorbis; audio/x-flac" \
  "; audio/x-ac3; audio/x-eac3; audio/x-dts; audio/AMR; audio/AMR-WB; audio/x-alaw" \
  "; audio/x-mulaw; audio/x-adpcm; audio/x-wma; audio/x-speex; audio/x-private1-lpcm"

namespace {

enum StillFormatChoice { STILL_FORMAT_AUTO, STILL_FORMAT_HEIC, STILL_FORMAT_JPEG };

constexpr GEnumValue kStillFormats[] = {
    {STILL_FORMAT_AUTO, "By the extension of the location, HEIC without one", "auto"},
    {STILL_FORMAT_HEIC, "HEIC", "heic"},
    {STILL_FORMAT_JPEG, "JPEG", "jpeg"},
    {0, nullptr, nullptr}};

constexpr GEnumValue kBundles[] = {
    {static_cast<gint>(Bundle::Pair), "Two files side by side", "pair"},
    {static_cast<gint>(Bundle::Pvt), "A folder NAME.pvt with both files", "pvt"},
    {static_cast<gint>(Bundle::PvtZip), "That folder in one file, NAME.pvt.zip", "pvt-zip"},
    {0, nullptr, nullptr}};

struct Settings {  // guarded by the object lock
  std::string location;
  gint still_format = STILL_FORMAT_AUTO;
  Bundle bundle = Bundle::Pair;
  std::string video_encoder;
  std::string audio_encoder;
  std::shared_ptr<GstEncodingProfile> profile;
  SizeLimit size;
  bool upright = false;

  // Packets have no pixels to turn or scale.
  bool wants_pixels() const { return upright || size.is_set(); }
};

// From READY to PAUSED and back. `mutex` guards what follows it; it is never held
// while anything is linked, added or pushed.
struct Run {
  Settings settings;
  std::mutex mutex;
  std::vector<GstElement*> added{};  // to the bin, which owns them
  Owned<GstPad> sound_pad;           // of the muxer, once there is sound
  Owned<GstStructure> selected;      // the last `live-photo-selected`
  std::atomic<bool> video_built = false;
  std::atomic<bool> video_seen = false;     // a buffer of it
  std::atomic<bool> decoded_built = false;  // what is behind a decoder of it
  std::atomic<bool> audio_built = false;
  std::atomic<bool> async_pending = false;
};

struct Impl {
  Settings settings;
  Run run;
  PairFiles files;
  std::mutex prerolling;
  std::mutex opening_sound;
  guint pairs_begun = 0;
  GstElement* select = nullptr;  // the bin owns its elements and pads
  GstElement* mux = nullptr;
  GstElement* still = nullptr;
  GstElement* movie = nullptr;
  GstPad* video = nullptr;
  GstPad* audio = nullptr;
};

guint format_location_signal = 0;

}  // namespace

struct _GstLivePhotoSink {
  GstBin parent;
  Impl* impl;
};

#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's macros are C
G_DEFINE_TYPE_WITH_CODE(
    GstLivePhotoSink,
    gst_live_photo_sink,
    GST_TYPE_BIN,
    G_IMPLEMENT_INTERFACE(GST_TYPE_TAG_SETTER, nullptr)
        GST_DEBUG_CATEGORY_INIT(live_photo_sink_debug, "livephotosink", 0, "Makes a Live Photo"))
#pragma GCC diagnostic pop

namespace {

GstStaticPadTemplate kVideo = GST_STATIC_PAD_TEMPLATE(
    "video",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS "; " LIVE_PHOTO_REFUSED_CAPS));
GstStaticPadTemplate kAudio = GST_STATIC_PAD_TEMPLATE(
    "audio",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS "; " LIVE_PHOTO_OTHER_AUDIO_CAPS));

// ---- The files ---------------------------------------------------------------

StillFormat still_format(const Settings& settings) {
  if (settings.still_format == STILL_FORMAT_AUTO)
    return livephoto::named_still_format(settings.location);
  return settings.still_format == STILL_FORMAT_JPEG ? StillFormat::Jpeg : StillFormat::Heic;
}

// What a handler of `format-location` answers, else the property.
std::string location_of_next(GstLivePhotoSink* self) {
  const guint number = self->impl->pairs_begun;
  gchar* answer = nullptr;
  g_signal_emit(self, format_location_signal, 0, number, &answer);
  const auto formatted = adopt(answer);
  if (formatted) return formatted.get();
  return livephoto::numbered(self->impl->run.settings.location, number);
}

Result<void> begin_files(GstLivePhotoSink* self) {
  const std::string location = location_of_next(self);
  if (location.empty()) {
    return Error{
        ErrorCode::InvalidInput,
        "livephotosink does not know where to write; set its property location to the pair's "
        "name, such as IMG_0001.",
        {}};
  }
  const Settings& settings = self->impl->run.settings;
  const auto begun = self->impl->files.begin(
      livephoto::pair_base(location),
      still_format(settings),
      settings.bundle);
  if (!begun) return begun.error();
  for (const auto& recovered : *begun)
    GST_ELEMENT_INFO(self, RESOURCE, WRITE, ("%s", recovered.c_str()), (nullptr));
  ++self->impl->pairs_begun;
  return {};
}

Result<void> write_movie(GstLivePhotoSink* self, std::span<const ByteSpan> pieces) {
  if (!self->impl->files.has_begun()) {  // not the run's first clip
    if (const auto begun = begin_files(self); !begun) return begun.error();
  }
  return self->impl->files.write_movie(pieces);
}

GstMessage* written_message(GstLivePhotoSink* self, const WrittenPair& pair) {
  Run& run = self->impl->run;
  const std::lock_guard lock(run.mutex);
  auto* structure = run.selected ? gst_structure_copy(run.selected.get())
                                 : gst_structure_new_empty("live-photo-written");
  gst_structure_set_name(structure, "live-photo-written");
  if (const GValue* start = gst_structure_get_value(structure, "start")) {
    gst_structure_set_value(structure, "start-time", start);
    gst_structure_remove_field(structure, "start");
  }
  gst_structure_set(
      structure,
      "still-location",
      G_TYPE_STRING,
      pair.still.c_str(),
      "movie-location",
      G_TYPE_STRING,
      pair.movie.c_str(),
      "still-size",
      G_TYPE_UINT64,
      pair.still_size,
      "movie-size",
      G_TYPE_UINT64,
      pair.movie_size,
      nullptr);
  if (!pair.bundle.empty()) {
    gst_structure_set(structure, "bundle-location", G_TYPE_STRING, pair.bundle.c_str(), nullptr);
  }
  return gst_message_new_element(GST_OBJECT(self), structure);
}

// The still is there, and with it all: the movie was confirmed before.
void commit(GstLivePhotoSink* self, const GstStructure* written) {
  GstBuffer* buffer = nullptr;
  gst_structure_get(written, "buffer", GST_TYPE_BUFFER, &buffer, nullptr);
  const auto still = adopt(buffer);
  const ReadMap map(still.get());
  if (!map || !self->impl->files.has_begun()) return;
  const auto pair = self->impl->files.commit(map.bytes());
  if (!pair) {
    post_error(self, pair.error());
    return;
  }
  GST_INFO_OBJECT(self, "written: %s, %s", pair->still.c_str(), pair->movie.c_str());
  gst_element_post_message(GST_ELEMENT(self), written_message(self, *pair));
}

// ---- Elements are added ------------------------------------------------------

using Row = std::vector<Owned<GstElement>>;

Error cannot_link(GstPad* from, GstPad* to) {
  const auto path = [](GstPad* pad) {
    return std::string(adopt(gst_object_get_path_string(GST_OBJECT(pad))).get());
  };
  return {
      ErrorCode::Unsupported,
      "The source's stream cannot be handed on inside livephotosink; convert it before "
      "(videoconvert, audioconvert).",
      path(from) + " to " + path(to)};
}

Owned<GstPad> pad_of(GstElement* element, const gchar* name) {
  return adopt(gst_element_get_static_pad(element, name));
}

void unlink(GstPad* pad) {
  const auto peer = adopt(gst_pad_get_peer(pad));
  if (!peer) return;
  if (GST_PAD_IS_SRC(pad))
    gst_pad_unlink(pad, peer.get());
  else
    gst_pad_unlink(peer.get(), pad);
}

// `from` is linked, or the target of a ghost pad of the bin's is set, whatever they
// were linked to before.
bool link(GstPad* from, GstPad* to) {
  unlink(to);
  const bool is_ours = GST_IS_GHOST_PAD(from) && GST_PAD_IS_SINK(from);
  if (is_ours) return gst_ghost_pad_set_target(GST_GHOST_PAD(from), to);
  unlink(from);
  return GST_PAD_LINK_SUCCESSFUL(gst_pad_link(from, to));
}

Result<void> join(const Owned<GstPad>& from, const Owned<GstPad>& to) {
  if (link(from.get(), to.get())) return {};
  return cannot_link(from.get(), to.get());
}

// Puts the row's elements, in order, between two pads, and starts them.
Result<void> insert(GstLivePhotoSink* self, GstPad* from, Row row, GstPad* to) {
  std::vector<GstElement*> elements;
  for (const auto& element : row) {
    gst_bin_add(GST_BIN(self), element.get());
    elements.push_back(element.get());
  }
  {
    const std::lock_guard lock(self->impl->run.mutex);
    auto& added = self->impl->run.added;
    added.insert(added.end(), elements.begin(), elements.end());
  }
  // From the end: what is linked may be asked for its caps at once.
  Owned<GstPad> next = retain(to);
  for (auto element = elements.rbegin(); element != elements.rend(); ++element) {
    const auto source = pad_of(*element, "src");
    if (next && !link(source.get(), next.get())) return cannot_link(source.get(), next.get());
    gst_element_sync_state_with_parent(*element);
    next = pad_of(*element, "sink");
  }
  if (!link(from, next.get())) return cannot_link(from, next.get());
  return {};
}

// Makes those of the elements that are needed; the first that is not there is the error.
class RowMaker {
 public:
  void add(Result<Owned<GstElement>> element) {
    if (error_) return;
    if (element)
      row_.push_back(*std::move(element));
    else
      error_ = element.error();
  }
  void add(Owned<GstElement> element) {
    if (!error_ && element) row_.push_back(std::move(element));
  }
  void add(const gchar* factory) { add(livephoto::sink::make_element(factory)); }
  GstElement* last() const { return row_.empty() ? nullptr : row_.back().get(); }

  Result<void> insert(GstLivePhotoSink* self, GstPad* from, GstPad* to) {
    if (error_) return *error_;
    return ::insert(self, from, std::move(row_), to);
  }

 private:
  Row row_;
  std::optional<Error> error_;
};

void set(GstElement* element, const gchar* property, const gchar* value) {
  if (element) gst_util_set_object_arg(G_OBJECT(element), property, value);
}

// With its parser, and held to a format if there is one.
void add_encoder(RowMaker& row, Result<Owned<GstElement>> encoder, Owned<GstCaps> format) {
  Owned<GstElement> parser;
  if (encoder) {
    const auto source = pad_of(encoder->get(), "src");
    parser = livephoto::sink::parser_for(adopt(gst_pad_get_pad_template_caps(source.get())).get());
  }
  row.add(std::move(encoder));
  if (format) {
    row.add("capsfilter");
    if (row.last()) g_object_set(row.last(), "caps", format.get(), nullptr);
  }
  row.add(std::move(parser));
}

// ---- The picture's size ------------------------------------------------------

// The elements that follow the caps of what comes to them.
struct Fitting {
  GstElement* crop;  // null where nothing is to be cut
  GstElement* filter;
  SizeLimit limit;
};

void set_crop(GstElement* crop, const Geometry& geometry) {
  g_object_set(
      crop,
      "left",
      geometry.left,
      "right",
      geometry.right,
      "top",
      geometry.top,
      "bottom",
      geometry.bottom,
      nullptr);
}

GstPadProbeReturn follow_size(GstPad*, GstPadProbeInfo* info, gpointer data) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  GstVideoInfo video;
  if (!gst_video_info_from_caps(&video, caps)) return GST_PAD_PROBE_OK;
  const auto& fitting = *static_cast<Fitting*>(data);
  const Geometry geometry =
      livephoto::sink::fit({video.width, video.height, video.par_n, video.par_d}, fitting.limit);
  if (fitting.crop) set_crop(fitting.crop, geometry);
  const auto wanted = adopt(gst_caps_new_simple(
      "video/x-raw",
      "width",
      G_TYPE_INT,
      geometry.width,
      "height",
      G_TYPE_INT,
      geometry.height,
      nullptr));
  if (geometry.is_scaled)
    gst_caps_set_simple(wanted.get(), "pixel-aspect-ratio", GST_TYPE_FRACTION, 1, 1, nullptr);
  g_object_set(fitting.filter, "caps", wanted.get(), nullptr);
  return GST_PAD_PROBE_OK;
}

// Behind videoflip the pixels are upright, but its 1.22 hands on a tag that comes
// before the first picture as it was.
GstPadProbeReturn say_upright(GstPad*, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return GST_PAD_PROBE_OK;
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event, &tags);
  if (gst_tag_list_get_tag_size(tags, GST_TAG_IMAGE_ORIENTATION) == 0) return GST_PAD_PROBE_OK;
  tags = gst_tag_list_copy(tags);
  gst_tag_list_add(tags, GST_TAG_MERGE_REPLACE, GST_TAG_IMAGE_ORIENTATION, "rotate-0", nullptr);
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_tag(tags);
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

void add_turning(RowMaker& row) {
  row.add("videoflip");
  if (!row.last()) return;
  set(row.last(), "video-direction", "auto");
  gst_pad_add_probe(
      pad_of(row.last(), "src").get(),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      say_upright,
      nullptr,
      nullptr);
}

// Even sides, and what the user wants of the size.
void add_fitting(RowMaker& row, const SizeLimit& limit, bool cuts) {
  GstElement* crop = nullptr;
  if (cuts) {
    // Its template has formats that it does not take (1.22).
    row.add("capsfilter");
    set(row.last(),
        "caps",
        "video/x-raw, format = (string) { I420, Y42B, Y444, I420_10LE, I422_10LE, Y444_10LE, RGB, "
        "BGRx }");
    row.add("videocrop");
    crop = row.last();
  }
  row.add("videoscale");
  GstElement* scale = row.last();
  set(scale, "method", "lanczos");
  row.add("capsfilter");
  GstElement* filter = row.last();
  if (!filter) return;
  gst_pad_add_probe(
      pad_of(crop ? crop : scale, "sink").get(),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      follow_size,
      new Fitting{crop, filter, limit},
      [](gpointer fitting) { delete static_cast<Fitting*>(fitting); });
}

// ---- The picture -------------------------------------------------------------

bool is_interlaced(const GstCaps* caps) {
  const gchar* mode = gst_structure_get_string(gst_caps_get_structure(caps, 0), "interlace-mode");
  return mode && !g_str_equal(mode, "progressive");
}

// Pictures with an alpha channel become those that are seen on black: a converter would
// drop the channel, and show what should not be seen.
GstPadProbeReturn show_on_black(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& video = *static_cast<GstVideoInfo*>(data);
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstVideoFrame frame;
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!gst_video_frame_map(&frame, &video, buffer, GST_MAP_READ)) return GST_PAD_PROBE_DROP;
    auto shown = livephoto::gst::on_black(video, frame);
    gst_video_frame_unmap(&frame);
    const auto kept =
        static_cast<GstBufferCopyFlags>(GST_BUFFER_COPY_FLAGS | GST_BUFFER_COPY_TIMESTAMPS);
    gst_buffer_copy_into(shown.buffer.get(), buffer, kept, 0, static_cast<gsize>(-1));
    GST_PAD_PROBE_INFO_DATA(info) = shown.buffer.release();
    gst_buffer_unref(buffer);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (!gst_video_info_from_caps(&video, caps) || !GST_VIDEO_INFO_HAS_ALPHA(&video)) {
    GST_WARNING_OBJECT(pad, "no longer with alpha: %" GST_PTR_FORMAT, caps);
    return GST_PAD_PROBE_REMOVE;
  }
  const auto opaque = livephoto::gst::opaque_info(video);
  const auto shown = adopt(gst_video_info_to_caps(&opaque));
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_caps(shown.get());
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

// A converter to the formats that on_black() takes, and the pictures behind it on black.
void add_blackening(RowMaker& row) {
  row.add("videoconvert");
  row.add("capsfilter");
  set(row.last(), "caps", "video/x-raw, format = (string) { " LIVEPHOTO_ALPHA_FORMATS " }");
  if (!row.last()) return;
  auto* info = new GstVideoInfo;
  gst_video_info_init(info);
  gst_pad_add_probe(
      pad_of(row.last(), "src").get(),
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER),
      show_on_black,
      info,
      [](gpointer data) { delete static_cast<GstVideoInfo*>(data); });
}

// It hands on as it is what has a format that it does not know; not to this filter.
void add_deinterlacing(RowMaker& row) {
  row.add("deinterlace");
  row.add("capsfilter");
  set(row.last(), "caps", "video/x-raw, interlace-mode = (string) progressive");
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
  const Geometry geometry = livephoto::sink::fit(picture, limit);
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

// From raw pictures, which arrive at `from`, to the files.
Result<void> encode_picture(GstLivePhotoSink* self, GstPad* from, const GstCaps* caps) {
  Impl& impl = *self->impl;
  const Settings& settings = impl.run.settings;
  const EncoderWish wish{settings.video_encoder, settings.profile.get()};
  auto encoder = livephoto::sink::video_encoder(wish, livephoto::sink::depth_of(caps));
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
  RowMaker encoding;
  add_encoder(encoding, std::move(encoder), livephoto::sink::wished_format(wish, Kind::Picture));
  const auto movie_pad = pad_of(impl.mux, "video_0");
  const auto chosen = pad_of(impl.select, "video_src");
  if (const auto inserted = encoding.insert(self, chosen.get(), movie_pad.get()); !inserted)
    return inserted;

  const auto still = join(pad_of(impl.select, "still_src"), pad_of(impl.still, "sink"));
  if (!still) return still;

  const bool is_odd = video.width % 2 != 0 || video.height % 2 != 0;
  RowMaker before;
  if (GST_VIDEO_INFO_HAS_ALPHA(&video)) add_blackening(before);
  before.add("videoconvert");
  if (is_interlaced(caps)) add_deinterlacing(before);
  if (settings.wants_pixels()) add_turning(before);
  if (is_odd || settings.size.is_set())
    add_fitting(before, settings.size, is_odd || settings.size.crop);
  before.add("videoconvert");
  return before.insert(self, from, pad_of(impl.select, "video_sink").get());
}

// `first` is of the packets; null: they need not be looked at.
bool passes_unchanged(const Settings& settings, const GstCaps* caps, GstBuffer* first) {
  const auto taken =
      livephoto::mux::sink_caps(livephoto::mux::TrackKind::Video, livephoto::mux::Profiles::Apple);
  return !settings.wants_pixels() && !livephoto::select::refusal_of_picture(caps) &&
         !(first && livephoto::gst::is_interlaced(first, caps)) &&
         gst_caps_can_intersect(caps, taken.get());
}

// H.264 or H.265 whose packets go into the movie as they are.
Result<void> copy_picture(GstLivePhotoSink* self, const GstCaps* caps) {
  Impl& impl = *self->impl;
  const auto joined = join(pad_of(impl.select, "video_src"), pad_of(impl.mux, "video_0"));
  if (!joined) return joined;
  RowMaker decoding;
  decoding.add(livephoto::sink::decoder_for(caps));
  decoding.add("videoconvert");
  const auto chosen = pad_of(impl.select, "still_src");
  const auto still_pad = pad_of(impl.still, "sink");
  if (const auto inserted = decoding.insert(self, chosen.get(), still_pad.get()); !inserted)
    return inserted;
  return join(retain(impl.video), pad_of(impl.select, "video_sink"));
}

void fail(GstLivePhotoSink* self, const Error& error) { post_error(self, error); }

// Behind a decoder of ours: now it is known what the picture is.
GstPadProbeReturn encode_decoded(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = GST_LIVE_PHOTO_SINK(data);
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  if (self->impl->run.decoded_built.exchange(true)) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  if (const auto built = encode_picture(self, pad, caps); !built) fail(self, built.error());
  return GST_PAD_PROBE_OK;
}

// What cannot pass is decoded first.
Result<void> decode_picture(GstLivePhotoSink* self, const GstCaps* caps) {
  RowMaker decoding;
  decoding.add(livephoto::sink::decoder_for(caps));
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

// Packets of which some first has to be seen.
bool is_told_by_packets(const GstCaps* caps) {
  return gst_structure_has_name(gst_caps_get_structure(caps, 0), "video/x-h264") &&
         livephoto::gst::may_be_interlaced(caps);
}

// Once what comes is known: by its caps, or where those do not tell by its first buffer.
Result<void> build_picture(GstLivePhotoSink* self, const GstCaps* caps, GstBuffer* first) {
  if (!first && is_told_by_packets(caps)) return {};
  if (self->impl->run.video_built.exchange(true)) return {};
  GST_INFO_OBJECT(self, "the picture is %" GST_PTR_FORMAT, caps);
  if (livephoto::select::is_raw(caps)) return encode_picture(self, self->impl->video, caps);
  if (passes_unchanged(self->impl->run.settings, caps, first)) return copy_picture(self, caps);
  return decode_picture(self, caps);
}

// ---- The sound ---------------------------------------------------------------

// The way to the muxer, as soon as a source of sound is linked: without one the
// movie has no track for it.
void open_sound(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  // Until it is linked: who comes second may put an encoder in between.
  const std::lock_guard lock(impl.opening_sound);
  if (impl.run.sound_pad) return;
  impl.run.sound_pad = adopt(gst_element_request_pad_simple(impl.mux, "audio_0"));
  link(impl.audio, pad_of(impl.select, "audio_sink").get());
  link(pad_of(impl.select, "audio_src").get(), impl.run.sound_pad.get());
}

Result<void> encode_sound(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  RowMaker encoding;
  encoding.add("audioconvert");
  encoding.add("audioresample");
  encoding.add("capsfilter");
  set(encoding.last(), "caps", "audio/x-raw, channels = (int) [ 1, 2 ]");
  const EncoderWish wish{impl.run.settings.audio_encoder, impl.run.settings.profile.get()};
  add_encoder(
      encoding,
      livephoto::sink::audio_encoder(wish),
      livephoto::sink::wished_format(wish, Kind::Sound));
  const auto chosen = pad_of(impl.select, "audio_src");
  return encoding.insert(self, chosen.get(), impl.run.sound_pad.get());
}

// To interleaved samples, which livephotoselect cuts. Of one format: what is behind it
// must not make a converter change its mind inside the clip. Float holds 24 bits.
Result<void> convert_sound(GstLivePhotoSink* self, const GstCaps* caps) {
  RowMaker row;
  if (!livephoto::select::is_raw(caps)) row.add(livephoto::sink::decoder_for(caps));
  row.add("audioconvert");
  row.add("capsfilter");
  set(row.last(),
      "caps",
      "audio/x-raw, layout = (string) interleaved, format = (string) " GST_AUDIO_NE(F32));
  return row.insert(self, self->impl->audio, pad_of(self->impl->select, "audio_sink").get());
}

Result<void> build_sound(GstLivePhotoSink* self, const GstCaps* caps) {
  GST_INFO_OBJECT(self, "the sound is %" GST_PTR_FORMAT, caps);
  open_sound(self);
  static GstStaticCaps passing = GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS);
  const bool is_raw = livephoto::select::is_raw(caps);
  if (!is_raw && gst_caps_can_intersect(caps, adopt(gst_static_caps_get(&passing)).get()))
    return {};
  if (const auto encoded = encode_sound(self); !encoded) return encoded;
  const gchar* layout = gst_structure_get_string(gst_caps_get_structure(caps, 0), "layout");
  if (is_raw && g_strcmp0(layout, "interleaved") == 0) return {};
  return convert_sound(self, caps);
}

// ---- What comes in -----------------------------------------------------------

// The bin is in PAUSED when the first data are here; it holds nothing for that. So a
// pipeline does not play before its source does. Who posts "async done" keeps
// `prerolling`, and the way to PLAYING waits for it, as GstBaseSink does with its
// preroll lock: GStreamer 1.22 posts that the pipeline is in PAUSED, and notes only
// then that it is not in PLAYING. An application that answered the message meanwhile
// would never get its EOS.
void post_to_parent(GstLivePhotoSink* self, GstMessage* message) {
  GST_BIN_CLASS(gst_live_photo_sink_parent_class)->handle_message(GST_BIN(self), message);
}

void begin_preroll(GstLivePhotoSink* self) {
  self->impl->run.async_pending = true;
  post_to_parent(self, gst_message_new_async_start(GST_OBJECT(self)));
}

void end_preroll(GstLivePhotoSink* self) {
  const std::lock_guard lock(self->impl->prerolling);
  if (self->impl->run.async_pending.exchange(false))
    post_to_parent(self, gst_message_new_async_done(GST_OBJECT(self), GST_CLOCK_TIME_NONE));
}

void see_picture(GstLivePhotoSink* self, GstPadProbeInfo* info) {
  const auto caps = adopt(gst_pad_get_current_caps(self->impl->video));
  const bool is_list = (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER_LIST) != 0;
  GstBuffer* first = is_list ? gst_buffer_list_get(GST_PAD_PROBE_INFO_BUFFER_LIST(info), 0)
                             : GST_PAD_PROBE_INFO_BUFFER(info);
  if (!caps) return;
  if (const auto built = build_picture(self, caps.get(), first); !built) fail(self, built.error());
}

GstPadProbeReturn watch_input(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto* self = GST_LIVE_PHOTO_SINK(data);
  Run& run = self->impl->run;
  if (GST_PAD_PROBE_INFO_TYPE(info) &
      (GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST)) {
    end_preroll(self);
    if (pad == self->impl->video && !run.video_seen.exchange(true)) see_picture(self, info);
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_EOS) end_preroll(self);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  Result<void> built;
  if (pad == self->impl->video) {
    built = build_picture(self, caps, nullptr);
  } else if (!run.audio_built.exchange(true)) {
    built = build_sound(self, caps);
  }
  if (!built) fail(self, built.error());
  return GST_PAD_PROBE_OK;
}

// What came first is best: a source that can choose must not change its mind when it is
// asked again, because something was linked here meanwhile.
void prefer_current(GstPad* pad, GstQuery* query) {
  const auto current = adopt(gst_pad_get_current_caps(pad));
  if (!current) return;
  GstCaps* answer = nullptr;
  gst_query_parse_caps_result(query, &answer);
  const auto taken =
      adopt(gst_caps_intersect_full(current.get(), answer, GST_CAPS_INTERSECT_FIRST));
  const auto merged = adopt(gst_caps_merge(gst_caps_ref(taken.get()), gst_caps_ref(answer)));
  gst_query_set_caps_result(query, merged.get());
}

// Before it is known what comes, a pad takes all of its template: what is behind it
// is not there yet.
gboolean answer_query(GstPad* pad, GstObject* parent, GstQuery* query) {
  const Impl& impl = *GST_LIVE_PHOTO_SINK(parent)->impl;
  const bool is_built = pad == impl.video ? impl.run.video_built : impl.run.audio_built;
  if (is_built) {
    if (!gst_pad_query_default(pad, parent, query)) return FALSE;
    if (GST_QUERY_TYPE(query) == GST_QUERY_CAPS) prefer_current(pad, query);
    return TRUE;
  }
  const auto all = adopt(gst_pad_get_pad_template_caps(pad));
  GstCaps* given = nullptr;
  switch (GST_QUERY_TYPE(query)) {
    case GST_QUERY_CAPS: {
      gst_query_parse_caps(query, &given);
      const auto taken =
          given ? adopt(gst_caps_intersect_full(given, all.get(), GST_CAPS_INTERSECT_FIRST))
                : retain(all.get());
      gst_query_set_caps_result(query, taken.get());
      return TRUE;
    }
    case GST_QUERY_ACCEPT_CAPS:
      gst_query_parse_accept_caps(query, &given);
      gst_query_set_accept_caps_result(query, gst_caps_can_intersect(given, all.get()));
      return TRUE;
    default:
      return gst_pad_query_default(pad, parent, query);
  }
}

GstPad* add_ghost(GstLivePhotoSink* self, GstStaticPadTemplate* pad_template) {
  const auto templ = gst_static_pad_template_get(pad_template);
  GstPad* pad = gst_ghost_pad_new_no_target_from_template(pad_template->name_template, templ);
  gst_object_unref(templ);
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(
          GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM | GST_PAD_PROBE_TYPE_BUFFER |
          GST_PAD_PROBE_TYPE_BUFFER_LIST),
      watch_input,
      self,
      nullptr);
  gst_pad_set_query_function(pad, answer_query);
  gst_element_add_pad(GST_ELEMENT(self), pad);
  return pad;
}

// ---- States ------------------------------------------------------------------

void hand_tags(GstLivePhotoSink* self, GstElement* to) {
  auto* from = GST_TAG_SETTER(self);
  gst_tag_setter_reset_tags(GST_TAG_SETTER(to));
  gst_tag_setter_set_tag_merge_mode(GST_TAG_SETTER(to), gst_tag_setter_get_tag_merge_mode(from));
  if (const GstTagList* tags = gst_tag_setter_get_tag_list(from))
    gst_tag_setter_merge_tags(GST_TAG_SETTER(to), tags, GST_TAG_MERGE_REPLACE);
}

bool start(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  {
    ObjectLock lock(self);
    impl.run.settings = impl.settings;
  }
  impl.run.video_built = false;
  impl.run.video_seen = false;
  impl.run.decoded_built = false;
  impl.run.audio_built = false;
  impl.pairs_begun = 0;
  if (const auto begun = begin_files(self); !begun) {
    post_error(self, begun.error());
    return false;
  }
  set(impl.still, "format", still_format(impl.run.settings) == StillFormat::Jpeg ? "jpeg" : "heic");
  hand_tags(self, impl.mux);
  hand_tags(self, impl.still);
  // Until it is known what comes: sound that ends early must not be taken for all there is.
  link(impl.video, pad_of(impl.select, "video_sink").get());
  if (gst_pad_is_linked(impl.audio)) open_sound(self);
  return true;
}

// Takes down what the run has built; the elements are in READY or below.
void stop(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  impl.files.forget();
  gst_ghost_pad_set_target(GST_GHOST_PAD(impl.video), nullptr);
  gst_ghost_pad_set_target(GST_GHOST_PAD(impl.audio), nullptr);
  std::vector<GstElement*> added;
  {
    const std::lock_guard lock(impl.run.mutex);
    added = std::exchange(impl.run.added, {});
    impl.run.selected.reset();
  }
  for (GstElement* element : added) {
    gst_element_set_state(element, GST_STATE_NULL);
    gst_bin_remove(GST_BIN(self), element);
  }
  for (const gchar* name : {"video_src", "audio_src", "still_src"}) {
    unlink(pad_of(impl.select, name).get());
  }
  if (impl.run.sound_pad) gst_element_release_request_pad(impl.mux, impl.run.sound_pad.get());
  impl.run.sound_pad.reset();
}

// ---- Children ----------------------------------------------------------------

// The properties that are those of an element inside.
enum class Child { Select, Still, Mux };
struct Proxied {
  const gchar* name;
  Child child;
};
constexpr std::array kProxied{
    Proxied{"mode", Child::Select},
    Proxied{"start-time", Child::Select},
    Proxied{"duration", Child::Select},
    Proxied{"still-time", Child::Select},
    Proxied{"content-identifier", Child::Select},
    Proxied{"controls-source", Child::Select},
    Proxied{"strip", Child::Select},
    Proxied{"strip-geo-location", Child::Select},
    Proxied{"quality", Child::Still},
    Proxied{"fingerprint", Child::Mux},
};

GType type_of(Child child) {
  if (child == Child::Select) return gst_live_photo_select_get_type();
  return child == Child::Still ? gst_heif_still_sink_get_type() : gst_live_photo_mux_get_type();
}

GstElement* element_of(const Impl& impl, Child child) {
  if (child == Child::Select) return impl.select;
  return child == Child::Still ? impl.still : impl.mux;
}

void link_movie(Impl& impl) {
  const auto movie = pad_of(impl.mux, "src");
  link(movie.get(), pad_of(impl.movie, "sink").get());
  // The bin's own: it stays as long as the muxer.
  adopt(gst_element_request_pad_simple(impl.mux, "video_0"));
}

void build(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  const auto child = [self](GType type, const gchar* name) {
    auto* element = GST_ELEMENT(g_object_new(type, "name", name, nullptr));
    gst_bin_add(GST_BIN(self), element);
    return element;
  };
  impl.select = child(gst_live_photo_select_get_type(), "select");
  impl.mux = child(gst_live_photo_mux_get_type(), "mux");
  impl.still = child(gst_heif_still_sink_get_type(), "still");
  auto movie = livephoto::sink::new_movie_sink(
      {.write = [self](std::span<const ByteSpan> pieces) { return write_movie(self, pieces); },
       .forget = [&impl] { impl.files.forget(); }});
  impl.movie = movie.get();
  gst_bin_add(GST_BIN(self), movie.get());
  link_movie(impl);
  impl.video = add_ghost(self, &kVideo);
  impl.audio = add_ghost(self, &kAudio);
}

}  // namespace

static GstStateChangeReturn gst_live_photo_sink_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_LIVE_PHOTO_SINK(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (!start(self)) return GST_STATE_CHANGE_FAILURE;
    begin_preroll(self);
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_PLAYING) {
    const std::lock_guard lock(self->impl->prerolling);
  }
  auto result =
      GST_ELEMENT_CLASS(gst_live_photo_sink_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) {
    if (result == GST_STATE_CHANGE_FAILURE) {
      end_preroll(self);
      stop(self);
    } else if (result == GST_STATE_CHANGE_SUCCESS && self->impl->run.async_pending) {
      result = GST_STATE_CHANGE_ASYNC;
    }
  }
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    end_preroll(self);
    stop(self);
  }
  return result;
}

static void gst_live_photo_sink_handle_message(GstBin* bin, GstMessage* message) {
  auto* self = GST_LIVE_PHOTO_SINK(bin);
  Impl& impl = *self->impl;
  if (GST_MESSAGE_TYPE(message) == GST_MESSAGE_ELEMENT) {
    const GstStructure* structure = gst_message_get_structure(message);
    if (GST_MESSAGE_SRC(message) == GST_OBJECT(impl.still) &&
        gst_structure_has_name(structure, "live-photo-still-written")) {
      commit(self, structure);
      gst_message_unref(message);
      return;
    }
    if (gst_structure_has_name(structure, "live-photo-selected")) {
      const std::lock_guard lock(impl.run.mutex);
      impl.run.selected = adopt(gst_structure_copy(structure));
    }
  }
  GST_BIN_CLASS(gst_live_photo_sink_parent_class)->handle_message(bin, message);
}

// ---- GObject -----------------------------------------------------------------

enum {
  PROP_LOCATION = 1,
  PROP_STILL_FORMAT,
  PROP_BUNDLE,
  PROP_VIDEO_ENCODER,
  PROP_AUDIO_ENCODER,
  PROP_ENCODING_PROFILE,
  PROP_MAX_WIDTH,
  PROP_MAX_HEIGHT,
  PROP_CROP,
  PROP_UPRIGHT,
  PROP_PROXIED,  // the first of kProxied
};

static const Proxied* gst_live_photo_sink_proxied(guint id) {
  const guint number = id - PROP_PROXIED;
  return id >= PROP_PROXIED && number < kProxied.size() ? &kProxied[number] : nullptr;
}

static std::string gst_live_photo_sink_text(const GValue* value) {
  const gchar* text = g_value_get_string(value);
  return text ? text : "";
}

static void gst_live_photo_sink_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  Impl& impl = *GST_LIVE_PHOTO_SINK(object)->impl;
  if (const Proxied* proxied = gst_live_photo_sink_proxied(id)) {
    g_object_set_property(G_OBJECT(element_of(impl, proxied->child)), proxied->name, value);
    return;
  }
  ObjectLock lock(object);
  Settings& settings = impl.settings;
  switch (id) {
    case PROP_LOCATION:
      settings.location = gst_live_photo_sink_text(value);
      break;
    case PROP_STILL_FORMAT:
      settings.still_format = g_value_get_enum(value);
      break;
    case PROP_BUNDLE:
      settings.bundle = static_cast<Bundle>(g_value_get_enum(value));
      break;
    case PROP_VIDEO_ENCODER:
      settings.video_encoder = gst_live_photo_sink_text(value);
      break;
    case PROP_AUDIO_ENCODER:
      settings.audio_encoder = gst_live_photo_sink_text(value);
      break;
    case PROP_ENCODING_PROFILE:
      settings.profile.reset(
          static_cast<GstEncodingProfile*>(g_value_dup_object(value)),
          [](GstEncodingProfile* profile) { g_clear_object(&profile); });
      break;
    case PROP_MAX_WIDTH:
      settings.size.width = g_value_get_uint(value);
      break;
    case PROP_MAX_HEIGHT:
      settings.size.height = g_value_get_uint(value);
      break;
    case PROP_CROP:
      settings.size.crop = g_value_get_boolean(value);
      break;
    case PROP_UPRIGHT:
      settings.upright = g_value_get_boolean(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_live_photo_sink_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  const Impl& impl = *GST_LIVE_PHOTO_SINK(object)->impl;
  if (const Proxied* proxied = gst_live_photo_sink_proxied(id)) {
    g_object_get_property(G_OBJECT(element_of(impl, proxied->child)), proxied->name, value);
    return;
  }
  ObjectLock lock(object);
  const Settings& settings = impl.settings;
  switch (id) {
    case PROP_LOCATION:
      g_value_set_string(value, settings.location.c_str());
      break;
    case PROP_STILL_FORMAT:
      g_value_set_enum(value, settings.still_format);
      break;
    case PROP_BUNDLE:
      g_value_set_enum(value, static_cast<gint>(settings.bundle));
      break;
    case PROP_VIDEO_ENCODER:
      g_value_set_string(value, settings.video_encoder.c_str());
      break;
    case PROP_AUDIO_ENCODER:
      g_value_set_string(value, settings.audio_encoder.c_str());
      break;
    case PROP_ENCODING_PROFILE:
      g_value_set_object(value, settings.profile.get());
      break;
    case PROP_MAX_WIDTH:
      g_value_set_uint(value, settings.size.width);
      break;
    case PROP_MAX_HEIGHT:
      g_value_set_uint(value, settings.size.height);
      break;
    case PROP_CROP:
      g_value_set_boolean(value, settings.size.crop);
      break;
    case PROP_UPRIGHT:
      g_value_set_boolean(value, settings.upright);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_live_photo_sink_finalize(GObject* object) {
  delete GST_LIVE_PHOTO_SINK(object)->impl;
  G_OBJECT_CLASS(gst_live_photo_sink_parent_class)->finalize(object);
}

static void gst_live_photo_sink_init(GstLivePhotoSink* self) {
  self->impl = new Impl;
  build(self);
  g_signal_connect(
      self->impl->audio,
      "linked",
      G_CALLBACK(+[](GstPad*, GstPad*, gpointer data) {
        auto* sink = GST_LIVE_PHOTO_SINK(data);
        if (GST_STATE(sink) >= GST_STATE_PAUSED || GST_STATE_NEXT(sink) == GST_STATE_PAUSED)
          open_sound(sink);
      }),
      self);
  GST_OBJECT_FLAG_SET(self, GST_ELEMENT_FLAG_SINK);
}

static GType gst_live_photo_sink_still_format_get_type() {
  static const GType type = g_enum_register_static("GstLivePhotoSinkStillFormat", kStillFormats);
  return type;
}

static GType gst_live_photo_sink_bundle_get_type() {
  static const GType type = g_enum_register_static("GstLivePhotoSinkBundle", kBundles);
  return type;
}

static void gst_live_photo_sink_install_properties(GObjectClass* klass) {
  constexpr auto kFlags = static_cast<GParamFlags>(
      G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY);
  const auto install = [klass](guint id, GParamSpec* spec) {
    g_object_class_install_property(klass, id, spec);
  };
  /**
   * GstLivePhotoSink:location:
   *
   * The name of the pair, in a folder that exists: IMG_0001, IMG_0001.MOV or
   * IMG_0001.HEIC gives IMG_0001.HEIC and IMG_0001.MOV. "%d" (or "%05d") becomes
   * the number of the clip, from 0 on, where there are several (after a flush).
   */
  install(
      PROP_LOCATION,
      g_param_spec_string(
          "location",
          "Location",
          "Name of the pair, in a folder that exists: IMG_0001 gives IMG_0001.HEIC and "
          "IMG_0001.MOV; %d becomes the clip's number",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:still-format:
   *
   * Auto: JPEG if the location ends in .jpg or .jpeg, else HEIC.
   */
  install(
      PROP_STILL_FORMAT,
      g_param_spec_enum(
          "still-format",
          "Still format",
          "The format of the still",
          gst_live_photo_sink_still_format_get_type(),
          STILL_FORMAT_AUTO,
          kFlags));
  /**
   * GstLivePhotoSink:bundle:
   *
   * What the two files are put into. A .pvt folder is what Photos on a Mac exports
   * and AirDrop sends.
   */
  install(
      PROP_BUNDLE,
      g_param_spec_enum(
          "bundle",
          "Bundle",
          "What the two files are put into",
          gst_live_photo_sink_bundle_get_type(),
          static_cast<gint>(Bundle::Pair),
          kFlags));
  /**
   * GstLivePhotoSink:video-encoder:
   *
   * The element that encodes the picture, where it is encoded; properties may
   * follow its name as in gst-launch-1.0. Without one: the best that is there, at
   * constant quality.
   */
  install(
      PROP_VIDEO_ENCODER,
      g_param_spec_string(
          "video-encoder",
          "Video encoder",
          "Element that encodes raw pictures, with properties if need be (\"x264enc "
          "quantizer=18\"); empty: the best that is installed",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:audio-encoder:
   *
   * The same for sound.
   */
  install(
      PROP_AUDIO_ENCODER,
      g_param_spec_string(
          "audio-encoder",
          "Audio encoder",
          "Element that encodes raw sound, with properties if need be; empty: the best that is "
          "installed",
          "",
          kFlags));
  /**
   * GstLivePhotoSink:encoding-profile:
   *
   * What to encode to, where it is encoded: a profile of picture or sound, or a
   * container's with both, of which only the streams count. The encoder of highest
   * rank that makes its format is taken, or the one that it names, with its preset and
   * properties. video-encoder and audio-encoder win over it.
   */
  install(
      PROP_ENCODING_PROFILE,
      g_param_spec_object(
          "encoding-profile",
          "Encoding profile",
          "What to encode pictures and sound to (none: what video-encoder and audio-encoder say)",
          GST_TYPE_ENCODING_PROFILE,
          kFlags));
  /**
   * GstLivePhotoSink:max-width:
   *
   * The picture is made smaller to fit, never larger, and upright. It is encoded
   * then.
   */
  install(
      PROP_MAX_WIDTH,
      g_param_spec_uint(
          "max-width",
          "Maximum width",
          "Widest picture in pixels, upright; a wider one is scaled down and encoded (0: any)",
          0,
          G_MAXINT,
          0,
          kFlags));
  /**
   * GstLivePhotoSink:max-height:
   *
   * See #GstLivePhotoSink:max-width.
   */
  install(
      PROP_MAX_HEIGHT,
      g_param_spec_uint(
          "max-height",
          "Maximum height",
          "Highest picture in pixels, upright; a higher one is scaled down and encoded (0: any)",
          0,
          G_MAXINT,
          0,
          kFlags));
  /**
   * GstLivePhotoSink:crop:
   *
   * Cuts off at the edges what does not have the shape of max-width by max-height,
   * instead of leaving the picture smaller in one direction.
   */
  install(
      PROP_CROP,
      g_param_spec_boolean(
          "crop",
          "Crop",
          "Whether to cut the picture to the shape of max-width by max-height",
          FALSE,
          kFlags));
  /**
   * GstLivePhotoSink:upright:
   *
   * Turns the pixels themselves, for readers that ignore how a movie or a still is
   * to be turned. The picture is encoded then.
   */
  install(
      PROP_UPRIGHT,
      g_param_spec_boolean(
          "upright",
          "Upright",
          "Whether to turn the pixels themselves upright, which needs encoding, instead of "
          "saying how the picture is to be turned",
          FALSE,
          kFlags));
  guint id = PROP_PROXIED;
  for (const Proxied& property : kProxied)
    install(id++, livephoto::sink::proxied(type_of(property.child), property.name));
}

static gboolean gst_live_photo_sink_first_answer(
    GSignalInvocationHint*, GValue* returned, const GValue* answer, gpointer) {
  if (!g_value_get_string(answer)) return TRUE;
  g_value_copy(answer, returned);
  return FALSE;
}

static void gst_live_photo_sink_class_init(GstLivePhotoSinkClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);

  object_class->set_property = gst_live_photo_sink_set_property;
  object_class->get_property = gst_live_photo_sink_get_property;
  object_class->finalize = gst_live_photo_sink_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_live_photo_sink_change_state);
  GST_BIN_CLASS(klass)->handle_message = GST_DEBUG_FUNCPTR(gst_live_photo_sink_handle_message);

  /**
   * GstLivePhotoSink::format-location:
   * @sink: the #GstLivePhotoSink
   * @pair_id: the number of the pair in this run, from 0 on
   *
   * Asked for the name of the next pair, from a streaming thread.
   *
   * Returns: the location, or %NULL for that of the property
   */
  format_location_signal = g_signal_new(
      "format-location",
      G_TYPE_FROM_CLASS(klass),
      G_SIGNAL_RUN_LAST,
      0,
      gst_live_photo_sink_first_answer,
      nullptr,
      nullptr,
      G_TYPE_STRING,
      1,
      G_TYPE_UINT);

  gst_element_class_add_static_pad_template(element_class, &kVideo);
  gst_element_class_add_static_pad_template(element_class, &kAudio);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo sink",
      "Sink/File/Bin",
      "Writes still and movie of an Apple Live Photo, both or none",
      "The gst-livephoto developers");
  gst_live_photo_sink_install_properties(object_class);
  gst_type_mark_as_plugin_api(
      gst_live_photo_sink_still_format_get_type(),
      static_cast<GstPluginAPIFlags>(0));
  gst_type_mark_as_plugin_api(
      gst_live_photo_sink_bundle_get_type(),
      static_cast<GstPluginAPIFlags>(0));
}

GST_ELEMENT_REGISTER_DEFINE(
    livephotosink, "livephotosink", GST_RANK_NONE, gst_live_photo_sink_get_type())
