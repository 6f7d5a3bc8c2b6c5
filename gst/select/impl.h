// What livephotoselect consists of, for the files that say what it does; internal.
#pragma once

#include <gst/gst.h>

#include <mutex>
#include <optional>

#include "core/result.h"
#include "gst/livephotoselect.h"
#include "gst/select/auto_choice.h"
#include "gst/select/run.h"
#include "gst/select/source_seek.h"
#include "gst/select/source_watch.h"
#include "gst/select/trigger.h"
#include "gst/support/pad_task.h"

GST_DEBUG_CATEGORY_EXTERN(live_photo_select_debug);
#define GST_CAT_DEFAULT live_photo_select_debug

namespace livephoto::select {

struct Impl {
  Settings settings;  // guarded by the object lock
  std::mutex mutex;   // guards the run
  Run run;
  Trigger trigger;
  GstPad* video_sink = nullptr;  // the element owns its pads
  GstPad* audio_sink = nullptr;
  GstPad* video_src = nullptr;
  GstPad* audio_src = nullptr;
  GstPad* still_src = nullptr;
  std::optional<gst::PadTask> audio_task;
  std::optional<gst::PadTask> still_task;
  std::optional<AutoChoice> auto_choice;
  std::optional<SourceSeek> source_seek;
  std::optional<SourceWatch> source_watch;
};

bool is_video(const Impl& impl, const GstPad* pad);
// Of a sink pad.
Input& input_of(Impl& impl, const GstPad* pad);

// Ends the run with an error: nothing more leaves by any pad, no EOS either. Releases
// `lock`. GST_FLOW_ERROR.
GstFlowReturn fail(
    GstLivePhotoSelect* self, std::unique_lock<std::mutex>& lock, const Error& error);
// A push by `source` has failed. What failed there has posted why, except for a
// format that nobody takes.
void branch_failed(GstLivePhotoSelect* self, GstPad* source, GstFlowReturn flow);

}  // namespace livephoto::select

struct _GstLivePhotoSelect {
  GstElement parent;
  livephoto::select::Impl* impl;
};
