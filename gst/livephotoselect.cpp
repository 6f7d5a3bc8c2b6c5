/**
 * SECTION:element-livephotoselect
 * @title: livephotoselect
 * @short_description: Chooses the moment that becomes a Live Photo
 *
 * Takes a source's picture and sound and lets one short clip of them through,
 * together with one of the clip's frames as the still. Whatever is behind its
 * pads learns by tags that the three belong together.
 *
 * The clip is cut on the source's frames: #GstLivePhotoSelect:start-time and
 * #GstLivePhotoSelect:still-time each name the frame that is on screen at that
 * instant. The clip's first frame leaves at running time 0, the sound is cut
 * to the same interval to the sample.
 *
 * ## Example
 * |[
 * gst-launch-1.0 filesrc location=IN.mp4 ! decodebin name=d \
 *   livephotoselect name=s start-time=1000000000 duration=2000000000 still-time=2000000000 \
 *   livephotomux name=m ! filesink location=OUT.MOV \
 *   d. ! videoconvert ! s.video_sink  d. ! audioconvert ! audioresample ! s.audio_sink \
 *   s.video_src ! x264enc ! h264parse ! m.  s.audio_src ! avenc_aac ! aacparse ! m. \
 *   s.still_src ! heifstillsink location=OUT.HEIC
 * ]|
 */
#include "gst/livephotoselect.h"

#include <mutex>
#include <utility>

#include "gst/select/answers.h"
#include "gst/select/ending.h"
#include "gst/select/impl.h"
#include "gst/select/pad_caps.h"
#include "gst/select/settings.h"
#include "gst/select/trigger.h"
#include "gst/support/caps.h"
#include "gst/support/error.h"

GST_DEBUG_CATEGORY(live_photo_select_debug);

using livephoto::gst::ObjectLock;
using livephoto::select::Impl;
using livephoto::select::Mode;
using livephoto::select::Run;
using livephoto::select::Settings;

G_DEFINE_TYPE_WITH_CODE(
    GstLivePhotoSelect,
    gst_live_photo_select,
    GST_TYPE_ELEMENT,
    GST_DEBUG_CATEGORY_INIT(
        live_photo_select_debug, "livephotoselect", 0, "Chooses the moment of a Live Photo"))

GST_ELEMENT_REGISTER_DEFINE(
    livephotoselect, "livephotoselect", GST_RANK_NONE, gst_live_photo_select_get_type())

namespace {

GstStaticPadTemplate kVideoSink = GST_STATIC_PAD_TEMPLATE(
    "video_sink",
    GST_PAD_SINK,
    GST_PAD_ALWAYS,
    GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS "; " LIVE_PHOTO_REFUSED_CAPS));
GstStaticPadTemplate kAudioSink = GST_STATIC_PAD_TEMPLATE(
    "audio_sink", GST_PAD_SINK, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS));
GstStaticPadTemplate kVideoSrc = GST_STATIC_PAD_TEMPLATE(
    "video_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS));
GstStaticPadTemplate kAudioSrc = GST_STATIC_PAD_TEMPLATE(
    "audio_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_AUDIO_CAPS));
GstStaticPadTemplate kStillSrc = GST_STATIC_PAD_TEMPLATE(
    "still_src", GST_PAD_SRC, GST_PAD_ALWAYS, GST_STATIC_CAPS(LIVE_PHOTO_VIDEO_CAPS));

// ---- States ------------------------------------------------------------------

bool begin_run(GstLivePhotoSelect* self) {
  Settings settings;
  {
    ObjectLock lock(self);
    settings = self->impl->settings;
  }
  auto run = new_run(settings);
  if (!run) {
    livephoto::gst::post_error(self, run.error());
    return false;
  }
  std::unique_lock lock(self->impl->mutex);
  self->impl->run = std::move(*run);
  self->impl->trigger.arm(settings);
  return true;
}

// No data has come yet.
void start_parts(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  impl.source_watch->start();
  if (impl.run.mode == Mode::Auto)
    impl.auto_choice->start();  // the seek begins when there is a moment to seek for
  else if (impl.run.controls_source)
    impl.source_seek->start(impl.run.wanted.start);
}

}  // namespace

static GstStateChangeReturn gst_live_photo_select_change_state(
    GstElement* element, GstStateChange transition) {
  auto* self = GST_LIVE_PHOTO_SELECT(element);
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED && !begin_run(self))
    return GST_STATE_CHANGE_FAILURE;
  if (transition == GST_STATE_CHANGE_READY_TO_PAUSED) start_parts(self);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    self->impl->auto_choice->stop();
    self->impl->source_seek->stop();
  }
  const auto result =
      GST_ELEMENT_CLASS(gst_live_photo_select_parent_class)->change_state(element, transition);
  if (transition == GST_STATE_CHANGE_PAUSED_TO_READY) {
    self->impl->source_watch->stop();
    std::unique_lock lock(self->impl->mutex);
    self->impl->run = Run{};
    self->impl->trigger = {};
  }
  return result;
}

// ---- GObject -----------------------------------------------------------------

namespace {

// A task pushes by each of these pads.
gboolean activate_source(GstPad* pad, GstObject* parent, GstPadMode mode, gboolean active) {
  Impl& impl = *GST_LIVE_PHOTO_SELECT(parent)->impl;
  if (mode != GST_PAD_MODE_PUSH) return FALSE;
  return (pad == impl.audio_src ? impl.audio_task : impl.still_task)->activate(active);
}

GstPad* add_pad(GstLivePhotoSelect* self, GstStaticPadTemplate* pad_template) {
  GstPad* pad = gst_pad_new_from_static_template(pad_template, pad_template->name_template);
  gst_pad_set_iterate_internal_links_function(pad, livephoto::select::iterate_links);
  if (pad_template->direction == GST_PAD_SINK) {
    gst_pad_set_event_function(pad, livephoto::select::trigger_sink_event);
    gst_pad_set_query_function(pad, livephoto::select::sink_query);
    // What comes outside the clip, and after it, need not suit the peers.
    GST_PAD_SET_ACCEPT_TEMPLATE(pad);
  } else {
    gst_pad_set_event_function(pad, livephoto::select::trigger_src_event);
    gst_pad_set_query_function(pad, livephoto::select::src_query);
  }
  gst_element_add_pad(GST_ELEMENT(self), pad);
  return pad;
}

// The element with its pads, and the threads of those that push by themselves.
void build(GstLivePhotoSelect* self) {
  Impl& impl = *self->impl;
  impl.video_sink = add_pad(self, &kVideoSink);
  impl.audio_sink = add_pad(self, &kAudioSink);
  impl.video_src = add_pad(self, &kVideoSrc);
  impl.audio_src = add_pad(self, &kAudioSrc);
  impl.still_src = add_pad(self, &kStillSrc);
  gst_pad_set_chain_function(impl.video_sink, livephoto::select::trigger_chain);
  gst_pad_set_chain_function(impl.audio_sink, livephoto::select::trigger_chain);
  impl.audio_task.emplace(impl.audio_src, [self](GstFlowReturn flow) {
    livephoto::select::branch_failed(self, self->impl->audio_src, flow);
  });
  impl.still_task.emplace(impl.still_src, [self](GstFlowReturn flow) {
    livephoto::select::branch_failed(self, self->impl->still_src, flow);
  });
  impl.auto_choice.emplace(GST_ELEMENT(self), impl.video_sink, impl.audio_sink);
  impl.source_seek.emplace(GST_ELEMENT(self), impl.video_sink, impl.audio_sink);
  impl.source_watch.emplace(GST_ELEMENT(self), livephoto::select::fail_without_source);
  gst_pad_set_activatemode_function(impl.audio_src, activate_source);
  gst_pad_set_activatemode_function(impl.still_src, activate_source);
}

}  // namespace

static void gst_live_photo_select_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!set_property(GST_LIVE_PHOTO_SELECT(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_select_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  if (!get_property(GST_LIVE_PHOTO_SELECT(object)->impl->settings, id, value))
    G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
}

static void gst_live_photo_select_finalize(GObject* object) {
  delete GST_LIVE_PHOTO_SELECT(object)->impl;
  G_OBJECT_CLASS(gst_live_photo_select_parent_class)->finalize(object);
}

static void gst_live_photo_select_init(GstLivePhotoSelect* self) {
  self->impl = new Impl;
  build(self);
}

static gchar* gst_live_photo_select_capture(GstLivePhotoSelect* self) {
  const auto identifier = livephoto::select::capture_now(self);
  if (identifier) return g_strdup(identifier->c_str());
  GST_ELEMENT_WARNING(
      self,
      RESOURCE,
      BUSY,
      ("No Live Photo was taken. %s", identifier.error().message.c_str()),
      (nullptr));
  return nullptr;
}

static void gst_live_photo_select_class_init(GstLivePhotoSelectClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  auto* element_class = GST_ELEMENT_CLASS(klass);

  object_class->set_property = gst_live_photo_select_set_property;
  object_class->get_property = gst_live_photo_select_get_property;
  object_class->finalize = gst_live_photo_select_finalize;
  element_class->change_state = GST_DEBUG_FUNCPTR(gst_live_photo_select_change_state);

  /**
   * GstLivePhotoSelect::capture:
   * @select: the #GstLivePhotoSelect
   *
   * With mode=trigger, in PLAYING: the clip is what is around the frame that is on screen
   * now, once. Returns at once; the clip leaves while and after what is needed of it comes.
   *
   * Returns: (transfer full) (nullable): the identifier of the pair to come, or %NULL, and a
   * warning on the bus that says why
   */
  g_signal_new_class_handler(
      "capture",
      G_TYPE_FROM_CLASS(klass),
      static_cast<GSignalFlags>(G_SIGNAL_RUN_LAST | G_SIGNAL_ACTION),
      G_CALLBACK(gst_live_photo_select_capture),
      nullptr,
      nullptr,
      nullptr,
      G_TYPE_STRING,
      0);

  for (auto* pad_template : {&kVideoSink, &kAudioSink, &kVideoSrc, &kAudioSrc, &kStillSrc})
    gst_element_class_add_static_pad_template(element_class, pad_template);
  gst_element_class_set_static_metadata(
      element_class,
      "Live Photo selector",
      "Filter/Editor/Video/Audio",
      "Lets one short clip of a video and one of its frames through, as a Live Photo",
      "The gst-livephoto developers");
  livephoto::select::install_properties(object_class);
}
