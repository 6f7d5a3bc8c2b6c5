// The one place where an error of core/ becomes a message on the bus.
#pragma once

#include <gst/gst.h>

#include "core/result.h"

namespace livephoto::gst {

// Posts `error` as GST_ELEMENT_ERROR would. The default arguments make the
// message name the caller.
void post_error(
    gpointer element,
    const Error& error,
    const char* file = __builtin_FILE(),
    const char* function = __builtin_FUNCTION(),
    int line = __builtin_LINE());

}  // namespace livephoto::gst
