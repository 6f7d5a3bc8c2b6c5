#include "gst/sink/pixels.h"

#include <gst/video/video.h>

#include <optional>
#include <string>
#include <utility>

#include "gst/select/source_picture.h"
#include "gst/support/alpha.h"
#include "gst/support/colour_range.h"
#include "gst/support/tags.h"
#include "gst/support/upstream.h"

namespace livephoto::sink {
namespace {

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
      fit({video.width, video.height, video.par_n, video.par_d}, fitting.limit);
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

GstPadProbeReturn say_true_range(GstPad* pad, GstPadProbeInfo* info, gpointer) {
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  const auto coded = gst::coded_caps_of_samples(pad);
  const auto corrected = gst::with_true_range(caps, coded.get());
  if (corrected.get() == caps) return GST_PAD_PROBE_OK;
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_caps(corrected.get());
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

// The source's file, if it is MP4 or QuickTime; read once.
struct SourceFile {
  std::string path;
  std::optional<isobmff::MovieFile> movie;
};

// Before videoflip: what the demuxer does not tell of the picture's orientation, or tells wrongly.
GstPadProbeReturn say_orientation(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& file = *static_cast<SourceFile*>(data);
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) != GST_EVENT_TAG) return GST_PAD_PROBE_OK;
  GstTagList* tags = nullptr;
  gst_event_parse_tag(event, &tags);
  if (gst_tag_list_get_scope(tags) != GST_TAG_SCOPE_STREAM) return GST_PAD_PROBE_OK;
  const auto path = gst::file_before(pad);
  if (!path) return GST_PAD_PROBE_OK;
  if (std::exchange(file.path, *path) != *path) file.movie = select::movie_in(*path);
  gchar* said = nullptr;
  gst_tag_list_get_string(tags, GST_TAG_IMAGE_ORIENTATION, &said);
  const auto name = adopt(said);
  const auto turn = file.movie ? select::untold_orientation(*file.movie, name.get()) : std::nullopt;
  if (!turn) return GST_PAD_PROBE_OK;
  tags = gst_tag_list_copy(tags);
  gst_tag_list_add(
      tags,
      GST_TAG_MERGE_REPLACE,
      GST_TAG_IMAGE_ORIENTATION,
      gst::orientation_name(*turn),
      nullptr);
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_tag(tags);
  gst_event_unref(event);
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

// Pictures with an alpha channel become those that are seen on black: a converter would
// drop the channel, and show what should not be seen.
GstPadProbeReturn show_on_black(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& video = *static_cast<GstVideoInfo*>(data);
  if (GST_PAD_PROBE_INFO_TYPE(info) & GST_PAD_PROBE_TYPE_BUFFER) {
    GstVideoFrame frame;
    GstBuffer* buffer = GST_PAD_PROBE_INFO_BUFFER(info);
    if (!gst_video_frame_map(&frame, &video, buffer, GST_MAP_READ)) return GST_PAD_PROBE_DROP;
    auto shown = gst::on_black(video, frame);
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
  const auto opaque = gst::opaque_info(video);
  const auto shown = adopt(gst_video_info_to_caps(&opaque));
  GST_PAD_PROBE_INFO_DATA(info) = gst_event_new_caps(shown.get());
  gst_event_unref(event);
  return GST_PAD_PROBE_OK;
}

}  // namespace

void add_converter(RowMaker& row) {
  row.add("videoconvert");
  if (!row.last()) return;
  gst_pad_add_probe(
      pad_of(row.last(), "sink").get(),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      say_true_range,
      nullptr,
      nullptr);
}

void add_turning(RowMaker& row) {
  row.add("videoflip");
  if (!row.last()) return;
  set(row.last(), "video-direction", "auto");
  gst_pad_add_probe(
      pad_of(row.last(), "sink").get(),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      say_orientation,
      new SourceFile,
      [](gpointer file) { delete static_cast<SourceFile*>(file); });
  gst_pad_add_probe(
      pad_of(row.last(), "src").get(),
      GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM,
      say_upright,
      nullptr,
      nullptr);
}

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
  // What is cut to whole pixels has not to a hair the shape of the size that is asked for.
  if (limit.is_exact) set(scale, "add-borders", "false");
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

void add_blackening(RowMaker& row) {
  add_converter(row);
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

void add_rate(RowMaker& row, unsigned pictures_a_second) {
  row.add("videorate");
  set(row.last(), "skip-to-first", "true");
  row.add("capsfilter");
  const std::string caps =
      "video/x-raw, framerate = (fraction) " + std::to_string(pictures_a_second) + "/1";
  set(row.last(), "caps", caps.c_str());
}

// It hands on as it is what has a format that it does not know; not to this filter.
void add_deinterlacing(RowMaker& row) {
  row.add("deinterlace");
  row.add("capsfilter");
  set(row.last(), "caps", "video/x-raw, interlace-mode = (string) progressive");
}

}  // namespace livephoto::sink
