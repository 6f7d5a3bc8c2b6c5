// The plugin `livephoto`: its elements and its tags, registered.
#include <gst/gst.h>

#include "gst/heifstillsink.h"
#include "gst/livephotomux.h"
#include "gst/livephotoselect.h"
#include "gst/livephotosink.h"
#include "gst/support/tags.h"

static gboolean plugin_init(GstPlugin* plugin) {
  livephoto::gst::register_live_photo_tags();
  // Each is registered whatever became of the others.
  const gboolean select = GST_ELEMENT_REGISTER(livephotoselect, plugin);
  const gboolean still = GST_ELEMENT_REGISTER(heifstillsink, plugin);
  const gboolean mux = GST_ELEMENT_REGISTER(livephotomux, plugin);
  const gboolean sink = GST_ELEMENT_REGISTER(livephotosink, plugin);
  return select && still && mux && sink;
}

// The source is LGPL, but exiv2, which the core writes Exif with, is GPL.
GST_PLUGIN_DEFINE(
    GST_VERSION_MAJOR,
    GST_VERSION_MINOR,
    livephoto,
    "Apple Live Photos: chooses the moment, writes the still and the movie",
    plugin_init,
    PACKAGE_VERSION,
    "GPL",
    "gst-livephoto",
    PACKAGE_ORIGIN)
