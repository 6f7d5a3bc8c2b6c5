// What passes a pad, counted: a sign of life where nothing else can be seen.
#pragma once

#include <gst/gst.h>

#include <atomic>

namespace livephoto::gst {

// Adds 1 to `count` for each buffer or list of buffers, in the thread that pushes it. `count` has
// to be there as long as anything passes.
inline void count_data(GstPad* pad, std::atomic<unsigned>& count) {
  gst_pad_add_probe(
      pad,
      static_cast<GstPadProbeType>(GST_PAD_PROBE_TYPE_BUFFER | GST_PAD_PROBE_TYPE_BUFFER_LIST),
      [](GstPad*, GstPadProbeInfo*, gpointer counter) {
        ++*static_cast<std::atomic<unsigned>*>(counter);
        return GST_PAD_PROBE_OK;
      },
      &count,
      nullptr);
}

}  // namespace livephoto::gst
