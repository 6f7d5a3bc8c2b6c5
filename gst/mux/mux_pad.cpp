/**
 * GstLivePhotoMuxPad:
 *
 * A sink pad of livephotomux.
 */
#include "gst/mux/mux_pad.h"

#include "gst/support/ptr.h"

using livephoto::gst::ObjectLock;
using livephoto::mux::kFindPriming;

struct _GstLivePhotoMuxPad {
  GstPad parent;
  gint priming;  // guarded by the object lock
};
#pragma GCC diagnostic push
#pragma GCC diagnostic ignored "-Wold-style-cast"  // GLib's own
G_DEFINE_TYPE(GstLivePhotoMuxPad, gst_live_photo_mux_pad, GST_TYPE_PAD)
#pragma GCC diagnostic pop

enum { PROP_PRIMING = 1 };

gint livephoto::mux::priming_property(GstPad* pad) {
  ObjectLock lock(pad);
  return GST_LIVE_PHOTO_MUX_PAD(pad)->priming;
}

static void gst_live_photo_mux_pad_set_property(
    GObject* object, guint id, const GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  switch (id) {
    case PROP_PRIMING:
      GST_LIVE_PHOTO_MUX_PAD(object)->priming = g_value_get_int(value);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_live_photo_mux_pad_get_property(
    GObject* object, guint id, GValue* value, GParamSpec* pspec) {
  ObjectLock lock(object);
  switch (id) {
    case PROP_PRIMING:
      g_value_set_int(value, GST_LIVE_PHOTO_MUX_PAD(object)->priming);
      break;
    default:
      G_OBJECT_WARN_INVALID_PROPERTY_ID(object, id, pspec);
  }
}

static void gst_live_photo_mux_pad_init(GstLivePhotoMuxPad* self) { self->priming = kFindPriming; }

static void gst_live_photo_mux_pad_class_init(GstLivePhotoMuxPadClass* klass) {
  auto* object_class = G_OBJECT_CLASS(klass);
  object_class->set_property = gst_live_photo_mux_pad_set_property;
  object_class->get_property = gst_live_photo_mux_pad_get_property;

  /**
   * GstLivePhotoMuxPad:priming:
   *
   * Samples that the encoder put in front of the sound, which the movie's edit
   * list leaves out. -1 finds out: from the packets (#GstAudioClippingMeta),
   * else from the encoder upstream; packets that no encoder in the pipeline
   * made have none.
   */
  g_object_class_install_property(
      object_class,
      PROP_PRIMING,
      g_param_spec_int(
          "priming",
          "Priming",
          "Samples that the encoder put in front of the sound, left out of the movie; "
          "-1 finds out from the packets or the encoder upstream (audio pads only)",
          kFindPriming,
          G_MAXINT,
          kFindPriming,
          static_cast<GParamFlags>(
              G_PARAM_READWRITE | G_PARAM_STATIC_STRINGS | GST_PARAM_MUTABLE_READY)));
}
