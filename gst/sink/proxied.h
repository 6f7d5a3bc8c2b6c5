// Properties of a bin that are those of an element inside it.
#pragma once

#include <glib-object.h>

namespace livephoto::sink {

// A property like `name` of the class of `type`: same type, range, default, blurb
// and flags. Of type gboolean, gchararray, gint,
// guint64, an enum or flags.
GParamSpec* proxied(GType type, const gchar* name);

}  // namespace livephoto::sink
