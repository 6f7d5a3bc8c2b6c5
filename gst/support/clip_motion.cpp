// The question is a custom query: it passes encoders and parsers, which know nothing of it. Its
// answer goes by a pointer, since it never leaves the process.
#include "gst/support/clip_motion.h"

#include <gst/video/video.h>

#include <mutex>
#include <utility>

#include "core/select/frame_meter.h"
#include "gst/support/luma_view.h"
#include "gst/support/ptr.h"
#include "gst/support/running_time.h"

namespace livephoto::gst {
namespace {

constexpr const gchar* kQuery = "GstLivePhotoClipMotion";
constexpr const gchar* kAnswer = "answer";

class Measuring {
 public:
  explicit Measuring(bool keeps_planes) : keeps_planes_(keeps_planes) {}

  void set_caps(GstCaps* caps) {
    const std::lock_guard lock(mutex_);
    if (!gst_video_info_from_caps(&info_, caps)) gst_video_info_init(&info_);
  }

  void measure(GstPad* pad, GstBuffer* buffer) {
    const auto event = adopt(gst_pad_get_sticky_event(pad, GST_EVENT_SEGMENT, 0));
    if (!event || !GST_BUFFER_PTS_IS_VALID(buffer)) return;
    const GstSegment* segment = nullptr;
    gst_event_parse_segment(event.get(), &segment);
    const auto time = running_time(*segment, GST_BUFFER_PTS(buffer));
    const std::lock_guard lock(mutex_);
    GstVideoFrame frame;
    if (!time || !gst_video_frame_map(&frame, &info_, buffer, GST_MAP_READ)) return;
    motion_.size = {
        static_cast<std::uint32_t>(info_.width),
        static_cast<std::uint32_t>(info_.height)};
    const select::LumaView luma = luma_view(frame);
    motion_.frames.push_back(meter_.measure(luma, *time));
    if (keeps_planes_) motion_.planes.push_back(select::kept_plane(luma));
    gst_video_frame_unmap(&frame);
  }

  ClipMotion take() {
    const std::lock_guard lock(mutex_);
    meter_.restart();
    return std::exchange(motion_, {});
  }

 private:
  const bool keeps_planes_;
  std::mutex mutex_;  // the muxer may ask in another stream's thread
  GstVideoInfo info_{};
  select::FrameMeter meter_;
  ClipMotion motion_;
};

GstPadProbeReturn answer(GstQuery* query, Measuring& measuring) {
  const GstStructure* structure = gst_query_get_structure(query);
  if (GST_QUERY_TYPE(query) != GST_QUERY_CUSTOM || !gst_structure_has_name(structure, kQuery))
    return GST_PAD_PROBE_OK;
  gpointer to = nullptr;
  gst_structure_get(structure, kAnswer, G_TYPE_POINTER, &to, nullptr);
  if (!to) return GST_PAD_PROBE_OK;
  *static_cast<std::optional<ClipMotion>*>(to) = measuring.take();
  return GST_PAD_PROBE_HANDLED;
}

GstPadProbeReturn watch(GstPad* pad, GstPadProbeInfo* info, gpointer data) {
  auto& measuring = *static_cast<Measuring*>(data);
  const auto type = GST_PAD_PROBE_INFO_TYPE(info);
  if (type & GST_PAD_PROBE_TYPE_QUERY_UPSTREAM)
    return answer(GST_PAD_PROBE_INFO_QUERY(info), measuring);
  if (type & GST_PAD_PROBE_TYPE_BUFFER) {
    measuring.measure(pad, GST_PAD_PROBE_INFO_BUFFER(info));
    return GST_PAD_PROBE_OK;
  }
  GstEvent* event = GST_PAD_PROBE_INFO_EVENT(info);
  if (GST_EVENT_TYPE(event) == GST_EVENT_FLUSH_STOP) measuring.take();  // a clip begins anew
  if (GST_EVENT_TYPE(event) != GST_EVENT_CAPS) return GST_PAD_PROBE_OK;
  GstCaps* caps = nullptr;
  gst_event_parse_caps(event, &caps);
  measuring.set_caps(caps);
  return GST_PAD_PROBE_OK;
}

}  // namespace

std::optional<ClipMotion> clip_motion_before(GstPad* pad) {
  std::optional<ClipMotion> motion;
  GstQuery* query = gst_query_new_custom(
      GST_QUERY_CUSTOM,
      gst_structure_new(kQuery, kAnswer, G_TYPE_POINTER, &motion, nullptr));
  gst_pad_peer_query(pad, query);
  gst_query_unref(query);
  return motion;
}

gulong measure_motion(GstPad* pad, bool keeps_planes) {
  return gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(
          GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_EVENT_DOWNSTREAM |
          GST_PAD_PROBE_TYPE_EVENT_FLUSH | GST_PAD_PROBE_TYPE_QUERY_UPSTREAM),
      watch,
      new Measuring(keeps_planes),
      [](gpointer data) { delete static_cast<Measuring*>(data); });
}

}  // namespace livephoto::gst
