#include "gst/sink/live_run.h"

#include <memory>
#include <mutex>
#include <string>
#include <utility>

#include "core/text.h"
#include "gst/select/settings.h"
#include "gst/select/stream.h"
#include "gst/sink/impl.h"
#include "gst/sink/live.h"
#include "gst/sink/live_sink.h"
#include "gst/sink/rows.h"
#include "gst/support/running_time.h"

namespace livephoto::sink {
namespace {

using gst::ObjectLock;
using select::Mode;

LiveSettings live_settings(GstLivePhotoSink* self) {
  guint64 before = 0;
  guint64 after = 0;
  guint64 most = 0;
  g_object_get(
      self->impl->select,
      "pre-capture",
      &before,
      "post-capture",
      &after,
      "max-size-bytes",
      &most,
      nullptr);
  return {
      .before = select::from_clock_time(before),
      .after = select::from_clock_time(after),
      .most_at_once = self->impl->run.settings.max_captures,
      .most_bytes = most};
}

// Each capture gets a name of its own by it.
Result<void> check_pattern(const Settings& settings) {
  if (settings.location.empty()) {
    return invalid_input(
        "livephotosink does not know where to write; set its property location to the pairs' "
        "name, such as IMG_%04d.");
  }
  if (numbered(settings.location, 0) == numbered(settings.location, 1)) {
    return invalid_input(
        "Each capture needs a name of its own: put a number's place such as %04d into the "
        "location " +
        settings.location + ".");
  }
  return {};
}

// Found before anything is read. What has the name stays.
Result<void> try_location(GstLivePhotoSink* self) {
  if (is_named_by_application(self)) return {};
  const Settings& settings = self->impl->run.settings;
  if (const auto usable = check_pattern(settings); !usable) return usable;
  const std::string first = numbered(settings.location, 0);
  PairFiles files;
  const auto begun = files.begin(pair_base(first), still_format(settings, first), settings.bundle);
  if (!begun) return begun.error();
  return {};
}

// InvalidInput where neither the application nor the property has a name for this one.
Result<std::string> name_of_capture(GstLivePhotoSink* self, guint number) {
  if (auto answer = answered_location(self, number)) return *std::move(answer);
  const Settings& settings = self->impl->run.settings;
  if (const auto usable = check_pattern(settings); !usable) return usable.error();
  return numbered(settings.location, number);
}

void post_written(GstLivePhotoSink* self, Owned<GstStructure> written) {
  gst_element_post_message(
      GST_ELEMENT(self),
      gst_message_new_element(GST_OBJECT(self), written.release()));
}

void post_failed(GstLivePhotoSink* self, const std::string& identifier, const Error& error) {
  GST_ELEMENT_WARNING(
      self,
      RESOURCE,
      WRITE,
      ("The capture %s is lost: %s", identifier.c_str(), error.message.c_str()),
      ("%s", error.detail.c_str()));
  gst_element_post_message(
      GST_ELEMENT(self),
      gst_message_new_element(
          GST_OBJECT(self),
          gst_structure_new(
              "live-photo-failed",
              "content-identifier",
              G_TYPE_STRING,
              identifier.c_str(),
              "reason",
              G_TYPE_STRING,
              error.message.c_str(),
              nullptr)));
}

// Not once stop_live() has taken the sink out.
void post_ended(GstLivePhotoSink* self, guint32 number) {
  Owned<GstElement> sink;
  {
    const std::lock_guard lock(self->impl->run.mutex);
    if (!self->impl->run.live_sink) return;
    sink = adopt(GST_ELEMENT(gst_object_ref(self->impl->run.live_sink)));
  }
  post_end(sink.get(), number);
}

LiveReports reports_to(GstLivePhotoSink* self) {
  return {
      .location = [self](guint number) { return name_of_capture(self, number); },
      .written = [self](Owned<GstStructure> pair) { post_written(self, std::move(pair)); },
      .failed = [self](
                    const std::string& identifier,
                    const Error& error) { post_failed(self, identifier, error); },
      .ended = [self](guint32 number) { post_ended(self, number); }};
}

// The bin leaves them alone: neither its state nor its EOS waits for them.
void park(GstElement* element) {
  gst_element_set_locked_state(element, TRUE);
  GST_OBJECT_FLAG_UNSET(element, GST_ELEMENT_FLAG_SINK);
}

}  // namespace

bool waits_for_trigger(GstLivePhotoSink* self) {
  gint mode = 0;
  g_object_get(self->impl->select, "mode", &mode, nullptr);
  return mode == static_cast<gint>(Mode::Trigger);
}

Result<void> start_live(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  const LiveSettings settings = live_settings(self);
  if (settings.before + settings.after <= nanoseconds(0))
    return invalid_input("The captures have no length; set pre-capture or post-capture.");
  if (const auto writable = try_location(self); !writable) return writable;
  for (GstElement* element : {impl.select, impl.mux, impl.still, impl.movie}) park(element);
  const auto live = std::make_shared<Live>(self, settings, reports_to(self));
  const auto sink = new_live_sink(live);
  gst_bin_add(GST_BIN(self), sink.get());
  {
    const std::lock_guard lock(impl.run.mutex);
    impl.run.live = live;
    impl.run.live_sink = sink.get();
    impl.run.added.push_back(sink.get());
  }
  link(impl.video, pad_of(sink.get(), "video").get());
  return {};
}

void stop_live(GstLivePhotoSink* self) {
  Impl& impl = *self->impl;
  std::shared_ptr<Live> live;
  {
    const std::lock_guard lock(impl.run.mutex);
    live = std::exchange(impl.run.live, nullptr);
  }
  if (!live) return;
  live->stop();
  {
    const std::lock_guard lock(impl.run.mutex);
    impl.run.live_sink = nullptr;
  }
  for (GstElement* element : {impl.select, impl.mux, impl.still, impl.movie})
    gst_element_set_locked_state(element, FALSE);
  for (GstElement* element : {impl.still, impl.movie})
    GST_OBJECT_FLAG_SET(element, GST_ELEMENT_FLAG_SINK);
}

Result<std::string> capture_now(GstLivePhotoSink* self) {
  std::shared_ptr<Live> live;
  {
    const std::lock_guard lock(self->impl->run.mutex);
    live = self->impl->run.live;
  }
  bool plays = false;
  {
    ObjectLock lock(self);
    plays = GST_STATE(self) == GST_STATE_PLAYING;
  }
  const auto now = gst::running_time_now(GST_ELEMENT(self));
  if (!live || !plays || !now) {
    return invalid_input(
        live || waits_for_trigger(self)
            ? "Only what plays can be captured; set the pipeline to PLAYING before capture."
            : "capture belongs to mode=trigger; set mode before the pipeline starts.");
  }
  return live->capture(*now);
}

}  // namespace livephoto::sink
