#include "gst/select/run.h"

#include <utility>

#include "core/content_identifier.h"

namespace livephoto::select {

Result<Run> new_run(const Settings& settings) {
  Run run;
  run.mode = settings.mode;
  run.controls_source = settings.controls_source;
  run.packet_picture = PacketPicture(settings.max_size_bytes);
  run.strip = settings.stripped();
  const bool is_called_for = settings.mode == Mode::Trigger;  // capture says when
  if (is_called_for)
    run.wanted.duration = from_clock_time(settings.pre_capture + settings.post_capture);
  if (!is_called_for && GST_CLOCK_TIME_IS_VALID(settings.start))
    run.wanted.start = from_clock_time(settings.start);
  if (!is_called_for && GST_CLOCK_TIME_IS_VALID(settings.duration))
    run.wanted.duration = from_clock_time(settings.duration);
  if (!is_called_for && GST_CLOCK_TIME_IS_VALID(settings.still))
    run.wanted.still = from_clock_time(settings.still);
  if (const auto good = check(run.wanted); !good) return good.error();
  run.window = Window(run.wanted);

  if (settings.content_identifier.empty()) {
    run.content_identifier = new_content_identifier();
    return run;
  }
  auto identifier = parse_content_identifier(settings.content_identifier);
  if (!identifier) return identifier.error();
  run.content_identifier = std::move(*identifier);
  return run;
}

nanoseconds since_begin(const Run& run, nanoseconds stream_time) {
  return stream_time - run.source_begin.value_or(nanoseconds(0));
}

nanoseconds clip_date(const Run& run) {
  return since_begin(run, run.window.begin_time().value_or(nanoseconds(0)));
}

nanoseconds still_date(const Run& run) {
  return clip_date(run) + run.window.still_offset().value_or(nanoseconds(0));
}

Owned<GstEvent> announcement_event(const Run& run) {
  return adopt(gst_event_new_tag(gst_tag_list_ref(run.announcement.get())));
}

GstFlowReturn after_the_clip(const Run& run) {
  return run.controls_source ? GST_FLOW_EOS : GST_FLOW_OK;
}

}  // namespace livephoto::select
